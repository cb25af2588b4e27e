// SPDX-License-Identifier: GPL-2.0
/* The other CPUs: how they start, how they get work. */
#include "apic.h"
#include "guest.h"

#define START_MS	10000
#define WORK_MS		60000

struct cpu cpus[MAX_CPUS] __attribute__((aligned(64)));
u32 nr_cpus = 1;

extern const u8 trampoline_start[], trampoline_end[];
void ap_entry(u32 n);

void apic_init_cpu(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_EXTD)) {
		if (!(cpuid(1, 0).ecx & BIT(21)))
			bail_out("no x2APIC");
		wrmsr(MSR_APIC_BASE, base | APIC_BASE_EN | APIC_BASE_EXTD);
	}
	wrmsr(X2APIC_SVR, 0x100 | VEC_SPURIOUS);
	wrmsr(X2APIC_TPR, 0);
}

/* Interrupts are off while fn() runs, unless it says otherwise. */
static void serve(struct cpu *c)
{
	for (;;) {
		void (*fn)(void *);

		irq_off();
		fn = __atomic_load_n(&c->work, __ATOMIC_ACQUIRE);
		if (!fn) {
			irq_on_halt();
			continue;
		}
		c->faulted = trap_escape(fn, c->arg);
		irq_off();
		__atomic_store_n(&c->work, NULL, __ATOMIC_RELEASE);
	}
}

void ap_entry(u32 n)
{
	struct cpu *c = &cpus[n];

	c->index = n;
	trap_init_cpu(c);
	apic_init_cpu();
	c->work = NULL;
	__atomic_add_fetch(&c->started, 1, __ATOMIC_RELEASE);
	serve(c);
}

static bool came(struct cpu *c, u32 before, u64 ms)
{
	struct timeout t = timeout_ms(ms);

	while (__atomic_load_n(&c->started, __ATOMIC_ACQUIRE) == before) {
		if (expired(t))
			return false;
		pause();
	}
	return true;
}

bool smp_start(u32 n)
{
	struct cpu *c = &cpus[n];
	u32 before = c->started;

	memcpy((void *)TRAMPOLINE, trampoline_start,
	       trampoline_end - trampoline_start);
	apic_send(apic_id(n), ICR_INIT);
	delay_us(10000);
	apic_send(apic_id(n), ICR_SIPI | TRAMPOLINE >> 12);
	return came(c, before, START_MS);
}

void smp_start_all(u32 wanted)
{
	for (u32 n = 1; n < wanted && n < MAX_CPUS; n++) {
		if (!smp_start(n))
			bail_out("CPU %u does not start", n);
		nr_cpus++;
	}
}

void run_async(u32 n, void (*fn)(void *), void *arg)
{
	struct cpu *c = &cpus[n];

	if (c->work)
		bail_out("CPU %u has work already", n);
	c->arg = arg;
	__atomic_store_n(&c->work, fn, __ATOMIC_RELEASE);
	apic_send(apic_id(n), ICR_FIXED | VEC_CALL);
}

void run_wait(u32 n)
{
	struct timeout t = timeout_ms(WORK_MS);

	while (__atomic_load_n(&cpus[n].work, __ATOMIC_ACQUIRE)) {
		if (expired(t))
			bail_out("CPU %u does not finish its work", n);
		pause();
	}
	if (cpus[n].faulted)
		trap_raise(&cpus[n].fault);
}

void run_on(u32 n, void (*fn)(void *), void *arg)
{
	if (n == cpu()->index) {
		fn(arg);
		return;
	}
	run_async(n, fn, arg);
	run_wait(n);
}

void run_on_all(void (*fn)(void *), void *arg)
{
	for (u32 n = 0; n < nr_cpus; n++)
		run_on(n, fn, arg);
}
