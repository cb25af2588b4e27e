// SPDX-License-Identifier: GPL-2.0
/*
 * Loaded into the emulator (LD_PRELOAD), keeps its CPUs from corrupting CPU 0.
 *
 * QEMU 6.2 to 11 clears IGNNE#, a wire of the AT's coprocessor, whenever any CPU
 * loads an x87 status word: that is, at every FXRSTOR and XRSTOR. The wire is
 * one bit among the flags that CPU 0 keeps of its SVM state, and every CPU's own
 * thread reads, changes and writes that word with no lock:
 *
 *	CPU 1's thread: XRSTOR		CPU 0's thread: #VMEXIT
 *	  read	GIF|NPT
 *					  clear NPT, GIF
 *	  write	GIF|NPT
 *					  hypervisor code, walked through the
 *					  nested map of the guest it came from
 *
 * CPU 0 then leaves the hypervisor as if it were the guest, for ever; or runs a
 * guest without its nested map; or is interrupted where it must not be.
 *
 * Nothing that runs here sets IGNNE# (a write to port F0h, for CR0.NE = 0), so it
 * need not be cleared either: the function returns at once. It is found by its
 * name, which QEMU exports for the sake of its plugins.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define INSN_RET	0xc3

static int patch(uint8_t *insn)
{
	uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
	void *page = (void *)((uintptr_t)insn & -size);

	if (mprotect(page, size, PROT_READ | PROT_WRITE))
		return -1;
	*insn = INSN_RET;
	return mprotect(page, size, PROT_READ | PROT_EXEC);
}

__attribute__((constructor)) static void ignne(void)
{
	uint8_t *clear = dlsym(RTLD_DEFAULT, "cpu_clear_ignne");

	if (!clear)
		fprintf(stderr, "ignne: not the emulator that is meant\n");
	else if (patch(clear))
		perror("ignne");
	else if (getenv("IGNNE_VERBOSE"))
		fprintf(stderr, "ignne: held\n");
	/* The emulator starts no program that would need this. */
	unsetenv("LD_PRELOAD");
}
