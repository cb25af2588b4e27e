// SPDX-License-Identifier: GPL-2.0
/*
 * seeds DIRECTORY TARGET: the first inputs of a target, one for every call of
 * the table and some sequences that random bytes do not find soon.
 */
#include <string.h>

#include "fuzz.h"

static const struct { u16 code; u8 rep, fast; } calls[] = {
#define ENTRY(code, fn, in, out, ein, eout, shape, priv, target) \
	{ code, !!((shape) & HC_REP), !!((shape) & HC_FAST) },
	HYPERCALL_LIST(ENTRY)
};

static u8 buf[512];
static u32 len;

static void put(u8 v)
{
	if (len < sizeof(buf))
		buf[len++] = v;
}

/* As get_word() reads it. */
static void word(u8 kind, u16 v)
{
	put(kind);
	put(v);
	put(v >> 8);
	if (kind == 4) {
		put(0);
		put(0);
	}
}

/* Call by code, from the root (op 0 .. 3) or a child (4); words follow. */
static void call(u8 op, u16 code, u8 shape, u8 nwords)
{
	u32 i;

	for (i = 0; calls[i].code != code; i++)
		;
	put(op);
	put(i);
	put(shape);
	put(nwords);
}

static void save(const char *dir, const char *name, u32 n)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-%u", dir, name, n);
	f = fopen(path, "w");
	if (!f || fwrite(buf, 1, len, f) != len || fclose(f))
		fail("%s", path);
	len = 0;
}

static void every_call(const char *dir)
{
	for (u32 i = 0; i < ARRAY_SIZE(calls); i++) {
		for (u32 variant = 0; variant < 3; variant++) {
			call(variant == 2 ? 4 : 0, calls[i].code,
			     calls[i].fast ? 8 : 0, 6);
			word(2, 0);			/* the guest's id */
			word(0, variant);
			word(variant ? 6 : 0, 3);
			word(0, 1);
			word(6, 5);
			word(6, 6);
			put(0);
			save(dir, variant == 2 ? "child" : "root", 3 * i + variant);
		}
	}
}

static void port(u8 op, u8 owner, u8 con, u8 type)
{
	call(op, HVCALL_CREATE_PORT, 0, 7);
	word(2, owner);
	word(0, 5);
	word(2, con);
	word(0, type);
	word(0, 2);
	word(4, 16);
	word(0, 0);
	put(0);
	call(op, HVCALL_CONNECT_PORT, 0, 8);
	word(2, con);
	word(0, 7);
	word(2, owner);
	word(0, 5);
	word(0, type);
	word(0, 0);
	word(0, 0);
	word(0, 0);
	put(0);
}

static void message(u8 op)
{
	call(op, HVCALL_POST_MESSAGE, 0, 3);
	word(0, 7);
	word(4, 8);		/* payload size above the type */
	word(0, 9);
	put(0);
	call(op, HVCALL_SIGNAL_EVENT, 8, 1);
	word(0, 7);
	put(0);
}

static void sequences(const char *dir)
{
	for (u8 type = 1; type < 3; type++) {
		port(0, 0, 1, type);
		message(0);
		save(dir, "down", type);
		port(0, 1, 0, type);
		message(4);
		call(0, HVCALL_HVPART_RECEIVE_MESSAGE, 0, 1);
		word(0, 5);
		put(0);
		save(dir, "up", type);
	}
	call(0, HVCALL_CREATE_PARTITION, 0, 1);
	word(0, 0x2000);
	put(0);
	call(1, HVCALL_DISPATCH_VP, 0, 2);
	word(2, 0);
	word(0, 1);
	put(0);
	save(dir, "dispatch", 0);
}

static void msrs(const char *dir)
{
	for (u8 base = 0; base < 16; base++) {
		for (u8 n = 0; n < 0x20; n += 8) {
			for (u8 k = 0; k < 8; k++) {
				put(k % 2 ? 3 : 0);
				put(base);
				put(n + k);
				word(k % 3, 0x101);
			}
			put(6 | 8);
			word(1, 0x1000);
			save(dir, "msr", base * 4 + n / 8);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (!strcmp(argv[2], "msr")) {
		msrs(argv[1]);
		return 0;
	}
	every_call(argv[1]);
	sequences(argv[1]);
	return 0;
}
