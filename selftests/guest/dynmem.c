// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that speaks dynamic memory, and lies: it answers what nobody has asked,
 * gives away what is not its own, and looks at what it has given away. 64 MiB of
 * boot memory. "@@" lines tell what it found; wrong ones begin with "@@bad".
 */
#include <hvpart/dynmem.h>
#include "guest.h"
#include "hyperv.h"
#include "vmbus.h"

#define PFN(p)		((u64)(p) >> 12)
#define PATTERN		0x5A5AA5A5DEADBEEF
/* Memory that the guest does not use otherwise. */
#define FREE		(32ULL << 20)
#define FREE_END	(48ULL << 20)
#define BOOT_END	(64ULL << 20)
#define FLOOD		20000

static const struct vmbus_guid class = DYNMEM_GUID;
static struct vmbus_channel ch;
static u64 in[512];

static void check(bool good, const char *what)
{
	print("@@%s %s\n", good ? "good" : "bad", what);
}

static void say(u16 type, void *m, u32 size)
{
	struct dynmem_header *h = m;

	h->type = type;
	h->size = (u16)size;
	h->id = 1;
	while (vmbus_room(&ch) < size + 64)
		pause();
	vmbus_send(&ch, 0, 0, m, size);
}

/* The next packet of that type; others are passed over. */
static bool hear(u16 type, u64 ms)
{
	const struct dynmem_header *h = (void *)in;
	struct vmbus_packet p;
	u32 size;

	while (vmbus_next(&ch, &p, in, sizeof(in), &size, ms))
		if (h->type == type)
			return true;
	return false;
}

static bool version(u32 v)
{
	struct dynmem_version_request m = { .version = v };
	const struct dynmem_response *r = (void *)in;

	say(DYNMEM_VERSION_REQUEST, &m, sizeof(m));
	return hear(DYNMEM_VERSION_RESPONSE, 5000) && r->accepted & 1;
}

static void balloon_answer(bool more, const u64 *range, u32 n)
{
	u64 buf[64];
	struct dynmem_balloon_response *m = (void *)buf;

	m->reserved = 0;
	m->count = n << 1 | more;
	for (u32 i = 0; i < n; i++)
		m->range[i] = range[i];
	say(DYNMEM_BALLOON_RESPONSE, m, 16 + 8 * n);
}

static void add_answer(u32 pages, u32 result)
{
	struct dynmem_hot_add_response m = { .pages = pages, .result = result };

	say(DYNMEM_HOT_ADD_RESPONSE, &m, sizeof(m));
}

static void connect(void)
{
	struct dynmem_capabilities c = {
		/* added memory in units of 2 MiB */
		.capabilities = DYNMEM_CAN_BALLOON | DYNMEM_CAN_HOT_ADD | 1 << 2,
	};
	const struct vmbus_offer *offer;

	if (!vmbus_contact(VMBUS_VERSION_5_3) || vmbus_offers() == NO_ANSWER)
		bail_out("no VMBus");
	offer = vmbus_find(class.b, 0);
	if (!offer || !vmbus_open(&ch, offer, 5))
		bail_out("no channel");
	add_answer(512, 1);		/* before anything is agreed upon */
	check(!version(DYNMEM_VERSION_0_3), "0.3 is refused");
	check(!version(0x30000), "3.0 is refused");
	check(version(DYNMEM_VERSION_2_0), "2.0 is accepted");
	say(DYNMEM_CAPABILITIES_REPORT, &c, sizeof(c));
	check(hear(DYNMEM_CAPABILITIES_RESPONSE, 5000), "capabilities");
	check(hear(DYNMEM_INFO_MESSAGE, 5000), "the limit is said");
}

/* What nobody has asked for, and junk. */
static void flood(void)
{
	struct dynmem_status s = { .available = 5, .committed = 7 };
	const u64 range = DYNMEM_RANGE(PFN(FREE), 512);
	struct dynmem_header h;
	u64 junk[4] = { 0 };

	for (u32 i = 0; i < FLOOD; i++)
		say(DYNMEM_STATUS_REPORT, &s, sizeof(s));
	balloon_answer(false, &range, 1);
	add_answer(1 << 20, 1);
	say(DYNMEM_UNBALLOON_RESPONSE, &h, sizeof(h));
	say(DYNMEM_STATUS_REPORT, junk, 16);
	for (u16 type = 0; type < 40; type++)
		if (type != DYNMEM_STATUS_REPORT)
			say(type, junk, sizeof(junk));
}

