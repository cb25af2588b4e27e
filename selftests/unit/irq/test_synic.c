// SPDX-License-Identifier: GPL-2.0
/* SynIC: registers, pages and delivery (statements 62..98). */
#include <stdlib.h>

#include "synic_kit.h"

/* --- registers and pages ------------------------------------------------------ */

static void registers(void)
{
	static const u32 plain[] = { HV_X64_MSR_SCONTROL, HV_X64_MSR_SIMP,
		HV_X64_MSR_SIEFP };

	sim_init();
	CHECK_EQ(rd(vp0, HV_X64_MSR_SVERSION), 1);	/* 62 */
	CHECK(wr_faults(vp0, HV_X64_MSR_SVERSION, 1));	/* 63 */
	CHECK_EQ(rd(vp0, HV_X64_MSR_EOM), 0);		/* 64 */
	wr(vp0, HV_X64_MSR_EOM, 0);			/* 65 */
	CHECK(!apic_irr_any(vp0));
	for (u32 i = 0; i < 3; i++)
		CHECK_EQ(rd(vp0, plain[i]), 0);		/* 66, 68 */
	for (u32 i = 0; i < 16; i++)
		CHECK_EQ(rd(vp0, SINT(i)), 0x10000);	/* 67 */
	for (u32 i = 0; i < 3; i++) {			/* 69 */
		wr(vp0, plain[i], 0x7123456789abcffeull);
		CHECK_EQ(rd(vp0, plain[i]), 0x7123456789abcffeull);
		wr(vp0, plain[i], 0x3fff);
		CHECK_EQ(rd(vp0, plain[i]), 0x3fff);
		CHECK_EQ(rd(vp1, plain[i]), 0);		/* 70 */
	}
	for (u32 i = 0; i < 16; i++) {
		wr(vp0, SINT(i), 0xfffffffffff8ff30ull + i);
		CHECK_EQ(rd(vp0, SINT(i)), 0xfffffffffff8ff30ull + i);
		CHECK_EQ(rd(vp1, SINT(i)), 0x10000);
	}
	CHECK(rd_faults(vp0, HV_X64_MSR_SIRBP));
	CHECK(wr_faults(vp0, 0x40000086, 0));
	sim_exit();
}

static void sint_vectors(void)
{
	sim_init();
	wr(vp0, SINT(3), 0x10033);
	CHECK(wr_faults(vp0, SINT(3), 15));		/* 71 */
	CHECK(wr_faults(vp0, SINT(3), AUTO_EOI));
	CHECK_EQ(rd(vp0, SINT(3)), 0x10033);
	wr(vp0, SINT(3), 0x10000);			/* 72 */
	wr(vp0, SINT(3), 0x1000f);
	wr(vp0, SINT(3), 16);				/* 73 */
	wr(vp0, SINT(3), 255);
	sim_exit();
}

static void break_sint_reset(void)
{
	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_SINT_RESET, 1);
	CHECK_EQ(rd(vp0, SINT(5)), 0);
	sim_exit();
}

static void pages(u32 msr, u64 gpn)
{
	u8 *page;

	sim_init();
	memset(guest_ram + gpn * 4096, 0xaa, 4096);
	wr(vp0, msr, gpn << 12 | 1);
	page = guest_page(gpn);
	CHECK(page != guest_ram + gpn * 4096);
	for (u32 i = 0; i < 4096; i++)
		CHECK(!page[i]);			/* 74, 75 */
	page[100] = 0x77;
	wr(vp0, msr, 5 << 12 | 1);			/* moves with contents */
	page = guest_page(5);
	CHECK_EQ(page[100], 0x77);
	CHECK_EQ(*(u8 *)guest_page(gpn), 0xaa);		/* 76 */
	wr(vp0, msr, 5 << 12);
	CHECK(guest_page(5) == guest_ram + 5 * 4096);
	wr(vp0, msr, 5 << 12 | 1);
	CHECK_EQ(((u8 *)guest_page(5))[100], 0);	/* 78 */
	/* Beyond the space: accepted, out of reach. */
	wr(vp0, msr, 0xfffffffffffff001ull);
	CHECK_EQ(rd(vp0, msr), 0xfffffffffffff001ull);
	wr(vp0, msr, 0);
	overlay_fails = true;				/* no page for a table */
	/* Not a fault: the access is repeated after a deposit. */
	CHECK_EQ(msr_write(vp0, msr, 0x1001), MSR_WAIT_MEMORY);
	CHECK_EQ(rd(vp0, msr), 0);
	overlay_fails = false;
	sim_exit();
}

