// SPDX-License-Identifier: GPL-2.0
/* Instructions and registers that a guest has no business with. */
#include "hostile.h"

struct code {
	const char *name;
	u8 size, bytes[8];
};

/* Virtualization, enclaves, monitors, debuggers: none is offered. */
static const struct code forbidden[] = {
	{ "vmrun", 3, { 0x0F, 0x01, 0xD8 } },
	{ "vmload", 3, { 0x0F, 0x01, 0xDA } },
	{ "vmsave", 3, { 0x0F, 0x01, 0xDB } },
	{ "stgi", 3, { 0x0F, 0x01, 0xDC } },
	{ "clgi", 3, { 0x0F, 0x01, 0xDD } },
	{ "skinit", 3, { 0x0F, 0x01, 0xDE } },
	{ "invlpga", 3, { 0x0F, 0x01, 0xDF } },
	{ "vmlaunch", 3, { 0x0F, 0x01, 0xC2 } },
	{ "vmxoff", 3, { 0x0F, 0x01, 0xC4 } },
	{ "monitor", 3, { 0x0F, 0x01, 0xC8 } },
	{ "mwait", 3, { 0x0F, 0x01, 0xC9 } },
	{ "encls", 3, { 0x0F, 0x01, 0xCF } },
	{ "getsec", 2, { 0x0F, 0x37 } },
	{ "rsm", 2, { 0x0F, 0xAA } },
	{ "invept", 5, { 0x66, 0x0F, 0x38, 0x80, 0x00 } },
};

/* May do something or fault; both are fine. */
static const struct code odd[] = {
	{ "vmcall", 3, { 0x0F, 0x01, 0xC1 } },
	{ "vmmcall", 3, { 0x0F, 0x01, 0xD9 } },
	{ "monitorx", 3, { 0x0F, 0x01, 0xFA } },
	{ "rdpru", 3, { 0x0F, 0x01, 0xFD } },
	{ "invlpgb", 3, { 0x0F, 0x01, 0xFE } },
	{ "tlbsync", 3, { 0x0F, 0x01, 0xFF } },
	{ "invd", 2, { 0x0F, 0x08 } },
	{ "wbinvd", 2, { 0x0F, 0x09 } },
	{ "rdpmc", 2, { 0x0F, 0x33 } },
	{ "rdtscp", 3, { 0x0F, 0x01, 0xF9 } },
	{ "rdrand", 3, { 0x0F, 0xC7, 0xF0 } },
	{ "rdseed", 3, { 0x0F, 0xC7, 0xF8 } },
	{ "int1", 1, { 0xF1 } },
	{ "int3", 1, { 0xCC } },
	{ "ud2", 2, { 0x0F, 0x0B } },
	{ "sysret", 3, { 0x48, 0x0F, 0x07 } },
	{ "lock nop", 2, { 0xF0, 0x90 } },
	{ "clzero", 3, { 0x0F, 0x01, 0xFC } },
	{ "swapgs twice", 6, { 0x0F, 0x01, 0xF8, 0x0F, 0x01, 0xF8 } },
};

/* RAX in these is whatever it is: an address of ours, never a VMCB. */
static void instructions(void)
{
	u32 only = option_number("variant=", ARRAY_SIZE(odd));

	if (only < ARRAY_SIZE(odd)) {
		execute(odd[only].bytes, odd[only].size);
		return;
	}
	for (u32 i = 0; i < ARRAY_SIZE(forbidden); i++) {
		u32 fault = execute(forbidden[i].bytes, forbidden[i].size);

		CHECK(fault == FAULT_UD || fault == FAULT_GP, "%s: %#x",
		      forbidden[i].name, fault);
	}
	for (u32 i = 0; i < ARRAY_SIZE(odd); i++) {
		/* SYSRET would leave for CPL 3 at RCX, with no way back. */
		if (odd[i].bytes[1] == 0x0F && odd[i].bytes[2] == 0x07)
			continue;
		execute(odd[i].bytes, odd[i].size);
	}
	/* SMSW, LMSW and SWAPGS break us, not them. */
	for (u32 last = 0xC0; last < 0x100; last++) {
		u8 code[] = { 0x0F, 0x01, last };

		if (last < 0xE0 || last > 0xF8)
			execute(code, sizeof(code));
	}
}

/*
 * Prefixes that mean nothing to what exits. A hypervisor that guesses the length
 * goes on in the middle, which is the guest's loss alone.
 */
