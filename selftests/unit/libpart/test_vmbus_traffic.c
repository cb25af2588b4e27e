// SPDX-License-Identifier: GPL-2.0
/* Packets and signals of an open channel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "fake.h"
#include "provider.h"

static struct provider p;
static struct peer out, in;
static struct child *c;
static uint32_t relid;
static uint8_t buf[12288];

static void set_up(void)
{
	c = provider_opened(&p, &relid, &out, &in);
}

static uint64_t broken(void)
{
	struct part_vmbus_stats s;

	part_vmbus_stats(c->host, &s, sizeof(s));
	return s.broken;
}

static int send_size(uint32_t size)
{
	static const uint8_t data[8192];
	struct part_packet packet = {
		.type = VMBUS_PACKET_COMPLETION, .id = 77, .data = data,
		.size = size,
	};

	return part_channel_send(p.ch, &packet);
}

static void test_in(void)
{
	unsigned int i;

	set_up();
	peer_inband(&out, 42, 0x5A, 24);
	provider_ring(c);
	ok(p.packets == 1 && p.last.type == VMBUS_PACKET_INBAND &&
	   p.last.id == 42 && p.last.size == 24 && p.data[23] == 0x5A &&
	   p.last.flags == VMBUS_PACKET_WANTS_COMPLETION, "traffic: a packet");
	ok(peer_head(&out)->read == peer_head(&out)->write &&
	   !peer_head(&out)->interrupt_mask, "traffic: taken, unmasked");
	for (i = 0; i < CHANNEL_BURST + 1; i++)
		peer_inband(&out, i, 0, 8);
	part_vmbus_signalled(c->host);
	ok(part_vmbus_work(c->host) == 1 && p.packets == 1 + CHANNEL_BURST &&
	   peer_head(&out)->interrupt_mask, "traffic: a burst, more is to come");
	ok(part_vmbus_work(c->host) == 0 && p.packets == 2 + CHANNEL_BURST,
	   "traffic: the rest");
	/* The child waits for room that we make. */
	peer_inband(&out, 1, 0, 4000);
	peer_head(&out)->pending_send_size = peer_size(&out) - 100;
	provider_ring(c);
	ok(c->signals == 1 && c->signal_vp == 2 && c->signal_flag == relid,
	   "traffic: room, and a signal for it");
	child_free(c);
}

static void see(void *ctx, const struct part_channel *ch)
{
	unsigned int *seen = ctx;

	(void)ch;
	++*seen;
}

static void test_counts(void)
{
	struct part_vmbus_stats s;
	struct part_channel_info info;
	unsigned int seen = 0;

	set_up();
	peer_inband(&out, 1, 0, 24);
	peer_inband(&out, 2, 0, 8);
	provider_ring(c);
	send_size(9);
	send_size(8000);	/* too long for the child */
	part_channel_info(p.ch, &info, sizeof(info));
	ok(info.open && info.packets_in == 2 && info.bytes_in == 64 &&
	   info.packets_out == 1 && info.bytes_out == 32 &&
	   info.type.b[0] == 0xAA && info.instance.b[0] == 1 &&
	   !info.index, "traffic: counted, for the channel");
	part_vmbus_stats(c->host, &s, sizeof(s));
	ok(s.packets_in == 2 && s.bytes_in == 64 && s.packets_out == 1 &&
	   s.bytes_out == 32, "traffic: and for the host");
	part_vmbus_channels(c->host, see, &seen);
	ok(seen == 1, "traffic: all channels");
	/* Refused, and against the protocol: not taken. */
	p.packet_result = -EPROTO;
	peer_inband(&out, 3, 0, 8);
	provider_ring(c);
	part_channel_info(p.ch, &info, sizeof(info));
	ok(info.packets_in == 2, "traffic: what is not taken does not count");
	p.packet_result = 0;
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	peer_head(&out)->read = peer_head(&out)->write = 0;
	peer_head(&in)->read = peer_head(&in)->write = 0;
	child_open(c, relid, 7, 4, 2);
	part_channel_info(p.ch, &info, sizeof(info));
	part_vmbus_stats(c->host, &s, sizeof(s));
	ok(info.open && !info.packets_in && s.packets_in == 2,
	   "traffic: a channel begins anew, the host goes on");
	memset(&info, 0xFF, sizeof(info));
	part_channel_info(p.ch, &info, 16);
	ok(info.type.b[0] == 0xAA && info.instance.b[0] == 0xFF,
	   "traffic: no more than the caller has room for");
	child_free(c);
}

