// SPDX-License-Identifier: GPL-2.0
/* All there is of MSRs, CPUID leaves, ports and addresses. */
#include "hostile.h"

/* Writes that end the guest, or that only we would suffer from. */
static bool writable(u32 msr)
{
	switch (msr) {
	case MSR_APIC_BASE:
	case 0xC0000080 ... 0xC0000084:		/* EFER, SYSCALL */
	case 0xC0000100 ... 0xC0000102:		/* FS, GS */
	case 0x800 ... 0x8FF:			/* x2APIC: INIT to ourselves */
	case HV_X64_MSR_HYPERCALL:		/* may lock itself */
	case HV_X64_MSR_RESET:
	case HV_X64_MSR_ICR:
	case HV_X64_MSR_CRASH_CTL:
	case HV_X64_MSR_SIMP:			/* pages over us */
	case HV_X64_MSR_SIEFP:
	case HV_X64_MSR_REFERENCE_TSC:
	case HV_X64_MSR_VP_ASSIST_PAGE:
		return false;
	}
	return true;
}

static void sweep(u32 first, u32 last)
{
	static const u64 patterns[] = {
		~0ULL, 1, 0x8000000000000000ULL, 0xFFFFFFFF, 0,
	};

	for (u32 msr = first; msr <= last; msr++) {
		u64 was = 0, v;
		u32 fault;

		/* A read of it sleeps. */
		if (msr == HV_X64_MSR_GUEST_IDLE)
			continue;
		fault = rdmsr_safe(msr, &was);
		if (!writable(msr))
			continue;
		for (u32 i = 0; i < ARRAY_SIZE(patterns); i++)
			wrmsr_safe(msr, patterns[i]);
		rdmsr_safe(msr, &v);
		if (!fault)
			wrmsr_safe(msr, was);
	}
}

static void msr_sweep(void)
{
	sweep(0, 0x2000);
	sweep(HV_X64_MSR_FIRST, HV_X64_MSR_FIRST + 0x1000);
	sweep(0xC0000000, 0xC0002000);
	sweep(0xC0010000, 0xC0011100);
	hcall_setup(NULL);
}

static void msr_random(void)
{
	for (u32 i = 0; i < 30000; i++) {
		u32 msr = random();
		u64 v;

		rdmsr_safe(msr, &v);
		if (msr < 0x10000 || msr >> 16 == 0xC000 || msr >> 16 == 0xC001)
			continue;
		wrmsr_safe(msr, random());
	}
}

static void x2apic_sweep(void)
{
	for (u32 msr = 0x800; msr <= 0x8FF; msr++) {
		u64 was, v;
		u32 fault = rdmsr_safe(msr, &was);

		if (msr == X2APIC_ICR || msr == X2APIC_EOI)
			continue;
		wrmsr_safe(msr, ~0ULL);
		wrmsr_safe(msr, 0x10000);
		wrmsr_safe(msr, 0xFF);
		wrmsr_safe(msr, 1);
		rdmsr_safe(msr, &v);
		if (!fault)
			wrmsr_safe(msr, was);
	}
	/* Reserved delivery modes, destinations that do not exist. */
	for (u32 mode = 0; mode < 8; mode++) {
		if (mode == 5)
			continue;
		wrmsr_safe(X2APIC_ICR, 0x1234567800000040ULL | mode << 8);
		wrmsr_safe(X2APIC_ICR, 0x1234567800000840ULL | mode << 8);
		wrmsr_safe(X2APIC_ICR, 0x0000000000000000ULL | mode << 8);
	}
	for (u32 bit = 0; bit < 64; bit++)
		wrmsr_safe(X2APIC_ICR, BIT(bit) | 0x7F00000000000040ULL);
	apic_init_cpu();
	irq_on();
	irq_off();
}

static void apic_modes(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	for (u32 bit = 0; bit < 64; bit++) {
		if (bit == 10 || bit == 11)
			continue;
		if (!wrmsr_safe(MSR_APIC_BASE, base ^ BIT(bit)))
			wrmsr_safe(MSR_APIC_BASE, base);
	}
	/* Off, xAPIC, x2APIC again; what is sent meanwhile is lost. */
	for (u32 i = 0; i < 100; i++) {
		u64 v;

		wrmsr_safe(MSR_APIC_BASE, base & ~(3ULL << 10));
		rdmsr_safe(X2APIC_ID, &v);
		wrmsr_safe(HV_X64_MSR_EOI, 0);
		wrmsr_safe(HV_X64_MSR_ICR, 0x40040);
		wrmsr_safe(MSR_APIC_BASE, (base & ~(3ULL << 10)) | BIT(11));
		read64_safe((u64 *)LAPIC, &v);
		write64_safe((u64 *)(LAPIC + 0x300), 0x40040);
		wrmsr_safe(MSR_APIC_BASE, base);
	}
	wrmsr(MSR_APIC_BASE, base);
	apic_init_cpu();
}

