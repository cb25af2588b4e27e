// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "fake_nl.h"

#define QUEUE	64
#define SIZE	32768

struct datagram {
	int err;
	size_t size;
	uint64_t data[SIZE / 8];
};

struct mnl_socket {
	int fd;			/* counts what is queued */
	unsigned int first, nr;
	struct datagram *queue[QUEUE];
};

static struct mnl_socket sockets[2];

static struct {
	int open, joined;
	bool absent;
	int fail_after, fail_err, listen_err;
	unsigned int seq;
	bool asked;
	uint64_t request[64];
	/* the datagram that is being built */
	uint64_t data[SIZE / 8];
	size_t size;
	struct nlmsghdr *message;
	struct nlattr *nest;
} fake;

void (*fake_nl_on_request)(const struct nlmsghdr *nlh);

static bool fails(void)
{
	if (!fake.fail_after || --fake.fail_after)
		return false;
	errno = fake.fail_err;
	return true;
}

static void empty(struct mnl_socket *s)
{
	while (s->nr) {
		free(s->queue[s->first]);
		s->first = (s->first + 1) % QUEUE;
		s->nr--;
	}
}

void fake_nl_reset(void)
{
	int i;

	for (i = 0; i < 2; i++)
		empty(&sockets[i]);
	memset(&fake, 0, sizeof(fake));
	fake_nl_on_request = NULL;
}

void fake_nl_absent(void)
{
	fake.absent = true;
}

void fake_nl_fail(int n, int err)
{
	fake.fail_after = n;
	fake.fail_err = err;
}

void fake_nl_no_listening(int err)
{
	fake.listen_err = err;
}

int fake_nl_open_sockets(void)
{
	return fake.open;
}

int fake_nl_joined(void)
{
	return fake.joined;
}

const struct nlmsghdr *fake_nl_request(void)
{
	return fake.asked ? (const void *)fake.request : NULL;
}

/* --- building ---------------------------------------------------------------- */

static void *grow(size_t size)
{
	void *at = (char *)fake.data + fake.size;

	if (fake.size + size > SIZE)
		abort();
	memset(at, 0, size);
	fake.size += size;
	return at;
}

static void header(uint16_t type, uint16_t flags)
{
	fake.message = grow(NLMSG_HDRLEN);
	fake.message->nlmsg_len = NLMSG_HDRLEN;
	fake.message->nlmsg_type = type;
	fake.message->nlmsg_flags = flags;
}

void fake_nl_message(uint16_t type, uint16_t flags, uint8_t cmd)
{
	struct genlmsghdr *genl;

	header(type, flags);
	genl = grow(GENL_HDRLEN);
	genl->cmd = cmd;
	fake.message->nlmsg_len += GENL_HDRLEN;
}

void fake_nl_put(uint16_t type, const void *data, size_t size)
{
	struct nlattr *a = grow(MNL_ALIGN(MNL_ATTR_HDRLEN + size));

	a->nla_type = type;
	a->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + size);
	if (size)
		memcpy((char *)a + MNL_ATTR_HDRLEN, data, size);
	fake.message->nlmsg_len += MNL_ALIGN(a->nla_len);
	if (fake.nest)
		fake.nest->nla_len += MNL_ALIGN(a->nla_len);
}

void fake_nl_u32(uint16_t type, uint32_t value)
{
	fake_nl_put(type, &value, sizeof(value));
}

void fake_nl_u64(uint16_t type, uint64_t value)
{
	fake_nl_put(type, &value, sizeof(value));
}

void fake_nl_text(uint16_t type, const char *text)
{
	fake_nl_put(type, text, strlen(text) + 1);
}

void fake_nl_nest(uint16_t type)
{
	struct nlattr *nest = (void *)((char *)fake.data + fake.size);

	fake_nl_put(type, NULL, 0);
	fake.nest = nest;
}

void fake_nl_nest_end(void)
{
	fake.nest = NULL;
}

void fake_nl_end(uint16_t type, int err)
{
	header(type, NLM_F_MULTI);
	/* An error carries the header of the request, too. */
	memcpy(grow(sizeof(struct nlmsgerr)), &err, sizeof(err));
	fake.message->nlmsg_len += sizeof(struct nlmsgerr);
}

struct nlmsghdr *fake_nl_current(void)
{
	return fake.message;
}

