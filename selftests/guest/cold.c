// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that says which memory it does not use, and lies: pages that are not its
 * own, that the host uses, that are no memory; and looks in each way at what it gave
 * back. 64 MiB, 2 VPs. "@@" lines tell what it found; wrong ones begin with "@@bad".
 *
 *	do=none		there shall be no hints
 *	do=empty	there shall be extended hypercalls, but no hints
 */
#include <hvpart/call_guest.h>
#include <hvpart/dynmem.h>
#include "guest.h"
#include "hyperv.h"
#include "vmbus.h"

#define M		(1ULL << 20)
#define FREE		(16 * M)	/* not used otherwise */
#define FREE_END	(48 * M)
#define BOOT_END	(64 * M)
#define RANGES		511

#define SMALL(gpa, n)	((u64)(gpa) | ((n) - 1))
#define LARGE(gpa, n)	((u64)(gpa) | HV_GPA_RANGE_LARGE | ((n) - 1))
#define HUGE(gpa, n)	(LARGE(gpa, n) | HV_GPA_RANGE_1G)

static const struct vmbus_guid class = DYNMEM_GUID;
static struct vmbus_channel ch;
static u64 input[1 + RANGES] __attribute__((aligned(4096)));
static u64 answer[512] __attribute__((aligned(4096)));
static u64 rounds, wrong;

static void check(bool good, const char *what)
{
	print("@@%s %s\n", good ? "good" : "bad", what);
}

static u64 query(void)
{
	return hcall(HV_EXT_CALL_QUERY_CAPABILITIES, 0, (u64)answer);
}

/* The whole result word. */
static u64 hint(u64 kind, const u64 *range, u32 n)
{
	input[0] = kind;
	for (u32 i = 0; i < n; i++)
		input[1 + i] = range[i];
	return hcall(HV_EXT_CALL_MEMORY_HEAT_HINT | reps(n, 0), (u64)input, 0);
}

static bool cold(u64 range)
{
	return hint(HV_EXT_MEMORY_HEAT_HINT_COLD_DISCARD, &range, 1) == reps(1, 0);
}

static u64 pattern(u64 gpa)
{
	return gpa ^ 0x5A5AA5A5DEADBEEF;
}

static void fill(u64 gpa, u64 end)
{
	for (; gpa < end; gpa += 4096)
		*(volatile u64 *)gpa = pattern(gpa);
}

/* Every page still has its number; or every page is empty. */
static bool is(u64 gpa, u64 end, bool full)
{
	for (; gpa < end; gpa += 4096)
		if (*(volatile u64 *)gpa != (full ? pattern(gpa) : 0))
			return false;
	return true;
}

static void offered(bool rights, u64 caps)
{
	const u64 range = LARGE(FREE, 1);

	check(!!(hv_features().ebx & HV_ENABLE_EXTENDED_HYPERCALLS) == rights,
	      "CPUID");
	answer[0] = ~0ULL;
	check(query() == (rights ? HV_STATUS_SUCCESS :
			  HV_STATUS_INVALID_HYPERCALL_CODE) &&
	      answer[0] == (rights ? caps : ~0ULL), "capabilities");
	if (caps)
		return;
	fill(FREE, FREE + 2 * M);
	check(hint(2, &range, 1) == HV_STATUS_INVALID_HYPERCALL_CODE,
	      "no hints");
	check(is(FREE, FREE + 2 * M, true), "nothing is lost");
}

static void gives(void)
{
	const u64 two[] = { LARGE(20 * M, 2), SMALL(25 * M + 4096, 3) };

	fill(FREE, FREE_END);
	check(hint(2, two, 2) == reps(2, 0), "two ranges");
	check(is(20 * M, 24 * M, false), "zeros");
	check(is(25 * M + 4096, 25 * M + 4 * 4096, false), "zeros in small pages");
	check(is(FREE, 20 * M, true) && is(24 * M, 25 * M + 4096, true) &&
	      is(25 * M + 4 * 4096, FREE_END, true), "the rest is whole");
	fill(FREE, FREE_END);
	check(is(FREE, FREE_END, true), "all can be used again");
}

