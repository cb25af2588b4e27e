// SPDX-License-Identifier: GPL-2.0
/* Output on a polled 16550, and the ways to end. */
#include "guest.h"

#define UART		0x3F8
#define UART_FCR	(UART + 2)
#define UART_LCR	(UART + 3)
#define UART_LSR	(UART + 5)
#define LSR_THRE	0x20
#define FIFO		16

/* Hardware-reduced ACPI's sleep control register; the FADT names it. */
#define SLEEP_CONTROL	0x600
#define SLEEP_S5	(5 << 2 | 0x20)

static struct spinlock lock;
static u32 in_fifo;

static void put(char c)
{
	/* One look at the status for a FIFO full of bytes: each is an exit. */
	if (!in_fifo) {
		while (!(inb(UART_LSR) & LSR_THRE))
			pause();
		in_fifo = FIFO;
	}
	in_fifo--;
	outb(UART, c);
}

struct out { char *p, *end; };

static void add(struct out *o, char c)
{
	if (o->p < o->end)
		*o->p++ = c;
}

static void add_number(struct out *o, u64 n, u32 base, u32 width, char fill)
{
	char digits[24];
	u32 len = 0;

	do {
		digits[len++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	for (; width > len; width--)
		add(o, fill);
	while (len)
		add(o, digits[--len]);
}

static const char *add_field(struct out *o, const char *fmt,
			     __builtin_va_list *args)
{
	u32 width = 0, longs = 0;
	const char *s;
	char fill;
	s64 n;

	if (*fmt == '#') {
		add(o, '0');
		add(o, 'x');
		fmt++;
	}
	fill = *fmt == '0' ? '0' : ' ';
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		width = width * 10 + *fmt - '0';
	for (; *fmt == 'l'; fmt++)
		longs++;
	switch (*fmt) {
	case 's':
		for (s = __builtin_va_arg(*args, const char *); *s; s++)
			add(o, *s);
		break;
	case 'd':
		n = longs ? __builtin_va_arg(*args, s64) :
			    __builtin_va_arg(*args, int);
		if (n < 0)
			add(o, '-');
		add_number(o, n < 0 ? -n : n, 10, width, fill);
		break;
	case 'u':
	case 'x':
		add_number(o, longs ? __builtin_va_arg(*args, u64) :
			   __builtin_va_arg(*args, u32), *fmt == 'u' ? 10 : 16,
			   width, fill);
		break;
	default:
		add(o, *fmt);
	}
	return fmt + 1;
}

void format(char *buf, u32 size, const char *fmt, __builtin_va_list args)
{
	struct out o = { buf, buf + size - 1 };
	__builtin_va_list copy;

	__builtin_va_copy(copy, args);
	while (*fmt) {
		if (*fmt == '%')
			fmt = add_field(&o, fmt + 1, &copy);
		else
			add(&o, *fmt++);
	}
	*o.p = 0;
	__builtin_va_end(copy);
}

static void vprint(const char *fmt, __builtin_va_list args)
{
	char line[512];

	format(line, sizeof(line), fmt, args);
	for (const char *s = line; *s; s++)
		put(*s);
}

void print(const char *fmt, ...)
{
	u64 flags = irq_save();
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	spin_lock(&lock);
	vprint(fmt, args);
	spin_unlock(&lock);
	__builtin_va_end(args);
	irq_restore(flags);
}

void poweroff(void)
{
	irq_off();
	outb(SLEEP_CONTROL, SLEEP_S5);
	for (;;)
		asm volatile("cli; hlt");
}

/* The lock may be held by whoever got us here: do without it. */
void bail_out(const char *fmt, ...)
{
	__builtin_va_list args;

	irq_off();
	__builtin_va_start(args, fmt);
	vprint("\nBail out! ", args);
	vprint(fmt, args);
	vprint("\n", args);
	__builtin_va_end(args);
	poweroff();
}
