// SPDX-License-Identifier: GPL-2.0
/* The 16550, as Linux's 8250 driver meets it. */
#include <string.h>

#include "test.h"
#include "uart.h"

enum { RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR };

struct rig {
	struct uart u;
	bool level;
	unsigned int edges;
	char sent[64];
	size_t nr_sent;
	const char *input;
};

static void irq(void *ctx, bool level)
{
	struct rig *r = ctx;

	CHECK(level != r->level);
	r->level = level;
	r->edges += level;
}

static void send_byte(void *ctx, uint8_t byte)
{
	struct rig *r = ctx;

	CHECK(r->nr_sent < sizeof(r->sent));
	r->sent[r->nr_sent++] = (char)byte;
}

static size_t receive(void *ctx, uint8_t *buf, size_t max)
{
	struct rig *r = ctx;
	size_t n = r->input ? strlen(r->input) : 0;

	if (n > max)
		n = max;
	if (n) {
		memcpy(buf, r->input, n);
		r->input += n;
	}
	return n;
}

static void set_up(struct rig *r)
{
	const struct uart_line line = { r, irq, send_byte, receive };

	memset(r, 0, sizeof(*r));
	uart_init(&r->u, &line);
}

static uint8_t in(struct rig *r, unsigned int reg)
{
	return (uint8_t)uart_bus_ops.read(&r->u, reg, 1);
}

static void out(struct rig *r, unsigned int reg, uint8_t v)
{
	uart_bus_ops.write(&r->u, reg, 1, v);
}

static void uart_reset_state(void)
{
	struct rig r;

	set_up(&r);
	CHECK_EQ(in(&r, IER), 0);
	CHECK_EQ(in(&r, IIR), 0x01);
	CHECK_EQ(in(&r, LSR), 0x60);
	CHECK_EQ(in(&r, MSR) & 0xf0, 0xb0);
	CHECK_EQ(r.edges, 0);
}

/* The order and the expectations of autoconfig() in 8250_port.c. */
static void uart_autoconfig(void)
{
	struct rig r;

	set_up(&r);
	out(&r, IER, 0);
	CHECK_EQ(in(&r, IER) & 0x0f, 0);
	out(&r, IER, 0x0f);
	CHECK_EQ(in(&r, IER) & 0x0f, 0x0f);
	out(&r, IER, 0);
	/* loopback: RTS and OUT2 come back as CTS and DCD */
	out(&r, MCR, 0x10 | 0x0a);
	CHECK_EQ(in(&r, MSR) & 0xf0, 0x90);
	out(&r, MCR, 0);
	/* no enhanced registers behind LCR 0xBF */
	out(&r, LCR, 0xbf);
	out(&r, IIR, 0);
	out(&r, LCR, 0);
	out(&r, IIR, 0x01);
	CHECK_EQ(in(&r, IIR) >> 6, 3);		/* a 16550A */
	out(&r, LCR, 0x80);
	CHECK(in(&r, IIR) != 0);		/* no EFR */
	out(&r, LCR, 0);
	/* no 64-byte FIFO, no sleep mode, no UUE */
	out(&r, IIR, 0x21);
	CHECK_EQ(in(&r, IIR) & 0x20, 0);
	out(&r, IER, 0x50);
	CHECK_EQ(in(&r, IER) & 0xf0, 0);
	out(&r, SCR, 0x5a);
	CHECK_EQ(in(&r, SCR), 0x5a);
	out(&r, SCR, 0xa5);
	CHECK_EQ(in(&r, SCR), 0xa5);
}

static void uart_divisor(void)
{
	struct rig r;

	set_up(&r);
	out(&r, LCR, 0x83);
	out(&r, RBR, 0x12);
	out(&r, IER, 0x34);
	CHECK_EQ(in(&r, RBR), 0x12);
	CHECK_EQ(in(&r, IER), 0x34);
	out(&r, LCR, 0x03);
	CHECK_EQ(r.nr_sent, 0);
	CHECK_EQ(in(&r, IER), 0);
}

