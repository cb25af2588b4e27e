/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A child of a few instructions, run from a raw loop over HVPART_RUN_VP. It
 * measures itself: ticks of one operation, two RDTSC included.
 */
#ifndef HVP_BENCH_GUEST_H
#define HVP_BENCH_GUEST_H

#include <linux/types.h>
#include "libpart.h"

#define GUEST_SAMPLES	1000
#define GUEST_CODE	0x1000
#define GUEST_RESULTS	0x2000		/* a __u32 each */
#define GUEST_BOX	0x4000
#define GUEST_IN	0x5000		/* input of a hypercall */
#define GUEST_TABLES	0x6000
#define GUEST_HCALL	0x9000		/* where its hypercall page goes */
#define GUEST_STACK	0xf000
#define GUEST_RAM	0x10000

#define GUEST_PORT	0x99		/* OUT to nobody: go on */
#define GUEST_PORT_DONE	0x9a		/* OUT: all is measured */

/**
 * struct guest_box - at GUEST_BOX
 * @control, @in, @out: the hypercall
 * @answered: raised by the root; the guest of guest_post waits for that
 */
struct guest_box {
	__u64 control, in, out;
	__u32 answered;
};

/* Code, which runs wherever it is: real mode, and two in long mode. */
extern const char guest_out[], guest_out_end[];
extern const char guest_call[], guest_call_end[];
extern const char guest_post[], guest_post_end[];

struct guest {
	struct part_dev *dev;
	struct part *part;
	struct part_vp *vp;
	char *ram;
	struct guest_box *box;
};

/* A partition whose VP 0 is about to run [@code, @end). Or the program ends. */
void guest_create(struct guest *g, const char *code, const char *end,
		  int long_mode);

/* Until it has measured everything. */
void guest_run(struct guest *g);

/* Print what it has measured, with the VP's counters, as @key. */
void guest_report(struct guest *g, const char *key);

void guest_destroy(struct guest *g);

#endif
