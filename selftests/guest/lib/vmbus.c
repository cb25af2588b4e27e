// SPDX-License-Identifier: GPL-2.0
/* The connection and its messages. */
#include <hvpart/call_interrupt.h>
#include "vmbus.h"

#define POST_MS		20000
#define QUIET_MS	10

struct vmbus_offer vmbus_offer[VMBUS_OFFERS];
u32 vmbus_nr_offers;

/* Of each CPU, so that the next vmbus_synic_on() finds the same ones. */
static struct hv_message_page messages[MAX_CPUS]
	__attribute__((aligned(4096)));
static struct hv_synic_event_flags_page events[MAX_CPUS]
	__attribute__((aligned(4096)));
static struct hv_input_post_message input[MAX_CPUS]
	__attribute__((aligned(512)));

/* --- SynIC ----------------------------------------------------------------- */

void vmbus_synic_on(void)
{
	u32 n = cpu()->index;

	wrmsr(HV_X64_MSR_SIMP, (u64)&messages[n] | HV_X64_MSR_PAGE_ENABLE);
	wrmsr(HV_X64_MSR_SIEFP, (u64)&events[n] | HV_X64_MSR_PAGE_ENABLE);
	wrmsr(HV_X64_MSR_SINT0 + VMBUS_SINT, VMBUS_VECTOR);
	wrmsr(HV_X64_MSR_SCONTROL, 1);
}

void vmbus_synic_off(void)
{
	wrmsr(HV_X64_MSR_SCONTROL, 0);
	wrmsr(HV_X64_MSR_SIMP, 0);
	wrmsr(HV_X64_MSR_SIEFP, 0);
}

static void write_eom(void *arg)
{
	(void)arg;
	wrmsr(HV_X64_MSR_EOM, 0);
}

static bool take(u32 n, struct hv_message *msg)
{
	struct hv_message *slot = &messages[n].sint_message[VMBUS_SINT];

	if (READ_ONCE(slot->header.message_type) == HVMSG_NONE)
		return false;
	barrier();
	memcpy(msg, slot, sizeof(*msg));
	__atomic_store_n(&slot->header.message_type, HVMSG_NONE,
			 __ATOMIC_SEQ_CST);
	if (READ_ONCE(slot->header.message_flags.asu8) & 1)
		run_on(n, write_eom, NULL);
	return true;
}

bool vmbus_receive_on(u32 n, struct hv_message *msg, u64 ms)
{
	struct timeout t = timeout_ms(ms);

	while (!take(n, msg)) {
		if (expired(t))
			return take(n, msg);
		pause();
	}
	return true;
}

bool vmbus_receive(struct hv_message *msg, u64 ms)
{
	return vmbus_receive_on(0, msg, ms);
}

bool vmbus_flag(u32 n, u32 flag)
{
	u64 *word = &events[n].event_flags[VMBUS_SINT].flags64[flag / 64];
	u64 bit = BIT(flag % 64);

	return READ_ONCE(*word) & bit &&
	       __atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST) & bit;
}

bool vmbus_wait_flag(u32 n, u32 flag, u64 ms)
{
	struct timeout t = timeout_ms(ms);

	while (!vmbus_flag(n, flag)) {
		if (expired(t))
			return vmbus_flag(n, flag);
		pause();
	}
	return true;
}

u32 vmbus_post_to(u32 connection, u32 type, const void *payload, u32 size)
{
	struct hv_input_post_message *in = &input[cpu()->index];

	in->connectionid.asu32 = connection;
	in->message_type = type;
	in->payload_size = size;
	memcpy(in->payload, payload, MIN(size, sizeof(in->payload)));
	return hcall_slow(HVCALL_POST_MESSAGE, in, NULL);
}

u32 vmbus_post(const void *payload, u32 size)
{
	struct timeout t = timeout_ms(POST_MS);
	u32 status;

	do {
		status = vmbus_post_to(VMBUS_MESSAGE_CONNECTION,
				       VMBUS_MESSAGE_TYPE, payload, size);
	} while (status == HV_STATUS_INSUFFICIENT_BUFFERS && !expired(t));
	return status;
}

u32 vmbus_signal(u32 connection, u32 flag)
{
	return hcall_fast(HVCALL_SIGNAL_EVENT, connection | (u64)flag << 32, 0);
}

/* --- messages -------------------------------------------------------------- */

static u32 type_of(const struct hv_message *msg)
{
	return ((const struct vmbus_msg *)msg->u.payload)->type;
}

static void remember_offer(const struct hv_message *msg)
{
	if (vmbus_nr_offers < VMBUS_OFFERS)
		memcpy(&vmbus_offer[vmbus_nr_offers++], msg->u.payload,
		       sizeof(struct vmbus_offer));
}

bool vmbus_expect(u32 type, void *m, u32 size)
{
	struct timeout t = timeout_ms(VMBUS_WAIT_MS);
	struct hv_message msg;

	memset(m, 0, size);
	do {
		if (!vmbus_receive(&msg, VMBUS_WAIT_MS))
			return false;
		if (type_of(&msg) == VMBUS_MSG_OFFER)
			remember_offer(&msg);
		else if (type_of(&msg) != VMBUS_MSG_ALL_OFFERS)
			break;
	} while (type_of(&msg) != type && !expired(t));
	memcpy(m, msg.u.payload, MIN(size, msg.header.payload_size));
	return type_of(&msg) == type;
}

