// SPDX-License-Identifier: GPL-2.0
/*
 * Rows: balloon, hot-add response: what comes without a request. Lies in answer
 * to one need a root that asks: selftests/life/balloon.sh has them.
 */
#include <hvpart/dynmem.h>
#include "attack.h"

#define MIB		(1ULL << 20)

/* Memory that nothing else of this guest uses. */
#define FREE		(16 * MIB)
#define FREE_END	(32 * MIB)
#define PATTERN		0x7E57AB1EDEADBEEFULL

static const u8 dynmem_type[16] = {
	0xdc, 0x74, 0x50, 0x52, 0x85, 0x89, 0xe2, 0x46,
	0x80, 0x57, 0xa3, 0x07, 0xdc, 0x18, 0xa5, 0x02,
};

static struct vmbus_channel d;
static u64 in[512], out[1024];

static void send(u16 type, u32 size)
{
	struct dynmem_header *h = (void *)out;

	h->type = type;
	h->size = (u16)size;
	vmbus_send(&d, 0, 0, out, size);
}

static bool receive(u64 ms)
{
	struct vmbus_packet p;
	u32 size;

	return vmbus_next(&d, &p, in, sizeof(in), &size, ms);
}

static u16 type_in(void)
{
	return ((struct dynmem_header *)in)->type;
}

/* The answer to a version or to capabilities. */
static bool accepted(u16 type)
{
	const struct dynmem_response *r = (void *)in;

	return receive(20000) && type_in() == type && (r->accepted & 1);
}

static bool version(u32 v)
{
	struct dynmem_version_request *m = (void *)out;

	*m = (struct dynmem_version_request){ .version = v };
	send(DYNMEM_VERSION_REQUEST, sizeof(*m));
	return accepted(DYNMEM_VERSION_RESPONSE);
}

static bool capabilities(void)
{
	struct dynmem_capabilities *m = (void *)out;

	/* Of both kinds; memory comes in units of 2 MiB. */
	*m = (struct dynmem_capabilities){
		.capabilities = DYNMEM_CAN_BALLOON | DYNMEM_CAN_HOT_ADD | 1 << 2,
		.max_pfn = ~0ULL,
	};
	send(DYNMEM_CAPABILITIES_REPORT, sizeof(*m));
	return accepted(DYNMEM_CAPABILITIES_RESPONSE);
}

static bool open_dynmem(void)
{
	return vmbus_open(&d, vmbus_find(dynmem_type, 0), 5);
}

static bool reopen_dynmem(void)
{
	return vmbus_close(&d) && open_dynmem() &&
	       version(DYNMEM_VERSION_2_0) && capabilities();
}

/* --- answers --------------------------------------------------------------- */

static void give(const u64 *ranges, u32 nr, u32 claimed, bool more)
{
	struct dynmem_balloon_response *m = (void *)out;

	*m = (struct dynmem_balloon_response){ .count = claimed << 1 | more };
	memcpy(m->range, ranges, nr * 8);
	send(DYNMEM_BALLOON_RESPONSE, sizeof(*m) + nr * 8);
}

static void added(u32 pages, u32 result)
{
	struct dynmem_hot_add_response *m = (void *)out;

	*m = (struct dynmem_hot_add_response){
		.pages = pages, .result = result,
	};
	send(DYNMEM_HOT_ADD_RESPONSE, sizeof(*m));
}

/* --- attacks --------------------------------------------------------------- */

static void fill_free(void)
{
	for (u64 p = FREE; p < FREE_END; p += PAGE_SIZE)
		*(volatile u64 *)p = PATTERN ^ p;
}

static void check_free(const char *when)
{
	for (u64 p = FREE; p < FREE_END; p += PAGE_SIZE) {
		if (*(volatile u64 *)p != (PATTERN ^ p)) {
			fail("%s: page %#llx is not what it was", when, p);
			return;
		}
	}
}

static const u16 types[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 255,
			     0x100, 0x7FFF, 0xFFFF };