static void queue(int socket, const void *data, size_t size, int err)
{
	struct mnl_socket *s = &sockets[socket];
	struct datagram *d = malloc(sizeof(*d));
	uint64_t one = 1;

	if (s->nr == QUEUE)
		abort();
	d->err = err;
	d->size = size;
	if (size)
		memcpy(d->data, data, size);
	s->queue[(s->first + s->nr++) % QUEUE] = d;
	if (s->fd > 0 && write(s->fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

void fake_nl_queue(int socket, size_t cut)
{
	queue(socket, fake.data, fake.size - cut, 0);
	fake.size = 0;
}

void fake_nl_queue_error(int socket, int err)
{
	queue(socket, NULL, 0, err);
}

/* --- finding families ---------------------------------------------------------- */

static void group(uint16_t n, const char *name, uint32_t id)
{
	struct nlattr *list = fake.nest, *one;

	one = (void *)((char *)fake.data + fake.size);
	fake_nl_put(n, NULL, 0);
	fake.nest = one;
	fake_nl_text(CTRL_ATTR_MCAST_GRP_NAME, name);
	fake_nl_u32(CTRL_ATTR_MCAST_GRP_ID, id);
	fake.nest = list;
	list->nla_len += one->nla_len - MNL_ATTR_HDRLEN;
}

static void find_family(const struct nlmsghdr *nlh)
{
	const struct nlattr *name = mnl_nlmsg_get_payload_offset(nlh,
								 GENL_HDRLEN);
	bool ctrl = !strcmp(mnl_attr_get_str(name), "nlctrl");
	uint16_t id = ctrl ? GENL_ID_CTRL : FAKE_NL_FAMILY;

	if (!ctrl && (fake.absent || strcmp(mnl_attr_get_str(name), "hvpart"))) {
		fake_nl_end(NLMSG_ERROR, -ENOENT);
	} else {
		fake_nl_message(GENL_ID_CTRL, 0, CTRL_CMD_NEWFAMILY);
		fake_nl_text(CTRL_ATTR_FAMILY_NAME, mnl_attr_get_str(name));
		fake_nl_put(CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
		fake_nl_nest(CTRL_ATTR_MCAST_GROUPS);
		group(1, "others", 99);
		group(2, ctrl ? "notify" : "events",
		      ctrl ? GENL_ID_CTRL : FAKE_NL_GROUP);
		fake_nl_nest_end();
	}
	fake_nl_queue(FAKE_NL_REQUESTS, 0);
}

/* --- libmnl's sockets ------------------------------------------------------------ */

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
int __wrap_mnl_socket_bind(struct mnl_socket *s, unsigned int groups,
			   pid_t pid);
int __wrap_mnl_socket_close(struct mnl_socket *s);
int __wrap_mnl_socket_get_fd(const struct mnl_socket *s);
int __wrap_mnl_socket_setsockopt(const struct mnl_socket *s, int type,
				 void *buf, socklen_t len);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *s, const void *req,
				 size_t size);
ssize_t __wrap_mnl_socket_recvfrom(struct mnl_socket *s, void *buf,
				   size_t size);

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *s = &sockets[fake.open];

	if (fails())
		return NULL;
	if (bus != NETLINK_GENERIC || !(flags & SOCK_CLOEXEC) ||
	    fake.open > 1)
		abort();
	s->fd = eventfd(s->nr, EFD_CLOEXEC | EFD_SEMAPHORE);
	fake.open++;
	return s;
}

int __wrap_mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid)
{
	(void)s, (void)groups, (void)pid;
	return fails() ? -1 : 0;
}

int __wrap_mnl_socket_close(struct mnl_socket *s)
{
	close(s->fd);
	s->fd = 0;
	empty(s);
	fake.open--;
	return 0;
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *s)
{
	return s->fd;
}

int __wrap_mnl_socket_setsockopt(const struct mnl_socket *s, int type,
				 void *buf, socklen_t len)
{
	(void)s, (void)buf, (void)len;
	if (fake.listen_err || type != NETLINK_ADD_MEMBERSHIP) {
		errno = fake.listen_err;
		return -1;
	}
	fake.joined++;
	return 0;
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *s, const void *req,
				 size_t size)
{
	const struct nlmsghdr *nlh = req;

	(void)s;
	if (fails())
		return -1;
	if (size > sizeof(fake.request) || size != nlh->nlmsg_len ||
	    !(nlh->nlmsg_flags & NLM_F_REQUEST))
		abort();
	fake.seq = nlh->nlmsg_seq;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		find_family(nlh);
		return (ssize_t)size;
	}
	memcpy(fake.request, req, size);
	fake.asked = true;
	if (fake_nl_on_request)
		fake_nl_on_request(nlh);
	return (ssize_t)size;
}

static void set_seq(void *buf, size_t size)
{
	struct nlmsghdr *nlh = buf;
	int len = (int)size;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (!nlh->nlmsg_seq)
			nlh->nlmsg_seq = fake.seq;
}

ssize_t __wrap_mnl_socket_recvfrom(struct mnl_socket *s, void *buf, size_t size)
{
	struct datagram *d = s->queue[s->first];
	ssize_t ret = -1;
	uint64_t one;

	if (fails())
		return -1;
	if (!s->nr) {
		/* A request that nobody answers would hang. */
		errno = s == &sockets[FAKE_NL_REQUESTS] ? EPIPE : EAGAIN;
		return -1;
	}
	if (read(s->fd, &one, sizeof(one)) != sizeof(one) || d->size > size)
		abort();
	s->first = (s->first + 1) % QUEUE;
	s->nr--;
	errno = d->err;
	if (!d->err) {
		memcpy(buf, d->data, d->size);
		if (s == &sockets[FAKE_NL_REQUESTS])
			set_seq(buf, d->size);
		ret = (ssize_t)d->size;
	}
	free(d);
	return ret;
}
