// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "log.h"
#include "ram.h"
#include "ram_pages.h"

static void lay_out(struct ram *ram, uint8_t *host)
{
	uint64_t low = ram->size < GPA_HOLE ? ram->size : GPA_HOLE;

	ram->slot[0] = (struct ram_slot){
		.gpa = 0,
		.size = low,
		.span = low,
		.host = host,
	};
	ram->nr = 1;
	if (ram->size > low) {
		ram->slot[1] = (struct ram_slot){
			.gpa = GPA_4G,
			.size = ram->size - low,
			.span = ram->size - low,
			.host = host + low,
		};
		ram->nr = 2;
	}
}

/* However many VPs read, a page that is to be taken is taken. */
static void init_lock(struct ram *ram)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr,
		PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&ram->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
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
	init_lock(ram);
	ram->size = size;
	lay_out(ram, host);
	return 0;
}

void ram_destroy(struct ram *ram)
{
	unsigned int i;

	for (i = 0; i < ram->nr; i++) {
		free(ram->slot[i].absent);
		free(ram->slot[i].ballooned);
	}
	if (ram->map) {
		munmap(ram->map, ram->map_size);
		pthread_rwlock_destroy(&ram->lock);
	}
	memset(ram, 0, sizeof(*ram));
}

void ram_set_backing(struct ram *ram, const struct ram_backing *backing,
		     void *ctx)
{
	ram->backing = backing;
	ram->ctx = ctx;
}

struct ram_slot *ram_find(const struct ram *ram, uint64_t gpa, uint64_t len)
{
	unsigned int i;

	for (i = 0; i < ram->nr; i++) {
		const struct ram_slot *s = &ram->slot[i];

		/* A difference below zero is huge and fails the test. */
		if (gpa - s->gpa < s->size && len <= s->size - (gpa - s->gpa))
			return (struct ram_slot *)s;
	}
	return NULL;
}

void *ram_ptr(const struct ram *ram, uint64_t gpa, uint64_t len)
{
	const struct ram_slot *s = ram_find(ram, gpa, len);

	if (!s || ram_pages_absent(s, gpa, len))
		return NULL;
	return s->host + (gpa - s->gpa);
}

static void read_lock(const struct ram *ram)
{
	pthread_rwlock_rdlock((pthread_rwlock_t *)&ram->lock);
}

static void unlock(const struct ram *ram)
{
	pthread_rwlock_unlock((pthread_rwlock_t *)&ram->lock);
}

int ram_read(const struct ram *ram, uint64_t gpa, void *buf, uint64_t len)
{
	const void *p;

	read_lock(ram);
	p = ram_ptr(ram, gpa, len);
	if (p)
		memcpy(buf, p, len);
	unlock(ram);
	return p ? 0 : -EFAULT;
}

int ram_write(struct ram *ram, uint64_t gpa, const void *buf, uint64_t len)
{
	void *p;

	read_lock(ram);
	p = ram_ptr(ram, gpa, len);
	if (p)
		memcpy(p, buf, len);
	unlock(ram);
	return p ? 0 : -EFAULT;
}

uint64_t ram_low_end(const struct ram *ram)
{
	return ram->slot[0].size;
}

uint64_t ram_end(const struct ram *ram)
{
	const struct ram_slot *s = &ram->slot[ram->size > GPA_HOLE];

	return s->gpa + s->size;
}

uint64_t ram_place(const struct ram *ram, uint64_t align)
{
	uint64_t gpa = GPA_4G;
	unsigned int i;

	for (i = 0; i < ram->nr; i++) {
		const struct ram_slot *s = &ram->slot[i];

		if (s->gpa + s->span > gpa)
			gpa = s->gpa + s->span;
	}
	return (gpa + align - 1) & ~(align - 1);
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

int ram_fits(const struct ram *ram, uint64_t gpa, uint64_t size, uint64_t top)
{
	unsigned int i;

	if (!size || (gpa | size) % RAM_GRANULE || gpa >= top ||
	    size > top - gpa || overlap(gpa, size, GPA_HOLE, GPA_4G - GPA_HOLE))
		return -EINVAL;
	for (i = 0; i < ram->nr; i++) {
		const struct ram_slot *s = &ram->slot[i];

		if (overlap(gpa, size, s->gpa, s->span))
			return -EEXIST;
	}
	return gpa < ram_end(ram) ? -EINVAL : 0;
}

/* Its place is taken only when it is there: no reader sees half of it. */
int ram_add(struct ram *ram, uint64_t gpa, uint64_t size)
{
	uint8_t *host;
	int ret;

	if (ram->nr == RAM_SLOTS)
		return -ENOSPC;
	ret = ram->backing->add(ram->ctx, gpa, size, &host);
	if (ret)
		return ret;
	pthread_rwlock_wrlock(&ram->lock);
	ram->slot[ram->nr++] = (struct ram_slot){
		.gpa = gpa,
		.size = size,
		.span = size,
		.host = host,
	};
	ram->added += size;
	pthread_rwlock_unlock(&ram->lock);
	return 0;
}

static void drop(struct ram *ram, struct ram_slot *s)
{
	struct ram_slot gone = *s;

	pthread_rwlock_wrlock(&ram->lock);
	ram_pages_forget(ram, s, 0);
	ram->added -= s->size;
	*s = ram->slot[--ram->nr];
	pthread_rwlock_unlock(&ram->lock);
	free(gone.absent);
	free(gone.ballooned);
	ram->backing->remove(ram->ctx, gone.gpa, gone.span);
}

void ram_trim(struct ram *ram, uint64_t gpa, uint64_t size)
{
	struct ram_slot *s = ram_find(ram, gpa, 1);
	uint64_t rest;

	if (!s || s->gpa != gpa || size >= s->size)
		return;
	if (!size) {
		drop(ram, s);
		return;
	}
	pthread_rwlock_wrlock(&ram->lock);
	ram_pages_forget(ram, s, size);
	rest = s->size - size;
	ram->added -= rest;
	s->size = size;
	ram->backing->discard(ram->ctx, gpa + size, rest);
	pthread_rwlock_unlock(&ram->lock);
}