static void sim_page(void)
{
	pages(HV_X64_MSR_SIMP, 3);
}

static void sief_page(void)
{
	pages(HV_X64_MSR_SIEFP, 4);
}

/* --- delivery (TLFS 2.5) -------------------------------------------------------- */

static void layout(void)
{
	struct synic_msg m;
	struct hv_message *s;

	on();
	s = slot(vp0, 2);
	memset(s, 0xee, sizeof(*s));
	s->header.message_type = 0;
	post(vp0, 2, msg(&m, 0x81, 21));
	CHECK_EQ(done, 1);
	CHECK((u8 *)s == (u8 *)guest_page(1) + 512);	/* 83 */
	CHECK_EQ(*(u32 *)s, 0x81);			/* 81 */
	CHECK_EQ(((u8 *)s)[4], 21);			/* 82 */
	CHECK_EQ(((u8 *)s)[5], 0);			/* 97 */
	CHECK_EQ(((u8 *)s)[6] | ((u8 *)s)[7], 0);
	CHECK_EQ(s->header.sender, 0x123456789abcdef0ull);
	for (u32 i = 0; i < 21; i++)
		CHECK_EQ(s->u.bytes[i], 0x81 + i);
	CHECK_EQ(s->u.bytes[21], 0xee);
	CHECK_EQ(run(vp0), 0x52);			/* 84 */
	wr(vp0, 0x80b, 0);
	CHECK_EQ(run(vp0), -1);
	CHECK_EQ(vp0->stats.messages, 1);
	sim_exit();
}

static void sizes(void)
{
	struct synic_msg m;

	on();
	post(vp0, 2, msg(&m, 5, 0));
	CHECK_EQ(take_message(vp0, 2), 5);
	post(vp0, 2, msg(&m, 5, 240));
	CHECK(!memcmp(slot(vp0, 2)->u.bytes, m.msg->u.bytes, 240));
	sim_exit();
}

static void busy_slot(bool by_eoi)
{
	struct synic_msg a, b, c;

	on();
	post(vp0, 2, msg(&a, 1, 8));
	CHECK_EQ(run(vp0), 0x52);
	CHECK(!slot(vp0, 2)->header.message_flags.msg_pending);
	post(vp0, 2, msg(&b, 2, 8));
	post(vp0, 2, msg(&c, 3, 8));
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);		/* 85 */
	CHECK(slot(vp0, 2)->header.message_flags.msg_pending);	/* 86 */
	CHECK_EQ(done, 1);
	wr(vp0, HV_X64_MSR_EOM, 0);				/* 92 */
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);
	CHECK_EQ(slot(vp0, 2)->u.bytes[0], 1);
	CHECK_EQ(run(vp0), -1);
	slot(vp0, 2)->header.message_type = 0;
	if (by_eoi) {
		wr(vp0, 0x80b, 0);				/* 88 */
		settle(vp0);
	} else {
		wr(vp0, HV_X64_MSR_EOM, 0);			/* 87 */
		wr(vp0, 0x80b, 0);
	}
	CHECK_EQ(slot(vp0, 2)->header.message_type, 2);		/* 91 */
	CHECK(slot(vp0, 2)->header.message_flags.msg_pending);
	CHECK_EQ(run(vp0), 0x52);				/* 89 */
	CHECK_EQ(run(vp0), -1);			/* one message, one interrupt */
	slot(vp0, 2)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_EOM, 0);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 3);
	CHECK(!slot(vp0, 2)->header.message_flags.msg_pending);	/* 97 */
	CHECK_EQ(done, 3);
	sim_exit();
}

static void rescan_by_eom(void)
{
	busy_slot(false);
}

static void rescan_by_eoi(void)
{
	busy_slot(true);
}