static void test_paused(void)
{
	set_up();
	p.packet_result = -EAGAIN;
	peer_inband(&out, 1, 0, 8);
	peer_inband(&out, 2, 0, 8);
	provider_ring(c);
	ok(!p.packets && !peer_head(&out)->read && part_vmbus_work(c->host) == 0,
	   "traffic: not now");
	p.packet_result = 0;
	provider_ring(c);
	ok(!p.packets, "traffic: a signal does not wake a provider");
	part_channel_resume(p.ch);
	ok(c->schedules, "traffic: resume asks for work");
	child_work(c);
	ok(p.packets == 2 && p.last.id == 2, "traffic: resumed");
	p.packet_result = -EPROTO;
	peer_inband(&out, 3, 0, 8);
	provider_ring(c);
	p.packet_result = 0;
	peer_inband(&out, 4, 0, 8);
	provider_ring(c);
	ok(p.packets == 2 && broken() == 1 && send_size(8) == -EPROTO,
	   "traffic: stopped by the provider");
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	ok(p.closes == 1, "traffic: a stopped channel can be closed");
	memset(child_page(c, 16), 0, 4096);
	memset(child_page(c, 20), 0, 4096);
	child_open(c, relid, 7, 4, 0);
	peer_inband(&out, 5, 0, 8);
	provider_ring(c);
	ok(!child_last_status(c) && p.packets == 3, "traffic: and opened again");
	child_free(c);
}

static void test_out(void)
{
	struct vmbus_packet *d = (struct vmbus_packet *)buf;

	set_up();
	ok(!send_size(20) && c->signals == 1 &&
	   peer_receive(&in, buf, sizeof(buf)) == 40 && d->header8 == 2 &&
	   d->length8 == 5 && d->type == VMBUS_PACKET_COMPLETION && d->id == 77,
	   "traffic: sent");
	ok(send_size(4081) == -EMSGSIZE && !send_size(4080),
	   "traffic: as long as the child's driver takes");
	ok(!send_size(4080) && send_size(4080) == -EAGAIN, "traffic: full");
	provider_ring(c);
	ok(!p.rooms, "traffic: still full");
	peer_receive(&in, buf, sizeof(buf));
	provider_ring(c);
	ok(p.rooms == 1 && !peer_head(&in)->pending_send_size,
	   "traffic: room is announced");
	provider_ring(c);
	ok(p.rooms == 1 && !send_size(4080), "traffic: once");
	c->signal_result = -EINVAL;
	peer_receive(&in, buf, sizeof(buf));
	peer_receive(&in, buf, sizeof(buf));
	ok(!send_size(8), "traffic: a signal that cannot be delivered is no error");
	c->signal_result = 0;
	peer_head(&in)->read = 4;
	ok(send_size(8) == -EPROTO && broken() == 1 && send_size(8) == -EPROTO &&
	   broken() == 1, "traffic: a ring that makes no sense");
	child_relid(c, VMBUS_MSG_CLOSE, relid);
	ok(send_size(8) == -ENOTCONN, "traffic: closed");
	child_free(c);
}

static void test_pages(void)
{
	struct vmbus_transfer_pages *t = (void *)buf;
	struct vmbus_range ranges[] = { { 100, 0 }, { 60, 2048 } };
	struct part_packet packet = { .id = 9, .data = "abcdefgh", .size = 8 };

	set_up();
	ok(!part_channel_send_pages(p.ch, &packet, 0xCAFE, ranges, 2) &&
	   peer_receive(&in, buf, sizeof(buf)) == 48, "traffic: transfer pages");
	ok(t->packet.type == VMBUS_PACKET_TRANSFER_PAGES && t->packet.header8 == 5 &&
	   t->pageset == 0xCAFE && t->ranges == 2 && t->range[1].byte_offset == 2048 &&
	   !memcmp(buf + 40, "abcdefgh", 8), "traffic: with header and payload");
	ok(part_channel_send_pages(p.ch, &packet, 1, ranges, ~0U) == -EMSGSIZE,
	   "traffic: too many ranges");
	packet.type = VMBUS_PACKET_GPA_DIRECT;
	ok(part_channel_send(p.ch, &packet) == -EINVAL,
	   "traffic: no such packet from a host");
	child_free(c);
}

/* What open() sends is signalled behind the answer to OPEN. */
static void test_quiet(void)
{
	c = provider_offered(&p, &relid);
	p.send_in_open = true;
	c->post_result = -EAGAIN;
	child_open(c, relid, 7, 4, 2);
	ok(p.opens == 1 && !c->signals, "traffic: quiet before the answer");
	c->post_result = 0;
	child_work(c);
	ok(c->nr_posts == 1 && c->signals == 1, "traffic: a signal after it");
	child_free(c);
}

static int gpa_packet(struct part_channel *ch, const struct part_packet *packet)
{
	uint8_t word[4];

	if (part_packet_read(ch, packet, 4, word, 4) || memcmp(word, "efgh", 4))
		return -EPROTO;
	return part_packet_write(ch, packet, 0, "ABCD", 4);
}

