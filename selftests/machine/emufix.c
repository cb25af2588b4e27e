// SPDX-License-Identifier: GPL-2.0
/*
 * Loaded into the emulator (LD_PRELOAD), takes three faults of its SVM out. They are
 * in QEMU 10; functions are found by the names that it exports for its plugins.
 *
 * 1. Whenever a CPU loads an x87 status word, that is, at every FXRSTOR and
 * XRSTOR, it clears IGNNE#, a wire of the AT's coprocessor. The wire is one bit
 * among the flags that CPU 0 keeps of its SVM state, and every CPU's own thread
 * reads, changes and writes that word with no lock:
 *
 *	CPU 1's thread: XRSTOR		CPU 0's thread: #VMEXIT
 *	  read	GIF|NPT
 *					  clear NPT, GIF
 *	  write	GIF|NPT
 *					  hypervisor code, walked through the
 *					  nested map of the guest it came from
 *
 * CPU 0 then leaves the hypervisor as if it were the guest, for ever; or runs a
 * guest without its nested map; or is interrupted where it must not be. Nothing
 * that runs here sets IGNNE# (a write to port F0h, for CR0.NE = 0), so it need not
 * be cleared either: the function returns at once.
 *
 * 2. VMRUN with an interrupt in EVENTINJ delivers it, but leaves its vector as the
 * CPU's pending exception until the next #VMEXIT. A request to leave the loop
 * meanwhile (another thread's kick, the end of a slice with thread=single or
 * -icount) makes the loop take it for one, and deliver it once more, whatever
 * RFLAGS.IF says: before the SWAPGS of the first handler, for instance. Here the
 * function that delivers is replaced by one that clears the field afterwards.
 *
 * 3. VMRUN with a virtual interrupt pending (V_IRQ) sets a bit in the word in which
 * other threads, under the emulator's lock, announce interrupts to this CPU. It
 * takes no lock, and its instruction is not atomic:
 *
 *	CPU 1's thread: VMRUN		timers' thread
 *	  read	0
 *					  set POLL: the APIC has an interrupt
 *	  write	VIRQ
 *
 * The tick is lost, and with a timer in one-shot mode all later ones, until another
 * interrupt comes. A child that makes hypercalls with its interrupts off while one
 * is pending so stops its CPU's time for seconds; what slept there, sleeps on. Here
 * the bit is set in its byte alone, in which there is no other thread's bit. The
 * others may still undo it; but theirs is an interrupt, which ends the guest's run,
 * and the next VMRUN sets the bit again.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the two functions that know the offsets look like; offsets are 0 here. */
static const uint8_t hardirq_code[] = {
	0x41, 0x89, 0xd1,			/* mov  %edx, %r9d */
	0x48, 0x81, 0xef, 0, 0, 0, 0,		/* sub  $ENV, %rdi */
};
#define HARDIRQ_ENV	6

static const uint8_t noexc_code[] = {
	0x48, 0x83, 0xec, 0x08,			/* sub  $8, %rsp */
	0xc7, 0x87, 0, 0, 0, 0,			/* movl $-1, EXC(%rdi) */
	0xff, 0xff, 0xff, 0xff,
};
#define NOEXC_INDEX	6

static uint32_t env_offset, index_offset;
static void (*do_interrupt_all)(void *cpu, int vector, int soft, int error,
				uint64_t next, int hard);

/* In place of do_interrupt_x86_hardirq(). */
static void hardirq(uint8_t *env, int vector, int hard)
{
	uint8_t *cpu = env - env_offset;

	do_interrupt_all(cpu, vector, 0, 0, 0, hard);
	*(int32_t *)(cpu + index_offset) = -1;
}

/* orl $0x100, DISP(%rM), DISP < 0: CPUState is in front of the registers. */
#define OR_OPCODE	0x81
#define OR_MODRM	0x88	/* mod 10, reg 1 (OR), rm 0 */
#define OR_LEN		10
#define VIRQ		0x100

static int patch(uint8_t *insn, const void *code, size_t len)
{
	uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)insn & -size;
	size_t all = (uintptr_t)insn + len - first;

	if (mprotect((void *)first, all, PROT_READ | PROT_WRITE))
		return -1;
	memcpy(insn, code, len);
	return mprotect((void *)first, all, PROT_READ | PROT_EXEC);
}

