/* SPDX-License-Identifier: GPL-2.0 */
/* All devices of a child, wired up, and the lock around them. */
#ifndef PARTWP_PLATFORM_H
#define PARTWP_PLATFORM_H

#include <pthread.h>
#include <stdbool.h>

#include "bus.h"
#include "cmos.h"
#include "ioapic.h"
#include "uart.h"

/* What the outside must do for the devices; called with the lock held. */
struct platform_ops {
	void (*interrupt)(void *ctx, const struct ioapic_message *msg);
	void (*power_off)(void *ctx);
	void (*reset)(void *ctx);
	void (*console_write)(void *ctx, uint8_t byte);
	size_t (*console_read)(void *ctx, uint8_t *buf, size_t max);
};

struct platform {
	pthread_mutex_t lock;
	const struct platform_ops *ops;
	void *ctx;
	struct bus ports, mmio;
	struct uart uart;
	struct ioapic ioapic;
	struct cmos cmos;
	uint8_t post_code;	/* last byte at port 0x80 */
	uint8_t sleep_control;
};

int platform_init(struct platform *p, const struct platform_ops *ops,
		  void *ctx);

/* As at power-on. No VP may run. */
void platform_reset(struct platform *p);

/* For VP threads: one access under the lock. */
uint64_t platform_in(struct platform *p, uint16_t port, unsigned int size);
void platform_out(struct platform *p, uint16_t port, unsigned int size,
		  uint64_t value);
uint64_t platform_load(struct platform *p, uint64_t gpa, unsigned int size);
void platform_store(struct platform *p, uint64_t gpa, unsigned int size,
		    uint64_t value);

/* The console has input. */
void platform_console_input(struct platform *p);

#endif
