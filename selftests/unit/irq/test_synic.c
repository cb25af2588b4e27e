// SPDX-License-Identifier: GPL-2.0
/* SynIC: registers and pages, messages, event flags (statements 62..98, 117..124). */
#include <stdlib.h>

#include "irq.h"

#define SINT(n)		(HV_X64_MSR_SINT0 + (n))
#define MASKED		HV_SYNIC_SINT_MASKED
#define AUTO_EOI	HV_SYNIC_SINT_AUTO_EOI
#define POLLING		HV_SYNIC_SINT_POLLING

static int done, dropped;

static void msg_done(struct synic_msg *m, bool delivered)
{
	m->next = (void *)0x5a5a;		/* the buffer is no longer ours */
	done += delivered;
	dropped += !delivered;
}

static struct synic_msg *msg(struct synic_msg *m, u32 type, u8 size)
{
	memset(m, 0, sizeof(*m));
	m->msg.header.message_type = type;
	m->msg.header.payload_size = size;
	m->msg.header.sender = 0x123456789abcdef0ull;
	for (u32 i = 0; i < 240; i++)
		m->msg.u.bytes[i] = type + i;
	m->done = msg_done;
	return m;
}

static void post(struct vp *vp, u32 sint, struct synic_msg *m)
{
	CHECK_EQ(synic_post(vp, sint, m), HV_STATUS_SUCCESS);
}

/* SINT 2 with vector 0x52, unmasked, everything on. */
static void on(void)
{
	sim_init();
	done = dropped = 0;
	synic_on(vp0);
	wr(vp0, SINT(2), 0x52);
}

/* The guest's half: copy, free, barrier, read the flag; EOM when it is set. */
static u32 take_message(struct vp *vp, u32 sint)
{
	struct hv_message *s = slot(vp, sint);
	u32 type = s->header.message_type;

	if (!type)
		return 0;
	atomic_xchg(&s->header.message_type, 0u);
	if (s->header.message_flags.msg_pending)
		wr(vp, HV_X64_MSR_EOM, 0);
	return type;
}

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
	CHECK(wr_faults(vp0, msr, 0x1001));
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
	CHECK_EQ(synic_post(vp0, 16, &m), HV_STATUS_INVALID_PARAMETER);
	sim_exit();
}

static void sizes(void)
{
	struct synic_msg m;

	on();
	post(vp0, 2, msg(&m, 5, 0));
	CHECK_EQ(take_message(vp0, 2), 5);
	post(vp0, 2, msg(&m, 5, 240));
	CHECK(!memcmp(slot(vp0, 2)->u.bytes, m.msg.u.bytes, 240));
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

/* --- the pending flag, step by step (TLFS 2.5) ------------------------------------ */

static const char *step;
static bool guest_saw_pending;
static u32 guest_took;

/* The guest frees its slot at one step of ours, and reads the flag after it. */
static void guest_frees(const char *where, void *what)
{
	struct hv_message *s = what;

	if (strcmp(where, step) || !s->header.message_type)
		return;
	guest_took = atomic_xchg(&s->header.message_type, 0u);
	guest_saw_pending = s->header.message_flags.msg_pending;
}

static void pending_race(const char *at)
{
	struct synic_msg a, b;

	on();
	post(vp0, 2, msg(&a, 1, 0));
	CHECK_EQ(run(vp0), 0x52);
	wr(vp0, 0x80b, 0);
	step = at;
	guest_took = 0;
	guest_saw_pending = false;
	race_hook = guest_frees;
	cur = 1;
	post(vp0, 2, msg(&b, 2, 0));
	race_hook = NULL;
	CHECK_EQ(guest_took, 1);
	if (guest_saw_pending)
		wr(vp0, HV_X64_MSR_EOM, 0);
	/* Without any help of the retry timer. */
	CHECK_EQ(slot(vp0, 2)->header.message_type, 2);
	CHECK_EQ(run(vp0), 0x52);
	sim_exit();
}

static void freed_before_flag(void)
{
	pending_race("slot_busy");
}

static void freed_after_flag(void)
{
	pending_race("slot_flagged");
}

static void freed_after_look(void)
{
	pending_race("slot_looked");
}

/* A guest that polls the type must not see half a message. */
static void look_at_slot(const char *where, void *what)
{
	if (!strcmp(where, "place"))
		CHECK_EQ(((struct hv_message *)what)->header.message_type, 0);
}

static void type_last(void)
{
	struct synic_msg a;

	on();
	race_hook = look_at_slot;
	post(vp0, 2, msg(&a, 1, 8));
	race_hook = NULL;
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);
	sim_exit();
}

