// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The driver's generic netlink family: requests with their answers, and events.
 * Messages come from the kernel, since nobody else may send to a socket of this
 * protocol without CAP_NET_ADMIN; they are checked all the same.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"
#include "nlparse.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* As much as the kernel puts into one part of a dump. */
#define BUFFER_SIZE	32768
#define REQUEST_SIZE	256
/* Of events that nobody has read: some thousand. */
#define EVENTS_BYTES	(2 << 20)

struct part_nl {
	struct mnl_socket *requests;
	struct mnl_socket *events;
	__u16 family;
	__u32 group;			/* of events */
	__u32 notify;			/* of families that come and go */
	unsigned int seq;		/* of the last request */
	__u64 last_event;		/* its number; 0: none yet */
	const struct nlmsghdr *next;	/* in event_buf, @left bytes */
	int left;
	/* Aligned as messages are. */
	__u64 buf[BUFFER_SIZE / 8];
	__u64 event_buf[BUFFER_SIZE / 8];
};

/* --- requests --------------------------------------------------------------- */

/* One message of the answer. Not 0: that is the result, the rest is skipped. */
typedef int answer_fn(void *ctx, const struct nlmsghdr *nlh);

struct answer {
	answer_fn *fn;
	void *ctx;
	__u16 type;			/* of the messages */
	int ret;
	bool changed;			/* while it was being dumped */
	bool over;
};

static int error_of(const struct nlmsghdr *nlh)
{
	int err;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(err))
		return nlh->nlmsg_type == NLMSG_DONE ? 0 : -EPROTO;
	memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	return err > 0 ? -EPROTO : err;
}

static void take_message(struct answer *a, const struct nlmsghdr *nlh)
{
	int ret = 0;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		a->changed = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		ret = error_of(nlh);
		a->over = true;
	} else {
		if (nlh->nlmsg_type == a->type && !a->ret)
			ret = a->fn(a->ctx, nlh);
		a->over = !(nlh->nlmsg_flags & NLM_F_MULTI);
	}
	if (!a->ret)
		a->ret = ret;
}

static int take_part(struct part_nl *nl, struct answer *a, int len)
{
	const struct nlmsghdr *nlh = (const void *)nl->buf;

	for (; !a->over && mnl_nlmsg_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len)) {
		/* What an earlier request left behind. */
		if (nlh->nlmsg_seq == nl->seq)
			take_message(a, nlh);
	}
	return !a->over && len > 0 ? -EPROTO : 0;
}

static struct nlmsghdr *request_begin(struct part_nl *nl, void *buf,
				      __u16 family, __u16 flags, __u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

static int request_end(struct part_nl *nl, const struct nlmsghdr *nlh,
		       struct answer *a)
{
	ssize_t len;
	int ret;

	if (mnl_socket_sendto(nl->requests, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (!a->over) {
		len = mnl_socket_recvfrom(nl->requests, nl->buf,
					  sizeof(nl->buf));
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return len ? -errno : -EPROTO;
		ret = take_part(nl, a, (int)len);
		if (ret)
			return ret;
	}
	return a->ret ? a->ret : a->changed;
}

/* --- the family --------------------------------------------------------------- */

struct family {
	__u16 id;
	__u32 group;
	const char *group_name;
};

struct group {
	char name[GENL_NAMSIZ];
	__u32 id;
};

static const struct nl_field family_fields[] = {
	NL_FIELD(CTRL_ATTR_FAMILY_ID, struct family, id),
};

static const struct nl_field group_fields[] = {
	NL_TEXT(CTRL_ATTR_MCAST_GRP_NAME, struct group, name),
	NL_FIELD(CTRL_ATTR_MCAST_GRP_ID, struct group, id),
};

static int family_groups(struct family *f, const struct nlattr *list)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, list) {
		struct group g = { .id = 0 };

		if (nl_parse(mnl_attr_get_payload(attr),
			     mnl_attr_get_payload_len(attr), group_fields,
			     COUNT(group_fields), &g) < 0)
			return -EPROTO;
		if (!strcmp(g.name, f->group_name))
			f->group = g.id;
	}
	return 0;
}

static int family_answer(void *ctx, const struct nlmsghdr *nlh)
{
	struct family *f = ctx;
	const struct nlattr *attr;
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (len < GENL_HDRLEN ||
	    nl_parse(mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
		     len - GENL_HDRLEN, family_fields, COUNT(family_fields),
		     f) < 0)
		return -EPROTO;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS &&
		    family_groups(f, attr))
			return -EPROTO;
	return f->id && f->group ? 0 : -EPROTO;
}

