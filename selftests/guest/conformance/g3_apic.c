// SPDX-License-Identifier: GPL-2.0
/* 9.3 APIC: registers, priority, EOI and its assist */
#include "conf.h"

#define LOW	0x50
#define HIGH	0x80

static volatile u64 seen[4];

static void forget(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(seen); i++)
		seen[i] = 0;
}

static void t032_eoi_read(void)
{
	msr_read_faults("EOI MSR", HV_X64_MSR_EOI);
}

static void high_eoi_by_msr(struct regs *r)
{
	(void)r;
	seen[0]++;
	if (!apic_bit(X2APIC_ISR, HIGH))
		fail("the vector is not in service in its handler");
	wrmsr(HV_X64_MSR_EOI, 0);
	if (apic_bit(X2APIC_ISR, HIGH))
		fail("the vector is in service after its EOI");
	if (!apic_bit(X2APIC_ISR, LOW))
		fail("the EOI ended the interrupt below too");
}

/* A second one comes on top of the first. */
static void low_nests(struct regs *r)
{
	(void)r;
	seen[1]++;
	irq_on();
	apic_self(HIGH);
	irq_on();
	irq_off();
	if (!apic_bit(X2APIC_ISR, LOW))
		fail("the outer vector is no longer in service");
	wrmsr(HV_X64_MSR_EOI, 0);
	if (apic_bit(X2APIC_ISR, LOW))
		fail("the outer vector is in service after its EOI");
}

static void nest(irq_fn *inner)
{
	forget();
	irq_set(HIGH, inner);
	irq_set(LOW, low_nests);
	irq_on();
	apic_self(LOW);
	irq_on();
	irq_off();
	same("inner interrupts", seen[0], 1);
	same("outer interrupts", seen[1], 1);
}

static void t033_eoi_write(void)
{
	nest(high_eoi_by_msr);
}

static void t034_eoi_upper_half(void)
{
	msr_write_faults("EOI MSR", HV_X64_MSR_EOI, BIT(32));
	msr_write_faults("EOI MSR", HV_X64_MSR_EOI, BIT(63));
}

static void t037_tpr_to_cr8(void)
{
	wrmsr(HV_X64_MSR_TPR, 0x50);
	same("CR8", read_cr8(), 5);
	same("x2APIC TPR", rdmsr(X2APIC_TPR), 0x50);
}

static void t038_cr8_to_tpr(void)
{
	write_cr8(7);
	msr_is("TPR MSR", HV_X64_MSR_TPR, 0x70);
	write_cr8(0);
	msr_is("TPR MSR", HV_X64_MSR_TPR, 0);
}

static void held_back(const char *how, void (*raise)(void),
		      void (*lower)(void))
{
	u64 before = cpu()->irqs[HIGH];

	raise();
	irq_on();
	apic_self(HIGH);
	for (u32 i = 0; i < 10; i++)
		rdmsr(HV_X64_MSR_VP_INDEX);
	if (cpu()->irqs[HIGH] != before)
		fail("%s: delivered although TPR is higher", how);
	lower();
	irq_on();
	irq_off();
	if (cpu()->irqs[HIGH] != before + 1)
		fail("%s: not delivered when TPR was lowered", how);
}

static void raise_msr(void) { wrmsr(HV_X64_MSR_TPR, 0xF0); }
static void lower_msr(void) { wrmsr(HV_X64_MSR_TPR, 0); }
static void raise_cr8(void) { write_cr8(0xF); }
static void lower_cr8(void) { write_cr8(0); }
static void same_class(void) { wrmsr(HV_X64_MSR_TPR, 0x8F); }
static void lower_class(void) { wrmsr(HV_X64_MSR_TPR, 0x7F); }

static void t039_tpr_holds_back(void)
{
	held_back("MSR", raise_msr, lower_msr);
	held_back("CR8", raise_cr8, lower_cr8);
	held_back("same class", same_class, lower_class);
}

