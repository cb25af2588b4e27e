// SPDX-License-Identifier: GPL-2.0
/* The netlink family as a program sees it: right answers, and broken ones. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "fake.h"
#include "fake_nl.h"
#include "libpart_netlink.h"

#define A(name)		HVPART_NL_A_##name
#define CMD(name)	HVPART_NL_CMD_##name

void test_announce(void)
{
	struct part *part = fake_partition(1);
	const struct hvpart_announce *a;
	char name[80];

	ok(!part_announce_name(part, "deb"), "announce: name");
	a = (const void *)fake_last(HVPART_ANNOUNCE)->arg;
	ok(a->kind == HVPART_ANNOUNCE_NAME && !strcmp(a->name, "deb"),
	   "announce: name, arguments");
	memset(name, 'x', sizeof(name));
	name[64] = '\0';
	fake_nr = 0;
	ok(part_announce_name(part, name) == -EINVAL &&
	   !fake_count(HVPART_ANNOUNCE), "announce: a name that does not fit");
	ok(!part_announce_stopped(part, HVPART_NL_REASON_RESET),
	   "announce: stopped");
	a = (const void *)fake_last(HVPART_ANNOUNCE)->arg;
	ok(a->kind == HVPART_ANNOUNCE_STOPPED &&
	   a->reason == HVPART_NL_REASON_RESET, "announce: reason");
	ok(!part_announce_channel(part, true, "0123456789abcdef",
				  "ghijklmnopqrstuv", 4), "announce: open");
	a = (const void *)fake_last(HVPART_ANNOUNCE)->arg;
	ok(a->kind == HVPART_ANNOUNCE_CHANNEL_OPENED && a->index == 4 &&
	   a->type[15] == 'f' && a->instance[0] == 'g', "announce: channel");
	part_announce_channel(part, false, a->type, a->instance, 0);
	a = (const void *)fake_last(HVPART_ANNOUNCE)->arg;
	ok(a->kind == HVPART_ANNOUNCE_CHANNEL_CLOSED, "announce: close");
	ok(!part_announce_balloon(part, 8192), "announce: balloon");
	a = (const void *)fake_last(HVPART_ANNOUNCE)->arg;
	ok(a->kind == HVPART_ANNOUNCE_BALLOON && a->bytes == 8192,
	   "announce: bytes");
	fake_fail(HVPART_ANNOUNCE, 1, ENOTTY);
	ok(part_announce_balloon(part, 0) == -ENOTTY, "announce: old driver");
	part_destroy(part);
}

static struct part_nl *open_nl(void)
{
	struct part_nl *nl = NULL;

	fake_nl_reset();
	if (part_nl_open(&nl))
		printf("Bail out! part_nl_open\n");
	return nl;
}

void test_nl_open(void)
{
	struct part_nl *nl = NULL;
	int n, ret = 0;

	fake_nl_reset();
	fake_nl_absent();
	ok(part_nl_open(&nl) == -ENOENT && !nl && !fake_nl_open_sockets(),
	   "netlink: not loaded");
	/* Two sockets, bound, two families found: everything may fail. */
	for (n = 1; n <= 8; n++) {
		fake_nl_reset();
		fake_nl_fail(n, EMFILE);
		ret |= part_nl_open(&nl) != -EMFILE || fake_nl_open_sockets();
	}
	ok(!ret, "netlink: every step of opening may fail");
	fake_nl_reset();
	fake_fail_alloc(1);
	ok(part_nl_open(&nl) == -ENOMEM, "netlink: no memory");
	fake_nl_reset();
	fake_nl_fail(5, EINTR);
	ok(part_nl_open(&nl) == -EINTR, "netlink: a send that is interrupted");
	fake_nl_reset();
	fake_nl_fail(6, EINTR);
	ok(!part_nl_open(&nl), "netlink: a read that is interrupted goes on");
	ok(fake_nl_open_sockets() == 2, "netlink: two sockets");
	fake_nl_no_listening(EPERM);
	ok(part_nl_listen(nl) == -EPERM, "netlink: listening is refused");
	fake_nl_no_listening(0);
	ok(!part_nl_listen(nl) && fake_nl_joined() == 2, "netlink: listens");
	part_nl_close(nl);
	part_nl_close(NULL);
	ok(!fake_nl_open_sockets(), "netlink: closed");
}

/* --- events ----------------------------------------------------------------- */

