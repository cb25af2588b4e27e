// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "log.h"
#include "ram.h"

static void lay_out(struct ram *ram, uint8_t *host)
{
	uint64_t low = ram->size < GPA_HOLE ? ram->size : GPA_HOLE;

	ram->slot[0] = (struct ram_slot){ .gpa = 0, .size = low, .host = host };
	ram->nr = 1;
	if (ram->size > low) {
		ram->slot[1] = (struct ram_slot){
			.gpa = GPA_4G,
			.size = ram->size - low,
			.host = host + low,
		};
		ram->nr = 2;
	}
}

int ram_create(struct ram *ram, uint64_t size)
{
	uint8_t *host;

	memset(ram, 0, sizeof(*ram));
	if (size < RAM_MIN_SIZE || size > RAM_MAX_SIZE || size % RAM_GRANULE)
		return log_error("memory: a multiple of 2 MiB from 4 MiB to 1 TiB, please");

	/*
	 * Guest and host addresses agree modulo 2 MiB, so that large pages of
	 * the host can become large pages of the guest.
	 */
	ram->map_size = size + RAM_GRANULE;
	ram->map = mmap(NULL, ram->map_size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ram->map == MAP_FAILED) {
		ram->map = NULL;
		return log_errno(errno, "memory: %llu MiB",
				 (unsigned long long)size >> 20);
	}
	host = (uint8_t *)(((uintptr_t)ram->map + RAM_GRANULE - 1) &
			   ~(uintptr_t)(RAM_GRANULE - 1));
	/* Both only make things better; a kernel may not know them. */
	madvise(host, size, MADV_HUGEPAGE);
	madvise(host, size, MADV_DONTDUMP);
	ram->size = size;
	lay_out(ram, host);
	return 0;
}

void ram_destroy(struct ram *ram)
{
	if (ram->map)
		munmap(ram->map, ram->map_size);
	memset(ram, 0, sizeof(*ram));
}

void *ram_ptr(const struct ram *ram, uint64_t gpa, uint64_t len)
{
	unsigned int i;

	for (i = 0; i < ram->nr; i++) {
		const struct ram_slot *s = &ram->slot[i];

		/* A difference below zero is huge and fails the test. */
		if (gpa - s->gpa < s->size && len <= s->size - (gpa - s->gpa))
			return s->host + (gpa - s->gpa);
	}
	return NULL;
}

int ram_read(const struct ram *ram, uint64_t gpa, void *buf, uint64_t len)
{
	const void *p = ram_ptr(ram, gpa, len);

	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

int ram_write(struct ram *ram, uint64_t gpa, const void *buf, uint64_t len)
{
	void *p = ram_ptr(ram, gpa, len);

	if (!p)
		return -EFAULT;
	memcpy(p, buf, len);
	return 0;
}

uint64_t ram_low_end(const struct ram *ram)
{
	return ram->slot[0].size;
}

uint64_t ram_end(const struct ram *ram)
{
	const struct ram_slot *s = &ram->slot[ram->nr - 1];

	return s->gpa + s->size;
}
