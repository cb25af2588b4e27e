// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "uart.h"

/* Register numbers; with LCR.DLAB 0 and 1 are the divisor. */
#define RBR_THR	0
#define IER	1
#define IIR_FCR	2
#define LCR	3
#define MCR	4
#define LSR	5
#define MSR	6
#define SCR	7

#define IER_RDI		0x01
#define IER_THRI	0x02
#define IER_RLSI	0x04
#define IER_MSI		0x08

#define IIR_NONE	0x01
#define IIR_MSI		0x00
#define IIR_THRI	0x02
#define IIR_RDI		0x04
#define IIR_RLSI	0x06
#define IIR_TIMEOUT	0x0C
#define IIR_FIFOS	0xC0

#define FCR_ENABLE	0x01
#define FCR_CLEAR_RX	0x02

#define LCR_DLAB	0x80

#define MCR_DTR		0x01
#define MCR_RTS		0x02
#define MCR_OUT1	0x04
#define MCR_OUT2	0x08
#define MCR_LOOP	0x10

#define LSR_DR		0x01
#define LSR_OE		0x02
#define LSR_THRE	0x20
#define LSR_TEMT	0x40

#define MSR_CTS		0x10
#define MSR_DSR		0x20
#define MSR_RI		0x40
#define MSR_DCD		0x80

/* RX FIFO trigger levels, FCR[7:6] */
static const uint8_t triggers[] = { 1, 4, 8, 14 };

static unsigned int capacity(const struct uart *u)
{
	return u->fcr & FCR_ENABLE ? UART_FIFO : 1;
}

