// SPDX-License-Identifier: GPL-2.0
/* See raw.h. */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <linux/hvpart_netlink.h>
#include "raw.h"

static u32 seq;
static u16 family;

struct message {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	u8 data[1024];
};

static int post(int fd, u16 type, const struct raw *r)
{
	struct message m = {
		.nl.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + r->len,
		.nl.nlmsg_type = type,
		.nl.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | r->flags,
		.nl.nlmsg_seq = ++seq,
		.genl.cmd = r->cmd,
		.genl.version = r->version,
		.genl.reserved = r->reserved,
	};

	memcpy(m.data, r->data, r->len);
	return send(fd, &m, m.nl.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* 1: a message; 0: the end, without an error; -errno: the end. */
static int take(const struct nlmsghdr *nl)
{
	int err = 0;

	if (nl->nlmsg_seq != seq)
		return 1;
	if (nl->nlmsg_type != NLMSG_ERROR && nl->nlmsg_type != NLMSG_DONE)
		return 1;
	if (nl->nlmsg_len >= NLMSG_LENGTH(sizeof(err)))
		memcpy(&err, NLMSG_DATA(nl), sizeof(err));
	return err;
}

static int receive(int fd, u8 *first, size_t size)
{
	static u8 buf[65536] __attribute__((aligned(8)));
	int messages = 0;

	for (;;) {
		ssize_t got = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *nl = (void *)buf;
		int len = (int)got, ret;

		if (got < 0)
			return -errno;
		if (!messages && first)
			memcpy(first, buf, got < (ssize_t)size ? (size_t)got : size);
		for (; NLMSG_OK(nl, (u32)len); nl = NLMSG_NEXT(nl, len)) {
			ret = take(nl);
			if (ret <= 0)
				return ret ? ret : !!messages;
			messages++;
		}
	}
}

static int find_family(int fd)
{
	struct raw r = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	u8 answer[4096] __attribute__((aligned(8)));
	const struct nlattr *a = (void *)(answer + NLMSG_HDRLEN + GENL_HDRLEN);
	int ret;

	raw_put(&r, CTRL_ATTR_FAMILY_NAME, HVPART_NL_FAMILY,
		sizeof(HVPART_NL_FAMILY));
	ret = post(fd, GENL_ID_CTRL, &r);
	ret = ret ? ret : receive(fd, answer, sizeof(answer));
	if (ret < 0)
		return ret;
	while (a->nla_len >= NLA_HDRLEN) {
		if (a->nla_type == CTRL_ATTR_FAMILY_ID) {
			memcpy(&family, (u8 *)a + NLA_HDRLEN, sizeof(family));
			return 0;
		}
		a = (void *)((u8 *)a + NLA_ALIGN(a->nla_len));
	}
	return -ENOENT;
}

int raw_open(void)
{
	const struct timeval limit = { .tv_sec = 20 };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int ret;

	if (fd < 0 || connect(fd, (void *)&kernel, sizeof(kernel)))
		return -errno;
	/* No answer is a failure, too. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	ret = find_family(fd);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

void raw_put(struct raw *r, u16 type, const void *data, u16 len)
{
	const struct nlattr a = {
		.nla_len = NLA_HDRLEN + len,
		.nla_type = type,
	};

	if (sizeof(r->data) < (size_t)r->len + NLA_HDRLEN + NLA_ALIGN(len))
		return;
	memcpy(r->data + r->len, &a, sizeof(a));
	memcpy(r->data + r->len + NLA_HDRLEN, data, len);
	memset(r->data + r->len + NLA_HDRLEN + len, 0, NLA_ALIGN(len) - len);
	r->len += NLA_HDRLEN + NLA_ALIGN(len);
}

void raw_u64(struct raw *r, u16 type, u64 value)
{
	raw_put(r, type, &value, sizeof(value));
}

void raw_random(struct raw *r, u64 partition)
{
	u16 type = rand() % (HVPART_NL_A_MAX + 3);
	u8 bytes[64];
	u16 at = r->len, lie;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = rand();
	switch (rand() % 6) {
	case 0:
		raw_u64(r, HVPART_NL_A_PARTITION_ID, partition);
		break;
	case 1:
		raw_u64(r, HVPART_NL_A_PARTITION_ID, rand() % 300);
		break;
	case 2:
		raw_put(r, HVPART_NL_A_PARTITION_ID |
			(rand() & 1 ? NLA_F_NESTED : NLA_F_NET_BYTEORDER),
			bytes, 8);
		break;
	case 3:
		/* Its length is not what it has. */
		raw_put(r, HVPART_NL_A_PARTITION_ID, bytes, 8);
		lie = rand() % 5 ? rand() % 64 : rand();
		if (r->len > at)
			memcpy(r->data + at, &lie, sizeof(lie));
		break;
	default:
		raw_put(r, rand() % 3 ? type : rand(), bytes,
			rand() % sizeof(bytes));
		break;
	}
}

int raw_post(int fd, const struct raw *r)
{
	return post(fd, family, r);
}

int raw_drain(int fd)
{
	return receive(fd, NULL, 0);
}

int raw_send(int fd, const struct raw *r)
{
	int ret = post(fd, family, r);

	return ret ? ret : receive(fd, NULL, 0);
}