/* EOM looks at every queue, EOI of a vector at those behind it. */
static void scan_all(void)
{
	struct synic_msg m[6];

	on();
	wr(vp0, SINT(3), 0x53);
	wr(vp0, SINT(4), 0x53);			/* two sources, one vector */
	for (u32 i = 0; i < 6; i++)
		post(vp0, 2 + i % 3, msg(&m[i], 10 + i, 0));
	for (u32 i = 0; i < 3; i++)
		slot(vp0, 2 + i)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_EOM, 0);
	for (u32 i = 0; i < 3; i++)
		CHECK_EQ(slot(vp0, 2 + i)->header.message_type, 13 + i);
	CHECK_EQ(done, 6);
	sim_exit();
}

/* 90: a guest that only frees slots. */
static void retry(void)
{
	struct synic_msg a, b;

	on();
	post(vp0, 2, msg(&a, 1, 0));
	CHECK_EQ(vp0->deadline[DL_SYNIC], 0);
	cur = 1;				/* another CPU posts */
	post(vp0, 2, msg(&b, 2, 0));
	CHECK_EQ(kicks[0], 1);			/* once, for the queue */
	settle(vp0);
	CHECK(vp0->deadline[DL_SYNIC]);
	slot(vp0, 2)->header.message_type = 0;
	advance(vp0, 5 * MS);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 2);
	CHECK_EQ(vp0->deadline[DL_SYNIC], 0);
	sim_exit();
}

/* A slot that stays busy is looked at again and again, without kicks. */
static void retry_goes_on(void)
{
	struct synic_msg m[4];

	on();
	for (u32 i = 0; i < 4; i++) {
		cur = 1;
		post(vp0, 2, msg(&m[i], 1 + i, 0));
		settle(vp0);
	}
	CHECK_EQ(kicks[0], 2);
	for (u32 i = 0; i < 5; i++) {
		CHECK(vp0->deadline[DL_SYNIC]);
		advance(vp0, 5 * MS);
	}
	for (u32 i = 2; i <= 4; i++) {
		slot(vp0, 2)->header.message_type = 0;
		advance(vp0, 5 * MS);
		CHECK_EQ(slot(vp0, 2)->header.message_type, i);
	}
	CHECK_EQ(vp0->deadline[DL_SYNIC], 0);
	sim_exit();
}

static void masked(void)
{
	struct synic_msg a, b;

	on();
	wr(vp0, SINT(2), 0x52 | MASKED);
	post(vp0, 2, msg(&a, 1, 0));
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);		/* 93 */
	CHECK_EQ(run(vp0), -1);
	post(vp0, 2, msg(&b, 2, 0));
	CHECK_EQ(take_message(vp0, 2), 1);			/* polled with EOM */
	CHECK_EQ(take_message(vp0, 2), 2);
	CHECK_EQ(run(vp0), -1);
	sim_exit();
}

static void polling(void)
{
	struct synic_msg a;
	bool newly;

	on();
	wr(vp0, SINT(2), 0x52 | POLLING);
	post(vp0, 2, msg(&a, 1, 0));
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);		/* 96 */
	CHECK_EQ(synic_signal(vp0, 2, 9, &newly), HV_STATUS_SUCCESS);
	CHECK(newly);
	wr(vp0, SINT(2), 0x52 | POLLING | MASKED);
	CHECK_EQ(synic_signal(vp0, 2, 10, &newly), HV_STATUS_SUCCESS);
	CHECK_EQ(run(vp0), -1);
	sim_exit();
}

static void auto_eoi(void)
{
	struct synic_msg a, b;

	on();
	wr(vp0, SINT(2), 0x52 | AUTO_EOI);
	post(vp0, 2, msg(&a, 1, 0));
	CHECK_EQ(run(vp0), 0x52);
	CHECK_EQ(rd(vp0, 0x812), 0);				/* 94 */
	CHECK_EQ(take_message(vp0, 2), 1);
	post(vp0, 2, msg(&b, 2, 0));
	CHECK_EQ(run(vp0), 0x52);				/* 95 */
	/* Its delivery is a rescan trigger, as an EOI is (TLFS 2.6). */
	post(vp0, 2, msg(&a, 3, 0));
	slot(vp0, 2)->header.message_type = 0;
	vp0->requests = 0;
	apic_post(vp0, 0x52);
	CHECK_EQ(run(vp0), 0x52);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 3);
	/* Masked: the vector is an ordinary one again. */
	run(vp0);
	wr(vp0, SINT(2), 0x52 | AUTO_EOI | MASKED);
	apic_post(vp0, 0x52);
	CHECK_EQ(run(vp0), 0x52);
	CHECK_EQ(rd(vp0, 0x812), 1 << 0x12);
	sim_exit();
}