/* One after the other, behind a good range and before another one. */
static void lies(void)
{
	static const u64 bad[] = {
		LARGE(20 * M, 1) | 1 << 13, LARGE(20 * M, 1) | 1 << 20,
		LARGE(BOOT_END, 1), LARGE(BOOT_END - 2 * M, 2),
		LARGE(0, 2048), HUGE(0, 1), HUGE(2 * M, 1), HUGE(0, 2048),
		SMALL(BOOT_END - 4096, 2), SMALL(0xFEC00000, 1),
		SMALL(0xFEE00000, 1), LARGE(1ULL << 32, 1), ~0ULL,
		SMALL(~0xFFFULL, 1), LARGE(~0x1FFFFFULL, 2048),
	};
	static const u64 kinds[] = { 0, 1, 3, 4, 2 | 1ULL << 2, 2 | 1ULL << 63 };
	bool good = true;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		const u64 range[] = { LARGE(20 * M, 1), bad[i], LARGE(24 * M, 1) };

		fill(20 * M, 26 * M);
		good &= hint(2, range, 3) ==
			(HV_STATUS_INVALID_PARAMETER | reps(1, 0));
		good &= is(20 * M, 22 * M, false) && is(24 * M, 26 * M, true);
	}
	check(good, "what is no memory is refused, what came before is done");
	good = true;
	fill(20 * M, 22 * M);
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		const u64 range = LARGE(20 * M, 1);

		good &= hint(kinds[i], &range, 1) == HV_STATUS_INVALID_PARAMETER;
	}
	check(good && is(20 * M, 22 * M, true), "other hints are refused");
}

static void forms(void)
{
	const u64 heat = HV_EXT_CALL_MEMORY_HEAT_HINT;
	const u64 in = (u64)input;

	input[0] = 2;
	for (u32 i = 0; i < RANGES; i++)
		input[1 + i] = LARGE(20 * M, 1);
	check(hcall(heat, in, 0) == 3 && hcall(heat | reps(1, 1), in, 0) == 3 &&
	      hcall(heat | reps(1, 0) | varhead(1), in, 0) == 3 &&
	      hcall(heat | reps(1, 0) | HV_HYPERCALL_FAST_BIT, 2, input[1]) == 3 &&
	      hcall(heat | reps(1, 0) | 1ULL << 31, in, 0) == 3, "bad forms");
	check(hcall(heat | reps(RANGES + 1, 0), in, 0) == 4 &&
	      hcall(heat | reps(0xFFF, 0), in, 0) == 4 &&
	      hcall(heat | reps(1, 0), in + 4, 0) == 4 &&
	      hcall(heat | reps(1, 0), BOOT_END, 0) == 4 &&
	      hcall(heat | reps(1, 0), ~0xFULL, 0) == 4, "bad places");
	check(hcall(HV_EXT_CALL_QUERY_CAPABILITIES, 0, BOOT_END) == 4 &&
	      hcall(HV_EXT_CALL_QUERY_CAPABILITIES, 0, 1) == 4 &&
	      hcall(HV_EXT_CALL_QUERY_CAPABILITIES | reps(1, 0), 0, in) == 3 &&
	      hcall(HV_EXT_CALL_GET_BOOT_ZEROED_MEMORY, 0, in) == 2 &&
	      hcall(0xFFFF, in, in) == 2 && hcall(0x8000, in, in) == 2,
	      "bad calls");
	check(is(20 * M, 22 * M, true), "nothing of that was done");
	check(hcall(heat | reps(RANGES, 0), in, 0) == reps(RANGES, 0),
	      "a page full of the same");
	check(hcall(heat | reps(RANGES, 500), in, 0) == reps(RANGES, 0),
	      "from a start index on");
	check(is(20 * M, 22 * M, false), "is done once");
	for (u32 i = 0; i < RANGES; i++)
		input[1 + i] = LARGE(FREE, 16);
	check(hcall(heat | reps(RANGES, 0), in, 0) == reps(RANGES, 0),
	      "16 GiB, one after the other");
	check(is(FREE, FREE_END, false), "are what there is");
}

/* What the host or the hypervisor uses, and what cannot be given. */
static void in_use(void)
{
	const u64 pfn = (FREE + M) >> 12;
	u32 handle = vmbus_new_handle();
	u64 ring = (u64)ch.rings;

	check(cold(SMALL(0, 256)) && cold(SMALL(0xF0000, 16)), "firmware");
	check(cold(SMALL(ring, ch.pages)), "rings");
	check(cold(SMALL(rdmsr(HV_X64_MSR_SIMP) & ~0xFFFULL, 1)) &&
	      cold(SMALL(rdmsr(HV_X64_MSR_SIEFP) & ~0xFFFULL, 1)) &&
	      cold(SMALL(hcall_page(), 1)), "what is below overlays");
	check(vmbus_quiet(), "messages still come");
	/* Lent from what is absent: it comes back, and stays. */
	check(cold(LARGE(FREE, 1)) && !vmbus_gpadl(ch.relid, handle, &pfn, 1),
	      "what was given back can be lent");
	fill(FREE, FREE + 2 * M);
	check(cold(LARGE(FREE, 1)) && is(FREE, FREE + 2 * M, true),
	      "what is lent stays");
	check(vmbus_teardown(ch.relid, handle), "it is the guest's again");
	check(cold(LARGE(FREE, 1)) && is(FREE, FREE + 2 * M, false), "and goes");
}