/* The last flag is set too late: what the break does, the guest loses. */
static void break_pending(void)
{
	struct synic_msg a, b;

	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_MESSAGE_PENDING, 1);
	apic_on(vp0);
	synic_on(vp0);
	post(vp0, 2, msg(&a, 1, 0));
	post(vp0, 2, msg(&b, 2, 0));
	CHECK(!slot(vp0, 2)->header.message_flags.msg_pending);
	sim_exit();
}

/* 98: "free slot, barrier, test flag, EOM" never stalls. */
static struct synic_msg storm[8];
static u32 next_free, storm_posted, storm_seen;

static void storm_done(struct synic_msg *m, bool ok)
{
	(void)ok;
	m->next = NULL;
	m->msg.header.message_type = 0;
}

static void guest_loop(const char *where, void *what)
{
	struct hv_message *s = what;

	if (strncmp(where, "slot_", 5) || random() % 2)
		return;
	if (s->header.message_type) {
		CHECK_EQ(s->header.message_type, storm_seen + 1);
		storm_seen++;
		atomic_xchg(&s->header.message_type, 0u);
		guest_saw_pending |= s->header.message_flags.msg_pending;
	}
}

static void no_stall(void)
{
	srandom(2);
	on();
	race_hook = guest_loop;
	guest_saw_pending = false;
	for (u32 i = 0; i < 200000; i++) {
		struct synic_msg *m = &storm[next_free % 8];

		if (!m->msg.header.message_type && random() % 2) {
			msg(m, ++storm_posted, 8);
			m->done = storm_done;
			next_free++;
			cur = 1;
			post(vp0, 2, m);
		}
		vp0->requests = 0;		/* no help by retry or EOI */
		if (guest_saw_pending) {
			guest_saw_pending = false;
			wr(vp0, HV_X64_MSR_EOM, 0);
			vp0->requests = 0;
		}
		if (storm_posted > storm_seen && !guest_saw_pending)
			CHECK(slot(vp0, 2)->header.message_type);
		if (random() % 4 == 0)
			guest_loop("slot_", slot(vp0, 2));
	}
	CHECK(storm_seen > 20000);
	sim_exit();
}

/* --- other ways in and out --------------------------------------------------------- */

static void cancel(void)
{
	struct synic_msg a, b, c, d;

	on();
	post(vp0, 2, msg(&a, 1, 0));
	post(vp0, 2, msg(&b, 2, 0));
	post(vp0, 2, msg(&c, 3, 0));
	post(vp0, 2, msg(&d, 4, 0));
	CHECK(!synic_cancel(vp0, 2, &a));	/* in its slot already */
	CHECK(!synic_cancel(vp0, 3, &c));
	CHECK(!synic_cancel(vp0, 16, &c));
	CHECK(synic_cancel(vp0, 2, &d));	/* the tail */
	CHECK(synic_cancel(vp0, 2, &b));	/* the head */
	CHECK(!synic_cancel(vp0, 2, &b));
	post(vp0, 2, msg(&d, 5, 0));
	CHECK_EQ(take_message(vp0, 2), 1);
	CHECK_EQ(take_message(vp0, 2), 3);
	CHECK_EQ(take_message(vp0, 2), 5);
	post(vp0, 2, msg(&a, 6, 0));
	post(vp0, 2, msg(&b, 7, 0));
	CHECK(synic_cancel(vp0, 2, &b));
	post(vp0, 2, msg(&b, 8, 0));
	CHECK_EQ(take_message(vp0, 2), 6);
	CHECK_EQ(take_message(vp0, 2), 8);
	CHECK_EQ(done, 5);
	sim_exit();
}

