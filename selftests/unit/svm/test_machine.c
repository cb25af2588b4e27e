// SPDX-License-Identifier: GPL-2.0
/* What the driver tells the hypervisor about a CPU (kmod/driver/machine.c). */
#include "svmtest.h"
#include "machine.h"

static __u32 max_basic, max_extended, ones, avx512_bytes, xss;
static __u32 without[5];		/* leaf, then registers */

/* A CPU with everything, and components that lie one behind the other. */
static void cpu(__u32 leaf, __u32 subleaf, __u32 r[4])
{
	for (int i = 0; i < 4; i++)
		r[i] = ones & ~(leaf == without[0] ? without[i + 1] : 0);
	if (leaf == 0)
		r[0] = max_basic;
	if (leaf == 0x80000000)
		r[0] = max_extended;
	if (leaf == 0x80000008)
		r[0] = 0x3030;
	if (leaf == 0x8000000a)
		r[1] = 32768;
	if (leaf != 0xd || !ones)
		return;
	memset(r, 0, 16);
	switch (subleaf) {
	case 0:
		r[0] = 0x602e7;			/* with AMX: bits 17, 18 */
		break;
	case 1:
		r[0] = xss << 3 | 7;
		break;
	case 2:
		r[0] = 256;
		r[1] = 576;
		break;
	case 5 ... 7:
		r[0] = avx512_bytes;
		r[1] = 832 + avx512_bytes * (subleaf - 5);
		break;
	case 9:
		r[0] = 8;
		r[1] = 832;
		break;
	case 18:
		r[0] = 8192;
		r[1] = 4096;
		break;
	}
}

static void probe(struct hvpart_machine *m, struct hvpart_svm *s)
{
	memset(m, 0, sizeof(*m));
	memset(s, 0, sizeof(*s));
	hvp_machine_probe(cpu, m, s);
}

static void all(struct hvpart_machine *m, struct hvpart_svm *s)
{
	max_basic = 0x1f;
	max_extended = 0x80000021;
	ones = ~0u;
	avx512_bytes = 512;
	xss = 1;
	memset(without, 0, sizeof(without));
	without[0] = 0x12345;			/* no leaf */
	probe(m, s);
}

static void test_everything(void)
{
	static const u8 bits[] = {
		INTERCEPT_RDPRU, INTERCEPT_INVLPGB, INTERCEPT_INVLPGB_ILLEGAL,
		INTERCEPT_MCOMMIT, INTERCEPT_TLBSYNC,
	};
	struct hvpart_machine m;
	struct hvpart_svm s;
	u32 intercepts[3] = {};

	all(&m, &s);
	for (u32 i = 0; i < ARRAY_SIZE(bits); i++)
		intercepts[bits[i] / 32] |= BIT(bits[i] % 32);
	CHECK(!memcmp(intercepts, s.intercepts, sizeof(intercepts)));
	CHECK_EQ(m.phys_bits, 48);
	CHECK_EQ(s.nr_asids, 32768);
	/* SCE, LME, LMA, NXE, SVME, FFXSR, TCE, MCOMMIT, INTWB, UAIE, AIBRSE */
	CHECK_EQ(s.efer_valid, 0x36dd01);
	CHECK_EQ(s.cr4_valid, 0xf71fff);
	CHECK(s.nrips && s.decode_assists && s.pause_filter &&
	      s.pause_threshold && s.v_spec_ctrl && s.invlpgb && s.shstk);
	CHECK(m.page1g && m.invariant_tsc && m.has_xsave && m.has_xss &&
	      m.has_cet && m.has_pku && m.has_tsc_aux && m.has_ibpb &&
	      m.ibpb_clears_rsb && !m.fp_leaks);
	/* The control block switches it. */
	CHECK(!m.has_spec_ctrl);
	CHECK_EQ(m.xcr0_mask, 0x2e7);
	CHECK_EQ(m.xsave_bytes, 832 + 3 * 512);
}

static void test_nothing(void)
{
	struct hvpart_machine m;
	struct hvpart_svm s;

	all(&m, &s);
	ones = 0;
	probe(&m, &s);
	CHECK_EQ(s.efer_valid, 0x3d01);		/* LMSLE is there by default */
	CHECK_EQ(s.cr4_valid, 0x7ff);
	CHECK(!s.intercepts[0] && !s.intercepts[1] && !s.intercepts[2]);
	CHECK(!s.nrips && !s.v_spec_ctrl && !s.shstk);
	CHECK(m.fp_leaks && !m.has_xsave && !m.has_xss && !m.page1g &&
	      !m.has_spec_ctrl && !m.has_ibpb);
	CHECK_EQ(m.xcr0_mask, 3);
	CHECK_EQ(m.xsave_bytes, 512);
}

/* Leaves beyond the end answer like others (Intel): they say nothing. */
static void test_end(void)
{
	struct hvpart_machine m;
	struct hvpart_svm s;

	all(&m, &s);
	max_extended = 0x80000020;
	probe(&m, &s);
	CHECK_EQ(s.efer_valid, 0x6dd01);
	max_extended = 0x80000007;
	max_basic = 6;
	probe(&m, &s);
	CHECK(!m.has_ibpb && !m.has_pku && m.fp_leaks && m.invariant_tsc);
	CHECK_EQ(s.cr4_valid, 0x617ff & ~BIT(12) & ~BIT(11));
}

static void test_single(void)
{
	struct hvpart_machine m;
	struct hvpart_svm s;

	/* Any of four says SPEC_CTRL, either of two says IBPB. */
	all(&m, &s);
	without[0] = 0x8000000a;
	without[4] = BIT(20);
	probe(&m, &s);
	CHECK(m.has_spec_ctrl && !s.v_spec_ctrl && s.nrips);
	without[0] = 0x80000008;
	without[2] = BIT(12);
	without[4] = 0;
	probe(&m, &s);
	CHECK(m.has_ibpb);
	without[2] = BIT(2) | BIT(20);
	probe(&m, &s);
	CHECK(m.fp_leaks);
	CHECK_EQ(s.efer_valid, 0x36fd01);
	without[0] = 1;
	without[2] = 0;
	without[3] = BIT(26);
	probe(&m, &s);
	CHECK(!m.has_xsave && !m.has_xss);
	CHECK_EQ(m.xcr0_mask, 3);
	CHECK_EQ(s.cr4_valid, 0xf71fff & ~BIT(18));
}

/* What would not fit a page is not offered. */
static void test_xsave(void)
{
	struct hvpart_machine m;
	struct hvpart_svm s;

	all(&m, &s);
	xss = 0;
	avx512_bytes = 1088;			/* 4096 in all */
	probe(&m, &s);
	CHECK_EQ(m.xcr0_mask, 0x2e7);
	CHECK_EQ(m.xsave_bytes, 4096);
	CHECK(!m.has_xss);
	avx512_bytes++;
	probe(&m, &s);
	CHECK_EQ(m.xcr0_mask, 0x207);
	CHECK_EQ(m.xsave_bytes, 840);
}

void test_machine(void)
{
	test_everything();
	test_nothing();
	test_end();
	test_single();
	test_xsave();
}