static uint8_t modem_status(const struct uart *u)
{
	uint8_t m = u->mcr;

	/* A cable with somebody at the other end, or the loop. */
	if (!(m & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	return (uint8_t)((m & MCR_RTS ? MSR_CTS : 0) |
			 (m & MCR_DTR ? MSR_DSR : 0) |
			 (m & MCR_OUT1 ? MSR_RI : 0) |
			 (m & MCR_OUT2 ? MSR_DCD : 0));
}

static uint8_t identify(const struct uart *u)
{
	if ((u->ier & IER_RLSI) && u->lsr_errors)
		return IIR_RLSI;
	if ((u->ier & IER_RDI) && u->count) {
		/*
		 * Below the trigger level a real FIFO waits for four characters'
		 * time and then reports a timeout. Time is up at once here.
		 */
		if ((u->fcr & FCR_ENABLE) && u->count < triggers[u->fcr >> 6])
			return IIR_TIMEOUT;
		return IIR_RDI;
	}
	if ((u->ier & IER_THRI) && u->thr_empty)
		return IIR_THRI;
	if ((u->ier & IER_MSI) && u->msr_deltas)
		return IIR_MSI;
	return IIR_NONE;
}

static void update(struct uart *u)
{
	/* PC wiring: OUT2 gates the interrupt; the loop disconnects it. */
	bool wired = (u->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;
	bool level = wired && identify(u) != IIR_NONE;

	if (level != u->level) {
		u->level = level;
		u->line.irq(u->line.ctx, level);
	}
}

static void push(struct uart *u, uint8_t byte)
{
	if (u->count >= capacity(u)) {
		u->lsr_errors |= LSR_OE;
		return;
	}
	u->fifo[(u->head + u->count++) % UART_FIFO] = byte;
}

/* Input of the line, as far as there is room; none while the loop is closed. */
static void refill(struct uart *u)
{
	uint8_t buf[UART_FIFO];
	size_t n, i;

	if ((u->mcr & MCR_LOOP) || u->count >= capacity(u))
		return;
	n = u->line.receive(u->line.ctx, buf, capacity(u) - u->count);
	for (i = 0; i < n; i++)
		push(u, buf[i]);
}

static uint8_t read_data(struct uart *u)
{
	uint8_t byte = 0;

	if (u->count) {
		byte = u->fifo[u->head];
		u->head = (u->head + 1) % UART_FIFO;
		u->count--;
	}
	if (!u->count)
		refill(u);
	return byte;
}

static void write_data(struct uart *u, uint8_t byte)
{
	if (u->mcr & MCR_LOOP)
		push(u, byte);
	else
		u->line.send(u->line.ctx, byte);
	/*
	 * Gone already. The interrupt's level does not drop in between, so that
	 * sixteen bytes from one handler make one edge.
	 */
	u->thr_empty = true;
}

static uint8_t read_iir(struct uart *u)
{
	uint8_t id = identify(u);

	if (id == IIR_THRI)
		u->thr_empty = false;
	return id | (u->fcr & FCR_ENABLE ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct uart *u)
{
	uint8_t lsr = LSR_THRE | LSR_TEMT | u->lsr_errors;

	if (u->count)
		lsr |= LSR_DR;
	u->lsr_errors = 0;
	return lsr;
}

static uint8_t read_msr(struct uart *u)
{
	uint8_t msr = modem_status(u) | u->msr_deltas;

	u->msr_deltas = 0;
	return msr;
}

static void write_ier(struct uart *u, uint8_t v)
{
	v &= 0x0F;
	/* Switching it on asks again, as drivers that test for it expect. */
	if ((v & IER_THRI) && !(u->ier & IER_THRI))
		u->thr_empty = true;
	u->ier = v;
}

static void write_fcr(struct uart *u, uint8_t v)
{
	/* The FIFOs empty when they are switched, too. */
	if ((v & FCR_CLEAR_RX) || ((v ^ u->fcr) & FCR_ENABLE)) {
		u->head = 0;
		u->count = 0;
	}
	u->fcr = v & FCR_ENABLE ? v & 0xC9 : 0;
	refill(u);
}

static void write_mcr(struct uart *u, uint8_t v)
{
	uint8_t before = modem_status(u), changed;

	u->mcr = v & 0x1F;
	changed = before ^ modem_status(u);
	u->msr_deltas |= (changed & (MSR_CTS | MSR_DSR | MSR_DCD)) >> 4;
	if ((changed & MSR_RI) && (before & MSR_RI))
		u->msr_deltas |= 0x04;	/* RI counts when it goes away */
	refill(u);
}

static uint64_t uart_read(void *dev, uint64_t reg, unsigned int size)
{
	struct uart *u = dev;
	uint8_t v = 0;

	if (size != 1)
		return ~0ULL;
	switch (reg) {
	case RBR_THR:
		v = u->lcr & LCR_DLAB ? u->dll : read_data(u);
		break;
	case IER:
		v = u->lcr & LCR_DLAB ? u->dlm : u->ier;
		break;
	case IIR_FCR:
		v = read_iir(u);
		break;
	case LCR:
		v = u->lcr;
		break;
	case MCR:
		v = u->mcr;
		break;
	case LSR:
		v = read_lsr(u);
		break;
	case MSR:
		v = read_msr(u);
		break;
	case SCR:
		v = u->scr;
		break;
	}
	update(u);
	return v;
}

static void uart_write(void *dev, uint64_t reg, unsigned int size,
		       uint64_t value)
{
	struct uart *u = dev;
	uint8_t v = (uint8_t)value;

	if (size != 1)
		return;
	switch (reg) {
	case RBR_THR:
		if (u->lcr & LCR_DLAB)
			u->dll = v;
		else
			write_data(u, v);
		break;
	case IER:
		if (u->lcr & LCR_DLAB)
			u->dlm = v;
		else
			write_ier(u, v);
		break;
	case IIR_FCR:
		write_fcr(u, v);
		break;
	case LCR:
		u->lcr = v;
		break;
	case MCR:
		write_mcr(u, v);
		break;
	case SCR:
		u->scr = v;
		break;
	}
	update(u);
}

const struct bus_ops uart_bus_ops = {
	.read = uart_read,
	.write = uart_write,
};

void uart_init(struct uart *u, const struct uart_line *line)
{
	memset(u, 0, sizeof(*u));
	u->line = *line;
	uart_reset(u);
}

void uart_reset(struct uart *u)
{
	struct uart_line line = u->line;
	bool level = u->level;

	memset(u, 0, sizeof(*u));
	u->line = line;
	u->level = level;
	u->thr_empty = true;
	u->dll = 1;		/* 115200 */
	u->lcr = 3;
	update(u);
}

void uart_poll(struct uart *u)
{
	refill(u);
	update(u);
}
