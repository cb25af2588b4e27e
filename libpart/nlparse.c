// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "internal.h"
#include "nlparse.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static int take(const struct nlattr *attr, const struct nl_field *f, void *out)
{
	const char *from = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	if (f->text) {
		/* One NUL, and that at the end. */
		if (!len || len > f->size + 1U || from[len - 1] ||
		    memchr(from, '\0', len - 1))
			return -EPROTO;
	} else if (len != f->size) {
		return -EPROTO;
	}
	memcpy((char *)out + f->offset, from, len);
	return 0;
}

int64_t nl_parse(const struct nlattr *attr, size_t len,
		 const struct nl_field *fields, size_t n, void *out)
{
	const char *end = (const char *)attr + len;
	int64_t seen = 0;
	uint16_t type;
	size_t i;

	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr));
	     attr = mnl_attr_next(attr)) {
		type = mnl_attr_get_type(attr);
		if (type < 63)
			seen |= INT64_C(1) << type;
		for (i = 0; i < n; i++)
			if (fields[i].type == type && take(attr, &fields[i], out))
				return -EPROTO;
	}
	/* The next one would end behind the message. */
	return (const char *)attr < end ? -EPROTO : seen;
}

/* The attributes of a message of the family. */
static int64_t parse(const struct nlmsghdr *nlh, const struct nl_field *fields,
		     size_t n, void *out)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (len < sizeof(struct genlmsghdr))
		return -EPROTO;
	return nl_parse(mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
			len - GENL_HDRLEN, fields, n, out);
}

/* --- events ----------------------------------------------------------------- */

#define E(attr, member)	NL_FIELD(HVPART_NL_A_##attr, struct part_event, member)

static const struct nl_field event_fields[] = {
	E(EVENT_SEQ, seq), E(TIME_NS, time_ns), E(PARTITION_ID, partition),
	NL_TEXT(HVPART_NL_A_NAME, struct part_event, name),
	E(PID, pid), E(CREATED_NS, created_ns), E(MEMORY, memory),
	E(BALLOON, balloon), E(DROPPED, dropped), E(REASON, reason),
	E(FAULT, fault), E(CRASH, crash), E(CHANNEL_TYPE, type),
	E(CHANNEL_INSTANCE, instance), E(CHANNEL_INDEX, index),
	E(VP_INDEX, vp), E(CPU, cpu),
};

int nl_parse_event(const struct nlmsghdr *nlh, struct part_event *event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	int64_t seen;

	memset(event, 0, sizeof(*event));
	seen = parse(nlh, event_fields, COUNT(event_fields), event);
	if (seen < 0 || !NL_SEEN(seen, HVPART_NL_A_EVENT_SEQ))
		return -EPROTO;
	event->command = genl->cmd;
	event->has_crash = NL_SEEN(seen, HVPART_NL_A_CRASH);
	return 0;
}

/* --- dumps ------------------------------------------------------------------ */

