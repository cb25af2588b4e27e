// SPDX-License-Identifier: GPL-2.0
/*
 * Row: ICs, when somebody in the root waits for the answer. The guest asks to be
 * asked ("@@please", see hostile/vmbus.sh): the exit status that partctl has to
 * end with, and its arguments. The lies are told to whoever asks.
 */
#include "component.h"

#define PLEASED_MS	30000

/* The next request, which @please shall bring. */
static bool asked(const char *please)
{
	print("@@please %s .\n", please);
	return ic_asked(PLEASED_MS);
}

/* --- key-value pairs ------------------------------------------------------- */

static struct ic_kvp *const m = (struct ic_kvp *)ic_data;

static void begin(const struct component *c)
{
	if (!ic_open(c) || !ic_works(c))
		bail_out("%s: no channel", c->name);
}

static void item(const char *key, u32 key_size, u32 value_size)
{
	u16 *units = (u16 *)m->u.at.item.key;

	memset(&m->u.at.item, 0, sizeof(m->u.at.item));
	for (u32 i = 0; key[i]; i++)
		units[i] = (u8)key[i];
	*(u16 *)m->u.at.item.value = 'v';
	ic_item(IC_KVP_STRING, key_size, value_size);
}

static void no_more(void)
{
	CHECK(ic_asked(ASKED_MS), "no next item is wanted");
	ic_answer(IC_STATUS_NO_MORE, ic_size);
}

/* The same question, with each lie before the truth, or instead of it. */
static void ask_kvp(void)
{
	begin(&components[KVP]);
	CHECK(asked("0 kvp get % key"), "get: not asked");
	item("key", 8, 4);
	ic_answer(0, ic_size);

	CHECK(asked("3 kvp get % key"), "get, too long: not asked");
	item("key", IC_KVP_KEY_SIZE + 1, 4);
	ic_answer(0, ic_size);
	no_more();

	CHECK(asked("1 kvp get % key"), "get, refused: not asked");
	ic_answer(0x12345678, ic_size);

	/* Another request's answer first. */
	CHECK(asked("3 kvp get % key"), "get, other answers: not asked");
	item("key", 8, 4);
	ic_request.id--;
	ic_answer(0, ic_size);
	ic_request.id += 2;
	ic_answer(0, ic_size);
	ic_request.id--;
	ic_answer(IC_STATUS_NO_MORE, ic_size);

	CHECK(asked("0 kvp list % --json"), "list: not asked");
	for (u32 i = 0; i < IC_KVP_VALUE_SIZE; i++)
		m->u.at.item.value[i] = (u8)random();
	for (u32 i = 0; i < IC_KVP_KEY_SIZE; i++)
		m->u.at.item.key[i] = (u8)random();
	ic_item(IC_KVP_STRING, IC_KVP_KEY_SIZE, IC_KVP_VALUE_SIZE);
	ic_answer(0, ic_size);
	no_more();

	CHECK(asked("0 kvp set % key value"), "set: not asked");
	CHECK(m->operation == IC_KVP_SET, "operation %u", m->operation);
	memset(ic_data, 0xFF, ic_size);
	ic_answer(0, 0);

	CHECK(asked("1 kvp set % key value"), "set, refused: not asked");
	memset(ic_data, 0xFF, ic_size);
	ic_answer(~0U, ic_size);

	CHECK(asked("0 kvp ip % 00:15:5d:01:02:03"), "ip: not asked");
	CHECK(m->operation == IC_KVP_GET_ADDRESSES, "operation %u",
	      m->operation);
	/* Of the texts none has an end, and none makes sense. */
	for (u32 i = 0; i < ic_size; i++)
		ic_data[i] = (u8)(random() | 1);
	ic_answer(0, ic_size);

	CHECK(asked("1 kvp ip % 00:15:5d:01:02:03"), "ip, short: not asked");
	ic_answer(0, 1000);

	CHECK(asked("1 kvp get % key"), "get, then gone: not asked");
	CHECK(ic_close(), "it does not close");

	begin(&components[KVP]);
	CHECK(asked("1 kvp delete % key"), "delete, then junk: not asked");
	vmbus_send(&ic_channel, 0, 0, ic_data, 8);
	CHECK(ping(&b), "another channel is silent");
	CHECK(ic_close(), "it does not close");
	both_work("after questions for pairs");
}

/* --- shutdown -------------------------------------------------------------- */

static void ask_shutdown(void)
{
	const struct component *c = &components[SHUTDOWN];

	begin(c);
	CHECK(asked("6 stop %"), "stop: not asked");
	memset(ic_data, 0xFF, 64);
	ic_answer(IC_STATUS_FAILED, 0);

	CHECK(asked("6 stop % --reboot"), "stop, then gone: not asked");
	CHECK(ic_close(), "it does not close");
	begin(c);
	CHECK(asked("6 stop %"), "stop, then junk: not asked");
	vmbus_send(&ic_channel, 0, 0, ic_data, 8);
	CHECK(ping(&b), "another channel is silent");
	CHECK(ic_close(), "it does not close");

	/* It says yes, also to what nobody has asked, and goes on. */
	begin(c);
	CHECK(asked("7 stop % --timeout 2"), "stop, a lie: not asked");
	for (u32 i = 0; i < 100; i++)
		ic_answer(0, 0);
	print("@@please 5 stop %% .\n");
	CHECK(!ic_asked(5000), "it is asked twice");
	CHECK(ic_close(), "it does not close");
	both_work("after questions for an end");
}

const struct attack asked_attacks[] = {
	{ "asked-kvp", ask_kvp },
	{ "asked-shutdown", ask_shutdown },
	{ NULL, NULL }
};
