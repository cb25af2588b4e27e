// SPDX-License-Identifier: GPL-2.0
/* Rows: GPADL PFN list and TEARDOWN, where a driver's buffer is one. */
#include "attack.h"

#define PAGES	4
#define BYTES	(PAGES * (u32)PAGE_SIZE)

static struct vmbus_channel t;
static u8 *memory;
static u32 buffer;

static int go(u32 op, u32 gpadl, u32 at, u32 length, u64 *sum)
{
	const struct touch_request r = {
		.op = op, .gpadl = gpadl, .at = at, .length = length,
		.fill = 0xA7,
	};

	return touch(&t, &r, sum);
}

static void same(const char *what, u64 value, int got, int want)
{
	CHECK(got == want, "%s %#llx: %d, not %d", what, value, got, want);
}

static void edges(void)
{
	u64 sum = 0;

	memset(memory, 1, BYTES);
	same("all of it", 0, go(TOUCH_READ, buffer, 0, BYTES, &sum), 0);
	CHECK(sum == BYTES, "sum %llu", sum);
	same("at the end", BYTES, go(TOUCH_READ, buffer, BYTES, 0, NULL), 0);
	same("at the end", BYTES, go(TOUCH_READ, buffer, BYTES, 1, NULL),
	     -ERANGE);
	same("one more", 0, go(TOUCH_READ, buffer, 1, BYTES, NULL), -ERANGE);
	same("behind it", 0, go(TOUCH_WRITE, buffer, BYTES + 4096, 8, NULL),
	     -ERANGE);
	same("far behind", 0, go(TOUCH_WRITE, buffer, 0x80000000, 8, NULL),
	     -ERANGE);
	same("4 GiB", 0, go(TOUCH_READ, buffer, ~0U, 8, NULL), -E2BIG);
	same("4 GiB", 0, go(TOUCH_READ, buffer, 0, ~0U, NULL), -E2BIG);
	same("a byte over a page", 0, go(TOUCH_WRITE, buffer, 4095, 2, NULL),
	     0);
	CHECK(memory[4094] == 1 && memory[4095] == 0xA7 &&
	      memory[4096] == 0xA7 && memory[4097] == 1, "other bytes");
}

static void handles(void)
{
	u32 gone = vmbus_new_handle(), partial = vmbus_new_handle();
	struct vmbus_gpadl_header h = {
		.msg.type = VMBUS_MSG_GPADL_HEADER,
		.relid = t.relid,
		.gpadl = partial,
		.range_bytes = 8 + 8 * PAGES,
		.ranges = 1,
		.byte_count = BYTES,
	};

	same("unknown", 0, go(TOUCH_READ, ~0U, 0, 8, NULL), -ENOENT);
	same("another's", 0, go(TOUCH_READ, a.gpadl, 0, 8, NULL), -ENOENT);
	vmbus_gpadl_at(t.relid, gone, memory, PAGES);
	same("fresh", gone, go(TOUCH_READ, gone, 0, 8, NULL), 0);
	vmbus_teardown(t.relid, gone);
	same("torn down", gone, go(TOUCH_READ, gone, 0, 8, NULL), -ENOENT);
	vmbus_post(&h, sizeof(h));
	CHECK(vmbus_quiet(), "an incomplete one is answered");
	same("incomplete", partial, go(TOUCH_READ, partial, 0, 8, NULL),
	     -ENOENT);
	/* On its way, since the rings are in use. */
	vmbus_teardown_post(t.relid, t.gpadl);
	/* A packet may overtake the message once, not twice. */
	go(TOUCH_READ, t.gpadl, 0, 8, NULL);
	same("leaving", t.gpadl, go(TOUCH_READ, t.gpadl, 0, 8, NULL), -ENOENT);
}

