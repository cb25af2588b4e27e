// SPDX-License-Identifier: GPL-2.0
/*
 * What the CPU has, bit by bit, in one table for each structure that says so. The
 * hypervisor does not ask again: whoever loads it is trusted until it runs, and
 * only then. It is also built for the host, with CPUs of the tests' own: no
 * Linux header here.
 *
 * APM vol. 3 appendix E; SDM vol. 2 "CPUID".
 */
#include "machine.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define ONE(n)		(1ULL << (n))

/**
 * struct bit - a bit of CPUID, and which bit of a structure says so
 * @leaf: 0x80 added: 0x80000000 and up
 * @from: A.. + bit; NOT: when it is clear
 * @to:   TO_FLAG(struct, member) or TO_BIT(struct, member, bit)
 */
struct bit {
	__u8 leaf, from;
	__u16 to;
};

#define A	0
#define B	32
#define C	64
#define D	96
#define NOT	128
#define TO_BIT(s, member, n)	(__builtin_offsetof(s, member) * 8 + (n))
#define TO_FLAG(s, member)	TO_BIT(s, member, 0)

#define HAS(leaf, from, flag)	\
	{ leaf, from, TO_FLAG(struct hvpart_machine, flag) }

static const struct bit machine_bits[] = {
	HAS(0x01, C + 26, has_xsave),
	HAS(0x07, C + 7, has_cet),
	HAS(0x07, C + 3, has_pku),
	HAS(0x81, D + 26, page1g),
	HAS(0x81, D + 27, has_tsc_aux),
	HAS(0x87, D + 8, invariant_tsc),
	HAS(0x88, B + 12, has_ibpb),
	HAS(0x07, D + 26, has_ibpb),
	HAS(0x88, B + 30, ibpb_clears_rsb),	/* IBPB_RET */
	HAS(0x88, B + 14, has_spec_ctrl),
	HAS(0x88, B + 15, has_spec_ctrl),
	HAS(0x88, B + 24, has_spec_ctrl),
	HAS(0x07, D + 26, has_spec_ctrl),
	HAS(0x88, NOT + B + 2, fp_leaks),	/* XSaveErPtr */
};

#define SVM(leaf, from, flag)	\
	{ leaf, from, TO_FLAG(struct hvpart_svm, flag) }
/* EFER and CR4 bits that exist if a CPUID bit says so; the rest must be 0. */
#define EFER(leaf, from, n)	\
	{ leaf, from, TO_BIT(struct hvpart_svm, efer_valid, n) }
#define CR4(leaf, from, n)	\
	{ leaf, from, TO_BIT(struct hvpart_svm, cr4_valid, n) }
/* Intercepts that only a CPU with the instruction takes (APM vol. 2, B.1). */
#define INTERCEPT(leaf, from, word, n)	\
	{ leaf, from, TO_BIT(struct hvpart_svm, intercepts, (word) * 32 + (n)) }

static const struct bit svm_bits[] = {
	SVM(0x8a, D + 3, nrips),
	SVM(0x8a, D + 7, decode_assists),
	SVM(0x8a, D + 10, pause_filter),
	SVM(0x8a, D + 12, pause_threshold),
	SVM(0x8a, D + 20, v_spec_ctrl),
	SVM(0x8a, D + 24, invlpgb),
	SVM(0x07, C + 7, shstk),
	INTERCEPT(0x88, B + 4, 1, 14),		/* RDPRU */
	INTERCEPT(0x8a, D + 24, 2, 0),		/* INVLPGB */
	INTERCEPT(0x8a, D + 24, 2, 1),		/* INVLPGB, illegal */
	INTERCEPT(0x88, B + 8, 2, 3),		/* MCOMMIT */
	INTERCEPT(0x8a, D + 24, 2, 4),		/* TLBSYNC */
	EFER(0x81, D + 25, 14),			/* FFXSR */
	EFER(0x81, C + 17, 15),			/* TCE */
	EFER(0x88, B + 8, 17),			/* MCOMMIT */
	EFER(0x88, B + 13, 18),			/* INTWB */
	EFER(0xa1, A + 7, 20),			/* UAIE */
	EFER(0xa1, A + 8, 21),			/* AIBRSE */
	EFER(0x88, NOT + B + 20, 13),		/* LMSLE */
	CR4(0x07, C + 2, 11),			/* UMIP */
	CR4(0x07, C + 16, 12),			/* LA57 */
	CR4(0x07, B + 0, 16),			/* FSGSBASE */
	CR4(0x01, C + 17, 17),			/* PCIDE */
	CR4(0x01, C + 26, 18),			/* OSXSAVE */
	CR4(0x07, B + 7, 20),			/* SMEP */
	CR4(0x07, B + 20, 21),			/* SMAP */
	CR4(0x07, C + 3, 22),			/* PKE */
	CR4(0x07, C + 7, 23),			/* CET */
};