static void event(uint8_t cmd, uint64_t seq)
{
	fake_nl_message(FAKE_NL_FAMILY, 0, cmd);
	fake_nl_u64(A(EVENT_SEQ), seq);
	fake_nl_u64(A(TIME_NS), 1000 + seq);
	fake_nl_u64(A(PARTITION_ID), 5);
}

static void queue_event(uint8_t cmd, uint64_t seq)
{
	event(cmd, seq);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
}

static void test_event_members(struct part_nl *nl)
{
	const uint64_t crash[5] = { 1, 2, 3, 4, 0x5000000000 };
	struct part_event e;

	event(CMD(PARTITION_CREATED), 10);
	fake_nl_u32(A(PID), 77);
	fake_nl_u64(A(CREATED_NS), 1UL << 40);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 &&
	   e.command == CMD(PARTITION_CREATED) && e.seq == 10 && !e.lost &&
	   e.time_ns == 1010 && e.partition == 5 && e.pid == 77 &&
	   e.created_ns == 1UL << 40 && !e.name[0], "event: created");

	event(CMD(VP_FAULT), 11);
	fake_nl_text(A(NAME), "deb");
	fake_nl_u32(A(VP_INDEX), 3);
	fake_nl_u32(A(FAULT), HVPART_NL_FAULT_CRASH);
	fake_nl_put(A(CRASH), crash, sizeof(crash));
	fake_nl_u64(A(DROPPED), 4);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && e.vp == 3 &&
	   e.fault == HVPART_NL_FAULT_CRASH && e.has_crash &&
	   !memcmp(e.crash, crash, sizeof(crash)) && e.dropped == 4 &&
	   !strcmp(e.name, "deb") && !e.pid, "event: fault");

	event(CMD(CHANNEL_OPENED), 12);
	fake_nl_put(A(CHANNEL_TYPE), "0123456789abcdef", 16);
	fake_nl_put(A(CHANNEL_INSTANCE), "ghijklmnopqrstuv", 16);
	fake_nl_u32(A(CHANNEL_INDEX), 9);
	/* Of a later kernel. */
	fake_nl_u32(200, 1);
	fake_nl_put(62, NULL, 0);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && e.index == 9 &&
	   e.type[15] == 'f' && e.instance[15] == 'v' && !e.has_crash,
	   "event: channel, with attributes that nobody knows");

	event(99, 13);
	fake_nl_u32(A(REASON), 42);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && e.command == 99 &&
	   e.reason == 42, "event: of a later kernel");
	/* A program that was built with less, and one with more. */
	queue_event(CMD(PARTITION_STARTED), 14);
	memset(&e, 0xFF, sizeof(e));
	ok(part_nl_event(nl, &e, 16) == 1 && e.seq == 14 && e.lost == ~0ULL,
	   "event: no more than the caller has room for");
}

static void test_event_order(struct part_nl *nl)
{
	struct pollfd p = { .fd = part_nl_fd(nl), .events = POLLIN };
	struct part_event e;

	ok(part_nl_event(nl, &e, sizeof(e)) == 0 && !poll(&p, 1, 0),
	   "event: none");
	queue_event(CMD(PARTITION_STARTED), 17);
	ok(poll(&p, 1, 0) == 1, "event: can be polled");
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && e.lost == 2,
	   "event: two did not arrive");
	fake_nl_queue_error(FAKE_NL_EVENTS, ENOBUFS);
	queue_event(CMD(PARTITION_STARTED), 30);
	ok(part_nl_event(nl, &e, sizeof(e)) == -ENOBUFS, "event: overrun");
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && e.lost == 12,
	   "event: and how many");
	fake_nl_queue_error(FAKE_NL_EVENTS, EINTR);
	event(CMD(PARTITION_STARTED), 31);
	event(CMD(PARTITION_STOPPED), 32);
	fake_nl_message(FAKE_NL_FAMILY + 1, 0, 1);
	event(CMD(PARTITION_DELETED), 33);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && e.seq == 31 &&
	   part_nl_event(nl, &e, sizeof(e)) == 1 && e.seq == 32 &&
	   part_nl_event(nl, &e, sizeof(e)) == 1 && e.seq == 33 &&
	   part_nl_event(nl, &e, sizeof(e)) == 0,
	   "event: several in one datagram, others' left out");
	fake_nl_queue_error(FAKE_NL_EVENTS, ENOSPC);
	ok(part_nl_event(nl, &e, sizeof(e)) == -ENOSPC, "event: other errors");
}