/* A buffer that is the rings of the channel, or of another one. */
static void rings(void)
{
	u32 handle = vmbus_new_handle();

	CHECK(vmbus_gpadl_at(t.relid, handle, a.rings, a.pages) == SUCCESS,
	      "GPADL");
	same("rings", 0, go(TOUCH_WRITE, handle, 0, 8 * PAGE_SIZE, NULL), 0);
	CHECK(stopped(&a, &b), "it goes on with indices of 0xA7A7A7A7");
	CHECK(reopen(&a), "it does not open again");
	go(TOUCH_WRITE, t.gpadl, 0, 8 * PAGE_SIZE, NULL);
	CHECK(stopped(&t, &b), "it goes on with indices of 0xA7A7A7A7");
}

/* TEARDOWN and CLOSE while packets about the buffer are in the ring. */
static void torn_in_flight(void)
{
	const struct touch_request r = {
		.op = TOUCH_WRITE, .gpadl = buffer, .length = BYTES,
		.fill = 0x11,
	};

	for (u32 i = 0; i < 20; i++) {
		for (u32 k = 0; k < 50; k++)
			vmbus_send(&t, VMBUS_PACKET_WANTS_COMPLETION, k, &r,
				   sizeof(r));
		CHECK(vmbus_teardown(t.relid, buffer), "no TORNDOWN");
		memset(memory, 0x22, BYTES);
		vmbus_signal(t.connection, 0);
		CHECK(ping(&b), "another channel is silent");
		for (u32 k = 0; k < BYTES; k++) {
			if (memory[k] != 0x22) {
				fail("byte %#x is written after TORNDOWN", k);
				return;
			}
		}
		CHECK(vmbus_close(&t) && open_touch(&t),
		      "it does not open again");
		CHECK(vmbus_gpadl_at(t.relid, buffer, memory, PAGES) ==
		      SUCCESS, "GPADL");
	}
}

/* Where transfer pages lie is for the guest to judge: the host only says it. */
static void transfer_pages(void)
{
	static const u32 odd[] = { 0, 1, BYTES, 0x7FFFFFFF, 0x80000000, ~0U };
	struct {
		u16 pageset;
		u8 owns, reserved;
		u32 nr, count, offset;
	} x;

	for (u32 i = 0; i < ARRAY_SIZE(odd); i++) {
		const struct touch_request r = {
			.op = TOUCH_PAGES, .at = odd[i], .length = ~odd[i],
		};
		struct vmbus_packet p;
		u32 at = t.in.head->read, size;

		vmbus_send(&t, 0, i, &r, sizeof(r));
		CHECK(vmbus_next(&t, &p, NULL, 0, &size, 20000) && !size &&
		      p.type == VMBUS_PACKET_TRANSFER_PAGES && p.header8 == 4,
		      "type %u, header %u", p.type, p.header8);
		vmbus_peek(&t.in, at + sizeof(p), &x, sizeof(x));
		CHECK(x.nr == 1 && x.count == ~odd[i] && x.offset == odd[i],
		      "range %#x", odd[i]);
	}
}

static void with_buffer(void (*fn)(void))
{
	memory = vmbus_pages(PAGES);
	if (!open_touch(&t))
		bail_out("no channel that touches memory");
	buffer = vmbus_new_handle();
	CHECK(vmbus_gpadl_at(t.relid, buffer, memory, PAGES) == SUCCESS,
	      "GPADL");
	fn();
	both_work("after buffers");
}

static void buffer_edges(void) { with_buffer(edges); }
static void buffer_handles(void) { with_buffer(handles); }
static void buffer_rings(void) { with_buffer(rings); }
static void buffer_torn(void) { with_buffer(torn_in_flight); }
static void buffer_transfer(void) { with_buffer(transfer_pages); }

const struct attack buffer_attacks[] = {
	{ "buffer-edges", buffer_edges },
	{ "buffer-handles", buffer_handles },
	{ "buffer-rings", buffer_rings },
	{ "buffer-torn-in-flight", buffer_torn },
	{ "buffer-transfer-pages", buffer_transfer },
	{ NULL, NULL }
};
