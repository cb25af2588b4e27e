// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: requests and dumps. Events are in event.c.
 *
 * Only in the initial network namespace, and only for CAP_NET_ADMIN. There is no
 * module alias: whoever asks for a family that does not exist, which anybody may
 * do, must not load a hypervisor by it.
 *
 * A dump takes no reference and no lock: it walks under RCU, and asks the
 * hypervisor for counters by id, outside. What came and went in between is told
 * by NLM_F_DUMP_INTR.
 */
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <hvpart/call_hvpart.h>
#include "compat.h"
#include "netlink.h"
#include "partition.h"
#include "stats.h"
#include "vp.h"

/**
 * struct dump - where a dump stands
 * @only: the partition asked for; 0: all
 * @id: the next one to look at, or the one within
 * @vp: the next VP of it
 * @inside: the partition's own message has been sent
 */
struct dump {
	u64 only;
	unsigned long id, vp;
	bool inside;
};

static atomic_t generation = ATOMIC_INIT(1);

void hvp_nl_changed(void)
{
	atomic_inc(&generation);
}

/* Zero would mean "does not matter". */
static unsigned int dump_seq(void)
{
	return (unsigned int)atomic_read(&generation) ?: 1;
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, HVPART_NL_A_PAD);
}

int hvp_nl_put_name(struct sk_buff *skb, const struct hvp_nl *nl)
{
	/* Pairs with announce_name(). */
	u32 len = smp_load_acquire(&nl->name_len);

	return len ? nla_put(skb, HVPART_NL_A_NAME, len + 1, nl->name) : 0;
}

/* --- one message ------------------------------------------------------------- */

static u32 partition_state(const struct hvp_partition *part)
{
	if (READ_ONCE(part->nl.stopped))
		return HVPART_NL_STATE_STOPPED;
	return READ_ONCE(part->nl.started) ? HVPART_NL_STATE_RUNNING :
		HVPART_NL_STATE_CREATED;
}

static int put_partition(struct sk_buff *skb, const struct hvp_partition *part)
{
	return put_u64(skb, HVPART_NL_A_PARTITION_ID, part->account.id) ?:
		hvp_nl_put_name(skb, &part->nl) ?:
		nla_put_u32(skb, HVPART_NL_A_STATE, partition_state(part)) ?:
		nla_put_u32(skb, HVPART_NL_A_PID, pid_nr(part->pid)) ?:
		put_u64(skb, HVPART_NL_A_CREATED_NS, part->created_ns) ?:
		nla_put_u32(skb, HVPART_NL_A_VP_COUNT,
			    READ_ONCE(part->nr_vps)) ?:
		put_u64(skb, HVPART_NL_A_MEMORY,
			READ_ONCE(part->region_pages) << PAGE_SHIFT) ?:
		put_u64(skb, HVPART_NL_A_BALLOON, READ_ONCE(part->nl.balloon)) ?:
		put_u64(skb, HVPART_NL_A_POOL_PAGES,
			atomic64_read(&part->account.pages)) ?:
		put_u64(skb, HVPART_NL_A_DROPPED, READ_ONCE(part->nl.dropped));
}

static int put_vp(struct sk_buff *skb, const struct hvp_vp *vp)
{
	int cpu = READ_ONCE(vp->cpu);
	int ret;

	ret = put_u64(skb, HVPART_NL_A_PARTITION_ID, vp->part->account.id) ?:
		nla_put_u32(skb, HVPART_NL_A_VP_INDEX, vp->index) ?:
		put_u64(skb, HVPART_NL_A_VP_RUNS, READ_ONCE(vp->stats.runs)) ?:
		put_u64(skb, HVPART_NL_A_VP_SLEEPS,
			READ_ONCE(vp->stats.sleeps));
	if (cpu >= 0)
		ret = ret ?: nla_put_u32(skb, HVPART_NL_A_VP_CPU, cpu);
	return ret;
}

