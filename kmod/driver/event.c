// SPDX-License-Identifier: GPL-2.0
/*
 * Events for those who listen: what the driver sees happen to a partition, and
 * what its owner announces.
 *
 * Events leave in the order of their numbers: one mutex covers both. What a guest
 * or a wild owner can cause without end is held back and counted; the state of
 * memory is told at most ten times a second, but the last state always is.
 */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include "checks.h"
#include "compat.h"
#include "netlink.h"
#include "partition.h"

/* Of a kind that can be repeated: so many at once, one more each interval. */
#define BURST		64
#define REFILL_NS	(NSEC_PER_SEC / 32)

#define MEMORY_GAP_MS	100

/* All attributes of the longest event, with room to spare. */
#define EVENT_SIZE	512

/* What is to be told. The last two lines belong to some of the commands only. */
struct event {
	u8 cmd;				/* HVPART_NL_CMD_* */
	struct hvp_partition *part;	/* NULL: of the machine */
	u32 reason, fault, vp_index, cpu;
	const u64 *crash;
	const struct hvpart_announce *channel;
};

/* Innermost lock of the driver, but for spinlocks: no callback, no hypercall. */
static DEFINE_MUTEX(event_lock);
static u64 event_seq;

/* --- messages ---------------------------------------------------------------- */

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, HVPART_NL_A_PAD);
}

static int put_partition(struct sk_buff *skb, const struct hvp_partition *part)
{
	const struct hvp_nl *nl = &part->nl;
	int ret = put_u64(skb, HVPART_NL_A_PARTITION_ID, part->account.id);

	ret = ret ?: hvp_nl_put_name(skb, nl);
	if (nl->dropped)
		ret = ret ?: put_u64(skb, HVPART_NL_A_DROPPED, nl->dropped);
	return ret;
}

static int put_created(struct sk_buff *skb, const struct hvp_partition *part)
{
	return nla_put_u32(skb, HVPART_NL_A_PID, pid_nr(part->pid)) ?:
		put_u64(skb, HVPART_NL_A_CREATED_NS, part->created_ns);
}

static int put_memory(struct sk_buff *skb, const struct hvp_partition *part)
{
	return put_u64(skb, HVPART_NL_A_MEMORY,
		       READ_ONCE(part->region_pages) << PAGE_SHIFT) ?:
		put_u64(skb, HVPART_NL_A_BALLOON, part->nl.balloon);
}

static int put_fault(struct sk_buff *skb, const struct event *e)
{
	int ret = nla_put_u32(skb, HVPART_NL_A_VP_INDEX, e->vp_index) ?:
		nla_put_u32(skb, HVPART_NL_A_FAULT, e->fault);

	if (e->crash)
		ret = ret ?: nla_put(skb, HVPART_NL_A_CRASH,
				     5 * sizeof(*e->crash), e->crash);
	return ret;
}

static int put_channel(struct sk_buff *skb, const struct hvpart_announce *c)
{
	return nla_put(skb, HVPART_NL_A_CHANNEL_TYPE, sizeof(c->type),
		       c->type) ?:
		nla_put(skb, HVPART_NL_A_CHANNEL_INSTANCE, sizeof(c->instance),
			c->instance) ?:
		nla_put_u32(skb, HVPART_NL_A_CHANNEL_INDEX, c->index);
}

static int put_own(struct sk_buff *skb, const struct event *e)
{
	switch (e->cmd) {
	case HVPART_NL_CMD_PARTITION_CREATED:
		return put_created(skb, e->part);
	case HVPART_NL_CMD_PARTITION_STOPPED:
		return nla_put_u32(skb, HVPART_NL_A_REASON, e->reason);
	case HVPART_NL_CMD_VP_FAULT:
		return put_fault(skb, e);
	case HVPART_NL_CMD_MEMORY_CHANGED:
		return put_memory(skb, e->part);
	case HVPART_NL_CMD_CHANNEL_OPENED:
	case HVPART_NL_CMD_CHANNEL_CLOSED:
		return put_channel(skb, e->channel);
	case HVPART_NL_CMD_HYPERVISOR_FAULT:
		return nla_put_u32(skb, HVPART_NL_A_CPU, e->cpu);
	default:
		return 0;
	}
}

static int put_event(struct sk_buff *skb, const struct event *e)
{
	void *hdr = genlmsg_put(skb, 0, 0, &hvp_nl_family, 0, e->cmd);
	int ret;

	if (!hdr)
		return -EMSGSIZE;
	ret = put_u64(skb, HVPART_NL_A_EVENT_SEQ, event_seq) ?:
		put_u64(skb, HVPART_NL_A_TIME_NS, ktime_get_boottime_ns());
	if (e->part)
		ret = ret ?: put_partition(skb, e->part);
	ret = ret ?: put_own(skb, e);
	if (!ret)
		genlmsg_end(skb, hdr);
	return ret;
}

/*
 * To all who listen. One that cannot be sent leaves a gap in the numbers, as one
 * does that found a listener's buffer full.
 */
