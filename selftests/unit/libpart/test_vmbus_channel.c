// SPDX-License-Identifier: GPL-2.0
/* The life of a channel: offer, open, close, modify, rescind; and misuse. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "provider.h"

static void test_offer(void)
{
	struct provider p = { 0 }, q = { 0 };
	struct child *c = child_new(4);
	const struct vmbus_offer *o = child_answer(c, 0);

	ok(!provider_add(&p, c, 1) && !c->schedules, "channel: offer before a contact");
	child_contact(c, VMBUS_VERSION_5_3, 1);
	ok(c->nr_posts == 1, "channel: not told before it is asked for");
	ok(child_gpadl(c, 1, 7, 16, 8), "channel: and not there to a guess");
	ok(child_simple(c, VMBUS_MSG_REQUEST_OFFERS) == 2 &&
	   child_answer_type(c, 0) == VMBUS_MSG_OFFER &&
	   child_answer_type(c, 1) == VMBUS_MSG_ALL_OFFERS &&
	   c->post[0].msg.header.payload_size == 196, "channel: offered");
	ok(o->type.b[0] == 0xAA && o->instance.b[0] == 1 && o->mmio_mib == 8 &&
	   o->user[2] == 3 && !o->sub_index && !o->monitored && o->dedicated == 1 &&
	   o->relid >= VMBUS_RELID_FIRST && o->relid <= VMBUS_RELID_LAST &&
	   o->connection, "channel: what the offer says");
	ok(child_simple(c, VMBUS_MSG_REQUEST_OFFERS) == 1, "channel: offered once");
	ok(!provider_add(&q, c, 2) && c->schedules == 1, "channel: a late one");
	child_forget(c);
	child_work(c);
	ok(c->nr_posts == 1 && child_answer_type(c, 0) == VMBUS_MSG_OFFER &&
	   o->instance.b[0] == 2, "channel: offered late");
	child_contact(c, VMBUS_VERSION_5_2, 3);
	ok(child_simple(c, VMBUS_MSG_REQUEST_OFFERS) == 3 && c->post[2].vp == 3,
	   "channel: both again after another contact");
	child_free(c);
}

static int with(struct child *c, struct part_offer offer)
{
	struct part_channel *ch;

	return part_vmbus_offer(c->host, &offer, NULL, &ch);
}

static void test_offer_refused(void)
{
	struct child *c = child_new(1);
	struct part_offer o = provider_offer(1);
	struct { struct part_offer o; uint64_t more; } later = { o, 1 };
	struct part_channel *ch;

	o.packet = NULL;
	ok(with(c, o) == -EINVAL, "channel: offer without packet()");
	o = provider_offer(1);
	o.flags = VMBUS_OFFER_CONFIDENTIAL_RING;
	ok(with(c, o) == -EINVAL, "channel: a confidential offer");
	o = provider_offer(1);
	o.packet_max = 15;
	ok(with(c, o) == -EINVAL, "channel: packets shorter than a header");
	o.packet_max = PART_PACKET_MAX + 1;
	ok(with(c, o) == -EINVAL, "channel: packets longer than allowed");
	o = provider_offer(1);
	o.child_packet_max = PART_PACKET_MAX + 1;
	ok(with(c, o) == -EINVAL, "channel: the same for the child");
	o = provider_offer(1);
	o.size--;
	ok(with(c, o) == -EINVAL, "channel: offer too small");
	later.o.size = sizeof(later);
	ok(part_vmbus_offer(c->host, &later.o, NULL, &ch) == -E2BIG,
	   "channel: an offer of a later library");
	o = provider_offer(1);
	o.sub_index = 1;
	ok(with(c, o) == -ENOENT, "channel: a sub-channel without a primary");
	fake_fail_alloc(1);
	ok(with(c, provider_offer(1)) == -ENOMEM, "channel: no memory");
	ok(!with(c, provider_offer(1)) && with(c, provider_offer(1)) == -EEXIST,
	   "channel: the same twice");
	ok(!with(c, o) && with(c, o) == -EEXIST, "channel: a sub-channel");
	child_free(c);
}

static void test_relids(void)
{
	struct part_offer o = provider_offer(1);
	struct child *c = child_new(1);
	struct part_channel *ch;
	unsigned int i;
	int ret = 0;

	o.packet_max = 16;
	for (i = VMBUS_RELID_FIRST; i <= VMBUS_RELID_LAST; i++) {
		o.instance.b[1] = (uint8_t)i;
		o.instance.b[2] = (uint8_t)(i >> 8);
		ret |= part_vmbus_offer(c->host, &o, NULL, &ch);
	}
	o.instance.b[3] = 1;
	ok(!ret && part_vmbus_offer(c->host, &o, NULL, &ch) == -ENOSPC,
	   "channel: as many as there are relids");
	part_channel_rescind(ch);
	child_work(c);
	ok(!part_vmbus_offer(c->host, &o, NULL, &ch),
	   "channel: one that was never told leaves its relid");
	child_free(c);
}

static void test_open(void)
{
	struct provider p;
	uint32_t relid;
	struct child *c = provider_offered(&p, &relid);
	const struct vmbus_open_result *r = child_answer(c, 0);

	child_open(c, relid, 7, 4, 2);
	ok(c->nr_posts == 1 && child_answer_type(c, 0) == VMBUS_MSG_OPEN_RESULT &&
	   r->relid == relid && r->open_id == relid + 7 && !r->status,
	   "channel: open");
	ok(p.opens == 1 && p.user[0] == 0x11 && p.user[1] == 0x22 &&
	   part_channel_vp(p.ch) == 2 && c->listens == 1,
	   "channel: the provider knows");
	child_gpadl(c, relid, 8, 32, 8);
	child_open(c, relid, 8, 4, 2);
	ok(child_last_status(c) && p.opens == 1, "channel: open twice");
	ok(!child_relid(c, VMBUS_MSG_CLOSE, relid) && p.closes == 1 &&
	   p.close_send == -ENOTCONN && c->unlistens == 1, "channel: close");
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	ok(p.closes == 1, "channel: close twice");
	ok(c->opened == 1 && c->closed == 1,
	   "channel: the host's user hears of both, once");
	child_open(c, relid, 7, 4, 2);
	ok(!child_last_status(c) && p.opens == 2, "channel: open again");
	child_free(c);
	ok(p.closes == 2, "channel: closed when the host ends");
}

static uint32_t open_status(struct child *c, uint32_t relid, uint32_t gpadl,
			    uint32_t downstream, uint32_t vp)
{
	child_open(c, relid, gpadl, downstream, vp);
	return child_last_status(c);
}

static void test_open_refused(void)
{
	struct provider p, q = { 0 };
	uint32_t relid, other;
	struct child *c = provider_offered(&p, &relid);
	struct {
		struct vmbus_gpadl_header m;
		uint32_t pages[2 * 5];
	} h = { { .msg.type = VMBUS_MSG_GPADL_HEADER, .relid = relid,
		  .gpadl = 9, .range_bytes = 48, .ranges = 1,
		  .byte_count = 4 * 4096, .byte_offset = 64 }, { 0 } };

	provider_add(&q, c, 2);
	child_work(c);
	other = provider_relid(c, 0);
	ok(open_status(c, relid, 8, 4, 0), "channel: open with no GPADL");
	ok(open_status(c, other, 7, 4, 0), "channel: with another channel's");
	ok(open_status(c, relid, 7, 4, 4) && open_status(c, relid, 7, 4, ~0U),
	   "channel: on no VP");
	ok(open_status(c, relid, 7, 0, 0) && open_status(c, relid, 7, 1, 0) &&
	   open_status(c, relid, 7, 7, 0) && open_status(c, relid, 7, 8, 0) &&
	   open_status(c, relid, 7, 9, 0) && open_status(c, relid, 7, ~0U, 0),
	   "channel: a half without room");
	ok(open_status(c, 0, 7, 4, 0) && open_status(c, other + 1, 7, 4, 0) &&
	   open_status(c, 2048, 7, 4, 0) && open_status(c, ~0U, 7, 4, 0),
	   "channel: no such relid");
	child_say(c, &h, sizeof(h));
	ok(!child_last_status(c) && open_status(c, relid, 9, 2, 0),
	   "channel: rings that begin inside a page");
	child_page(c, 16)[4] = 4;
	ok(open_status(c, relid, 7, 4, 0), "channel: a ring that makes no sense");
	child_page(c, 16)[4] = 0;
	c->listen_result = -ENOSPC;
	ok(open_status(c, relid, 7, 4, 0), "channel: nobody can listen");
	c->listen_result = 0;
	ok(!p.opens, "channel: of all this the provider hears nothing");
	p.open_result = -EPERM;
	ok(open_status(c, relid, 7, 4, 0) && p.opens == 1 && !p.closes &&
	   c->listens == 1 && c->unlistens == 1 && !c->opened && !c->closed,
	   "channel: refused by the provider");
	p.open_result = 0;
	ok(!open_status(c, relid, 7, 2, 3) && p.opens == 2, "channel: and then not");
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	ok(!open_status(c, relid, 7, 6, 3), "channel: the smallest second half");
	child_free(c);
}

/* Not one page of it is touched by us behind TORNDOWN. */
static void test_ownership(void)
{
	struct provider p;
	uint32_t relid;
	struct child *c = provider_offered(&p, &relid);
	const struct vmbus_gpadl_torndown *t = child_answer(c, 0);

	ok(part_vmbus_lent(c->host, 16 << 12, 8 << 12) &&
	   !part_vmbus_lent(c->host, 0, 16 << 12), "channel: pages are lent");
	child_open(c, relid, 7, 4, 2);
	ok(!child_teardown(c, relid, 7) && part_vmbus_lent(c->host, 16 << 12, 1),
	   "channel: open: its GPADL stays");
	ok(!child_teardown(c, relid, 7), "channel: torn down twice");
	ok(child_relid(c, VMBUS_MSG_CLOSE, relid) == 1 &&
	   child_answer_type(c, 0) == VMBUS_MSG_GPADL_TORNDOWN && t->gpadl == 7,
	   "channel: TORNDOWN, once, when it is closed");
	ok(!part_vmbus_lent(c->host, 0, 1 << 20), "channel: nothing is lent");
	ok(!child_teardown(c, relid, 7), "channel: gone is gone");
	c->gone[20] = true;
	ok(child_gpadl(c, relid, 7, 16, 8), "channel: a page that was given back");
	c->gone[20] = false;
	ok(!child_gpadl(c, relid, 7, 16, 8), "channel: and has come again");
	c->post_result = -EAGAIN;
	child_teardown(c, relid, 7);
	ok(part_vmbus_work(c->host) == -EAGAIN, "channel: TORNDOWN waits for its slot");
	c->post_result = 0;
	child_work(c);
	ok(c->nr_posts == 1 && t->gpadl == 7 && part_vmbus_work(c->host) == 0,
	   "channel: and comes once");
	child_free(c);
}