static void uart_loopback(void)
{
	struct rig r;
	unsigned int m;

	set_up(&r);
	r.input = "from outside";
	out(&r, MCR, 0x10);
	out(&r, RBR, 'x');
	CHECK_EQ(in(&r, LSR) & 1, 1);
	CHECK_EQ(in(&r, RBR), 'x');
	CHECK_EQ(in(&r, LSR) & 1, 0);
	CHECK_EQ(r.nr_sent, 0);
	/* each output has its input: DTR-DSR, RTS-CTS, OUT1-RI, OUT2-DCD */
	for (m = 0; m < 16; m++) {
		out(&r, MCR, (uint8_t)(0x10 | m));
		CHECK_EQ(in(&r, MSR) >> 4, (m & 2) >> 1 | (m & 1) << 1 |
			 (m & 4) | (m & 8));
		CHECK_EQ(in(&r, MSR) & 0x0f, 0);	/* read once */
	}
	/* the interrupt line is cut as well */
	out(&r, IER, 0x02);
	CHECK_EQ(r.edges, 0);
}

static void uart_thri(void)
{
	struct rig r;
	int i;

	set_up(&r);
	out(&r, IIR, 0x01);
	out(&r, IER, 0x02);
	CHECK_EQ(r.edges, 0);		/* OUT2 is off */
	out(&r, MCR, 0x0b);
	CHECK(r.level);
	CHECK_EQ(r.edges, 1);
	CHECK_EQ(in(&r, IIR), 0xc2);
	CHECK(!r.level);		/* reading IIR took it */
	CHECK_EQ(in(&r, IIR), 0xc1);
	/* a handler's sixteen bytes: one edge */
	for (i = 0; i < 16; i++)
		out(&r, RBR, (uint8_t)('a' + i));
	CHECK_EQ(r.edges, 2);
	CHECK_EQ(in(&r, IIR), 0xc2);
	CHECK_EQ(r.nr_sent, 16);
	CHECK(!memcmp(r.sent, "abcdefghijklmnop", 16));
	CHECK_EQ(in(&r, LSR), 0x60);
	/* THRE test: off and on again asks again */
	out(&r, IER, 0);
	out(&r, IER, 0x02);
	CHECK_EQ(r.edges, 3);
	CHECK_EQ(in(&r, IIR), 0xc2);
	out(&r, IER, 0x02);
	CHECK_EQ(r.edges, 3);		/* no change, no question */
}

static void uart_receive_fifo(void)
{
	struct rig r;
	unsigned int i;

	set_up(&r);
	out(&r, MCR, 0x0b);
	out(&r, IIR, 0x81);		/* trigger at 8 */
	out(&r, IER, 0x01);
	CHECK_EQ(r.edges, 0);
	r.input = "0123456789abcdefXYZ";
	uart_poll(&r.u);
	CHECK_EQ(r.edges, 1);
	CHECK_EQ(in(&r, IIR), 0xc4);
	CHECK_EQ(strlen(r.input), 3);	/* the FIFO holds sixteen */
	for (i = 0; i < 9; i++)
		CHECK_EQ(in(&r, RBR), (uint8_t)("0123456789"[i]));
	CHECK_EQ(in(&r, IIR), 0xcc);	/* below the trigger: timeout */
	CHECK(r.level);
	for (; i < 16; i++)
		CHECK_EQ(in(&r, RBR), (uint8_t)("0123456789abcdef"[i]));
	/* it was empty, so the rest came in */
	CHECK(r.level);
	CHECK_EQ(in(&r, LSR) & 1, 1);
	CHECK_EQ(in(&r, RBR), 'X');
	CHECK_EQ(in(&r, RBR), 'Y');
	CHECK_EQ(in(&r, RBR), 'Z');
	CHECK(!r.level);
	CHECK_EQ(in(&r, IIR), 0xc1);
	CHECK_EQ(in(&r, RBR), 0);
}

