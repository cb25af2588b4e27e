// SPDX-License-Identifier: GPL-2.0
/*
 * Row: ICs, key-value pairs: what lies in answers. As soon as versions are chosen
 * the host asks for one item after the other, until it is told that there are no
 * more; one that cannot be read is passed over.
 */
#include "component.h"

#define ITEMS_MAX	256	/* that the host asks for in a row */

static struct ic_kvp *const m = (struct ic_kvp *)ic_data;

static void begin(void)
{
	if (!ic_open(&components[KVP]))
		bail_out("no channel for key-value pairs");
	ic_choose(&components[KVP]);
	CHECK(ic_asked(ASKED_MS) && !m->u.at.index, "no first item is wanted");
}

static void end(const char *what)
{
	ic_answer(IC_STATUS_NO_MORE, ic_size);
	CHECK(ic_taken(), "%s: it asks on", what);
	CHECK(ic_close(), "%s: it does not close", what);
}

/* The host takes it for what it is, and asks for the one behind it. */
static void next(const char *what, u32 a, u32 b)
{
	u32 index = m->u.at.index;

	CHECK(ic_asked(ASKED_MS) && m->operation == IC_KVP_ENUMERATE &&
	      m->u.at.index == index + 1, "%s %#x %#x: no next item is wanted",
	      what, a, b);
}

/* --- contents -------------------------------------------------------------- */

static void letters(u16 *text, u32 units)
{
	for (u32 i = 0; i < units; i++)
		text[i] = (u16)('A' + i % 26);
}

static void highs(u16 *text, u32 units)
{
	for (u32 i = 0; i < units; i++)
		text[i] = 0xD83D;
}

static void lows(u16 *text, u32 units)
{
	for (u32 i = 0; i < units; i++)
		text[i] = (u16)(0xDE00 - i % 2 * 0x200);
}

static void longest(u16 *text, u32 units)
{
	for (u32 i = 0; i < units; i++)
		text[i] = 0xFFFF;
}

/* What terminals and parsers of text stumble over. */
static void traps(u16 *text, u32 units)
{
	static const char in[] = "\x1B[2J\"\\\r\n\x7F\x08{}%s%n</>\x9B;";

	for (u32 i = 0; i < units; i++)
		text[i] = (u8)in[i % (sizeof(in) - 1)];
}

static void zeros(u16 *text, u32 units)
{
	memset(text, 0, units * 2);
}

static void anything(u16 *text, u32 units)
{
	for (u32 i = 0; i < units; i++)
		text[i] = (u16)random();
}

static void (*const fill[])(u16 *text, u32 units) = {
	letters, highs, lows, longest, traps, zeros, anything,
};

/* Both full to the last unit: there is no zero at an end. */
static void fill_item(u32 how)
{
	fill[how % ARRAY_SIZE(fill)]((u16 *)m->u.at.item.key,
				     IC_KVP_KEY_SIZE / 2);
	fill[how % ARRAY_SIZE(fill)]((u16 *)m->u.at.item.value,
				     IC_KVP_VALUE_SIZE / 2);
}

static const u32 sizes[] = {
	0, 1, 2, 3, 511, IC_KVP_KEY_SIZE, IC_KVP_KEY_SIZE + 1, 513, 514, 2047,
	IC_KVP_VALUE_SIZE, IC_KVP_VALUE_SIZE + 1, 2050, 0x7FFFFFFF, 0x80000000,
	~1U, ~0U,
};

static const u32 types[] = { IC_KVP_STRING, IC_KVP_U32, IC_KVP_U64, 0, 2, 3, 7,
			     0x80000001, ~0U };

/* --- attacks --------------------------------------------------------------- */

/* Beyond their fields, odd, none; of every type. */
static void wrong_sizes(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		begin();
		for (u32 k = 0; k < ARRAY_SIZE(types); k++) {
			u32 value_size = sizes[(i + k) % ARRAY_SIZE(sizes)];

			fill_item(i + k);
			ic_item(types[k], sizes[i], value_size);
			ic_answer(0, ic_size);
			next("sizes", sizes[i], value_size);
		}
		end("sizes");
	}
	both_work("after wrong sizes");
}

/* Texts that are none, each as key and as value. */
static void texts(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(fill); i++) {
		begin();
		fill_item(i);
		ic_item(IC_KVP_STRING, IC_KVP_KEY_SIZE, IC_KVP_VALUE_SIZE);
		ic_answer(0, ic_size);
		next("text", i, 0);
		end("texts");
	}
	both_work("after texts");
}

/* The answer ends before what it should hold. */
static void short_ones(void)
{
	begin();
	fill_item(0);
	for (u32 n = 0; n < sizeof(*m); n = n < 32 ? n + 1 : n * 2 + 3) {
		ic_item(IC_KVP_STRING, IC_KVP_KEY_SIZE, IC_KVP_VALUE_SIZE);
		ic_answer(0, n);
		next("short", n, 0);
	}
	end("short ones");
	both_work("after short answers");
}

/* What else it asked for is not the guest's to change. */
static void other_words(void)
{
	static const u8 odd[] = { 0, 1, 2, 3, 4, 5, 6, 0x7F, 0x80, 0xFF };

	for (u32 i = 0; i < ARRAY_SIZE(odd); i++) {
		u32 index;

		begin();
		index = m->u.at.index;
		m->operation = odd[i];
		m->pool = odd[ARRAY_SIZE(odd) - 1 - i];
		m->reserved = 0xFFFF;
		m->u.at.index = ~0U - i;
		ic_answer(0, ic_size);
		CHECK(ic_asked(ASKED_MS) && m->operation == IC_KVP_ENUMERATE &&
		      m->pool == IC_KVP_POOL_AUTO && m->u.at.index == index + 1,
		      "operation %u: the next item is another", odd[i]);
		/* Numbers that stand for no end end it, too. */
		ic_answer(0xC0000000 + i, ic_size);
		CHECK(ic_taken(), "status %#x: it asks on", 0xC0000000 + i);
		CHECK(ic_close(), "it does not close");
	}
	both_work("after other words");
}

/* There are always more: the host has enough after a while. */
static u32 items_of(u32 key_size, u32 value_size, bool same)
{
	u32 n = 0;

	begin();
	do {
		letters((u16 *)m->u.at.item.key, IC_KVP_KEY_SIZE / 2);
		letters((u16 *)m->u.at.item.value, IC_KVP_VALUE_SIZE / 2);
		if (!same)
			*(u32 *)m->u.at.item.key = 0x410041 + n;
		ic_item(IC_KVP_STRING, key_size, value_size);
		ic_answer(0, ic_size);
		n++;
	} while (n <= ITEMS_MAX && !ic_taken() && ic_asked(ASKED_MS));
	CHECK(ic_close(), "it does not close");
	return n;
}

static void endless(void)
{
	u32 n;

	n = items_of(8, 4, false);
	CHECK(n == ITEMS_MAX, "%u small items", n);
	n = items_of(8, 4, true);
	CHECK(n == ITEMS_MAX, "%u items of one name", n);
	n = items_of(IC_KVP_KEY_SIZE, IC_KVP_VALUE_SIZE, false);
	CHECK(n > 50 && n < ITEMS_MAX, "%u large items", n);
	both_work("after lists without an end");
}

const struct attack kvp_attacks[] = {
	{ "kvp-sizes", wrong_sizes },
	{ "kvp-texts", texts },
	{ "kvp-short", short_ones },
	{ "kvp-other-words", other_words },
	{ "kvp-endless", endless },
	{ NULL, NULL }
};