static void prefixed(void)
{
	static const struct code code[] = {
		{ "wbnoinvd", 3, { 0xF3, 0x0F, 0x09 } },
		{ "cpuid", 3, { 0x66, 0x0F, 0xA2 } },
		{ "cpuid", 5, { 0x2E, 0x48, 0x66, 0x0F, 0xA2 } },
		{ "rdmsr", 3, { 0x48, 0x0F, 0x32 } },
		{ "vmmcall", 4, { 0x48, 0x0F, 0x01, 0xD9 } },
	};
	u32 n = option_number("variant=", 0) % ARRAY_SIZE(code);

	execute(code[n].bytes, code[n].size);
}

static const u8 user_exit[] = { 0xCD, VEC_USER_EXIT };

static void cpl3(void)
{
	static const struct code code[] = {
		{ "vmmcall", 3, { 0x0F, 0x01, 0xD9 } },
		{ "vmcall", 3, { 0x0F, 0x01, 0xC1 } },
		{ "vmrun", 3, { 0x0F, 0x01, 0xD8 } },
		{ "rdmsr", 2, { 0x0F, 0x32 } },
		{ "wrmsr", 2, { 0x0F, 0x30 } },
		{ "hlt", 1, { 0xF4 } },
		{ "cli", 1, { 0xFA } },
		{ "in", 1, { 0xEC } },
		{ "out", 1, { 0xEE } },
		{ "mov cr3", 3, { 0x0F, 0x20, 0xD8 } },
		{ "mov cr8", 4, { 0x44, 0x0F, 0x22, 0xC0 } },
		{ "invlpg", 3, { 0x0F, 0x01, 0x38 } },
		{ "xsetbv", 3, { 0x0F, 0x01, 0xD1 } },
		{ "iret", 2, { 0x48, 0xCF } },
	};
	u8 *page = page_alloc();

	for (u32 i = 0; i < ARRAY_SIZE(code); i++) {
		u32 how;

		memcpy(page, code[i].bytes, code[i].size);
		memcpy(page + code[i].size, user_exit, sizeof(user_exit));
		how = user_run((u64)page, 0x40000000 + i, 0x600);
		CHECK(how != FAULT(VEC_USER_EXIT), "%s works at CPL 3", code[i].name);
	}
	CHECK(user_run((u64)hcall_page(), 0x1000B, 0x70) == FAULT_UD,
	      "a hypercall works at CPL 3");
}

static u32 xsetbv(u32 index, u64 val)
{
	u64 fault = 0;

	asm volatile("1: xsetbv\n" EX(1, 2) "2:" : "+D"(fault)
		     : "c"(index), "a"((u32)val), "d"((u32)(val >> 32))
		     : "memory");
	return fault;
}

static u32 write_cr4(u64 val)
{
	u64 fault = 0;

	asm volatile("1: mov %1, %%cr4\n" EX(1, 2) "2:" : "+D"(fault)
		     : "r"(val) : "memory");
	return fault;
}

static u64 read_cr4(void)
{
	u64 v;

	asm volatile("mov %%cr4, %0" : "=r"(v));
	return v;
}

static void xsetbv_nonsense(void)
{
	u64 known = cpuid(0xD, 0).eax | (u64)cpuid(0xD, 0).edx << 32;

	CHECK(xsetbv(0, 1) == FAULT_UD, "XSETBV without OSXSAVE");
	if (!(cpuid(1, 0).ecx & BIT(26)) || write_cr4(read_cr4() | BIT(18)))
		return;
	CHECK(xsetbv(0, 0) == FAULT_GP, "XCR0 = 0");
	CHECK(xsetbv(0, 2) == FAULT_GP, "XCR0 without x87");
	CHECK(xsetbv(0, 5) == FAULT_GP, "XCR0 with AVX without SSE");
	CHECK(xsetbv(0, ~0ULL) == FAULT_GP, "XCR0 = all");
	CHECK(xsetbv(0, BIT(63) | 1) == FAULT_GP, "XCR0 bit 63");
	CHECK(xsetbv(1, 1) == FAULT_GP, "XCR1");
	CHECK(xsetbv(~0U, 1) == FAULT_GP, "XCR ~0");
	for (u32 bit = 1; bit < 64; bit++)
		if (!(known & BIT(bit)))
			CHECK(xsetbv(0, BIT(bit) | 3) == FAULT_GP,
			      "XCR0 bit %u", bit);
	xsetbv(0, known);
	for (u32 i = 0; i < 1000; i++)
		xsetbv(random() & 1, random() & random());
	xsetbv(0, 1);
}

/* Writes @val to the register and, if that worked, what was there before. */
#define TRY_CR(reg, val) ({						\
	u64 old_, fault_ = 0;						\
	asm volatile("mov %%" reg ", %1\n"				\
		     "1: mov %2, %%" reg "\n"				\
		     "mov %1, %%" reg "\n" EX(1, 2) "2:"		\
		     : "+D"(fault_), "=&r"(old_) : "r"((u64)(val))	\
		     : "memory");					\
	(u32)fault_; })