static void send_locked(const struct event *e)
{
	struct sk_buff *skb;

	lockdep_assert_held(&event_lock);
	event_seq++;
	if (!genl_has_listeners(&hvp_nl_family, &init_net, 0))
		return;
	skb = genlmsg_new(EVENT_SIZE, GFP_KERNEL_ACCOUNT);
	if (!skb)
		return;
	if (WARN_ON_ONCE(put_event(skb, e)))
		nlmsg_free(skb);
	else
		genlmsg_multicast(&hvp_nl_family, skb, 0, 0, GFP_KERNEL);
}

static void send(const struct event *e)
{
	mutex_lock(&event_lock);
	send_locked(e);
	mutex_unlock(&event_lock);
}

/* Is there one left for this partition? */
static bool take_token(struct hvp_nl *nl)
{
	u64 now = ktime_get_boottime_ns(), n = 0;

	while (now - nl->refilled >= REFILL_NS && n++ < BURST)
		nl->refilled += REFILL_NS;
	if (n > BURST)
		nl->refilled = now;
	nl->tokens = min_t(u64, BURST, nl->tokens + n);
	if (!nl->tokens)
		return false;
	nl->tokens--;
	return true;
}

/* One that can be repeated at will. */
static void send_limited(const struct event *e)
{
	struct hvp_nl *nl = &e->part->nl;

	mutex_lock(&event_lock);
	if (take_token(nl))
		send_locked(e);
	else
		WRITE_ONCE(nl->dropped, nl->dropped + 1);
	mutex_unlock(&event_lock);
}

/* --- memory: a state, of which the last one counts ------------------------------ */

static void send_memory_locked(struct hvp_partition *part)
{
	const struct event e = {
		.cmd = HVPART_NL_CMD_MEMORY_CHANGED,
		.part = part,
	};

	part->nl.memory_at = ktime_get_boottime_ns();
	send_locked(&e);
}

static void memory_later(struct work_struct *work)
{
	struct hvp_nl *nl = container_of(work, struct hvp_nl, memory.work);

	mutex_lock(&event_lock);
	send_memory_locked(container_of(nl, struct hvp_partition, nl));
	mutex_unlock(&event_lock);
}

void hvp_event_memory(struct hvp_partition *part)
{
	struct hvp_nl *nl = &part->nl;

	mutex_lock(&event_lock);
	if (ktime_get_boottime_ns() - nl->memory_at >=
	    MEMORY_GAP_MS * NSEC_PER_MSEC && !delayed_work_pending(&nl->memory))
		send_memory_locked(part);
	else
		schedule_delayed_work(&nl->memory,
				      msecs_to_jiffies(MEMORY_GAP_MS));
	mutex_unlock(&event_lock);
}

/* --- the life of a partition ----------------------------------------------------- */

void hvp_event_init(struct hvp_partition *part)
{
	part->nl.tokens = BURST;
	part->nl.refilled = ktime_get_boottime_ns();
	INIT_DELAYED_WORK(&part->nl.memory, memory_later);
}

void hvp_event_created(struct hvp_partition *part)
{
	const struct event e = {
		.cmd = HVPART_NL_CMD_PARTITION_CREATED,
		.part = part,
	};

	hvp_nl_changed();
	part->nl.created = true;
	send(&e);
}

void hvp_event_first_run(struct hvp_partition *part)
{
	const struct event e = {
		.cmd = HVPART_NL_CMD_PARTITION_STARTED,
		.part = part,
	};

	mutex_lock(&event_lock);
	/* Two VPs may have run at once. */
	if (!part->nl.started) {
		WRITE_ONCE(part->nl.started, true);
		send_locked(&e);
	}
	mutex_unlock(&event_lock);
}

/* Return: 0; -EALREADY. */
static int event_stopped(struct hvp_partition *part, u32 reason)
{
	const struct event e = {
		.cmd = HVPART_NL_CMD_PARTITION_STOPPED,
		.part = part,
		.reason = reason,
	};
	int ret = -EALREADY;

	mutex_lock(&event_lock);
	if (!part->nl.stopped) {
		WRITE_ONCE(part->nl.stopped, true);
		send_locked(&e);
		ret = 0;
	}
	mutex_unlock(&event_lock);
	return ret;
}

void hvp_event_ended(struct hvp_partition *part, enum hvpart_nl_reason reason)
{
	const struct event e = {
		.cmd = HVPART_NL_CMD_PARTITION_DELETED,
		.part = part,
	};

	if (!part->nl.created)
		return;
	if (reason == HVPART_NL_REASON_CLOSED && current->flags & PF_EXITING)
		reason = HVPART_NL_REASON_OWNER_EXITED;
	cancel_delayed_work_sync(&part->nl.memory);
	hvp_nl_changed();
	if (part->nl.started)
		event_stopped(part, reason);
	send(&e);
}

void hvp_event_fault(struct hvp_partition *part, u32 vp_index,
		     enum hvpart_nl_fault fault, const u64 *crash)
{
	const struct event e = {
		.cmd = HVPART_NL_CMD_VP_FAULT,
		.part = part,
		.vp_index = vp_index,
		.fault = fault,
		.crash = crash,
	};