bool vmbus_quiet(void)
{
	static u8 serial;
	struct vmbus_tl_connect m = { .msg.type = VMBUS_MSG_TL_CONNECT };
	struct vmbus_tl_result a;
	struct hv_message msg;

	m.endpoint.b[0] = ++serial;
	vmbus_post(&m, sizeof(m));
	return vmbus_expect(VMBUS_MSG_TL_RESULT, &a, sizeof(a)) &&
	       a.endpoint.b[0] == serial && !vmbus_receive(&msg, QUIET_MS);
}

bool vmbus_contact_from(u32 version, u32 vp)
{
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = version,
		.target_vp = vp,
		.sint = VMBUS_SINT,
	};
	struct timeout t = timeout_ms(VMBUS_WAIT_MS);
	const struct vmbus_version *a;
	struct hv_message msg;

	vmbus_nr_offers = 0;
	vmbus_post(&m, sizeof(m));
	/* What was on its way to the last connection may come first. */
	while (vmbus_receive_on(vp, &msg, VMBUS_WAIT_MS) && !expired(t)) {
		a = (const struct vmbus_version *)msg.u.payload;
		if (a->msg.type == VMBUS_MSG_VERSION)
			return a->supported;
	}
	return false;
}

bool vmbus_contact(u32 version)
{
	return vmbus_contact_from(version, 0);
}

u32 vmbus_offers(void)
{
	struct vmbus_msg m = { .type = VMBUS_MSG_REQUEST_OFFERS };
	struct hv_message msg;

	vmbus_post(&m, sizeof(m));
	while (vmbus_receive(&msg, VMBUS_WAIT_MS)) {
		if (type_of(&msg) == VMBUS_MSG_ALL_OFFERS)
			return vmbus_nr_offers;
		if (type_of(&msg) == VMBUS_MSG_OFFER)
			remember_offer(&msg);
	}
	return NO_ANSWER;
}

const struct vmbus_offer *vmbus_find(const u8 type[16], u32 n)
{
	for (u32 i = 0; i < vmbus_nr_offers; i++)
		if (!memcmp(vmbus_offer[i].type.b, type, 16) && !n--)
			return &vmbus_offer[i];
	return NULL;
}

bool vmbus_unload(void)
{
	struct vmbus_msg m = { .type = VMBUS_MSG_UNLOAD };

	vmbus_post(&m, sizeof(m));
	return vmbus_expect(VMBUS_MSG_UNLOADED, &m, sizeof(m));
}

/* --- pages ----------------------------------------------------------------- */

u32 vmbus_new_handle(void)
{
	static u32 handle = 0xE1E10;

	return handle++;
}

static void post_bodies(u32 handle, const u64 *pfn, u32 nr)
{
	struct {
		struct vmbus_gpadl_body m;
		u64 pfn[VMBUS_GPADL_BODY_PAGES];
	} b = { .m = { .msg.type = VMBUS_MSG_GPADL_BODY, .gpadl = handle } };

	while (nr) {
		u32 n = MIN(nr, (u32)VMBUS_GPADL_BODY_PAGES);

		memcpy(b.pfn, pfn, n * 8);
		vmbus_post(&b, sizeof(b.m) + n * 8);
		pfn += n;
		nr -= n;
	}
}

void vmbus_gpadl_post(u32 relid, u32 handle, const u64 *pfn, u32 nr)
{
	struct {
		struct vmbus_gpadl_header m;
		u64 pfn[VMBUS_GPADL_HEADER_PAGES];
	} __attribute__((packed)) h = { .m = {
		.msg.type = VMBUS_MSG_GPADL_HEADER,
		.relid = relid,
		.gpadl = handle,
		.range_bytes = 8 + 8 * nr,
		.ranges = 1,
		.byte_count = nr * PAGE_SIZE,
	} };
	u32 n = MIN(nr, (u32)VMBUS_GPADL_HEADER_PAGES);

	memcpy((u8 *)&h + sizeof(h.m), pfn, n * 8);
	vmbus_post(&h, sizeof(h.m) + n * 8);
	post_bodies(handle, pfn + n, nr - n);
}

u32 vmbus_gpadl_status(u32 relid, u32 handle)
{
	struct vmbus_gpadl_created a;

	if (!vmbus_expect(VMBUS_MSG_GPADL_CREATED, &a, sizeof(a)) ||
	    a.relid != relid || a.gpadl != handle)
		return NO_ANSWER;
	return a.status;
}

u32 vmbus_gpadl(u32 relid, u32 handle, const u64 *pfn, u32 nr)
{
	vmbus_gpadl_post(relid, handle, pfn, nr);
	return vmbus_gpadl_status(relid, handle);
}

u32 vmbus_gpadl_at(u32 relid, u32 handle, const void *pages, u32 nr)
{
	static u64 pfn[512];

	if (nr > ARRAY_SIZE(pfn))
		bail_out("%u pages in a GPADL", nr);
	for (u32 i = 0; i < nr; i++)
		pfn[i] = (u64)pages / PAGE_SIZE + i;
	return vmbus_gpadl(relid, handle, pfn, nr);
}

void vmbus_teardown_post(u32 relid, u32 handle)
{
	struct vmbus_gpadl_teardown m = {
		.msg.type = VMBUS_MSG_GPADL_TEARDOWN,
		.relid = relid,
		.gpadl = handle,
	};

	vmbus_post(&m, sizeof(m));
}

bool vmbus_teardown(u32 relid, u32 handle)
{
	struct vmbus_gpadl_torndown a;

	vmbus_teardown_post(relid, handle);
	return vmbus_expect(VMBUS_MSG_GPADL_TORNDOWN, &a, sizeof(a)) &&
	       a.gpadl == handle;
}