#define P(attr, member) \
	NL_FIELD(HVPART_NL_A_##attr, struct part_nl_partition, member)

static const struct nl_field partition_fields[] = {
	P(PARTITION_ID, id), P(STATE, state), P(VP_COUNT, vps),
	P(CREATED_NS, created_ns), P(MEMORY, memory), P(BALLOON, balloon),
	P(POOL_PAGES, pool_pages), P(DROPPED, dropped), P(PID, pid),
	NL_TEXT(HVPART_NL_A_NAME, struct part_nl_partition, name),
};

int nl_parse_partition(const struct nlmsghdr *nlh, struct part_nl_partition *p)
{
	memset(p, 0, sizeof(*p));
	return parse(nlh, partition_fields, COUNT(partition_fields), p) < 0 ||
		!p->id ? -EPROTO : 0;
}

#define V(attr, member)	NL_FIELD(HVPART_NL_A_##attr, struct part_nl_vp, member)

static const struct nl_field vp_fields[] = {
	V(PARTITION_ID, partition), V(VP_INDEX, index), V(VP_CPU, cpu),
	V(VP_RUNS, runs), V(VP_SLEEPS, sleeps),
};

int nl_parse_vp(const struct nlmsghdr *nlh, struct part_nl_vp *vp)
{
	int64_t seen;

	memset(vp, 0, sizeof(*vp));
	vp->cpu = -1;
	seen = parse(nlh, vp_fields, COUNT(vp_fields), vp);
	return seen < 0 || !vp->partition ||
		!NL_SEEN(seen, HVPART_NL_A_VP_INDEX) ? -EPROTO : 0;
}

/* What the structure has 32 bits for comes with 64. */
struct partition_counts {
	__u64 children, ports, connections;
	struct hvpart_partition_stats stats;
};

#define C(attr, member) \
	NL_FIELD(HVPART_NL_A_PSTAT_##attr, struct partition_counts, member)

static const struct nl_field partition_counters[] = {
	C(CHILD_COUNT, children), C(PORT_COUNT, ports),
	C(CONNECTION_COUNT, connections), C(POOL_PAGES, stats.pool_pages),
	C(POOL_FREE, stats.pool_free), C(LEAF_4K, stats.leaf_4k),
	C(LEAF_2M, stats.leaf_2m), C(LEAF_1G, stats.leaf_1g),
	C(TABLE_PAGES, stats.table_pages),
	C(REFERENCE_TIME, stats.reference_time),
	C(GUEST_OS_ID, stats.guest_os_id), C(CRASH_COUNT, stats.crash_count),
};

#define S(attr, member) \
	NL_FIELD(HVPART_NL_A_VSTAT_##attr, struct hvpart_vp_stats, member)

static const struct nl_field vp_counters[] = {
	S(EXITS, exits), S(DISPATCHES, dispatches),
	S(WORLD_SWITCHES, world_switches), S(HYPERCALLS, hypercalls),
	S(INTERRUPTS_INJECTED, interrupts_injected),
	S(EXCEPTIONS_INJECTED, exceptions_injected), S(BARRIERS, barriers),
	S(FLUSHES, flushes), S(INTERCEPTS, intercepts), S(HALTS, halts),
	S(KICKS, kicks), S(MESSAGES, messages), S(EVENTS, events),
	S(TIMER_EXPIRIES, timer_expiries), S(IPIS, ipis),
};

/* The nests are left for later: a nest has no size of its own. */
static const struct nl_field stats_fields[] = {
	NL_FIELD(HVPART_NL_A_PARTITION_ID, struct part_nl_stats, partition),
	NL_FIELD(HVPART_NL_A_VP_INDEX, struct part_nl_stats, index),
};

static int parse_partition_counters(const struct nlattr *nest,
				    struct hvpart_partition_stats *stats)
{
	struct partition_counts c = { .children = 0 };

	if (nl_parse(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
		     partition_counters, COUNT(partition_counters), &c) < 0)
		return -EPROTO;
	*stats = c.stats;
	stats->child_count = (__u32)c.children;
	stats->port_count = (__u32)c.ports;
	stats->connection_count = (__u32)c.connections;
	return 0;
}

static int parse_vp_counters(const struct nlattr *nest,
			     struct hvpart_vp_stats *stats)
{
	return nl_parse(mnl_attr_get_payload(nest),
			mnl_attr_get_payload_len(nest), vp_counters,
			COUNT(vp_counters), stats) < 0 ? -EPROTO : 0;
}

int nl_parse_stats(const struct nlmsghdr *nlh, struct part_nl_stats *stats)
{
	const struct nlattr *attr;
	int64_t seen;

	memset(stats, 0, sizeof(*stats));
	seen = parse(nlh, stats_fields, COUNT(stats_fields), stats);
	if (seen < 0 || !stats->partition)
		return -EPROTO;
	stats->is_vp = NL_SEEN(seen, HVPART_NL_A_VP_INDEX);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (stats->is_vp &&
		    mnl_attr_get_type(attr) == HVPART_NL_A_VP_STATS)
			return parse_vp_counters(attr, &stats->vp);
		if (!stats->is_vp &&
		    mnl_attr_get_type(attr) == HVPART_NL_A_PARTITION_STATS) {
			if (parse_partition_counters(attr, &stats->stats))
				return -EPROTO;
			stats->stats.partition_id = stats->partition;
			return 0;
		}
	}
	/* Numbers without counters say nothing. */
	return -EPROTO;
}
