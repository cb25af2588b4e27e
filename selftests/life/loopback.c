// SPDX-License-Identifier: GPL-2.0
/*
 * loopback UIO COUNT: in a child, packets through a loopback channel and back,
 * with the rings that uio_hv_generic maps. Prints what the channel says first and
 * how many came back as they were sent.
 *
 * Both rings lie in the first map, each half of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hvpart/vmbus.h>

struct ring {
	struct vmbus_ring *head;
	uint8_t *data;
	uint32_t size;
};

static struct ring out, in;
static int fd;

static void fail(const char *what)
{
	printf("@@failed %s: %s\n", what, strerror(errno));
	exit(1);
}

static void map(void)
{
	const char *path = "/sys/class/uio/uio0/maps/map0/size";
	FILE *f = fopen(path, "r");
	unsigned long size;
	uint8_t *p;

	if (!f || fscanf(f, "%lx", &size) != 1)
		fail(path);
	fclose(f);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		fail("mmap");
	out = (struct ring){ (void *)p, p + 4096, size / 2 - 4096 };
	p += size / 2;
	in = (struct ring){ (void *)p, p + 4096, size / 2 - 4096 };
}

static void copy(struct ring *r, uint32_t at, void *buf, uint32_t len, int put)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		uint8_t *p = &r->data[(at + i) % r->size];

		if (put)
			*p = ((uint8_t *)buf)[i];
		else
			((uint8_t *)buf)[i] = *p;
	}
}

/* The driver signals the host when its interrupts are turned on. */
static void signal_host(void)
{
	int32_t on = 1;

	if (write(fd, &on, sizeof(on)) != sizeof(on))
		fail("signal");
}

static void send_packet(uint64_t id, const void *data, uint32_t size)
{
	uint32_t at = out.head->write;
	struct vmbus_packet p = {
		.type = VMBUS_PACKET_INBAND,
		.header8 = 2,
		.length8 = (uint16_t)(2 + size / 8),
		.flags = VMBUS_PACKET_WANTS_COMPLETION,
		.id = id,
	};

	copy(&out, at, &p, sizeof(p), 1);
	copy(&out, at + sizeof(p), (void *)data, size, 1);
	__atomic_store_n(&out.head->write,
			 (at + (uint32_t)sizeof(p) + size + 8) % out.size,
			 __ATOMIC_SEQ_CST);
	signal_host();
}

/* Waits for an interrupt as long as the ring is empty. */
static uint32_t receive(struct vmbus_packet *p, void *buf, uint32_t max)
{
	uint32_t at = in.head->read, size, n;

	while (__atomic_load_n(&in.head->write, __ATOMIC_SEQ_CST) == at)
		if (read(fd, &n, sizeof(n)) != sizeof(n))
			fail("read");
	copy(&in, at, p, sizeof(*p), 0);
	size = (p->length8 - p->header8) * 8U;
	if (size > max)
		fail("length");
	copy(&in, at + p->header8 * 8U, buf, size, 0);
	__atomic_store_n(&in.head->read, (at + p->length8 * 8U + 8) % in.size,
			 __ATOMIC_SEQ_CST);
	return size;
}

int main(int argc, char **argv)
{
	uint8_t data[4096], back[4096];
	unsigned int i, good = 0, count;
	struct vmbus_packet p;

	if (argc != 3)
		return 2;
	count = (unsigned int)atoi(argv[2]);
	fd = open(argv[1], O_RDWR);
	if (fd < 0)
		fail(argv[1]);
	map();
	receive(&p, back, sizeof(back));
	printf("@@greeting %.16s\n", (char *)back);
	for (i = 0; i < count; i++) {
		uint32_t size = i * 104 % 4080 / 8 * 8;

		memset(data, (int)i, sizeof(data));
		send_packet(i, data, size);
		good += receive(&p, back, sizeof(back)) == size && p.id == i &&
			p.type == VMBUS_PACKET_COMPLETION &&
			!memcmp(data, back, size);
	}
	printf("@@loopback %u of %u\n", good, count);
	return good != count;
}
