// SPDX-License-Identifier: GPL-2.0
/* 9.3 APIC: NMI, INIT and SIPI */
#include "conf.h"

void t046_addressed_only(void);
void t047_sipi_to_running(void);
void t048_starts_in_real_mode(void);

static void nothing(void *arg)
{
	(void)arg;
}

static u64 nmis(u32 n)
{
	return READ_ONCE(cpus[n].irqs[X86_NMI]);
}

static void nmi_to_one(void)
{
	u64 before[MAX_CPUS];
	u32 target = nr_cpus - 1;

	for (u32 n = 0; n < nr_cpus; n++)
		before[n] = nmis(n);
	apic_send(apic_id(target), ICR_NMI);
	wait_for(&cpus[target].irqs[X86_NMI], before[target] + 1, SOON_MS);
	delay_us(5000);
	for (u32 n = 0; n < nr_cpus; n++)
		CHECK(nmis(n) - before[n] == (n == target),
		      "NMI to CPU %u: CPU %u got %llu", target, n,
		      nmis(n) - before[n]);
}

/* A CPU that waits for SIPI serves nobody; the others do. */
static void init_and_sipi_to_one(void)
{
	u32 target = nr_cpus - 1, started[MAX_CPUS];

	for (u32 n = 0; n < nr_cpus; n++)
		started[n] = READ_ONCE(cpus[n].started);
	apic_send(apic_id(target), ICR_INIT);
	delay_us(10000);
	cpus[target].work = NULL;
	run_async(target, nothing, NULL);
	delay_us(20000);
	CHECK(READ_ONCE(cpus[target].work), "CPU %u runs on after INIT",
	      target);
	for (u32 n = 0; n < nr_cpus; n++)
		if (n != target)
			run_on(n, nothing, NULL);
	cpus[target].work = NULL;
	REQUIRE(smp_start(target), "CPU %u does not start again", target);
	for (u32 n = 0; n < nr_cpus; n++)
		CHECK(READ_ONCE(cpus[n].started) - started[n] == (n == target),
		      "CPU %u started %u times", n,
		      cpus[n].started - started[n]);
}

void t046_addressed_only(void)
{
	NEED_CPUS(2);
	nmi_to_one();
	init_and_sipi_to_one();
}

static void send_sipi(void *arg)
{
	apic_send(*(u32 *)arg, ICR_SIPI | TRAMPOLINE >> 12);
}

void t047_sipi_to_running(void)
{
	u32 id = apic_id(0), started;

	NEED_CPUS(2);
	started = READ_ONCE(cpus[1].started);
	apic_send(apic_id(1), ICR_SIPI | TRAMPOLINE >> 12);
	delay_us(5000);
	run_on(1, nothing, NULL);
	same("starts of CPU 1", cpus[1].started - started, 0);
	/* Nor to the boot processor. */
	run_on(1, send_sipi, &id);
	delay_us(5000);
}

extern const u8 rm_probe_start[], rm_probe_end[];

struct probe {
	u32 cs, cr0, dx, done;
};

static bool probe_at(u32 vector, struct probe *out)
{
	u8 *page = (u8 *)((u64)vector << 12);
	volatile struct probe *p = (void *)(page + 0xFF0);
	struct timeout t = timeout_ms(SOON_MS);

	memset(page, 0, PAGE_SIZE);
	memcpy(page, rm_probe_start, rm_probe_end - rm_probe_start);
	apic_send(apic_id(1), ICR_INIT);
	delay_us(10000);
	apic_send(apic_id(1), ICR_SIPI | vector);
	while (!p->done && !expired(t))
		pause();
	*out = *p;
	return p->done == 0x600D600D;
}

void t048_starts_in_real_mode(void)
{
	static const u8 vectors[] = { 0x11, 0x2A, 0x80 };
	struct probe p;

	NEED_CPUS(2);
	for (u32 i = 0; i < ARRAY_SIZE(vectors); i++) {
		if (!probe_at(vectors[i], &p)) {
			fail("nothing runs at %#x000", vectors[i]);
			break;
		}
		same("CS", p.cs, vectors[i] << 8);
		same("CR0.PE and PG", p.cr0 & 0x80000001, 0);
	}
	cpus[1].work = NULL;
	CHECK(smp_start(1), "CPU 1 does not start again");
}