static void uart_no_fifo(void)
{
	struct rig r;

	set_up(&r);
	out(&r, MCR, 0x0b);
	out(&r, IER, 0x01);
	r.input = "ab";
	uart_poll(&r.u);
	CHECK_EQ(in(&r, IIR), 0x04);
	CHECK_EQ(strlen(r.input), 1);
	CHECK_EQ(in(&r, RBR), 'a');
	CHECK_EQ(in(&r, RBR), 'b');
	CHECK_EQ(in(&r, LSR) & 1, 0);
}

static void uart_fifo_clear(void)
{
	struct rig r;

	set_up(&r);
	out(&r, IIR, 0x01);
	r.input = "abc";
	uart_poll(&r.u);
	CHECK_EQ(in(&r, LSR) & 1, 1);
	out(&r, IIR, 0x03);
	CHECK_EQ(in(&r, LSR) & 1, 0);
}

static void uart_overrun(void)
{
	struct rig r;
	int i;

	set_up(&r);
	out(&r, IIR, 0x01);
	out(&r, MCR, 0x10);
	for (i = 0; i < 17; i++)
		out(&r, RBR, (uint8_t)i);
	out(&r, MCR, 0x0b);
	out(&r, IER, 0x04);
	CHECK(r.level);
	CHECK_EQ(in(&r, IIR), 0xc6);
	CHECK_EQ(in(&r, LSR), 0x63);
	CHECK(!r.level);
	CHECK_EQ(in(&r, LSR), 0x61);
	for (i = 0; i < 16; i++)
		CHECK_EQ(in(&r, RBR), i);
}

/* Priorities: line status, data, transmitter, modem. */
static void uart_priorities(void)
{
	struct rig r;
	int i;

	set_up(&r);
	out(&r, IIR, 0x01);
	out(&r, MCR, 0x10);
	for (i = 0; i < 17; i++)
		out(&r, RBR, 'z');
	out(&r, MCR, 0x0b);		/* the modem lines have changed */
	out(&r, IER, 0x0f);
	CHECK_EQ(in(&r, IIR), 0xc6);
	in(&r, LSR);
	CHECK_EQ(in(&r, IIR), 0xc4);
	for (i = 0; i < 16; i++)
		in(&r, RBR);
	CHECK_EQ(in(&r, IIR), 0xc2);
	CHECK_EQ(in(&r, IIR), 0xc0);
	CHECK(r.level);
	in(&r, MSR);
	CHECK_EQ(in(&r, IIR), 0xc1);
	CHECK(!r.level);
}

static void uart_odd_sizes(void)
{
	struct rig r;

	set_up(&r);
	uart_bus_ops.write(&r.u, RBR, 2, 0x4141);
	uart_bus_ops.write(&r.u, RBR, 4, 0x41414141);
	CHECK_EQ(r.nr_sent, 0);
	CHECK_EQ(uart_bus_ops.read(&r.u, RBR, 2) & 0xffff, 0xffff);
}

static void uart_random(void)
{
	struct rig r;
	int i;

	set_up(&r);
	srandom(2);
	for (i = 0; i < 200000; i++) {
		unsigned int reg = random() & 7;

		r.nr_sent = 0;
		r.input = random() & 1 ? "some input for it" : NULL;
		if (random() & 1)
			out(&r, reg, (uint8_t)random());
		else
			in(&r, reg);
		if (!(random() & 7))
			uart_poll(&r.u);
		CHECK(r.u.count <= UART_FIFO && r.u.head < UART_FIFO);
		/* the line says what IIR would */
		CHECK_EQ(r.level, r.u.level);
	}
}

const struct test uart_tests[] = {
	TEST(uart_reset_state), TEST(uart_autoconfig), TEST(uart_divisor),
	TEST(uart_loopback), TEST(uart_thri), TEST(uart_receive_fifo),
	TEST(uart_no_fifo), TEST(uart_fifo_clear), TEST(uart_overrun),
	TEST(uart_priorities), TEST(uart_odd_sizes), TEST(uart_random),
	TESTS_END
};
