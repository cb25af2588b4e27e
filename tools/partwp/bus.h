/* SPDX-License-Identifier: GPL-2.0 */
/* Who answers at an I/O port or a physical address. */
#ifndef PARTWP_BUS_H
#define PARTWP_BUS_H

#include <stdint.h>

#define BUS_MAX_RANGES	32

/* @offset is into the range; offset + size never exceeds it. @size: 1, 2, 4, 8 */
struct bus_ops {
	uint64_t (*read)(void *dev, uint64_t offset, unsigned int size);
	void (*write)(void *dev, uint64_t offset, unsigned int size,
		      uint64_t value);
};

struct bus_range {
	const char *name;
	uint64_t base, size;
	const struct bus_ops *ops;
	void *dev;
};

struct bus {
	struct bus_range range[BUS_MAX_RANGES];
	unsigned int nr;
};

/* Refuses what overlaps. */
int bus_add(struct bus *bus, const char *name, uint64_t base, uint64_t size,
	    const struct bus_ops *ops, void *dev);

/*
 * An access that is not wholly in one range finds nobody: it reads all ones,
 * or is dropped. So a four-byte access at 0xCF8 does not reset the machine
 * through 0xCF9.
 */
uint64_t bus_read(const struct bus *bus, uint64_t addr, unsigned int size);
void bus_write(const struct bus *bus, uint64_t addr, unsigned int size,
	       uint64_t value);

/* All ones in @size bytes. */
uint64_t bus_mask(unsigned int size);

#endif