static void test_modify(void)
{
	struct provider p;
	uint32_t relid;
	struct peer out, in;
	struct child *c = provider_opened(&p, &relid, &out, &in);
	struct vmbus_modify m = {
		.msg.type = VMBUS_MSG_MODIFY, .relid = relid, .target_vp = 3,
	};
	struct part_packet packet = { .type = VMBUS_PACKET_INBAND };

	ok(child_say(c, &m, sizeof(m)) == 1 && !child_last_status(c) &&
	   child_answer_type(c, 0) == VMBUS_MSG_MODIFIED, "channel: modify");
	part_channel_send(p.ch, &packet);
	ok(c->signals == 1 && c->signal_vp == 3 && c->signal_flag == relid,
	   "channel: signals go to the new VP");
	m.target_vp = 4;
	child_say(c, &m, sizeof(m));
	ok(child_last_status(c) && part_channel_vp(p.ch) == 3, "channel: no such VP");
	m.target_vp = 0;
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	child_say(c, &m, sizeof(m));
	ok(child_last_status(c), "channel: modify a closed one");
	child_free(c);
}

static void test_rescind(void)
{
	struct provider p, q = { 0 };
	uint32_t relid;
	struct peer out, in;
	struct child *c = provider_opened(&p, &relid, &out, &in);
	const struct vmbus_relid *r = child_answer(c, 0);

	child_relid(c, VMBUS_MSG_RELID_RELEASED, relid);
	ok(!p.closes, "channel: released without a rescind");
	part_channel_rescind(p.ch);
	ok(p.closes == 1 && c->schedules, "channel: rescind closes");
	child_relid(c, VMBUS_MSG_RELID_RELEASED, relid);
	ok(c->nr_posts == 1 && child_answer_type(c, 0) == VMBUS_MSG_RESCIND &&
	   r->relid == relid, "channel: a confirmation cannot come before");
	ok(provider_add(&q, c, 1) == -EEXIST, "channel: not yet offered again");
	ok(open_status(c, relid, 7, 4, 2), "channel: nor opened");
	ok(child_gpadl(c, relid, 8, 30, 2), "channel: nor lent to");
	ok(part_vmbus_lent(c->host, 16 << 12, 1) && child_teardown(c, relid, 7) == 1,
	   "channel: its GPADL may still be torn down");
	child_gpadl(c, relid, 7, 16, 8);
	child_relid(c, VMBUS_MSG_RELID_RELEASED, relid);
	ok(!provider_add(&q, c, 1), "channel: released: offered again");
	child_work(c);
	ok(c->nr_posts == 1 && provider_relid(c, 0) != relid,
	   "channel: with another relid");
	child_relid(c, VMBUS_MSG_RELID_RELEASED, relid);
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	ok(p.closes == 1 && !q.closes, "channel: the old relid is nobody's");
	child_free(c);
}