static int gpa_direct(void *ctx, struct part_channel *ch,
		      const struct part_packet *packet)
{
	(void)ctx;
	p.packets++;
	if (packet->type != VMBUS_PACKET_GPA_DIRECT || packet->bytes != 8)
		return -EPROTO;
	return gpa_packet(ch, packet);
}

static void test_gpa_direct(void)
{
	struct {
		struct vmbus_gpa_direct d;
		struct vmbus_range r;
		uint64_t pfn;
		uint8_t data[8];
	} raw = {
		.d = { .packet = { VMBUS_PACKET_GPA_DIRECT, 5, 6, 0, 1 },
		       .ranges = 1 },
		.r = { 8, 16 },
		.pfn = 60,
	};
	struct part_offer o = provider_offer(2);

	set_up();
	o.packet = gpa_direct;
	part_vmbus_offer(c->host, &o, &p, &p.ch);
	child_work(c);
	relid = provider_relid(c, 0);
	out.page[0] = child_page(c, 100);
	out.page[1] = child_page(c, 101);
	out.nr = 2;
	child_gpadl(c, relid, 9, 100, 4);
	child_open(c, relid, 9, 2, 0);
	memcpy(child_page(c, 60) + 16, "abcdefgh", 8);
	p.packets = 0;
	peer_send(&out, &raw, sizeof(raw));
	provider_ring(c);
	ok(p.packets == 1 && !broken() &&
	   !memcmp(child_page(c, 60) + 16, "ABCDefgh", 8),
	   "traffic: memory that a packet names");
	raw.d.ranges = 2;
	peer_send(&out, &raw, sizeof(raw));
	provider_ring(c);
	ok(p.packets == 1 && broken() == 1, "traffic: and one that lies about it");
	child_free(c);
}

static void test_buffers(void)
{
	uint8_t word[4] = { 0 };

	set_up();
	ok(!child_gpadl(c, relid, 20, 40, 3) &&
	   part_channel_buffer_size(p.ch, 20) == 3 * 4096 &&
	   !part_channel_buffer_size(p.ch, 21), "traffic: a lent buffer");
	ok(!part_channel_buffer_write(p.ch, 20, 8190, "wxyz", 4) &&
	   !part_channel_buffer_read(p.ch, 20, 8190, word, 4) &&
	   !memcmp(word, "wxyz", 4) && !memcmp(child_page(c, 42), "yz", 2),
	   "traffic: written and read");
	ok(part_channel_buffer_write(p.ch, 20, 3 * 4096 - 3, "wxyz", 4) == -ERANGE,
	   "traffic: behind its end");
	child_teardown(c, relid, 20);
	ok(part_channel_buffer_write(p.ch, 20, 0, "wxyz", 4) == -ENOENT &&
	   part_channel_buffer_read(p.ch, 20, 0, word, 4) == -ENOENT,
	   "traffic: revoked while in use");
	child_free(c);
}

static void go_wild(enum vmbus_race where)
{
	if (where == RACE_HEADER_READ)
		memset(out.page[1], 0xFF, 16);
}

static void test_hostile(void)
{
	static const struct vmbus_packet bad[] = {
		{ VMBUS_PACKET_INBAND, 2, 0, 0, 0 },
		{ VMBUS_PACKET_INBAND, 1, 3, 0, 0 },
		{ VMBUS_PACKET_INBAND, 4, 3, 0, 0 },
		{ VMBUS_PACKET_INBAND, 2, 0xffff, 0, 0 },
		{ VMBUS_PACKET_TRANSFER_PAGES, 3, 3, 0, 0 },
		{ VMBUS_PACKET_GPA_DIRECT, 2, 3, 0, 0 },
		{ 0, 2, 3, 0, 0 },
	};
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set_up();
		peer_put_bytes(&out, 0, &bad[i], sizeof(bad[i]));
		peer_head(&out)->write = 256;
		provider_ring(c);
		n += broken() == 1 && !p.packets;
		child_free(c);
	}
	ok(n == i, "traffic: %u packets that stop a channel", n);
	set_up();
	peer_inband(&out, 5, 0, 8);
	race_hook = go_wild;
	provider_ring(c);
	race_hook = NULL;
	ok(p.packets == 1 && p.last.id == 5 && p.last.size == 8,
	   "traffic: a header that changes under our eyes");
	child_free(c);
}

void test_vmbus_traffic(void)
{
	fake_reset();
	test_in();
	test_counts();
	test_paused();
	test_out();
	test_pages();
	test_quiet();
	test_gpa_direct();
	test_buffers();
	test_hostile();
}