/* The offset at @at in @code, which else must look like @want. */
static int offset_in(const uint8_t *code, const uint8_t *want, size_t len, size_t at,
		     uint32_t *offset)
{
	if (memcmp(code, want, at) ||
	    memcmp(code + at + 4, want + at + 4, len - at - 4))
		return -1;
	memcpy(offset, code + at, 4);
	return 0;
}

/*
 * Where a function of that name really begins: Debian 13 has its programs
 * compiled with a landing pad and a probe of the stack in front.
 */
static uint8_t *body_of(const char *name)
{
	static const uint8_t pad[] = { 0xf3, 0x0f, 0x1e, 0xfa };	/* endbr64 */
	static const uint8_t probe[] = { 0x50, 0x58 };	/* push %rax, pop %rax */
	uint8_t *insn = dlsym(RTLD_DEFAULT, name);

	if (insn && !memcmp(insn, pad, sizeof(pad)))
		insn += sizeof(pad);
	if (insn && !memcmp(insn, probe, sizeof(probe)))
		insn += sizeof(probe);
	return insn;
}

static int fix_ignne(void)
{
	static const uint8_t ret = 0xc3;
	uint8_t *clear = body_of("cpu_clear_ignne");

	return clear ? patch(clear, &ret, sizeof(ret)) : -1;
}

static int fix_hardirq(void)
{
	uint8_t *deliver = body_of("do_interrupt_x86_hardirq");
	uint8_t *noexc = body_of("cpu_loop_exit_noexc");
	void (*target)(uint8_t *, int, int) = hardirq;
	uint8_t jump[] = {
		0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0,	/* movabs $target, %rax */
		0xff, 0xe0,				/* jmp    *%rax */
	};

	do_interrupt_all = dlsym(RTLD_DEFAULT, "do_interrupt_all");
	if (!deliver || !noexc || !do_interrupt_all ||
	    offset_in(deliver, hardirq_code, sizeof(hardirq_code), HARDIRQ_ENV, &env_offset) ||
	    offset_in(noexc, noexc_code, sizeof(noexc_code), NOEXC_INDEX, &index_offset))
		return -1;
	memcpy(jump + 2, &target, sizeof(target));
	return patch(deliver, jump, sizeof(jump));
}

static int is_set_virq(const uint8_t *insn)
{
	int32_t disp, imm;

	memcpy(&disp, insn + 2, sizeof(disp));
	memcpy(&imm, insn + 6, sizeof(imm));
	return insn[0] == OR_OPCODE && (insn[1] & 0xf8) == OR_MODRM && (insn[1] & 7) != 4 &&
	       disp < 0 && imm == VIRQ;
}

/* Becomes lock orb $1, DISP+1(%rM). */
static int fix_virq(void)
{
	uint8_t *vmrun = dlsym(RTLD_DEFAULT, "helper_vmrun");
	uint8_t new[OR_LEN] = { 0xf0, 0x80, [8] = 0x66, 0x90 };	/* lock; xchg %ax, %ax */
	uint8_t *at = NULL;
	const ElfW(Sym) *symbol;
	Dl_info info;
	int32_t disp;
	size_t i;

	if (!vmrun || !dladdr1(vmrun, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol)
		return -1;
	for (i = 1; i + OR_LEN <= symbol->st_size; i++) {
		if (!is_set_virq(vmrun + i))
			continue;
		if (at)
			return -1;
		at = vmrun + i;
	}
	/* With a REX prefix it would be another register. */
	if (!at || (at[-1] & 0xf0) == 0x40)
		return -1;
	memcpy(&disp, at + 2, sizeof(disp));
	disp++;
	new[2] = at[1];
	memcpy(new + 3, &disp, sizeof(disp));
	new[7] = VIRQ >> 8;
	return patch(at, new, sizeof(new));
}

__attribute__((constructor)) static void emufix(void)
{
	int ignne = fix_ignne(), irq = fix_hardirq(), virq = fix_virq();

	if (ignne || irq || virq || getenv("EMUFIX_VERBOSE"))
		fprintf(stderr, "emufix: IGNNE# %s, EVENTINJ %s, V_IRQ %s\n",
			ignne ? "not found" : "held", irq ? "not found" : "once",
			virq ? "not found" : "alone");
	/* The emulator starts no program that would need this. */
	unsetenv("LD_PRELOAD");
}