static void test_rescind_gpadls(void)
{
	struct provider p;
	uint32_t relid;
	struct child *c = provider_offered(&p, &relid);

	child_open(c, relid, 7, 4, 2);
	child_gpadl(c, relid, 8, 40, 60);
	part_channel_rescind(p.ch);
	child_work(c);
	child_relid(c, VMBUS_MSG_RELID_RELEASED, relid);
	ok(!part_vmbus_lent(c->host, 0, 1 << 20),
	   "channel: released with its GPADLs");
	child_free(c);
}

static void test_rescind_inside(void)
{
	struct provider p;
	struct peer out, in;
	uint32_t relid;
	struct child *c = provider_offered(&p, &relid);

	p.rescind_in_open = true;
	ok(open_status(c, relid, 7, 4, 2) && !c->opened && !c->closed,
	   "channel: rescinded in its open()");
	child_free(c);
	c = provider_opened(&p, &relid, &out, &in);
	p.rescind_in_packet = true;
	peer_inband(&out, 1, 0, 8);
	peer_inband(&out, 2, 0, 8);
	provider_ring(c);
	ok(p.packets == 1 && p.closes == 1 && c->nr_posts == 1 &&
	   child_answer_type(c, 0) == VMBUS_MSG_RESCIND,
	   "channel: rescinded in its packet()");
	child_free(c);
	c = provider_opened(&p, &relid, &out, &in);
	p.rescind_in_close = true;
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	ok(p.closes == 1 && c->nr_posts == 1 && c->closed == 1,
	   "channel: rescinded in its close()");
	child_free(c);
	c = provider_opened(&p, &relid, &out, &in);
	p.rescind_in_close = true;
	ok(child_simple(c, VMBUS_MSG_UNLOAD) == 1 && p.closes == 1,
	   "channel: rescinded while the connection ends");
	ok(!provider_add(&p, c, 1), "channel: which frees it");
	child_free(c);
}

