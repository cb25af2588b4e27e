/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The names of the rows HVPART_EXIT_*, as debugfs and partctl print them.
 */
#ifndef _HVPART_EXIT_NAME_H
#define _HVPART_EXIT_NAME_H

#include "stats.h"

/* Initialisers of a const char *[HVPART_EXIT_COUNT]; NULL: not used. */
#define HVPART_EXIT_NAMES					\
	[HVPART_EXIT_OTHER] = "other",				\
	[HVPART_EXIT_INTERRUPT] = "interrupt",			\
	[HVPART_EXIT_NMI] = "nmi",				\
	[HVPART_EXIT_MACHINE_CHECK] = "machine_check",		\
	[HVPART_EXIT_INIT] = "init",				\
	[HVPART_EXIT_INTERRUPT_WINDOW] = "interrupt_window",	\
	[HVPART_EXIT_NMI_WINDOW] = "nmi_window",		\
	[HVPART_EXIT_EXCEPTION] = "exception",			\
	[HVPART_EXIT_CPUID] = "cpuid",				\
	[HVPART_EXIT_MSR_READ] = "msr_read",			\
	[HVPART_EXIT_MSR_WRITE] = "msr_write",			\
	[HVPART_EXIT_IO] = "io",				\
	[HVPART_EXIT_HYPERCALL] = "hypercall",			\
	[HVPART_EXIT_NESTED_FAULT] = "nested_fault",		\
	[HVPART_EXIT_HALT] = "halt",				\
	[HVPART_EXIT_PAUSE] = "pause",				\
	[HVPART_EXIT_CR] = "cr",				\
	[HVPART_EXIT_DR] = "dr",				\
	[HVPART_EXIT_INVALIDATE] = "invalidate",		\
	[HVPART_EXIT_INVLPG] = "invlpg",			\
	[HVPART_EXIT_XSETBV] = "xsetbv",			\
	[HVPART_EXIT_MONITOR] = "monitor",			\
	[HVPART_EXIT_VIRTUALIZATION] = "virtualization",	\
	[HVPART_EXIT_TASK_SWITCH] = "task_switch",		\
	[HVPART_EXIT_SHUTDOWN] = "shutdown",			\
	[HVPART_EXIT_TIMER] = "timer",				\
	[HVPART_EXIT_INVALID_STATE] = "invalid_state",		\
	[HVPART_EXIT_DESCRIPTOR] = "descriptor",		\
	[HVPART_EXIT_TSC] = "tsc",				\
	[HVPART_EXIT_APIC] = "apic",				\
	[HVPART_EXIT_SMI] = "smi"

#endif