/* Sizes that are wrong, of all types; and then it can still be spoken with. */
static void junk(void)
{
	static const u16 sizes[] = { 0, 1, 7, 8, 15, 16, 31, 4096, 0xFFFF };
	struct dynmem_header *h = (void *)out;

	fill_free();
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		for (u32 k = 0; k < ARRAY_SIZE(sizes); k++) {
			memset(out, 0, 64);
			*h = (struct dynmem_header){ types[i], sizes[k], 1 };
			vmbus_send(&d, 0, 0, out, k % 3 * 8);
			WRITE_ONCE(d.in.head->read,
				   READ_ONCE(d.in.head->write));
		}
		CHECK(ping(&b), "another channel is silent");
	}
	WRITE_ONCE(d.in.head->read, READ_ONCE(d.in.head->write));
	CHECK(reopen_dynmem(), "it cannot be spoken with");
	/* All of it again, where it might mean something. */
	for (u32 i = 0; i < 100; i++) {
		for (u32 k = 0; k < 8; k++)
			out[k] = random();
		*h = (struct dynmem_header){ types[i % ARRAY_SIZE(types)],
					     (u16)(random() % 72), 1 };
		vmbus_send(&d, 0, 0, out, (u32)random() % 8 * 8);
		WRITE_ONCE(d.in.head->read, READ_ONCE(d.in.head->write));
		CHECK(ping(&b), "another channel is silent");
	}
	CHECK(reopen_dynmem(), "it cannot be spoken with, then");
	check_free("after junk");
}

/* Nobody has asked, in no state of the protocol. */
static void unasked(void)
{
	u64 range = DYNMEM_RANGE(FREE / PAGE_SIZE, 4096);

	fill_free();
	for (u32 state = 0; state < 2; state++) {
		for (u32 i = 0; i < 20; i++) {
			give(&range, 1, 1, i & 1);
			send(DYNMEM_UNBALLOON_RESPONSE,
			     sizeof(struct dynmem_header));
			added(~0U, i & 1);
			CHECK(ping(&b), "another channel is silent");
		}
		check_free("unasked");
		if (!state)
			CHECK(version(DYNMEM_VERSION_2_0), "version");
	}
	CHECK(capabilities(), "capabilities");
}

static void versions(void)
{
	static const u32 refused[] = { 0, DYNMEM_VERSION_0_3, 0x00010001,
				       0x00020001, 0x00030000, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(refused); i++)
		CHECK(!version(refused[i]), "version %#x", refused[i]);
	CHECK(version(DYNMEM_VERSION_1_0), "version 1.0");
	CHECK(capabilities(), "capabilities");
}

static void reports(void)
{
	struct dynmem_status *m = (void *)out;

	CHECK(version(DYNMEM_VERSION_2_0) && capabilities(), "no agreement");
	for (u32 i = 0; i < 1000; i++) {
		*m = (struct dynmem_status){
			.available = random(), .committed = ~0ULL,
		};
		if (vmbus_room(&d) > 200)
			send(DYNMEM_STATUS_REPORT, sizeof(*m));
	}
	CHECK(ping(&b), "another channel is silent");
	CHECK(reopen_dynmem(), "it cannot be spoken with");
}

static void with_dynmem(void (*fn)(void))
{
	if (!open_dynmem())
		bail_out("no channel for dynamic memory");
	fn();
	CHECK(vmbus_close(&d), "it does not close");
	both_work("after dynamic memory");
}

static void dynmem_junk(void) { with_dynmem(junk); }
static void dynmem_unasked(void) { with_dynmem(unasked); }
static void dynmem_versions(void) { with_dynmem(versions); }
static void dynmem_reports(void) { with_dynmem(reports); }

const struct attack dynmem_attacks[] = {
	{ "dynmem-junk", dynmem_junk },
	{ "dynmem-unasked", dynmem_unasked },
	{ "dynmem-versions", dynmem_versions },
	{ "dynmem-reports", dynmem_reports },
	{ NULL, NULL }
};