static int put_partition_stats(struct sk_buff *skb,
			       const struct hvpart_partition_stats *s)
{
	const u64 values[__HVPART_NL_A_PSTAT_MAX] = {
		[HVPART_NL_A_PSTAT_CHILD_COUNT] = s->child_count,
		[HVPART_NL_A_PSTAT_PORT_COUNT] = s->port_count,
		[HVPART_NL_A_PSTAT_CONNECTION_COUNT] = s->connection_count,
		[HVPART_NL_A_PSTAT_POOL_PAGES] = s->pool_pages,
		[HVPART_NL_A_PSTAT_POOL_FREE] = s->pool_free,
		[HVPART_NL_A_PSTAT_LEAF_4K] = s->leaf_4k,
		[HVPART_NL_A_PSTAT_LEAF_2M] = s->leaf_2m,
		[HVPART_NL_A_PSTAT_LEAF_1G] = s->leaf_1g,
		[HVPART_NL_A_PSTAT_TABLE_PAGES] = s->table_pages,
		[HVPART_NL_A_PSTAT_REFERENCE_TIME] = s->reference_time,
		[HVPART_NL_A_PSTAT_GUEST_OS_ID] = s->guest_os_id,
		[HVPART_NL_A_PSTAT_CRASH_COUNT] = s->crash_count,
	};
	int i, ret = 0;

	for (i = HVPART_NL_A_PSTAT_PAD + 1; !ret && i < ARRAY_SIZE(values); i++)
		ret = nla_put_u64_64bit(skb, i, values[i],
					HVPART_NL_A_PSTAT_PAD);
	return ret;
}

static int put_vp_stats(struct sk_buff *skb, const struct hvpart_vp_stats *s)
{
	const u64 values[__HVPART_NL_A_VSTAT_MAX] = {
		[HVPART_NL_A_VSTAT_DISPATCHES] = s->dispatches,
		[HVPART_NL_A_VSTAT_WORLD_SWITCHES] = s->world_switches,
		[HVPART_NL_A_VSTAT_HYPERCALLS] = s->hypercalls,
		[HVPART_NL_A_VSTAT_INTERRUPTS_INJECTED] =
			s->interrupts_injected,
		[HVPART_NL_A_VSTAT_EXCEPTIONS_INJECTED] =
			s->exceptions_injected,
		[HVPART_NL_A_VSTAT_BARRIERS] = s->barriers,
		[HVPART_NL_A_VSTAT_FLUSHES] = s->flushes,
		[HVPART_NL_A_VSTAT_INTERCEPTS] = s->intercepts,
		[HVPART_NL_A_VSTAT_HALTS] = s->halts,
		[HVPART_NL_A_VSTAT_KICKS] = s->kicks,
		[HVPART_NL_A_VSTAT_MESSAGES] = s->messages,
		[HVPART_NL_A_VSTAT_EVENTS] = s->events,
		[HVPART_NL_A_VSTAT_TIMER_EXPIRIES] = s->timer_expiries,
		[HVPART_NL_A_VSTAT_IPIS] = s->ipis,
	};
	int i, ret;

	ret = nla_put(skb, HVPART_NL_A_VSTAT_EXITS, sizeof(s->exits), s->exits);
	for (i = HVPART_NL_A_VSTAT_EXITS + 1; !ret && i < ARRAY_SIZE(values);
	     i++)
		ret = nla_put_u64_64bit(skb, i, values[i],
					HVPART_NL_A_VSTAT_PAD);
	return ret;
}

/* Counters of VP @vp, or of the partition itself (@vp negative). */
struct counters {
	u64 id;
	s64 vp;
	union {
		struct hvpart_vp_stats of_vp;
		struct hvpart_partition_stats of_partition;
	};
};