static void cpuid_sweep(void)
{
	static const struct { u32 first, last; } ranges[] = {
		{ 0, 0x60 }, { 0x40000000, 0x40000200 },
		{ 0x80000000, 0x80000060 }, { 0x8FFFFFF0, 0x8FFFFFFF },
		{ 0xC0000000, 0xC0000010 }, { 0xFFFFFFF0, 0xFFFFFFFE },
	};

	for (u32 i = 0; i < ARRAY_SIZE(ranges); i++)
		for (u32 leaf = ranges[i].first; leaf <= ranges[i].last; leaf++)
			for (u32 sub = 0; sub < 8; sub++)
				cpuid(leaf, sub);
	for (u32 sub = 0; sub < 70; sub++) {
		cpuid(4, sub);
		cpuid(7, sub);
		cpuid(0xB, sub);
		cpuid(0xD, sub);
		cpuid(0x8000001D, sub);
	}
	for (u32 i = 0; i < 5000; i++)
		cpuid(random(), random());
}

static bool port_ends(u32 port)
{
	return (port >= 0x3F8 && port < 0x400) || port == 0x600 ||
	       port == 0xCF9 || port == 0x64;
}

static void port_sweep(void)
{
	for (u32 port = 0; port < 0x10000; port += port < 0x1000 ? 3 : 101) {
		u32 v;

		if (port_ends(port) || port_ends(port + 1) ||
		    port_ends(port + 2) || port_ends(port + 3))
			continue;
		asm volatile("inb %w1, %b0" : "=a"(v) : "d"(port));
		asm volatile("inl %w1, %0" : "=a"(v) : "d"(port));
		asm volatile("outw %w0, %w1" :: "a"(~0U), "d"(port));
		outb(port, 0);
	}
}

/* String I/O whose memory is no memory, wraps, or is write-protected. */
static void port_strings(void)
{
	static const u64 where[] = {
		MMIO_HOLE, MMIO_HOLE - 8, IOAPIC, 0xFFFFFFFC, ABOVE_ALL,
		0x7FFFFFFFFFFFULL, 0x800000000000ULL,
	};

	for (u32 i = 0; i < ARRAY_SIZE(where); i++) {
		u64 fault = 0, p = where[i], count = 64;

		asm volatile("1: rep insb\n" EX(1, 2) "2:"
			     : "+D"(p), "+c"(count) : "d"(0x80) : "memory");
		p = where[i];
		count = 64;
		asm volatile("1: rep outsl\n" EX(1, 2) "2:"
			     : "+S"(p), "+c"(count), "+D"(fault)
			     : "d"(0x80) : "memory");
	}
	/* Into the hypercall page, which is read-only. */
	for (u32 i = 0; i < 4; i++) {
		u64 p = (u64)hcall_page(), count = 16;

		asm volatile("1: rep insb\n" EX(1, 2) "2:"
			     : "+D"(p), "+c"(count) : "d"(0x80) : "memory");
	}
	CHECK((hcall(0x0FFF, 0, 0) & 0xFFFF) ==
	      HV_STATUS_INVALID_HYPERCALL_CODE, "the page has changed");
}

static void mmio_sweep(void)
{
	static const u64 where[] = {
		MMIO_HOLE, MMIO_HOLE + 0xFFF, IOAPIC, IOAPIC + 0x10, LAPIC,
		0xF8000000, 0xC0000000 - 4, 0xFFFFFFF0,
	};

	for (u32 i = 0; i < ARRAY_SIZE(where); i++) {
		volatile u64 *p = (void *)where[i];
		u64 v;

		for (u32 k = 0; k < 20; k++) {
			read64_safe(p, &v);
			write64_safe(p, random());
		}
	}
}

/* What no worker wants to decode: an exception is an answer. */
static const struct { u8 size, bytes[6]; } mmio_code[] = {
	{ 5, { 0xF0, 0x48, 0x0F, 0xB1, 0x08 } },	/* lock cmpxchg */
	{ 5, { 0xF0, 0x48, 0x0F, 0xC7, 0x08 } },	/* lock cmpxchg16b */
	{ 3, { 0x0F, 0xAE, 0x00 } },			/* fxsave */
	{ 2, { 0xFF, 0x30 } },				/* push */
	{ 2, { 0xFF, 0x10 } },				/* call */
	{ 3, { 0x48, 0x87, 0x08 } },			/* xchg */
	{ 3, { 0x0F, 0x01, 0x10 } },			/* lgdt */
	{ 3, { 0x48, 0xF7, 0x30 } },			/* div */
	{ 2, { 0xF3, 0xA4 } },				/* rep movsb */
};

static void at_hole(void *arg)
{
	asm volatile("call *%0" :: "r"(arg), "a"(MMIO_HOLE),
		     "S"(MMIO_HOLE), "D"(MMIO_HOLE + 64), "c"(8ULL)
		     : "rdx", "rbx", "r8", "r9", "r10",
		       "r11", "memory", "cc");
}

static void mmio_odd(void)
{
	u32 n = option_number("variant=", 0) % ARRAY_SIZE(mmio_code);
	u8 *page = page_alloc();

	memset(page, 0xC3, 64);		/* RET */
	memcpy(page, mmio_code[n].bytes, mmio_code[n].size);
	trap_escape(at_hole, page);
}

const struct hostile sweep_cases[] = {
	{ "msr-sweep", msr_sweep },
	{ "msr-random", msr_random },
	{ "x2apic-sweep", x2apic_sweep },
	{ "apic-modes", apic_modes },
	{ "cpuid-sweep", cpuid_sweep },
	{ "port-sweep", port_sweep },
	{ "port-strings", port_strings },
	{ "mmio-sweep", mmio_sweep },
	{ "mmio-odd", mmio_odd },
	{ NULL, NULL }
};