static void cr4_high(void)
{
	for (u32 bit = 32; bit < 64; bit++)
		TRY_CR("cr4", read_cr4() | BIT(bit));
	TRY_CR("cr4", read_cr4() & ~BIT(5));	/* PAE */
}

static void cr4_low(void)
{
	for (u32 bit = 6; bit < 32; bit++)
		if (bit != 12)			/* LA57 */
			TRY_CR("cr4", read_cr4() | BIT(bit));
}

static void cr3_high(void)
{
	u64 cr3;

	asm volatile("mov %%cr3, %0" : "=r"(cr3));
	for (u32 bit = 40; bit < 63; bit++)
		TRY_CR("cr3", cr3 | BIT(bit));
}

static void cr8_high(void)
{
	for (u64 v = 16; v; v <<= 1)
		CHECK(TRY_CR("cr8", v) == FAULT_GP, "CR8 = %#llx", v);
}

static void efer_bits(void)
{
	u64 efer = rdmsr(0xC0000080);

	CHECK(wrmsr_safe(0xC0000080, efer | BIT(12)) == FAULT_GP ||
	      !(rdmsr(0xC0000080) & BIT(12)), "SVME can be set");
	CHECK(wrmsr_safe(0xC0000080, efer & ~BIT(8)) == FAULT_GP, "LME off");
	for (u32 bit = 1; bit < 64; bit++)
		if (bit != 8 && !wrmsr_safe(0xC0000080, efer ^ BIT(bit)))
			wrmsr_safe(0xC0000080, efer);
}

static void debug_registers(void)
{
	for (u32 bit = 0; bit < 64; bit++) {
		if (bit < 8)
			continue;
		TRY_CR("dr7", BIT(bit) | 0x400);
		TRY_CR("dr6", BIT(bit));
	}
}

/*
 * What a CPU refuses an emulator may take; then the hypervisor must refuse to
 * enter with it.
 */
static void control_registers(void)
{
	static void (*const variants[])(void) = {
		cr4_high, cr4_low, cr3_high, cr8_high, efer_bits,
		debug_registers,
	};

	variants[option_number("variant=", 0) % ARRAY_SIZE(variants)]();
}

/*
 * A CPU refuses these. An emulator may take them, and then the guest is in no
 * mode that anyone has described; the hypervisor must see that before it enters.
 */
static void cr0_nonsense(void)
{
	u64 cr0;

	asm volatile("mov %%cr0, %0" : "=r"(cr0));
	switch (option_number("variant=", 0)) {
	case 0:
		TRY_CR("cr0", (cr0 | BIT(29)) & ~BIT(30));
		break;
	case 1:
		for (u32 bit = 32; bit < 64; bit++)
			TRY_CR("cr0", cr0 | BIT(bit));
		break;
	case 2:
		TRY_CR("cr0", cr0 & ~BIT(31));
		break;
	case 3:
		TRY_CR("cr0", BIT(31));
		break;
	}
}

/* CPL 3 with CR0.AM and EFLAGS.AC: an exception that few hypervisors see. */
static void alignment_check(void)
{
	/* pushf; orl $0x40000, (%rsp); popf; mov 1(%rsp), %rax; int */
	static const u8 code[] = {
		0x9C, 0x81, 0x0C, 0x24, 0x00, 0x00, 0x04, 0x00, 0x9D,
		0x48, 0x8B, 0x44, 0x24, 0x01, 0xCD, VEC_USER_EXIT,
	};
	u8 *page = page_alloc();
	u64 cr0;

	memcpy(page, code, sizeof(code));
	asm volatile("mov %%cr0, %0" : "=r"(cr0));
	asm volatile("mov %0, %%cr0" :: "r"(cr0 | BIT(18)));
	for (u32 i = 0; i < 1000; i++) {
		u32 how = user_run((u64)page, 0, 0);

		page_release(page_mark() - 1);
		/* An emulator may not know the exception. */
		CHECK(how == FAULT(17) || how == FAULT(VEC_USER_EXIT),
		      "it ends with %#x", how);
	}
	asm volatile("mov %0, %%cr0" :: "r"(cr0));
}

const struct hostile cpu_cases[] = {
	{ "instructions", instructions },
	{ "prefixed", prefixed },
	{ "cpl3", cpl3 },
	{ "xsetbv", xsetbv_nonsense },
	{ "control-registers", control_registers },
	{ "cr0-nonsense", cr0_nonsense },
	{ "alignment-check", alignment_check },
	{ NULL, NULL }
};
