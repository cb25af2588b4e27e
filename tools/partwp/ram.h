/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's memory as the worker sees it, and the guest physical map.
 *
 *   0           .. 0x9FFFF      RAM; boot parameters, later the trampoline
 *   0xA0000     .. 0xFFFFF      RAM that the memory map calls reserved: reads
 *                               as zero where kernels look for ROMs; has the
 *                               ACPI tables from 0xE0000 on, and the code of
 *                               the reset vector at its end
 *   0x100000    .. 0xBFFFFFFF   RAM
 *   0xC0000000  .. 0xFFFFFFFF   the hole: VMBus window, IO-APIC, (local APIC)
 *   0x100000000 ..              the rest of the RAM; added memory lies above it
 *   top of the address space    the second VMBus window
 */
#ifndef PARTWP_RAM_H
#define PARTWP_RAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GPA_RESERVED		0x000A0000ULL
#define GPA_ACPI		0x000E0000ULL
#define GPA_ACPI_END		0x000F0000ULL
#define GPA_RESET_VECTOR	0x000FFFF0ULL
#define GPA_ONE_MEG		0x00100000ULL
#define GPA_HOLE		0xC0000000ULL
#define GPA_VMBUS_WINDOW	0xF8000000ULL
#define VMBUS_WINDOW_SIZE	0x04000000ULL
#define GPA_IOAPIC		0xFEC00000ULL
#define GPA_LAPIC		0xFEE00000ULL
#define GPA_4G			0x100000000ULL

#define RAM_MIN_SIZE		(4ULL << 20)
#define RAM_MAX_SIZE		(1ULL << 40)
#define RAM_GRANULE		(2ULL << 20)

/* Two of boot memory, the rest for memory added later. */
#define RAM_SLOTS		256

/**
 * struct ram_slot - consecutive guest memory
 * @gpa: first address
 * @size: bytes that are the guest's
 * @span: bytes that are taken here; more than @size where the guest did not want
 *	all
 * @host: where it is in this process
 * @absent: a bit a page: no memory behind it now; NULL: none is
 * @ballooned: a bit a page: the guest has given it away; NULL: none is
 */
struct ram_slot {
	uint64_t gpa, size, span;
	uint8_t *host;
	uint64_t *absent, *ballooned;
};

/**
 * struct ram_backing - what gives and takes the memory itself
 * @add: new zeroed memory for the guest
 * @remove: all of what was added in one call
 * @discard: back to the host; pages that are gone already are no error
 * @restore: zeroed pages again, all or none; of pages that were discarded, also
 *	where that failed
 *
 * Zero or a negative errno.
 */
struct ram_backing {
	int (*add)(void *ctx, uint64_t gpa, uint64_t size, uint8_t **host);
	int (*remove)(void *ctx, uint64_t gpa, uint64_t size);
	int (*discard)(void *ctx, uint64_t gpa, uint64_t size);
	int (*restore)(void *ctx, uint64_t gpa, uint64_t size);
};

/*
 * Only the main thread adds memory and takes it; VP threads look at it and bring
 * it back (ram_touch()). @lock is held for reading by a VP thread for as long as
 * it uses a pointer.
 */
struct ram {
	struct ram_slot slot[RAM_SLOTS];
	unsigned int nr;
	uint64_t size;		/* at boot */
	uint64_t added;		/* bytes, later */
	void *map;
	size_t map_size;
	pthread_rwlock_t lock;
	const struct ram_backing *backing;
	void *ctx;

	/* Pages; ram_pages.c. */
	uint64_t absent, ballooned;
};

/* Zeroed memory of @size bytes (a multiple of RAM_GRANULE), laid out as above. */
int ram_create(struct ram *ram, uint64_t size);
void ram_destroy(struct ram *ram);

/* Once, before anything is added or taken. */
void ram_set_backing(struct ram *ram, const struct ram_backing *backing,
		     void *ctx);

/*
 * ram_ptr - where guest memory [gpa, gpa + len) is in this process
 *
 * NULL unless all of it is RAM and there, in one piece. The guest writes there
 * too: copy first, then look. In VP threads only under ram->lock.
 */
void *ram_ptr(const struct ram *ram, uint64_t gpa, uint64_t len);

/* Zero, or -EFAULT where ram_ptr() finds nothing. */
int ram_read(const struct ram *ram, uint64_t gpa, void *buf, uint64_t len);
int ram_write(struct ram *ram, uint64_t gpa, const void *buf, uint64_t len);

/* First address after the RAM below the hole, and after all RAM of the boot. */
uint64_t ram_low_end(const struct ram *ram);
uint64_t ram_end(const struct ram *ram);

/* The slot that all of it lies in, whether it is there or not; or NULL. */
struct ram_slot *ram_find(const struct ram *ram, uint64_t gpa, uint64_t len);

/**
 * ram_place() - where could memory be added?
 * @ram: guest memory
 * @align: power of two
 *
 * Return: an address above all memory and 4 GiB; whether it is low enough is
 * ram_fits()'s to say.
 */
uint64_t ram_place(const struct ram *ram, uint64_t align);

/**
 * ram_fits() - may memory be added there?
 * @ram: guest memory
 * @gpa: first address
 * @size: bytes; both multiples of RAM_GRANULE
 * @top: end of the addresses that may be used
 *
 * Return: 0; -EINVAL: below the end of the boot RAM, in the hole, beyond @top or
 * unaligned; -EEXIST: there is memory.
 */
int ram_fits(const struct ram *ram, uint64_t gpa, uint64_t size, uint64_t top);

/* Adds it where it fits. Zero; -ENOSPC: no slot is left; or the backing's. */
int ram_add(struct ram *ram, uint64_t gpa, uint64_t size);

/*
 * ram_trim - the guest uses only the first @size bytes of what was added at @gpa
 *
 * The rest goes back; its addresses stay taken, unless @size is 0.
 */
void ram_trim(struct ram *ram, uint64_t gpa, uint64_t size);

#endif