	send_limited(&e);
}

/* --- the hypervisor itself -------------------------------------------------------- */

static struct cpumask fallen_cpus;
static bool fallen_open;

static void fallen_tell(struct work_struct *work)
{
	struct event e = { .cmd = HVPART_NL_CMD_HYPERVISOR_FAULT };

	for_each_possible_cpu(e.cpu)
		if (cpumask_test_and_clear_cpu(e.cpu, &fallen_cpus))
			send(&e);
}

static DECLARE_WORK(fallen_work, fallen_tell);

void hvp_event_hypervisor_fault(unsigned int cpu)
{
	if (!READ_ONCE(fallen_open))
		return;
	cpumask_set_cpu(cpu, &fallen_cpus);
	schedule_work(&fallen_work);
}

void hvp_event_open(void)
{
	WRITE_ONCE(fallen_open, true);
}

void hvp_event_close(void)
{
	WRITE_ONCE(fallen_open, false);
	/* Hypercalls go on, with interrupts off: none has seen it open still. */
	synchronize_rcu();
	cancel_work_sync(&fallen_work);
}

/* --- what the owner announces -------------------------------------------------------- */

static bool name_valid(const char *name, size_t len)
{
	size_t i;

	if (!len || len > HVPART_NAME_MAX || !isascii(name[0]) ||
	    !isalnum(name[0]))
		return false;
	for (i = 1; i < len; i++)
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("_-.", name[i])))
			return false;
	return true;
}

static long announce_name(struct hvp_partition *part,
			  const struct hvpart_announce *a)
{
	const struct event e = {
		.cmd = HVPART_NL_CMD_PARTITION_NAMED,
		.part = part,
	};
	size_t len = strnlen(a->name, sizeof(a->name));

	if (!name_valid(a->name, len) ||
	    hvp_nonzero(a->name + len, sizeof(a->name) - len))
		return -EINVAL;
	if (part->nl.name_len)
		return -EEXIST;
	memcpy(part->nl.name, a->name, len);
	/* Pairs with hvp_nl_put_name(): a dump has no lock. */
	smp_store_release(&part->nl.name_len, len);
	send(&e);
	return 0;
}

static long announce_stopped(struct hvp_partition *part, u32 reason)
{
	if (reason < HVPART_NL_REASON_POWEROFF || reason > HVPART_NL_REASON_MAX)
		return -EINVAL;
	return event_stopped(part, reason);
}

static long announce_channel(struct hvp_partition *part,
			     const struct hvpart_announce *a)
{
	const struct event e = {
		.cmd = a->kind == HVPART_ANNOUNCE_CHANNEL_OPENED ?
			HVPART_NL_CMD_CHANNEL_OPENED :
			HVPART_NL_CMD_CHANNEL_CLOSED,
		.part = part,
		.channel = a,
	};

	send_limited(&e);
	return 0;
}

static long announce_balloon(struct hvp_partition *part, u64 bytes)
{
	if (!PAGE_ALIGNED(bytes))
		return -EINVAL;
	if (bytes == part->nl.balloon)
		return 0;
	WRITE_ONCE(part->nl.balloon, bytes);
	hvp_event_memory(part);
	return 0;
}

/* Is anything set that does not belong to its kind? */
static bool announce_excess(struct hvpart_announce rest)
{
	switch (rest.kind) {
	case HVPART_ANNOUNCE_NAME:
		memset(rest.name, 0, sizeof(rest.name));
		break;
	case HVPART_ANNOUNCE_STOPPED:
		rest.reason = 0;
		break;
	case HVPART_ANNOUNCE_CHANNEL_OPENED:
	case HVPART_ANNOUNCE_CHANNEL_CLOSED:
		memset(rest.type, 0, sizeof(rest.type));
		memset(rest.instance, 0, sizeof(rest.instance));
		rest.index = 0;
		break;
	case HVPART_ANNOUNCE_BALLOON:
		rest.bytes = 0;
		break;
	}
	rest.kind = 0;
	return hvp_nonzero(&rest, sizeof(rest));
}

/**
 * hvp_announce - HVPART_ANNOUNCE
 * @part: the partition; locked
 * @arg: struct hvpart_announce of user space
 *
 * Return: 0, -EINVAL, -EFAULT, -EEXIST (it has a name), -EALREADY (it stopped).
 */
long hvp_announce(struct hvp_partition *part, void __user *arg)
{
	struct hvpart_announce a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (announce_excess(a))
		return -EINVAL;
	switch (a.kind) {
	case HVPART_ANNOUNCE_NAME:
		return announce_name(part, &a);
	case HVPART_ANNOUNCE_STOPPED:
		return announce_stopped(part, a.reason);
	case HVPART_ANNOUNCE_CHANNEL_OPENED:
	case HVPART_ANNOUNCE_CHANNEL_CLOSED:
		return announce_channel(part, &a);
	case HVPART_ANNOUNCE_BALLOON:
		return announce_balloon(part, a.bytes);
	default:
		return -EINVAL;
	}
}
