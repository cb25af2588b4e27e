// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "bus.h"
#include "log.h"

int bus_add(struct bus *bus, const char *name, uint64_t base, uint64_t size,
	    const struct bus_ops *ops, void *dev)
{
	unsigned int i;

	if (bus->nr == BUS_MAX_RANGES || !size || base + size < base)
		return log_error("%s: no place on the bus", name);
	for (i = 0; i < bus->nr; i++) {
		const struct bus_range *r = &bus->range[i];

		if (base < r->base + r->size && r->base < base + size)
			return log_error("%s: overlaps %s", name, r->name);
	}
	bus->range[bus->nr++] = (struct bus_range){
		.name = name, .base = base, .size = size,
		.ops = ops, .dev = dev,
	};
	return 0;
}

uint64_t bus_mask(unsigned int size)
{
	return size >= 8 ? ~0ULL : (1ULL << (8 * size)) - 1;
}

static const struct bus_range *find(const struct bus *bus, uint64_t addr,
				    unsigned int size)
{
	unsigned int i;

	for (i = 0; i < bus->nr; i++) {
		const struct bus_range *r = &bus->range[i];

		if (addr - r->base < r->size &&
		    size <= r->size - (addr - r->base))
			return r;
	}
	return NULL;
}

uint64_t bus_read(const struct bus *bus, uint64_t addr, unsigned int size)
{
	const struct bus_range *r = find(bus, addr, size);

	if (!r)
		return bus_mask(size);
	return r->ops->read(r->dev, addr - r->base, size) & bus_mask(size);
}

void bus_write(const struct bus *bus, uint64_t addr, unsigned int size,
	       uint64_t value)
{
	const struct bus_range *r = find(bus, addr, size);

	if (r)
		r->ops->write(r->dev, addr - r->base, size,
			      value & bus_mask(size));
}
