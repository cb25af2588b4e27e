// SPDX-License-Identifier: GPL-2.0
#include "attack.h"

#define PING_MS		20000
#define BEAT_MS		200
#define LATE_MS		10000
#define DRAIN_MS	600	/* the worker's longest pause is 256 */

const u8 loopback_type[16] = {
	0x4e, 0x27, 0x9c, 0x8d, 0x51, 0x3b, 0x6f, 0x45,
	0xa8, 0x1d, 0x0c, 0x6e, 0x72, 0x94, 0xf3, 0xb0,
};
const u8 touch_type[16] = {
	0x71, 0x0c, 0xe4, 0x5b, 0x9a, 0x26, 0x33, 0x4c,
	0x8f, 0x52, 0xd6, 0x17, 0x40, 0xbe, 0x65, 0xa9,
};

static const struct {
	const char *name;
	const struct attack *attack;
} group[] = {
	{ "messages", message_attacks },
	{ "contacts", contact_attacks },
	{ "gpadls", gpadl_attacks },
	{ "pages", page_attacks },
	{ "channels", channel_attacks },
	{ "leaves", leave_attacks },
	{ "rings", ring_attacks },
	{ "packets", packet_attacks },
	{ "ranges", range_attacks },
	{ "buffers", buffer_attacks },
	{ "hypercalls", hypercall_attacks },
	{ "races", race_attacks },
	{ "dynmem", dynmem_attacks },
	{ "components", component_attacks },
	{ "kvp", kvp_attacks },
	{ "asked", asked_attacks },
};

struct vmbus_channel a, b;

bool open_loopback(struct vmbus_channel *ch, u32 n, u32 each)
{
	struct vmbus_packet p;
	u8 text[16];
	u32 size;

	return vmbus_open(ch, vmbus_find(loopback_type, n), each) &&
	       vmbus_next(ch, &p, text, sizeof(text), &size, PING_MS) &&
	       p.type == VMBUS_PACKET_INBAND && size == sizeof(text) &&
	       !memcmp(text, "hvpart loopback", sizeof(text));
}

static bool try_attach(void)
{
	if (!vmbus_contact(VMBUS_VERSION_5_3) || vmbus_offers() == NO_ANSWER)
		return false;
	return open_loopback(&a, 0, RING_PAGES) &&
	       open_loopback(&b, 1, RING_PAGES);
}

void attach(void)
{
	if (!try_attach())
		bail_out("no connection");
}

void attach_again(void)
{
	CHECK(vmbus_unload(), "UNLOAD is not answered");
	attach();
}

bool ping(struct vmbus_channel *ch)
{
	u64 id = random(), out[8], in[8];
	struct vmbus_packet p;
	u32 size;

	for (u32 i = 0; i < ARRAY_SIZE(out); i++)
		out[i] = random();
	vmbus_send(ch, VMBUS_PACKET_WANTS_COMPLETION, id, out, sizeof(out));
	return vmbus_next(ch, &p, in, sizeof(in), &size, PING_MS) &&
	       p.type == VMBUS_PACKET_COMPLETION && p.id == id &&
	       size == sizeof(out) && !memcmp(in, out, sizeof(in));
}

void drain(void)
{
	struct hv_message msg;

	while (vmbus_receive(&msg, DRAIN_MS))
		;
}

void both_work(const char *when)
{
	CHECK(ping(&a), "%s: the first channel is silent", when);
	CHECK(ping(&b), "%s: the second channel is silent", when);
}

bool stopped(struct vmbus_channel *ch, struct vmbus_channel *other)
{
	u32 before = READ_ONCE(ch->in.head->write);

	vmbus_signal(ch->connection, 0);
	CHECK(ping(other), "another channel is silent");
	CHECK(ping(other), "another channel is silent, then");
	return READ_ONCE(ch->in.head->write) == before;
}

bool reopen(struct vmbus_channel *ch)
{
	u32 n = ch == &a ? 0 : 1;

	vmbus_close(ch);
	return open_loopback(ch, n, RING_PAGES) && ping(ch);
}

bool open_touch(struct vmbus_channel *t)
{
	return vmbus_open(t, vmbus_find(touch_type, 0), RING_PAGES);
}

int touch_with(struct vmbus_channel *t, const void *header, u32 n,
	       const struct touch_request *r, u64 *sum)
{
	struct touch_answer answer;
	struct vmbus_packet p;
	static u8 buf[8192];
	u32 size;

	memcpy(buf, header, n);
	memcpy(buf + n, r, sizeof(*r));
	vmbus_put_raw(t, buf, n + sizeof(*r));
	vmbus_signal(t->connection, 0);
	/* It has been looked at before the other one answers. */
	CHECK(ping(&b), "another channel is silent");
	if (!vmbus_next(t, &p, &answer, sizeof(answer), &size, 100) ||
	    p.type != VMBUS_PACKET_COMPLETION || size != sizeof(answer))
		return TOUCH_DEAD;
	if (sum)
		*sum = answer.sum;
	return answer.result;
}

int touch(struct vmbus_channel *t, const struct touch_request *r, u64 *sum)
{
	const struct vmbus_packet p = {
		.type = VMBUS_PACKET_INBAND,
		.header8 = sizeof(p) / 8,
		.length8 = (sizeof(p) + sizeof(*r)) / 8,
		.flags = VMBUS_PACKET_WANTS_COMPLETION,
	};

	return touch_with(t, &p, sizeof(p), r, sum);
}

/* In another partition meanwhile: says so as long as its channel answers. */
static void neighbour(void)
{
	attach();
	for (u32 beat = 0;; beat++) {
		struct timeout t = timeout_ms(BEAT_MS);
		struct timeout late = timeout_ms(LATE_MS);

		if (!ping(&a))
			print("@@fail beat %u: no answer\n", beat);
		if (expired(late))
			print("@@fail beat %u: late\n", beat);
		print("@@beat %u\n", beat);
		while (!expired(t))
			pause();
	}
}

static void call(void *arg)
{
	attach();
	((const struct attack *)arg)->fn();
}

/* Whatever became of the connection: there is a next one, and it works. */
static void after(void *arg)
{
	(void)arg;
	vmbus_synic_on();
	CHECK(try_attach(), "no connection afterwards");
	both_work("afterwards");
	CHECK(vmbus_close(&a) && vmbus_close(&b), "afterwards: no TORNDOWN");
	CHECK(vmbus_unload(), "afterwards: UNLOAD is not answered");
}

static void run(const struct attack *f)
{
	u32 mark = page_mark();

	attempt_begin(f->name);
	attempt(call, f);
	attempt(after, NULL);
	attempt_end(f->name);
	page_release(mark);
}

/* All of a group, or one of them, or the groups' names. */
static void choose(void)
{
	bool list = !option("group=") && !option("case=");

	for (u32 i = 0; i < ARRAY_SIZE(group); i++) {
		const struct attack *f = group[i].attack;

		if (list)
			print("@@group %s\n", group[i].name);
		for (; f->name; f++)
			if (option_is("group=", group[i].name) ||
			    option_is("case=", f->name))
				run(f);
	}
}

static void synic_on(void *arg)
{
	(void)arg;
	vmbus_synic_on();
}

void guest_main(void)
{
	hcall_setup(NULL);
	smp_start_all(option_number("cpus=", 2));
	run_on_all(synic_on, NULL);
	if (option_is("case=", "neighbour"))
		neighbour();
	else
		choose();
}