static void copy(void *to, const void *from, u64 n)
{
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) :: "memory");
}

/* Each way to reach memory that is absent, in 2 MiB of its own. */
static void touch(void)
{
	u64 gpa = FREE, buf[8] = { 1 }, page = (u64)input, rest;

	check(cold(LARGE(FREE, 16)), "all of it");
	*(volatile u64 *)gpa = 3;
	check(*(volatile u64 *)gpa == 3 && is(gpa + 4096, gpa + 2 * M, false),
	      "written");
	gpa += 2 * M;
	copy(buf, (void *)(gpa - 8 + 4096), sizeof(buf));
	check(!buf[0] && !buf[7], "copied: zeros");
	gpa += 2 * M;
	buf[0] = 7;
	copy((void *)(gpa + 4092), buf, sizeof(buf));
	check(*(volatile u32 *)(gpa + 4092) == 7, "copied there");
	gpa += 2 * M;
	rest = gpa + 4094;
	asm volatile("mov $4, %%ecx; rep outsb" : "+S"(rest)
		     : "d"((u16)0x80) : "memory", "rcx");
	check(rest == gpa + 4098, "string output");
	gpa += 2 * M;
	check(__atomic_fetch_add((u64 *)gpa, 1, __ATOMIC_SEQ_CST) == 0,
	      "locked add");
	gpa += 2 * M;
	check(hcall(HV_EXT_CALL_QUERY_CAPABILITIES, 0, gpa) == 0 &&
	      *(volatile u64 *)gpa == 0x100, "output of a hypercall");
	gpa += 2 * M;
	check(hcall(HV_EXT_CALL_MEMORY_HEAT_HINT | reps(1, 0), gpa, 0) ==
	      HV_STATUS_INVALID_PARAMETER, "input of a hypercall: zeros");
	/* A hint may be about the page that it is in. */
	gpa += 2 * M;
	copy((void *)gpa, (void *)page, 4096);
	*(u64 *)gpa = 2;
	((u64 *)gpa)[1] = LARGE(gpa, 1);
	((u64 *)gpa)[2] = SMALL(gpa, 512);
	check(hcall(HV_EXT_CALL_MEMORY_HEAT_HINT | reps(2, 0), gpa, 0) ==
	      reps(2, 0) && is(gpa, gpa + 2 * M, false), "its own input");
}

/* VP 1 gives 2 MiB away for as long as VP 0 writes them. */
static void gives_on(void *arg)
{
	static u64 own[2] __attribute__((aligned(4096)));

	(void)arg;
	own[0] = 2;
	own[1] = LARGE(20 * M, 1);
	for (u32 i = 0; i < 200; i++)
		wrong += hcall(HV_EXT_CALL_MEMORY_HEAT_HINT | reps(1, 0),
			       (u64)own, 0) != reps(1, 0);
	__atomic_store_n(&rounds, 1, __ATOMIC_SEQ_CST);
}

static void race(void)
{
	volatile u64 *p = (void *)(20 * M);
	u64 n = 0;

	run_async(1, gives_on, NULL);
	while (!__atomic_load_n(&rounds, __ATOMIC_SEQ_CST)) {
		u64 was;

		p[n % 512 * 512] = n | 1ULL << 63;
		was = p[n % 512 * 512];
		/* What is there was written, or is gone. */
		wrong += was && was != (n | 1ULL << 63);
		n++;
	}
	run_wait(1);
	check(!wrong, "two VPs, for and against");
	check(n > 100, "and both got on");
}

static void hints(void)
{
	const struct vmbus_offer *offer;

	vmbus_synic_on();
	if (!vmbus_contact(VMBUS_VERSION_5_3) || vmbus_offers() == NO_ANSWER)
		bail_out("no VMBus");
	offer = vmbus_find(class.b, 0);
	if (!offer || !vmbus_open(&ch, offer, 5))
		bail_out("no channel");
	gives();
	lies();
	forms();
	in_use();
	touch();
	race();
	/* The last half stays with the host. */
	fill(FREE, FREE_END);
	check(cold(LARGE(32 * M, 8)), "half of it");
}

void guest_main(void)
{
	hcall_setup(NULL);
	if (option_is("do=", "none")) {
		offered(false, 0);
	} else if (option_is("do=", "empty")) {
		offered(true, 0);
	} else {
		smp_start_all(2);
		offered(true, HV_EXT_CAPABILITY_MEMORY_COLD_DISCARD_HINT);
		hints();
	}
	print("@@ready\n");
	for (;;)
		delay_us(100000);
}
