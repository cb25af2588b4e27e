/* SPDX-License-Identifier: GPL-2.0 */
/* A 16550A that transmits at once. */
#ifndef PARTWP_UART_H
#define PARTWP_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"

#define UART_PORT	0x3F8
#define UART_PORTS	8
#define UART_IRQ	4
#define UART_FIFO	16

struct uart_line {
	void *ctx;
	/* Level of the interrupt output; called only when it changes. */
	void (*irq)(void *ctx, bool level);
	void (*send)(void *ctx, uint8_t byte);
	/* Takes up to @max bytes of input; returns how many there were. */
	size_t (*receive)(void *ctx, uint8_t *buf, size_t max);
};

struct uart {
	struct uart_line line;
	uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
	uint8_t lsr_errors;	/* overrun, until LSR is read */
	uint8_t msr_deltas;	/* until MSR is read */
	bool thr_empty;		/* THRI is pending */
	bool level;
	uint8_t fifo[UART_FIFO];
	unsigned int head, count;
};

extern const struct bus_ops uart_bus_ops;

void uart_init(struct uart *u, const struct uart_line *line);

/* Reset as the reset line would do; input that was not read is lost. */
void uart_reset(struct uart *u);

/* There is input: fetches as much as fits. */
void uart_poll(struct uart *u);

#endif