static void direct(void)
{
	struct synic_msg a, b;

	on();
	msg(&a, 1, 8);
	CHECK_EQ(synic_post_direct(vp0, 16, &a.msg), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(synic_post_direct(vp0, 2, &a.msg), HV_STATUS_SUCCESS);
	CHECK_EQ(run(vp0), 0x52);
	CHECK_EQ(slot(vp0, 2)->u.bytes[0], 1);
	CHECK_EQ(synic_post_direct(vp0, 2, &a.msg), HV_STATUS_OBJECT_IN_USE);
	post(vp0, 2, msg(&b, 2, 0));
	slot(vp0, 2)->header.message_type = 0;	/* but one is before it */
	CHECK_EQ(synic_post_direct(vp0, 2, &a.msg), HV_STATUS_OBJECT_IN_USE);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	wr(vp0, SINT(3), 0x53 | MASKED);
	CHECK_EQ(synic_post_direct(vp0, 3, &a.msg), HV_STATUS_INVALID_SYNIC_STATE);
	wr(vp0, SINT(3), 0x53 | HV_SYNIC_SINT_PROXY);
	CHECK_EQ(synic_post_direct(vp0, 3, &a.msg), HV_STATUS_INVALID_SYNIC_STATE);
	wr(vp0, SINT(3), 0x53);
	wr(vp0, HV_X64_MSR_SCONTROL, 0);
	CHECK_EQ(synic_post_direct(vp0, 3, &a.msg), HV_STATUS_INVALID_SYNIC_STATE);
	sim_exit();
}

static void reset(void)
{
	struct synic_msg a, b, c;

	on();
	post(vp0, 2, msg(&a, 1, 0));
	post(vp0, 2, msg(&b, 2, 0));
	post(vp0, 2, msg(&c, 3, 0));
	sim_reset();
	CHECK_EQ(done, 1);
	CHECK_EQ(dropped, 2);
	CHECK_EQ(rd(vp0, HV_X64_MSR_SIMP), 0);
	CHECK_EQ(rd(vp0, SINT(2)), 0x10000);
	CHECK_EQ(rd(vp0, HV_X64_MSR_SCONTROL), 0);
	CHECK(guest_page(1) == guest_ram + 4096);
	apic_on(vp0);
	synic_on(vp0);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	post(vp0, 2, msg(&a, 4, 0));
	post(vp0, 2, msg(&b, 5, 0));
	sim_exit();				/* drops what is queued, too */
	CHECK_EQ(dropped, 3);
}

/* --- event flags (TLFS 2.8) ---------------------------------------------------------- */

static hv_status signal_flag(u32 sint, u32 flag, bool *newly)
{
	cur = 1;
	return synic_signal(vp0, sint, flag, newly);
}

static void events(void)
{
	bool newly;
	u8 *page;

	on();
	page = guest_page(2);
	CHECK_EQ(signal_flag(2, 77, &newly), HV_STATUS_SUCCESS);
	CHECK(newly);
	CHECK_EQ(page[2 * 256 + 77 / 8], 1 << 77 % 8);		/* 117 */
	CHECK_EQ(run(vp0), 0x52);				/* 118 */
	wr(vp0, 0x80b, 0);
	CHECK_EQ(signal_flag(2, 77, &newly), HV_STATUS_SUCCESS);
	CHECK(!newly);
	CHECK_EQ(run(vp0), -1);					/* 119 */
	page[2 * 256 + 77 / 8] = 0;
	CHECK_EQ(signal_flag(2, 77, &newly), HV_STATUS_SUCCESS);
	CHECK_EQ(run(vp0), 0x52);				/* 120 */
	wr(vp0, 0x80b, 0);
	sim_exit();
}

static void events_refused(void)
{
	bool newly = true;

	on();
	CHECK_EQ(signal_flag(2, 2048, &newly), HV_STATUS_INVALID_PARAMETER);
	CHECK(!newly);
	CHECK_EQ(signal_flag(16, 0, &newly), HV_STATUS_INVALID_PARAMETER);
	wr(vp0, SINT(15), 0x5f);
	CHECK_EQ(signal_flag(15, 2047, &newly), HV_STATUS_SUCCESS);
	CHECK_EQ(((u8 *)guest_page(2))[4095], 0x80);
	wr(vp0, HV_X64_MSR_SCONTROL, 0);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE); /* 121 */
	wr(vp0, HV_X64_MSR_SCONTROL, 1);
	wr(vp0, SINT(2), 0x52 | MASKED);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE); /* 123 */
	wr(vp0, SINT(2), 0x52 | HV_SYNIC_SINT_PROXY);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE);
	CHECK_EQ(((u8 *)guest_page(2))[512], 0);
	wr(vp0, SINT(2), 0x52);
	wr(vp0, HV_X64_MSR_SIEFP, 0x2000);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE); /* 122 */
	run(vp0);
	sim_exit();
}