static int put_counters(struct sk_buff *skb, const struct counters *c)
{
	bool vp = c->vp >= 0;
	struct nlattr *nest;
	int ret = put_u64(skb, HVPART_NL_A_PARTITION_ID, c->id);

	if (vp)
		ret = ret ?: nla_put_u32(skb, HVPART_NL_A_VP_INDEX, c->vp);
	if (ret)
		return ret;
	nest = nla_nest_start(skb, vp ? HVPART_NL_A_VP_STATS :
			      HVPART_NL_A_PARTITION_STATS);
	if (!nest)
		return -EMSGSIZE;
	ret = vp ? put_vp_stats(skb, &c->of_vp) :
		put_partition_stats(skb, &c->of_partition);
	if (!ret)
		nla_nest_end(skb, nest);
	return ret;
}

/* --- dumps ---------------------------------------------------------------------- */

static void *dump_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &hvp_nl_family, NLM_F_MULTI,
				cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/* Return: 0; -EMSGSIZE: the next skb, please. */
static int dump_end(struct sk_buff *skb, void *hdr, int ret)
{
	if (ret)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return ret;
}

static int dump_start(struct netlink_callback *cb)
{
	struct nlattr *attr = hvp_genl_dump_attrs(cb)[HVPART_NL_A_PARTITION_ID];
	struct dump *d = (struct dump *)cb->ctx;
	bool found;

	BUILD_BUG_ON(sizeof(*d) > sizeof(cb->ctx));
	memset(d, 0, sizeof(*d));
	if (!attr)
		return 0;
	d->only = d->id = nla_get_u64(attr);
	rcu_read_lock();
	found = d->only && hvp_partition_find(d->only);
	rcu_read_unlock();
	if (found)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, attr, "no such partition");
	return -ENOENT;
}

/* The partition at @d->id or behind it. Context: RCU. */
static struct hvp_partition *dump_partition(struct dump *d)
{
	if (d->only)
		return d->id == d->only ? hvp_partition_find(d->id) : NULL;
	return xa_find(&hvp_partitions, &d->id, ULONG_MAX, XA_PRESENT);
}

static void dump_next_partition(struct dump *d)
{
	d->id++;
	d->vp = 0;
	d->inside = false;
}

static int partition_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->ctx;
	struct hvp_partition *part;
	void *hdr;

	cb->seq = dump_seq();
	rcu_read_lock();
	while ((part = dump_partition(d))) {
		hdr = dump_begin(skb, cb, HVPART_NL_CMD_PARTITION_GET);
		if (!hdr || dump_end(skb, hdr, put_partition(skb, part)))
			break;
		dump_next_partition(d);
	}
	rcu_read_unlock();
	/* For the end of the dump, if this is it. */
	cb->seq = dump_seq();
	return skb->len;
}

/* VPs of one partition. Return: 0: that is all; -EMSGSIZE. Context: RCU. */
static int vp_dump_of(struct sk_buff *skb, struct netlink_callback *cb,
		      struct hvp_partition *part)
{
	struct dump *d = (struct dump *)cb->ctx;
	struct hvp_vp *vp;
	void *hdr;

	while ((vp = xa_find(&part->vps, &d->vp, ULONG_MAX, XA_PRESENT))) {
		hdr = dump_begin(skb, cb, HVPART_NL_CMD_VP_GET);
		if (!hdr || dump_end(skb, hdr, put_vp(skb, vp)))
			return -EMSGSIZE;
		d->vp++;
	}
	return 0;
}

static int vp_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->ctx;
	struct hvp_partition *part;

	cb->seq = dump_seq();
	rcu_read_lock();
	while ((part = dump_partition(d))) {
		if (vp_dump_of(skb, cb, part))
			break;
		dump_next_partition(d);
	}
	rcu_read_unlock();
	cb->seq = dump_seq();
	return skb->len;
}

/* The next object that has counters; false: there is none. */
static bool stats_find(struct dump *d, struct counters *c)
{
	struct hvp_partition *part;
	bool found = false;

	rcu_read_lock();
	while (!found && (part = dump_partition(d))) {
		c->id = part->account.id;
		c->vp = -1;
		found = !d->inside;
		if (!found && xa_find(&part->vps, &d->vp, ULONG_MAX,
				      XA_PRESENT)) {
			c->vp = d->vp;
			found = true;
		}
		if (!found)
			dump_next_partition(d);
	}
	rcu_read_unlock();
	return found;
}