static int family_find(struct part_nl *nl, const char *name,
		       const char *group, __u16 *id, __u32 *group_id)
{
	struct family f = { .group_name = group };
	struct answer a = {
		.fn = family_answer,
		.ctx = &f,
		.type = GENL_ID_CTRL,
	};
	__u64 buf[REQUEST_SIZE / 8];
	struct nlmsghdr *nlh;
	int ret;

	nlh = request_begin(nl, buf, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	ret = request_end(nl, nlh, &a);
	if (ret)
		return ret > 0 ? -EPROTO : ret;
	/* An answer without a message of the type. */
	if (!f.id)
		return -EPROTO;
	*id = f.id;
	*group_id = f.group;
	return 0;
}

static int open_socket(struct mnl_socket **out, int flags)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_GENERIC,
						SOCK_CLOEXEC | flags);

	if (!s)
		return -errno;
	*out = s;
	return mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
}

PART_PUBLIC int part_nl_open(struct part_nl **out)
{
	struct part_nl *nl;
	__u16 ctrl;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	nl = calloc(1, sizeof(*nl));
	if (!nl)
		return -ENOMEM;
	ret = open_socket(&nl->requests, 0);
	if (!ret)
		ret = open_socket(&nl->events, SOCK_NONBLOCK);
	if (!ret)
		ret = family_find(nl, HVPART_NL_FAMILY, HVPART_NL_GROUP_EVENTS,
				  &nl->family, &nl->group);
	if (!ret)
		ret = family_find(nl, "nlctrl", "notify", &ctrl, &nl->notify);
	if (ret) {
		part_nl_close(nl);
		return ret;
	}
	*out = nl;
	return 0;
}

PART_PUBLIC void part_nl_close(struct part_nl *nl)
{
	if (!nl)
		return;
	if (nl->events)
		mnl_socket_close(nl->events);
	if (nl->requests)
		mnl_socket_close(nl->requests);
	free(nl);
}

/* --- events ----------------------------------------------------------------- */

static int join(struct part_nl *nl, __u32 group)
{
	return mnl_socket_setsockopt(nl->events, NETLINK_ADD_MEMBERSHIP, &group,
				     sizeof(group)) < 0 ? -errno : 0;
}

PART_PUBLIC int part_nl_listen(struct part_nl *nl)
{
	const int bytes = EVENTS_BYTES;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	/* Who may not goes on with what he has. */
	setsockopt(part_nl_fd(nl), SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
		   sizeof(bytes));
	ret = join(nl, nl->group);
	return ret ? ret : join(nl, nl->notify);
}

PART_PUBLIC int part_nl_fd(const struct part_nl *nl)
{
	return mnl_socket_get_fd(nl->events);
}

/* Is it this family that goes? */
static bool is_unload(const struct part_nl *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	struct family f = { .id = 0 };

	return len >= GENL_HDRLEN && genl->cmd == CTRL_CMD_DELFAMILY &&
		nl_parse(mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
			 len - GENL_HDRLEN, family_fields, COUNT(family_fields),
			 &f) >= 0 && f.id == nl->family;
}

/* 1: an event; 0: nothing of interest; -EPROTO. */
static int event_take(struct part_nl *nl, const struct nlmsghdr *nlh,
		      struct part_event *event)
{
	int ret;

	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		memset(event, 0, sizeof(*event));
		return is_unload(nl, nlh);
	}
	if (nlh->nlmsg_type != nl->family)
		return 0;
	ret = nl_parse_event(nlh, event);
	if (ret)
		return ret;
	if (nl->last_event && event->seq > nl->last_event)
		event->lost = event->seq - nl->last_event - 1;
	nl->last_event = event->seq;
	return 1;
}

