# SPDX-License-Identifier: GPL-2.0
#
# The front door. "make help" says what there is.
#
# A folder that is built brings a Makefile of its own, run here as
#	make -C FOLDER TOP=… BUILD=… all|install
# It puts everything below $(BUILD) and finds what others built there:
#	$(BUILD)/hv-svm.elf		kmod/hv
#	$(BUILD)/libpart/		libpart
#	$(BUILD)/tools/			tools/*
#	$(BUILD)/selftests/NAME/	selftests/NAME
# Nothing may be written into the source folders.

TOP	:= $(CURDIR)
BUILD	?= build
override BUILD := $(abspath $(BUILD))
MACHINE	:= $(TOP)/selftests/machine
PREFIX	?= /usr/local
DESTDIR	?=

# The module is built for KVER (one of the test kernels), else for KDIR, else
# for the running kernel if it has headers, else for the main test kernel.
RUNNING	:= $(wildcard /lib/modules/$(shell uname -r)/build)
ifneq ($(KVER),)
MODULE_FOR := --kernel $(KVER)
else ifneq ($(or $(KDIR),$(RUNNING)),)
MODULE_FOR := --kdir $(or $(KDIR),$(RUNNING))
else
MODULE_FOR := --kernel 6.12
endif

# kbuild's own switches, if given
KBUILD_ARGS := $(foreach v,W C V,$(if $($(v)),$(v)=$($(v))))

here	= $(patsubst %/Makefile,%,$(wildcard $(addsuffix /Makefile,$(1))))
HV	:= $(call here,kmod/hv)
LIB	:= $(call here,libpart)
TOOLS	:= $(call here,tools/partctl tools/partwp)
TESTS	:= $(filter-out selftests/machine selftests/kmod,$(call here,$(wildcard selftests/*)))

sub	= +@$(MAKE) --no-print-directory -C $(1) TOP=$(TOP) BUILD=$(BUILD) $(2)

export TOP BUILD

# The scripts call make themselves; what make exports to a submake must not
# make them believe that they share its job server.
script	= @env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL $(MACHINE)/$(1)

.PHONY: all hint hv module modules libs tools tests programs deps
.PHONY: demo check bench soak install clean distclean help
.PHONY: $(HV) $(LIB) $(TOOLS) $(TESTS)

all: hint hv libs tools module

hint:
	@$(MACHINE)/deps --check --for build || true

hv: $(HV)
libs: $(LIB)
tools: $(TOOLS)
tests: $(TESTS)

# Everything but modules: what check builds first.
programs: hv libs tools tests

$(TOOLS) $(TESTS): | $(LIB)
$(TESTS): | $(HV) $(TOOLS)

$(HV) $(LIB) $(TOOLS) $(TESTS):
	$(call sub,$@,all)

module: $(HV)
	$(call script,module $(MODULE_FOR) $(KBUILD_ARGS))

modules: $(HV)
	$(call script,module --kernel 6.1)
	$(call script,module --kernel 6.12)
	$(call script,module --kernel 7.2 W=1 C=1)

deps:
	$(call script,deps)

demo: deps
	$(call script,demo)

check: deps
	$(call script,check $(SUITES))

bench: deps
	$(call script,bench)

soak: deps
	$(call script,soak)

install: hv libs tools
	@for d in $(LIB) $(TOOLS); do \
		$(MAKE) --no-print-directory -C $$d TOP=$(TOP) BUILD=$(BUILD) \
			PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) install || exit; done
	$(call script,install-module $(if $(KDIR),--kdir $(KDIR)) --destdir "$(DESTDIR)")

# What was downloaded stays: to build again needs no network.
clean:
	rm -rf $(filter-out $(addprefix $(BUILD)/,apt kernel qemu kselftest daemons stamp),$(wildcard $(BUILD)/*))
	rm -rf $(BUILD)/kernel/*/kroot/mod/*

distclean:
	rm -rf $(BUILD)

help:
	@echo 'make            hypervisor image, library, tools, and the module for the'
	@echo '                running kernel, for KDIR=DIR or for KVER=6.1|6.12|7.2'
	@echo 'make module     only the module (and the image in it); W=1, C=1, V=1 as in kbuild'
	@echo 'make modules    the module for all three test kernels'
	@echo 'make demo       boots a stock kernel in an emulator, demotes it, runs a child'
	@echo 'make check      all tests; SUITES="NAME…" picks some of selftests/suites'
	@echo 'make bench      figures, into build/bench.json'
	@echo 'make soak       the long loops'
	@echo 'make deps       brings the Debian packages that all this needs (root or sudo)'
	@echo 'make install    library, tools, module of the running kernel; PREFIX=, DESTDIR='
	@echo 'make clean      removes what was built; downloads stay'
	@echo 'make distclean  removes build/'
	@echo
	@echo 'demo, check, bench and soak do all of their own set-up. Everything is below'
	@echo 'build/ (BUILD=DIR for another place); only "make install" writes elsewhere.'
