// SPDX-License-Identifier: GPL-2.0
/* See nl.h. */
#include <poll.h>
#include <time.h>
#include "nl.h"

struct part_nl *nl_open(void)
{
	struct part_nl *nl;
	int ret = part_nl_open(&nl);

	if (!ret)
		return nl;
	printf("# part_nl_open: %d\n", ret);
	return NULL;
}

struct part_nl *nl_open_listening(void)
{
	struct part_nl *nl = nl_open();
	int ret = nl ? part_nl_listen(nl) : 0;

	if (!ret)
		return nl;
	printf("# part_nl_listen: %d\n", ret);
	part_nl_close(nl);
	return NULL;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int nl_wait(struct part_nl *nl, u64 partition, struct part_event *event, int ms)
{
	long long end = now_ms() + ms, left;
	struct pollfd p = { .fd = part_nl_fd(nl), .events = POLLIN };
	int ret;

	for (;;) {
		ret = part_nl_event(nl, event, sizeof(*event));
		if (ret < 0 || (ret && (!partition ||
					event->partition == partition)))
			return ret;
		if (ret)
			continue;
		left = end - now_ms();
		if (left <= 0)
			return 0;
		poll(&p, 1, (int)left);
	}
}

int nl_wait_for(struct part_nl *nl, u64 partition, u32 command,
		struct part_event *event, int ms)
{
	int ret;

	do {
		ret = nl_wait(nl, partition, event, ms);
	} while (ret > 0 && event->command != command);
	return ret;
}

u64 part_id_of(int part)
{
	struct hvpart_partition_stats stats = { 0 };
	struct hvpart_get_stats arg = {
		.size = sizeof(stats),
		.stats_ptr = (uintptr_t)&stats,
	};

	return do_ioctl(part, HVPART_GET_STATS, &arg) ? 0 : stats.partition_id;
}

int announce_name(int part, const char *name)
{
	struct hvpart_announce a = { .kind = HVPART_ANNOUNCE_NAME };

	memcpy(a.name, name, strnlen(name, sizeof(a.name)));
	return do_ioctl(part, HVPART_ANNOUNCE, &a);
}

int announce_stopped(int part, u32 reason)
{
	const struct hvpart_announce a = {
		.kind = HVPART_ANNOUNCE_STOPPED,
		.reason = reason,
	};

	return do_ioctl(part, HVPART_ANNOUNCE, &a);
}

int announce_channel(int part, bool open, u32 index)
{
	const struct hvpart_announce a = {
		.kind = open ? HVPART_ANNOUNCE_CHANNEL_OPENED :
			HVPART_ANNOUNCE_CHANNEL_CLOSED,
		.index = index,
		.type = { 1, 2, 3 },
		.instance = { [15] = 9 },
	};

	return do_ioctl(part, HVPART_ANNOUNCE, &a);
}

int announce_balloon(int part, u64 bytes)
{
	const struct hvpart_announce a = {
		.kind = HVPART_ANNOUNCE_BALLOON,
		.bytes = bytes,
	};

	return do_ioctl(part, HVPART_ANNOUNCE, &a);
}

int child_create(struct child *c)
{
	int ret;

	c->vp = -1;
	c->dev = dev_open();
	c->part = c->dev < 0 ? c->dev : part_create_ready(c->dev);
	if (c->part < 0)
		return c->part;
	c->id = part_id_of(c->part);
	c->ram = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->ram == MAP_FAILED)
		return -errno;
	guest_load_image(c->ram);
	ret = part_mem(c->part, 0, c->ram, GUEST_RAM, MEM_RAM);
	if (ret)
		return ret;
	c->vp = vp_create(c->part, 0);
	return c->vp < 0 ? c->vp : 0;
}

void child_close(struct child *c)
{
	if (c->vp >= 0)
		close(c->vp);
	close(c->part);
	close(c->dev);
	munmap(c->ram, GUEST_RAM);
}

long long child_run_real(struct child *c, const u8 *entry)
{
	struct hv_message m;
	int ret = guest_start_real(c->vp, 0, entry);

	ret = ret ? ret : vp_run(c->vp, &m);
	return ret ? ret : (long long)m.header.message_type;
}
