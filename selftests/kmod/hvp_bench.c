// SPDX-License-Identifier: GPL-2.0
/*
 * Root-side figures of "make bench": what a hypercall costs, and a positive
 * control that causes an exact number of exits.
 *
 *   insmod hvp_bench.ko            root_null_hypercall, median of 1,000
 *   insmod hvp_bench.ko exits=N    exactly N hypercalls, nothing measured
 *
 * Prints "@@bench KEY MIN MEDIAN" (ticks of the TSC, two RDTSC included).
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <asm/msr.h>
#include <hvpart/hypercall.h>

#define SAMPLES		1000

static unsigned int exits;
module_param(exits, uint, 0);
MODULE_PARM_DESC(exits, "make exactly this many hypercalls and measure nothing");

static u64 null_hypercall(void)
{
	register u64 r8 asm("r8") = 0;
	u64 result;

	asm volatile("vmmcall"
		     : "=a"(result), "+r"(r8)
		     : "c"((u64)HVCALL_HVPART_NULL | HV_HYPERCALL_FAST_BIT),
		       "d"(0ull)
		     : "memory", "cc");
	return result;
}

static int compare(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int measure(void)
{
	u64 *t = kmalloc_array(SAMPLES, sizeof(*t), GFP_KERNEL);
	unsigned long flags;
	u64 start, failed = 0;
	unsigned int i;

	if (!t)
		return -ENOMEM;
	local_irq_save(flags);
	for (i = 0; i < SAMPLES; i++) {
		start = rdtsc();
		failed |= null_hypercall() & HV_HYPERCALL_RESULT_MASK;
		t[i] = rdtsc() - start;
	}
	local_irq_restore(flags);
	sort(t, SAMPLES, sizeof(*t), compare, NULL);
	if (failed)
		pr_err("the hypercall failed\n");
	else
		pr_info("@@bench root_null_hypercall %llu %llu\n", t[0],
			t[SAMPLES / 2]);
	kfree(t);
	return failed ? -EIO : 0;
}

static int __init hvp_bench_init(void)
{
	unsigned int i;

	if (!exits)
		return measure();
	for (i = 0; i < exits; i++)
		null_hypercall();
	return 0;
}
module_init(hvp_bench_init);

/* Nothing is kept; the exit function only makes rmmod possible. */
static void __exit hvp_bench_exit(void)
{
}
module_exit(hvp_bench_exit);

MODULE_DESCRIPTION("hvpart: root-side figures");
MODULE_LICENSE("GPL");