static void test_event_unload(struct part_nl *nl)
{
	uint16_t other = FAKE_NL_FAMILY + 1, ours = FAKE_NL_FAMILY;
	struct part_event e;

	fake_nl_message(GENL_ID_CTRL, 0, CTRL_CMD_DELFAMILY);
	fake_nl_put(CTRL_ATTR_FAMILY_ID, &other, 2);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	fake_nl_message(GENL_ID_CTRL, 0, CTRL_CMD_NEWFAMILY);
	fake_nl_put(CTRL_ATTR_FAMILY_ID, &ours, 2);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 0,
	   "event: other families come and go");
	fake_nl_message(GENL_ID_CTRL, 0, CTRL_CMD_DELFAMILY);
	fake_nl_put(CTRL_ATTR_FAMILY_ID, &ours, 2);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 &&
	   e.command == PART_EVENT_UNLOADED && !e.seq, "event: unloaded");
}

/* Attributes that are there, of another size than they have. */
static void test_event_sizes(struct part_nl *nl)
{
	static const uint16_t sized[] = {
		A(EVENT_SEQ), A(PARTITION_ID), A(NAME), A(PID), A(CRASH),
		A(CHANNEL_TYPE), A(CHANNEL_INSTANCE), A(VP_INDEX), A(MEMORY),
	};
	char zeros[64] = "";
	struct part_event e;
	unsigned int i;
	int bad = 0;

	for (i = 0; i < sizeof(sized) / sizeof(sized[0]); i++) {
		event(CMD(VP_FAULT), 40);
		fake_nl_put(sized[i], zeros, 0);
		fake_nl_queue(FAKE_NL_EVENTS, 0);
		bad += part_nl_event(nl, &e, sizeof(e)) != -EPROTO;
		event(CMD(VP_FAULT), 40);
		fake_nl_put(sized[i], zeros, 7);
		fake_nl_queue(FAKE_NL_EVENTS, 0);
		bad += part_nl_event(nl, &e, sizeof(e)) != -EPROTO;
	}
	ok(!bad, "event: wrong sizes");
	memset(zeros, 'n', sizeof(zeros));
	event(CMD(VP_FAULT), 40);
	fake_nl_put(A(NAME), zeros, 49);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == -EPROTO, "event: no NUL");
	zeros[49] = '\0';
	event(CMD(VP_FAULT), 40);
	fake_nl_put(A(NAME), zeros, 50);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == -EPROTO, "event: name too long");
	zeros[48] = '\0';
	event(CMD(VP_FAULT), 41);
	fake_nl_put(A(NAME), zeros, 49);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && strlen(e.name) == 48,
	   "event: the longest name");
}

static void test_event_broken(struct part_nl *nl)
{
	struct part_event e;
	size_t cut;
	int bad = 0;

	/* 52 bytes: every way to be shorter than it says. */
	for (cut = 1; cut <= 55; cut++) {
		event(CMD(PARTITION_STARTED), 50);
		fake_nl_queue(FAKE_NL_EVENTS, cut);
		bad += part_nl_event(nl, &e, sizeof(e)) != -EPROTO;
	}
	ok(!bad, "event: cut off anywhere");
	for (cut = 1; cut <= 39; cut++) {
		event(CMD(PARTITION_STARTED), 50);
		fake_nl_current()->nlmsg_len -= cut;
		fake_nl_queue(FAKE_NL_EVENTS, cut);
		bad += part_nl_event(nl, &e, sizeof(e)) == 1 && e.partition == 5;
		while (part_nl_event(nl, &e, sizeof(e)))
			;
	}
	ok(!bad, "event: attributes cut off");
	fake_nl_message(FAKE_NL_FAMILY, 0, CMD(PARTITION_STARTED));
	fake_nl_u64(A(PARTITION_ID), 5);
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == -EPROTO, "event: no number");
	event(CMD(PARTITION_STARTED), 51);
	((struct nlattr *)((char *)fake_nl_current() + 20))->nla_len = 3;
	fake_nl_queue(FAKE_NL_EVENTS, 0);
	ok(part_nl_event(nl, &e, sizeof(e)) == -EPROTO,
	   "event: an attribute without an end");
	queue_event(CMD(PARTITION_STARTED), 52);
	ok(part_nl_event(nl, &e, sizeof(e)) == 1 && e.seq == 52,
	   "event: and the next one is read");
}