/* What every CPU with SVM and long mode has. */
#define EFER_ALWAYS	(ONE(0) | ONE(8) | ONE(10) | ONE(11) | ONE(12))
#define CR4_ALWAYS	(ONE(11) - 1)

/* Intel answers for a leaf beyond the end with another one. */
void hvp_cpuid_leaf(hvp_cpuid_fn cpuid, __u32 leaf, __u32 subleaf, __u32 r[4])
{
	cpuid(leaf & 0x80000000, 0, r);
	if (leaf <= r[0])
		cpuid(leaf, subleaf, r);
	else
		r[0] = r[1] = r[2] = r[3] = 0;
}

static void bits(hvp_cpuid_fn cpuid, const struct bit *b, unsigned int n,
		 void *base)
{
	__u32 r[4], leaf;
	int set;

	for (; n--; b++) {
		leaf = (b->leaf & 0x7f) | (__u32)(b->leaf & 0x80) << 24;
		hvp_cpuid_leaf(cpuid, leaf, 0, r);
		set = r[b->from / 32 % 4] >> b->from % 32 & 1;
		if (set == !(b->from & NOT))
			((__u8 *)base)[b->to / 8] |= 1 << b->to % 8;
	}
}

#define PAGE_BYTES	4096
#define XCR0_X87	ONE(0)
#define XCR0_SSE	ONE(1)
#define XCR0_AVX	ONE(2)
#define XCR0_AVX512	(ONE(5) | ONE(6) | ONE(7))
#define XCR0_PKRU	ONE(9)

/* Bytes of @mask in the standard format (SDM vol. 1, 13.4). */
static __u32 xsave_bytes(hvp_cpuid_fn cpuid, __u64 mask)
{
	__u32 size = 576, r[4], i;	/* legacy region and header */

	for (i = 2; i < 63; i++) {
		if (!(mask & ONE(i)))
			continue;
		cpuid(0xd, i, r);
		if (r[0] + r[1] > size)
			size = r[0] + r[1];
	}
	return size;
}

/*
 * What a child may dirty is what a world switch saves, in one page. Larger
 * state (AMX) stays disabled in children and so untouched in the CPU.
 */
static void xsave(hvp_cpuid_fn cpuid, struct hvpart_machine *m)
{
	__u32 r[4];

	m->xcr0_mask = XCR0_X87 | XCR0_SSE;
	m->xsave_bytes = 512;
	if (!m->has_xsave)
		return;
	cpuid(0xd, 1, r);
	m->has_xss = r[0] >> 3 & 1;
	cpuid(0xd, 0, r);
	m->xcr0_mask = ((__u64)r[3] << 32 | r[0]) &
		(XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512 | XCR0_PKRU);
	if (xsave_bytes(cpuid, m->xcr0_mask) > PAGE_BYTES)
		m->xcr0_mask &= ~XCR0_AVX512;
	m->xsave_bytes = xsave_bytes(cpuid, m->xcr0_mask);
}

void hvp_machine_probe(hvp_cpuid_fn cpuid, struct hvpart_machine *m,
		       struct hvpart_svm *svm)
{
	__u32 r[4];

	cpuid(0x80000008, 0, r);
	m->phys_bits = r[0];
	bits(cpuid, machine_bits, COUNT(machine_bits), m);
	xsave(cpuid, m);
	cpuid(0x8000000a, 0, r);
	svm->nr_asids = r[1];
	svm->efer_valid = EFER_ALWAYS;
	svm->cr4_valid = CR4_ALWAYS;
	bits(cpuid, svm_bits, COUNT(svm_bits), svm);
	/* VMRUN switches the guest's value (APM vol. 2, 15.36.8): no world does. */
	if (svm->v_spec_ctrl)
		m->has_spec_ctrl = 0;
}