/* "All including self" reaches the other VPs too: only the sender counts. */
static void see_rip(struct regs *r)
{
	if (rdmsr(HV_X64_MSR_VP_INDEX) == 0) {
		seen[0]++;
		seen[1] = r->rip;
	}
	apic_eoi();
}

/* The address after the WRMSR that sends. */
#define SEND(msr, val, after)						\
	asm volatile("wrmsr\n1: lea 1b(%%rip), %0"			\
		     : "=r"(after) : "c"(msr), "a"((u32)(val)),		\
		       "d"((u32)((u64)(val) >> 32)) : "memory")

static void t040_self_ipi_at_once(void)
{
	u64 after[4];

	forget();
	irq_set(HIGH, see_rip);
	irq_on();
	SEND(X2APIC_ICR, ICR_SELF | HIGH, after[0]);
	same("RIP (shorthand)", seen[1], after[0]);
	SEND(X2APIC_ICR, HIGH | (u64)apic_id(0) << 32, after[1]);
	same("RIP (destination)", seen[1], after[1]);
	SEND(X2APIC_SELF_IPI, HIGH, after[2]);
	same("RIP (self-IPI register)", seen[1], after[2]);
	SEND(X2APIC_ICR, ICR_ALL | HIGH, after[3]);
	same("RIP (all including self)", seen[1], after[3]);
	irq_off();
	same("interrupts", seen[0], 4);
}

static void t041_assist_at_boot(void)
{
	for (u32 n = 0; n < nr_cpus; n++)
		same("assist MSR", initial[n].assist, 0);
}

static volatile u32 *assist;

static void assist_on(void)
{
	assist = page_alloc();
	wrmsr(HV_X64_MSR_VP_ASSIST_PAGE,
	      (u64)assist | HV_X64_MSR_VP_ASSIST_PAGE_ENABLE);
	forget();
}

/* As Linux does it. */
static void lazy_eoi(void)
{
	u32 word = __atomic_exchange_n(assist, 0, __ATOMIC_SEQ_CST);

	if (word & ~HV_APIC_ASSIST_NO_EOI_REQUIRED)
		fail("the assist word is %#x", word);
	if (word & HV_APIC_ASSIST_NO_EOI_REQUIRED)
		seen[2]++;
	else
		wrmsr(HV_X64_MSR_EOI, 0);
}

static void count_high(struct regs *r)
{
	(void)r;
	seen[0]++;
	lazy_eoi();
}

static void count_low(struct regs *r)
{
	(void)r;
	seen[1]++;
	lazy_eoi();
}

static void t042_assist_loses_nothing(void)
{
	u64 i;

	assist_on();
	irq_set(HIGH, count_high);
	irq_set(LOW, count_low);
	for (i = 0; i < loops; i++) {
		/* Every eighth time there is one behind it. */
		irq_off();
		if (i % 8 == 0)
			apic_self(LOW);
		apic_self(HIGH);
		irq_on();
		if (seen[0] == i + 1 && seen[1] == i / 8 + 1)
			continue;
		irq_off();
		fail("after round %llu: %llu and %llu interrupts", i, seen[0],
		     seen[1]);
		return;
	}
	irq_off();
	print("# %llu of %llu EOIs were not required\n", seen[2],
	      seen[0] + seen[1]);
}

static void high_sees_no_offer(struct regs *r)
{
	(void)r;
	seen[0]++;
	if (*assist)
		fail("the field is %#x", *assist);
	lazy_eoi();
}

static void t043_no_assist_over_pending(void)
{
	assist_on();
	irq_set(HIGH, high_sees_no_offer);
	irq_set(LOW, count_low);
	for (u32 i = 1; i <= 100; i++) {
		irq_off();
		apic_self(LOW);
		apic_self(HIGH);
		irq_on();
		REQUIRE(seen[0] == i && seen[1] == i,
			"after round %u: %llu and %llu interrupts", i, seen[0],
			seen[1]);
	}
}