void test_nl_events(void)
{
	struct part_nl *nl = open_nl();

	test_event_members(nl);
	test_event_order(nl);
	test_event_unload(nl);
	test_event_sizes(nl);
	test_event_broken(nl);
	part_nl_close(nl);
}

/* --- dumps ------------------------------------------------------------------ */

struct seen {
	int nr, stop_at;
	struct part_nl_partition partition;
	struct part_nl_vp vp;
	struct part_nl_stats stats;
};

static int see_partition(void *ctx, const struct part_nl_partition *p)
{
	struct seen *s = ctx;

	s->partition = *p;
	return ++s->nr == s->stop_at ? -ECANCELED : 0;
}

static int see_vp(void *ctx, const struct part_nl_vp *vp)
{
	struct seen *s = ctx;

	s->vp = *vp;
	s->nr++;
	return 0;
}

static int see_stats(void *ctx, const struct part_nl_stats *stats)
{
	struct seen *s = ctx;

	s->stats = *stats;
	s->nr++;
	return 0;
}

static void partition(uint64_t id, uint16_t flags)
{
	fake_nl_message(FAKE_NL_FAMILY, NLM_F_MULTI | flags,
			CMD(PARTITION_GET));
	fake_nl_u64(A(PARTITION_ID), id);
	fake_nl_u32(A(VP_COUNT), 2);
	fake_nl_u64(A(MEMORY), 1 << 20);
}

static void part_of_dump(void)
{
	fake_nl_queue(FAKE_NL_REQUESTS, 0);
}

static void test_dump_partitions(struct part_nl *nl)
{
	struct seen s = { .nr = 0 };

	partition(3, 0);
	partition(4, 0);
	part_of_dump();
	partition(9, 0);
	fake_nl_text(A(NAME), "deb");
	fake_nl_u32(A(STATE), HVPART_NL_STATE_RUNNING);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(!part_nl_partitions(nl, see_partition, &s) && s.nr == 3 &&
	   s.partition.id == 9 && !strcmp(s.partition.name, "deb") &&
	   s.partition.vps == 2 && s.partition.memory == 1 << 20,
	   "dump: in two parts");
	ok((fake_nl_request()->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP &&
	   fake_nl_request()->nlmsg_len == 20, "dump: request");
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(!part_nl_partitions(nl, see_partition, &s), "dump: empty");
	partition(3, NLM_F_DUMP_INTR);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == 1,
	   "dump: changed meanwhile");
	partition(3, 0);
	fake_nl_end(NLMSG_DONE, 0);
	fake_nl_current()->nlmsg_flags |= NLM_F_DUMP_INTR;
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == 1,
	   "dump: changed at its end");
}

static void test_dump_errors(struct part_nl *nl)
{
	struct seen s = { .stop_at = 2 };

	fake_nl_end(NLMSG_ERROR, -EPERM);
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == -EPERM,
	   "dump: not allowed");
	partition(3, 0);
	fake_nl_end(NLMSG_DONE, -ENOMEM);
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == -ENOMEM,
	   "dump: an error at its end");
	s.nr = 0;
	partition(3, 0);
	partition(4, 0);
	partition(5, 0);
	part_of_dump();
	partition(6, 0);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == -ECANCELED &&
	   s.nr == 2, "dump: the caller has enough");
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(!part_nl_partitions(nl, see_partition, &s),
	   "dump: and the rest was read");
	/* What an earlier one left. */
	partition(3, 0);
	fake_nl_current()->nlmsg_seq = 1;
	fake_nl_end(NLMSG_DONE, -EIO);
	fake_nl_current()->nlmsg_seq = 1;
	part_of_dump();
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	s.nr = 0;
	ok(!part_nl_partitions(nl, see_partition, &s) && !s.nr,
	   "dump: an answer to somebody else");
	partition(0, 0);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == -EPROTO,
	   "dump: without an id");
	partition(3, 0);
	fake_nl_queue(FAKE_NL_REQUESTS, 5);
	ok(part_nl_partitions(nl, see_partition, &s) == -EPROTO,
	   "dump: cut off");
	fake_nl_end(NLMSG_ERROR, 0);
	fake_nl_current()->nlmsg_len = NLMSG_HDRLEN;
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == -EPROTO,
	   "dump: an error that does not say which");
	fake_nl_end(NLMSG_ERROR, EPERM);
	part_of_dump();
	ok(part_nl_partitions(nl, see_partition, &s) == -EPROTO,
	   "dump: an error that is none");
	ok(part_nl_partitions(nl, see_partition, &s) == -EPIPE,
	   "dump: no answer");
	fake_nl_fail(1, EPERM);
	ok(part_nl_partitions(nl, see_partition, &s) == -EPERM,
	   "dump: cannot be asked for");
}