/* Another datagram: 0; 1: there is none; or an error. */
static int event_receive(struct part_nl *nl)
{
	ssize_t len;

	do {
		len = mnl_socket_recvfrom(nl->events, nl->event_buf,
					  sizeof(nl->event_buf));
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return errno == EAGAIN ? 1 : -errno;
	nl->next = (const void *)nl->event_buf;
	nl->left = (int)len;
	return len ? 0 : -EPROTO;
}

static int event_next(struct part_nl *nl, struct part_event *event)
{
	const struct nlmsghdr *nlh;
	int ret;

	for (;;) {
		if (nl->left <= 0) {
			ret = event_receive(nl);
			if (ret)
				return ret > 0 ? 0 : ret;
		}
		nlh = nl->next;
		if (!mnl_nlmsg_ok(nlh, nl->left)) {
			nl->left = 0;
			return -EPROTO;
		}
		nl->next = mnl_nlmsg_next(nlh, &nl->left);
		ret = event_take(nl, nlh, event);
		if (ret)
			return ret;
	}
}

PART_PUBLIC int part_nl_event(struct part_nl *nl, struct part_event *event,
			      size_t size)
{
	struct part_event e;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	ret = event_next(nl, &e);
	if (ret <= 0)
		return ret;
	memset(event, 0, size);
	memcpy(event, &e, size < sizeof(e) ? size : sizeof(e));
	return 1;
}

/* --- dumps ------------------------------------------------------------------ */

struct dump {
	part_nl_partition_fn *partition;
	part_nl_vp_fn *vp;
	part_nl_stats_fn *stats;
	void *ctx;
};

static int dump_answer(void *ctx, const struct nlmsghdr *nlh)
{
	const struct dump *d = ctx;
	union {
		struct part_nl_partition partition;
		struct part_nl_vp vp;
		struct part_nl_stats stats;
	} u;
	int ret;

	if (d->partition) {
		ret = nl_parse_partition(nlh, &u.partition);
		return ret ? ret : d->partition(d->ctx, &u.partition);
	}
	if (d->vp) {
		ret = nl_parse_vp(nlh, &u.vp);
		return ret ? ret : d->vp(d->ctx, &u.vp);
	}
	ret = nl_parse_stats(nlh, &u.stats);
	return ret ? ret : d->stats(d->ctx, &u.stats);
}

static int dump(struct part_nl *nl, __u8 cmd, __u64 partition,
		struct dump *d)
{
	struct answer a = {
		.fn = dump_answer,
		.ctx = d,
		.type = nl->family,
	};
	__u64 buf[REQUEST_SIZE / 8];
	struct nlmsghdr *nlh;

	status_set(HV_STATUS_SUCCESS);
	nlh = request_begin(nl, buf, nl->family, NLM_F_DUMP, cmd);
	if (partition)
		mnl_attr_put_u64(nlh, HVPART_NL_A_PARTITION_ID, partition);
	return request_end(nl, nlh, &a);
}

PART_PUBLIC int part_nl_partitions(struct part_nl *nl,
				   part_nl_partition_fn *fn, void *ctx)
{
	struct dump d = { .partition = fn, .ctx = ctx };

	return dump(nl, HVPART_NL_CMD_PARTITION_GET, 0, &d);
}

PART_PUBLIC int part_nl_vps(struct part_nl *nl, __u64 partition,
			    part_nl_vp_fn *fn, void *ctx)
{
	struct dump d = { .vp = fn, .ctx = ctx };

	return dump(nl, HVPART_NL_CMD_VP_GET, partition, &d);
}

PART_PUBLIC int part_nl_stats(struct part_nl *nl, __u64 partition,
			      part_nl_stats_fn *fn, void *ctx)
{
	struct dump d = { .stats = fn, .ctx = ctx };

	return dump(nl, HVPART_NL_CMD_STATS_GET, partition, &d);
}