/* 124: the handler runs as soon as the interrupt is requested. */
static u64 *event_map;

static void handler(const char *where, void *what)
{
	if (strcmp(where, "signal"))
		return;
	event_map = what;
	cur = 0;
	if (run(vp0) == 0x52)
		atomic_xchg(event_map, 0ull);
	cur = 1;
}

static void event_order(void)
{
	bool newly;

	on();
	cur = 1;
	race_hook = handler;
	CHECK_EQ(synic_signal(vp0, 2, 1, &newly), HV_STATUS_SUCCESS);
	race_hook = NULL;
	/* The flag that is still set has an interrupt to come. */
	CHECK(event_map[0]);
	CHECK_EQ(run(vp0), 0x52);
	sim_exit();
}

static void break_event_edge(void)
{
	bool newly;

	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_EVENT_EDGE, 1);
	apic_on(vp0);
	synic_on(vp0);
	wr(vp0, SINT(2), 0x52);
	signal_flag(2, 1, &newly);
	CHECK_EQ(run(vp0), 0x52);
	wr(vp0, 0x80b, 0);
	signal_flag(2, 1, &newly);
	CHECK_EQ(run(vp0), 0x52);
	sim_exit();
}

/* A VP that has no SynIC (the root's) is refused, not dereferenced. */
static void no_synic(void)
{
	struct vp bare = {};
	struct synic_msg a;
	bool newly;

	sim_init();
	CHECK_EQ(synic_post(&bare, 2, msg(&a, 1, 0)), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(synic_signal(&bare, 2, 1, &newly), HV_STATUS_INVALID_PARAMETER);
	CHECK(!synic_accepts_messages(&bare));
	CHECK(!synic_page(&bare, false));
	CHECK(!synic_cancel(&bare, 2, &a));
	apic_post(&bare, 0x40);
	CHECK(synic_page(vp0, false) != synic_page(vp0, true));
	sim_exit();
}

/* Creation runs out of pages: what was taken goes back. */
static void out_of_memory(void)
{
	const struct hv_unit *const *u;

	for (int n = 0; n < 7; n++) {
		struct vp vp = { .index = 2 };
		hv_status st = 0;

		sim_init();
		vp.partition = p;
		pool_left = n;
		for_each_unit(u)
			if (!st && (*u)->vp_init)
				st = (*u)->vp_init(&vp);
		CHECK_EQ(st, n < 6 ? HV_STATUS_INSUFFICIENT_MEMORY : 0);
		pool_left = -1;
		for (u = __hv_units_end; u-- > __hv_units_start; )
			if ((*u)->vp_exit)
				(*u)->vp_exit(&vp);
		sim_exit();
	}
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
	{ "synic_freed_before_flag", freed_before_flag },
	{ "synic_freed_after_flag", freed_after_flag },
	{ "synic_freed_after_look", freed_after_look },
	{ "synic_type_last", type_last },
	{ "synic_break_pending", break_pending },
	{ "synic_no_stall", no_stall },
	{ "synic_cancel", cancel },
	{ "synic_direct", direct },
	{ "synic_reset", reset },
	{ "synic_events", events },
	{ "synic_events_refused", events_refused },
	{ "synic_event_order", event_order },
	{ "synic_break_event_edge", break_event_edge },
	{ "synic_no_synic", no_synic },
	{ "synic_out_of_memory", out_of_memory },
	{ NULL, NULL }
};