static void test_dump_vps(struct part_nl *nl)
{
	const uint64_t *id = (const void *)((const char *)fake_nl_request() +
					    24);
	struct seen s = { .nr = 0 };

	fake_nl_message(FAKE_NL_FAMILY, NLM_F_MULTI, CMD(VP_GET));
	fake_nl_u64(A(PARTITION_ID), 3);
	fake_nl_u32(A(VP_INDEX), 0);
	fake_nl_u64(A(VP_RUNS), 12);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(!part_nl_vps(nl, 3, see_vp, &s) && s.nr == 1 && s.vp.cpu == -1 &&
	   s.vp.runs == 12, "dump: a VP that does not run");
	ok(fake_nl_request()->nlmsg_len == 32 && *id == 3,
	   "dump: of one partition");
	fake_nl_message(FAKE_NL_FAMILY, NLM_F_MULTI, CMD(VP_GET));
	fake_nl_u64(A(PARTITION_ID), 3);
	fake_nl_u32(A(VP_INDEX), 1);
	fake_nl_u32(A(VP_CPU), 0);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(!part_nl_vps(nl, 0, see_vp, &s) && s.vp.cpu == 0 && s.vp.index == 1,
	   "dump: one that does");
	fake_nl_message(FAKE_NL_FAMILY, NLM_F_MULTI, CMD(VP_GET));
	fake_nl_u64(A(PARTITION_ID), 3);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(part_nl_vps(nl, 0, see_vp, &s) == -EPROTO, "dump: a VP of no index");
}

static void stats_begin(bool vp)
{
	fake_nl_message(FAKE_NL_FAMILY, NLM_F_MULTI, CMD(STATS_GET));
	fake_nl_u64(A(PARTITION_ID), 3);
	if (vp)
		fake_nl_u32(A(VP_INDEX), 1);
	fake_nl_nest(vp ? A(VP_STATS) : A(PARTITION_STATS));
}

static void stats_end(void)
{
	fake_nl_nest_end();
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
}

static void test_dump_stats(struct part_nl *nl)
{
	uint64_t exits[HVPART_EXIT_COUNT] = { [HVPART_EXIT_IO] = 5 };
	struct seen s = { .nr = 0 };

	stats_begin(false);
	fake_nl_u64(HVPART_NL_A_PSTAT_CHILD_COUNT, 2);
	fake_nl_u64(HVPART_NL_A_PSTAT_POOL_FREE, 99);
	stats_end();
	ok(!part_nl_stats(nl, 0, see_stats, &s) && !s.stats.is_vp &&
	   s.stats.stats.child_count == 2 && s.stats.stats.pool_free == 99 &&
	   s.stats.stats.partition_id == 3, "dump: counters of a partition");
	stats_begin(true);
	fake_nl_put(HVPART_NL_A_VSTAT_EXITS, exits, sizeof(exits));
	fake_nl_u64(HVPART_NL_A_VSTAT_IPIS, 8);
	stats_end();
	ok(!part_nl_stats(nl, 0, see_stats, &s) && s.stats.is_vp &&
	   s.stats.index == 1 && s.stats.vp.exits[HVPART_EXIT_IO] == 5 &&
	   s.stats.vp.ipis == 8, "dump: counters of a VP");
	stats_begin(true);
	fake_nl_put(HVPART_NL_A_VSTAT_EXITS, exits, sizeof(exits) - 8);
	stats_end();
	ok(part_nl_stats(nl, 0, see_stats, &s) == -EPROTO,
	   "dump: too few exits");
	stats_begin(false);
	fake_nl_u32(HVPART_NL_A_PSTAT_POOL_FREE, 99);
	stats_end();
	ok(part_nl_stats(nl, 0, see_stats, &s) == -EPROTO,
	   "dump: a counter too short");
	partition(3, 0);
	fake_nl_end(NLMSG_DONE, 0);
	part_of_dump();
	ok(part_nl_stats(nl, 0, see_stats, &s) == -EPROTO,
	   "dump: no counters at all");
}

void test_nl_dumps(void)
{
	struct part_nl *nl = open_nl();

	test_dump_partitions(nl);
	test_dump_errors(nl);
	test_dump_vps(nl);
	test_dump_stats(nl);
	part_nl_close(nl);
}
