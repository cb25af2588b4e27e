// SPDX-License-Identifier: GPL-2.0
/* Ways to an end, or to none: the suite knows which. */
#include "hostile.h"

struct table {
	u16 limit;
	u64 base;
} __attribute__((packed));

static void triple_no_idt(void)
{
	struct table none = { 0, 0 };

	asm volatile("lidt %0; int3" :: "m"(none));
}

static void triple_bad_cr3(void)
{
	/* RAM, and no table: the next instruction has no address. */
	asm volatile("mov %0, %%cr3; nop" :: "r"((u64)page_alloc()));
}

static void triple_bad_stack(void)
{
	struct table idtr;
	u64 *gate;

	/* #DF loses its own stack, so that it faults like the first. */
	asm volatile("sidt %0" : "=m"(idtr));
	gate = (u64 *)idtr.base + 2 * X86_DF;
	*gate &= ~(7ULL << 32);
	asm volatile("mov %0, %%rsp; push %%rax" :: "r"(0x8000000000000000ULL));
}

static void triple_on_ap(void *arg)
{
	(void)arg;
	triple_no_idt();
}

static void triple_ap(void)
{
	run_async(1, triple_on_ap, NULL);
	for (;;)
		pause();
}

/* The tables of the guest lie where there is no memory. */
static void tables_nowhere(void)
{
	asm volatile("mov %0, %%cr3; nop" :: "r"(MMIO_HOLE));
}

/* A middle level there: the walk is the hypervisor's to resolve. */
static void table_entry_nowhere(void)
{
	extern u64 boot_pd[4 * 512];
	u64 v;

	boot_pd[3 * 512 + 256] = MMIO_HOLE | 0x7;
	read64_safe((u64 *)0xE0000000, &v);
	boot_pd[3 * 512 + 256] = ABOVE_ALL | 0x7;
	asm volatile("invlpg (%0)" :: "r"(0xE0000000ULL) : "memory");
	read64_safe((u64 *)0xE0000000, &v);
}

static void to_hole(void *arg)
{
	((void (*)(void))arg)();
}

static void exec_mmio(void)
{
	trap_escape(to_hole, (void *)MMIO_HOLE);
}

static void exec_ioapic(void)
{
	trap_escape(to_hole, (void *)IOAPIC);
}

static void idt_nowhere(void)
{
	struct table there = { 0xFFF, MMIO_HOLE };

	asm volatile("lidt %0; int3" :: "m"(there));
}

static void stack_nowhere(void)
{
	asm volatile("mov %0, %%rsp; int3" :: "r"(MMIO_HOLE + 0x1000));
}

static void cli_spin(void)
{
	irq_off();
	print("@@running\n");
	for (;;)
		barrier();
}

static void cli_halt(void)
{
	print("@@running\n");
	for (;;)
		asm volatile("cli; hlt");
}

static void idle_for_ever(void)
{
	irq_off();
	print("@@running\n");
	for (;;)
		rdmsr(HV_X64_MSR_GUEST_IDLE);
}

/*
 * Delivery of #DB raises #DB: the breakpoint watches the stack that the frame
 * is pushed to (CVE-2015-8104). Some CPUs never leave it by themselves.
 */
static bool ignore(struct regs *r)
{
	return r->vector == X86_DB;
}

static void db_loop(void)
{
	struct tss *tss = &cpu()->tss;
	struct table idtr;
	u64 *gate;

	asm volatile("sidt %0" : "=m"(idtr));
	gate = (u64 *)idtr.base + 2 * X86_DB;
	*gate = (*gate & ~(7ULL << 32)) | 3ULL << 32;
	tss->ist[2] = (u64)page_alloc() + PAGE_SIZE;
	asm volatile("mov %0, %%dr0" :: "r"(tss->ist[2] - 8));
	asm volatile("mov %0, %%dr7" :: "r"(0x000B0703ULL));
	exception_set(ignore);
	print("@@running\n");
	for (;;)
		asm volatile(".byte 0xF1");	/* INT1 */
}

/* Each handler faults again, in a frame of its own, until none is left. */
static void fault_loop(void)
{
	print("@@running\n");
	asm volatile("mov %0, %%rsp; ud2" :: "r"(0x100ULL));
}

static void junk_start(void *code, u32 size)
{
	u8 *page = (u8 *)0x20000;

	for (u32 i = 0; i < PAGE_SIZE; i++)
		page[i] = code ? ((u8 *)code)[i % size] : random();
	apic_send(apic_id(1), ICR_INIT);
	delay_us(2000);
	apic_send(apic_id(1), ICR_SIPI | 0x20);
	delay_us(20000);
}

/* A VP in real mode runs what comes; it may end the partition. */
static void real_mode_junk(void)
{
	static u8 patterns[][4] = {
		{ 0x00 }, { 0xFF }, { 0xF4 }, { 0xCC }, { 0xCD, 0x10 },
		{ 0x0F, 0x01, 0xD9 }, { 0x0F, 0x32 }, { 0x0F, 0x30 },
		{ 0x0F, 0xA2 }, { 0xEC }, { 0x6C }, { 0x0F, 0x01, 0x16 },
		{ 0x0F, 0x22, 0xC0 }, { 0xFA, 0xEB, 0xFE },
		{ 0x66, 0x67, 0xF3, 0xA4 },
	};
	u32 n = option_number("variant=", 0);

	if (n < ARRAY_SIZE(patterns))
		junk_start(patterns[n], 1 + !!patterns[n][1] +
			   !!patterns[n][2] + !!patterns[n][3]);
	else
		for (u32 i = 0; i < 20; i++)
			junk_start(NULL, 0);
}

const struct hostile end_cases[] = {
	{ "triple-no-idt", triple_no_idt },
	{ "triple-bad-cr3", triple_bad_cr3 },
	{ "triple-bad-stack", triple_bad_stack },
	{ "triple-ap", triple_ap },
	{ "tables-nowhere", tables_nowhere },
	{ "table-entry-nowhere", table_entry_nowhere },
	{ "exec-mmio", exec_mmio },
	{ "exec-ioapic", exec_ioapic },
	{ "idt-nowhere", idt_nowhere },
	{ "stack-nowhere", stack_nowhere },
	{ "cli-spin", cli_spin },
	{ "cli-halt", cli_halt },
	{ "idle-for-ever", idle_for_ever },
	{ "db-loop", db_loop },
	{ "fault-loop", fault_loop },
	{ "real-mode-junk", real_mode_junk },
	{ NULL, NULL }
};
