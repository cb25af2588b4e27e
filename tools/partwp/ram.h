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

#define RAM_SLOTS		2

struct ram_slot {
	uint64_t gpa, size;
	uint8_t *host;
};

struct ram {
	struct ram_slot slot[RAM_SLOTS];
	unsigned int nr;
	uint64_t size;
	void *map;
	size_t map_size;
};

/* Zeroed memory of @size bytes (a multiple of RAM_GRANULE), laid out as above. */
int ram_create(struct ram *ram, uint64_t size);
void ram_destroy(struct ram *ram);

/*
 * ram_ptr - where guest memory [gpa, gpa + len) is in this process
 *
 * NULL unless all of it is RAM, in one piece. The guest writes there too:
 * copy first, then look.
 */
void *ram_ptr(const struct ram *ram, uint64_t gpa, uint64_t len);

/* Zero, or -EFAULT where ram_ptr() finds nothing. */
int ram_read(const struct ram *ram, uint64_t gpa, void *buf, uint64_t len);
int ram_write(struct ram *ram, uint64_t gpa, const void *buf, uint64_t len);

/* First address after the RAM below the hole, and after all RAM. */
uint64_t ram_low_end(const struct ram *ram);
uint64_t ram_end(const struct ram *ram);

#endif