static void test_sub_channels(void)
{
	struct provider p, s = { 0 };
	uint32_t relid, sub;
	struct child *c = provider_offered(&p, &relid);
	struct part_offer o = provider_offer(1);
	const struct vmbus_offer *m = child_answer(c, 0);

	o.sub_index = 1;
	ok(!part_vmbus_offer(c->host, &o, &s, &s.ch), "channel: sub-channel");
	child_work(c);
	sub = m->relid;
	ok(c->nr_posts == 1 && m->sub_index == 1 && m->instance.b[0] == 1 &&
	   sub != relid, "channel: with its index and a relid of its own");
	ok(!child_gpadl(c, sub, 9, 40, 8) && open_status(c, sub, 7, 4, 0) &&
	   !open_status(c, sub, 9, 4, 0) && s.opens == 1,
	   "channel: and a GPADL of its own");
	child_forget(c);
	part_channel_rescind(p.ch);
	child_work(c);
	ok(s.closes == 1 && c->nr_posts == 2, "channel: goes with its primary");
	ok(part_vmbus_offer(c->host, &o, &s, &s.ch) == -EEXIST,
	   "channel: not again before it is released");
	child_relid(c, VMBUS_MSG_RELID_RELEASED, sub);
	ok(part_vmbus_offer(c->host, &o, &s, &s.ch) == -ENOENT,
	   "channel: nor below a primary that leaves");
	child_free(c);
}