/* EOI although the bit may be 1: it must not end the outer one too. */
static void high_eoi_anyway(struct regs *r)
{
	(void)r;
	seen[0]++;
	seen[3] += *assist;
	wrmsr(HV_X64_MSR_EOI, 0);
	if (apic_bit(X2APIC_ISR, HIGH))
		fail("in service after its EOI");
	if (!apic_bit(X2APIC_ISR, LOW))
		fail("the EOI ended the interrupt below too");
	rdmsr(HV_X64_MSR_VP_INDEX);
	if (!apic_bit(X2APIC_ISR, LOW))
		fail("the next exit ended the interrupt below");
}

static void t044_eoi_in_spite_of_assist(void)
{
	assist_on();
	nest(high_eoi_anyway);
	/* Nobody is in service now, so one more must come, and only one. */
	forget();
	irq_set(HIGH, count_high);
	irq_on();
	apic_self(HIGH);
	irq_on();
	irq_off();
	same("interrupts afterwards", seen[0], 1);
}

static void high_disables_assist(struct regs *r)
{
	(void)r;
	seen[0]++;
	wrmsr(HV_X64_MSR_VP_ASSIST_PAGE, 0);
	if (!apic_bit(X2APIC_ISR, HIGH))
		fail("disabling the page ended the interrupt");
	wrmsr(HV_X64_MSR_EOI, 0);
	if (apic_bit(X2APIC_ISR, HIGH))
		fail("in service after its EOI");
}

static void t045_assist_off_in_handler(void)
{
	irq_set(HIGH, high_disables_assist);
	for (u32 i = 1; i <= 10; i++) {
		assist_on();
		irq_on();
		apic_self(HIGH);
		irq_on();
		irq_off();
		same("interrupts", seen[0], 1);
	}
}

static void see_bsp(void *arg)
{
	u64 *flag = arg;

	*flag = !!(rdmsr(MSR_APIC_BASE) & APIC_BASE_BSP);
}

static void t049_one_bsp(void)
{
	for (u32 n = 0; n < nr_cpus; n++) {
		u64 flag;

		run_on(n, see_bsp, &flag);
		CHECK(flag == !n, "CPU %u has %llu", n, flag);
	}
}

void t046_addressed_only(void);
void t047_sipi_to_running(void);
void t048_starts_in_real_mode(void);

const struct test group3[] = {
	T(32, IN_MAIN, t032_eoi_read, "reading the EOI MSR raises #GP"),
	T(33, IN_MAIN, t033_eoi_write, "an EOI ends the highest in service"),
	T(34, IN_MAIN, t034_eoi_upper_half,
	  "an EOI with a non-zero upper half raises #GP"),
	SKIPPED(35, "xAPIC mode is not offered yet"),
	SKIPPED(36, "xAPIC mode is not offered yet"),
	T(37, IN_MAIN, t037_tpr_to_cr8, "a TPR write shows in CR8"),
	T(38, IN_MAIN, t038_cr8_to_tpr, "a CR8 write shows in TPR"),
	T(39, IN_MAIN, t039_tpr_holds_back, "TPR holds an interrupt back"),
	T(40, IN_MAIN, t040_self_ipi_at_once,
	  "a self-IPI is handled before the next instruction"),
	T(41, IN_MAIN, t041_assist_at_boot, "the assist MSR reads 0 at first"),
	T(42, IN_MAIN, t042_assist_loses_nothing,
	  "EOI assist loses no interrupt"),
	T(43, IN_MAIN, t043_no_assist_over_pending,
	  "no EOI assist over a pending interrupt"),
	T(44, IN_MAIN, t044_eoi_in_spite_of_assist,
	  "an EOI in spite of the assist ends one interrupt"),
	T(45, IN_MAIN, t045_assist_off_in_handler,
	  "the assist page may go in a handler"),
	T(46, IN_MAIN, t046_addressed_only,
	  "NMI, INIT and SIPI reach the addressed VP only"),
	T(47, IN_MAIN, t047_sipi_to_running,
	  "a SIPI to a running VP has no effect"),
	T(48, IN_MAIN, t048_starts_in_real_mode,
	  "a VP starts in real mode at the SIPI vector"),
	T(49, IN_MAIN, t049_one_bsp, "only VP 0 is the boot processor"),
	{ 0 }
};
