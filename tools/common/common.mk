# SPDX-License-Identifier: GPL-2.0
#
# For the Makefiles of tools: what partctl and partwp share. The including file
# has set TOP, BUILD, OBJ (its own object folder) and ALL_CFLAGS, compiles with
# $(COMMON_CFLAGS), links $(COMMON_OBJS) with $(COMMON_LIBS).

COMMON_SRCS	:= $(wildcard $(TOP)/tools/common/*.c)
COMMON_OBJS	:= $(COMMON_SRCS:$(TOP)/tools/common/%.c=$(OBJ)/common/%.o)
COMMON_CFLAGS	:= -I$(TOP)/tools/common -I$(TOP)/uapi \
	$(shell pkg-config --cflags json-c)
COMMON_LIBS	:= $(shell pkg-config --libs json-c) -pthread

$(OBJ)/common/%.o: $(TOP)/tools/common/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(COMMON_CFLAGS) -c -o $@ $<

-include $(COMMON_OBJS:.o=.d)