static int stats_read(struct counters *c)
{
	if (c->vp < 0)
		return hvp_read_stats(c->id, 0, HVPART_STATS_PARTITION,
				      &c->of_partition,
				      sizeof(c->of_partition));
	return hvp_read_stats(c->id, c->vp, HVPART_STATS_VP, &c->of_vp,
			      sizeof(c->of_vp));
}

static int stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->ctx;
	struct counters c;
	void *hdr;

	cb->seq = dump_seq();
	while (stats_find(d, &c)) {
		/* One that has just gone is left out. */
		if (!stats_read(&c)) {
			hdr = dump_begin(skb, cb, HVPART_NL_CMD_STATS_GET);
			if (!hdr || dump_end(skb, hdr, put_counters(skb, &c)))
				break;
		}
		if (d->inside)
			d->vp++;
		d->inside = true;
		cond_resched();
	}
	cb->seq = dump_seq();
	return skb->len;
}

/* --- one partition ----------------------------------------------------------------- */

static int partition_reply(struct sk_buff *skb, struct genl_info *info, u64 id)
{
	struct hvp_partition *part;
	void *hdr = genlmsg_put_reply(skb, info, &hvp_nl_family, 0,
				      HVPART_NL_CMD_PARTITION_GET);
	int ret = -ENOENT;

	if (!hdr)
		return -EMSGSIZE;
	rcu_read_lock();
	part = id ? hvp_partition_find(id) : NULL;
	if (part)
		ret = put_partition(skb, part);
	rcu_read_unlock();
	if (!ret)
		genlmsg_end(skb, hdr);
	return ret;
}

static int partition_get(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[HVPART_NL_A_PARTITION_ID];
	struct sk_buff *skb;
	int ret;

	if (!attr) {
		GENL_SET_ERR_MSG(info, "which partition?");
		return -EINVAL;
	}
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL_ACCOUNT);
	if (!skb)
		return -ENOMEM;
	ret = partition_reply(skb, info, nla_get_u64(attr));
	if (!ret)
		return genlmsg_reply(skb, info);
	nlmsg_free(skb);
	if (ret == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "no such partition");
	return ret;
}

/* --- the family ----------------------------------------------------------------------- */

static const struct nla_policy request_policy[] = {
	[HVPART_NL_A_PARTITION_ID] = { .type = NLA_U64 },
};

#define REQUEST(command)					\
	.cmd = HVPART_NL_CMD_##command,				\
	.flags = GENL_ADMIN_PERM,				\
	.policy = request_policy,				\
	.maxattr = ARRAY_SIZE(request_policy) - 1

static const struct genl_ops operations[] = {
	{
		REQUEST(PARTITION_GET),
		.doit = partition_get,
		.start = dump_start,
		.dumpit = partition_dump,
	},
	{
		REQUEST(VP_GET),
		.start = dump_start,
		.dumpit = vp_dump,
	},
	{
		REQUEST(STATS_GET),
		.start = dump_start,
		.dumpit = stats_dump,
	},
};

static const struct genl_multicast_group groups[] = {
	{
		.name = HVPART_NL_GROUP_EVENTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family hvp_nl_family __ro_after_init = {
	.name = HVPART_NL_FAMILY,
	.version = HVPART_NL_VERSION,
	.module = THIS_MODULE,
	.ops = operations,
	.n_ops = ARRAY_SIZE(operations),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	/* Nothing needs the lock of all families. */
	.parallel_ops = true,
};

int hvp_nl_init(void)
{
	int ret = genl_register_family(&hvp_nl_family);

	if (!ret)
		hvp_event_open();
	return ret;
}

void hvp_nl_exit(void)
{
	hvp_event_close();
	genl_unregister_family(&hvp_nl_family);
}