static void copy(void *to, const void *from, u64 n)
{
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) :: "memory");
}

static void string_out(const void *from, u64 n)
{
	asm volatile("rep outsb" : "+S"(from), "+c"(n) : "d"((u16)0x80)
		     : "memory");
}

/* Each way to look at a page that is gone, on a page of its own. */
static void touch(void)
{
	volatile u64 *p = (void *)FREE;
	u64 buf[8] = { 1 };

	check(p[0] == 0, "read: zeros");
	p[512] = 3;
	check(p[512] == 3 && p[513] == 0, "written");
	copy(buf, (void *)(FREE + 2 * 4096 + 8), sizeof(buf));
	check(!buf[0] && !buf[7], "copied: zeros");
	copy((void *)(FREE + 3 * 4096), buf, sizeof(buf));
	string_out((void *)(FREE + 5 * 4096 - 4), 8);
	check(__atomic_fetch_add(&p[6 * 512], 1, __ATOMIC_SEQ_CST) == 0,
	      "locked add");
}

static void balloon(void)
{
	const u64 bad[] = {
		DYNMEM_RANGE(0, 256),
		DYNMEM_RANGE(PFN(BOOT_END), 512),
		DYNMEM_RANGE(PFN(0xFEC00000), 1),
		DYNMEM_RANGE(PFN(ch.rings), 4),
		DYNMEM_RANGE((1ULL << 40) - 1, 1),
	};
	const u64 gone = PFN(FREE);
	const u64 good = DYNMEM_RANGE(PFN(FREE), 512);
	const u64 rest[] = {
		DYNMEM_RANGE(PFN(FREE_END), 512),
		/* What is below an overlay may go, the overlay stays. */
		DYNMEM_RANGE(PFN(rdmsr(HV_X64_MSR_SIMP)), 1),
	};

	for (u64 p = FREE; p < FREE + (2 << 20); p += 4096)
		*(volatile u64 *)p = PATTERN;
	balloon_answer(true, bad, ARRAY_SIZE(bad));
	balloon_answer(true, &good, 1);
	balloon_answer(true, &good, 1);
	balloon_answer(false, rest, ARRAY_SIZE(rest));
	/* When the next request is here, those answers have been looked at. */
	check(hear(DYNMEM_BALLOON_REQUEST, 10000), "asked once more");
	touch();
	check(vmbus_quiet(), "messages still come");
	check(vmbus_gpadl(ch.relid, vmbus_new_handle(), &gone, 1) != 0,
	      "what is gone cannot be lent");
	balloon_answer(false, NULL, 0);
}

static void unballoon(void)
{
	const struct dynmem_unballoon *m = (void *)in;
	struct dynmem_header h;
	bool zero = true;

	for (u32 i = 0; i < m->count; i++) {
		u64 gpa = DYNMEM_RANGE_PFN(m->range[i]) << 12;
		u64 end = gpa + (DYNMEM_RANGE_PAGES(m->range[i]) << 12);

		if (end > BOOT_END)
			bail_out("@@bad range");
		/* What was touched may still have what was written. */
		for (; gpa < end; gpa += 4096)
			zero &= *(u64 *)gpa != PATTERN;
	}
	check(zero, "back, without what was in it");
	say(DYNMEM_UNBALLOON_RESPONSE, &h, sizeof(h));
	say(DYNMEM_UNBALLOON_RESPONSE, &h, sizeof(h));
}

static void add(void)
{
	const struct dynmem_hot_add *m = (void *)in;
	u64 gpa = DYNMEM_RANGE_PFN(m->range) << 12;
	static u32 adds;

	check(*(volatile u64 *)gpa == 0, "added: zeros");
	*(volatile u64 *)gpa = PATTERN;
	if (adds++)
		add_answer(0, 1);
	else
		add_answer(2 * (u32)DYNMEM_RANGE_PAGES(m->range), 1);
	add_answer(512, 1);
}

void guest_main(void)
{
	const struct dynmem_header *h = (void *)in;
	struct vmbus_packet p;
	u32 size;

	hcall_setup(NULL);
	vmbus_synic_on();
	connect();
	flood();
	print("@@ready\n");
	for (;;) {
		if (!vmbus_next(&ch, &p, in, sizeof(in), &size, 1000))
			continue;
		if (h->type == DYNMEM_BALLOON_REQUEST)
			balloon();
		else if (h->type == DYNMEM_UNBALLOON_REQUEST)
			unballoon();
		else if (h->type == DYNMEM_HOT_ADD_REQUEST)
			add();
	}
}