/* A kernel started by kexec, with everything open. */
static void test_reconnect(void)
{
	struct provider p;
	struct peer out, in;
	uint32_t relid;
	struct child *c = provider_opened(&p, &relid, &out, &in);

	ok(child_contact(c, VMBUS_VERSION_5_3, 0) == 1 && p.closes == 1 &&
	   !part_vmbus_lent(c->host, 0, 1 << 20), "channel: a contact ends all");
	ok(open_status(c, relid, 7, 4, 0) == ~0U || child_last_status(c),
	   "channel: nothing is left of it");
	ok(child_simple(c, VMBUS_MSG_REQUEST_OFFERS) == 2 &&
	   !child_gpadl(c, relid, 7, 50, 8) && !open_status(c, relid, 7, 4, 0) &&
	   p.opens == 2, "channel: and all begins again");
	ok(child_simple(c, VMBUS_MSG_UNLOAD) == 1 && p.closes == 2 &&
	   child_answer_type(c, 0) == VMBUS_MSG_UNLOADED && c->post[0].vp == 0,
	   "channel: unload closes first, then answers");
	part_vmbus_signalled(c->host);
	peer_inband(&out, 1, 0, 8);
	child_work(c);
	ok(!p.packets, "channel: and hears nothing any more");
	child_free(c);
}

/* The child does not free its slot: offers are made, not queued. */
static void test_lazy_offers(void)
{
	struct provider p[40];
	struct child *c = child_new(2);
	unsigned int i;
	bool same = true;

	memset(p, 0, sizeof(p));
	for (i = 0; i < 40; i++)
		provider_add(&p[i], c, (uint8_t)i);
	child_contact(c, VMBUS_VERSION_5_3, 0);
	c->post_result = -EAGAIN;
	child_simple(c, VMBUS_MSG_REQUEST_OFFERS);
	ok(!part_vmbus_full(c->host), "channel: offers fill no queue");
	part_channel_rescind(p[5].ch);
	c->post_result = 0;
	child_work(c);
	for (i = 0; i < 39; i++)
		same &= child_answer_type(c, i) == VMBUS_MSG_OFFER &&
			((const struct vmbus_offer *)child_answer(c, i))->
			instance.b[0] == i + (i >= 5);
	ok(same && c->nr_posts == 40 &&
	   child_answer_type(c, 39) == VMBUS_MSG_ALL_OFFERS,
	   "channel: all but the one that went, in order, then the end");
	child_free(c);
}

void test_vmbus_channel(void)
{
	fake_reset();
	test_offer();
	test_offer_refused();
	test_relids();
	test_open();
	test_open_refused();
	test_ownership();
	test_modify();
	test_rescind();
	test_rescind_gpadls();
	test_rescind_inside();
	test_sub_channels();
	test_reconnect();
	test_lazy_offers();
}
