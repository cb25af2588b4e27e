# SPDX-License-Identifier: GPL-2.0
#
# What of kmod/driver needs nothing of Linux but its types, for host tests of the
# hypervisor: $(DRIVER_OBJS). With TOP, OUT, CFLAGS and SAN of who includes it.

UNIT_DRIVER := $(TOP)/selftests/unit/driver
DRIVER_OBJS := $(addprefix $(OUT)/driver_,cpuid.o cpuid_bits.o cpuid_list.o \
	machine.o policy.o)
DRIVER_CC ?= $(CC)
DRIVER_BUILD = @mkdir -p $(@D) && $(DRIVER_CC) -std=gnu11 $(CFLAGS) $(SAN) \
	$(COV) -Wall -Wextra -I$(UNIT_DRIVER)/fake -I$(TOP)/uapi -MMD -MP -c -o $@ $<

$(OUT)/driver_policy.o: $(UNIT_DRIVER)/policy.c
	$(DRIVER_BUILD)

$(OUT)/driver_%.o: $(TOP)/kmod/driver/%.c
	$(DRIVER_BUILD)