static void off_queues(void)
{
	struct synic_msg a, b;

	on();
	wr(vp0, HV_X64_MSR_SIMP, 0x1000);
	CHECK(!synic_accepts_messages(vp0));
	post(vp0, 2, msg(&a, 1, 0));
	settle(vp0);
	CHECK_EQ(vp0->deadline[DL_SYNIC], 0);		/* no slot to wait for */
	CHECK_EQ(run(vp0), -1);
	wr(vp0, HV_X64_MSR_SIMP, 0x1001);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);
	CHECK_EQ(run(vp0), 0x52);
	CHECK_EQ(take_message(vp0, 2), 1);
	wr(vp0, 0x80b, 0);
	wr(vp0, HV_X64_MSR_SCONTROL, 0);
	CHECK(!synic_accepts_messages(vp0));
	post(vp0, 2, msg(&b, 2, 0));
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	wr(vp0, HV_X64_MSR_SCONTROL, 1);
	CHECK(synic_accepts_messages(vp0));
	CHECK_EQ(slot(vp0, 2)->header.message_type, 2);
	sim_exit();
}

static void apic_disabled(void)
{
	struct synic_msg a;

	on();
	wr(vp0, 0x80f, 0xff);
	post(vp0, 2, msg(&a, 1, 0));
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);
	wr(vp0, 0x80f, 0x1ff);
	CHECK_EQ(run(vp0), -1);			/* the interrupt is lost */
	sim_exit();
}

/* 79: another CPU posts in the middle of the disable, and after it. */
static struct synic_msg late;

static void post_late(const char *where, void *what)
{
	u32 was = cur;

	if (strcmp(where, "page_placed"))
		return;
	memset(what, 0x99, 4096);		/* whoever owns it now */
	((struct hv_message_page *)what)->sint_message[2].header.message_type = 0;
	cur = 1;
	synic_post(vp0, 2, msg(&late, 7, 16));
	cur = was;
}

static void disable_race(void)
{
	struct synic_msg after;
	u8 *page;

	on();
	page = guest_page(1);
	race_hook = post_late;
	wr(vp0, HV_X64_MSR_SIMP, 0x1000);
	race_hook = NULL;
	post(vp0, 2, msg(&after, 8, 16));
	CHECK_EQ(((struct hv_message *)page)[2].header.message_type, 0);
	CHECK_EQ(((struct hv_message *)page)[2].u.bytes[0], 0x99);
	CHECK_EQ(done, 0);
	wr(vp0, HV_X64_MSR_SIMP, 0x1001);
	CHECK_EQ(take_message(vp0, 2), 7);
	sim_exit();
}

const struct test synic_tests[] = {
	{ "synic_registers", registers },
	{ "synic_sint_vectors", sint_vectors },
	{ "synic_break_sint_reset", break_sint_reset },
	{ "synic_sim_page", sim_page },
	{ "synic_sief_page", sief_page },
	{ "synic_layout", layout },
	{ "synic_sizes", sizes },
	{ "synic_rescan_by_eom", rescan_by_eom },
	{ "synic_rescan_by_eoi", rescan_by_eoi },
	{ "synic_scan_all", scan_all },
	{ "synic_retry", retry },
	{ "synic_retry_goes_on", retry_goes_on },
	{ "synic_masked", masked },
	{ "synic_polling", polling },
	{ "synic_auto_eoi", auto_eoi },
	{ "synic_off_queues", off_queues },
	{ "synic_apic_disabled", apic_disabled },
	{ "synic_disable_race", disable_race },
	{ NULL, NULL },
};
