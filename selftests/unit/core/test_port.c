// SPDX-License-Identifier: GPL-2.0
/* Ports and connections: refusals, messages, events, what goes while it is used. */
#include <hvpart/msr.h>
#include <string.h>

#include "port.h"
#include "sim.h"
#include "synic.h"

#define PORT	0x10
#define CON	0x20

static struct partition *p;
static struct vp *vp;

static void begin(void)
{
	p = new_guest(2);
	vp = p->vps[0];
}

static struct hv_input_create_port port_in(u64 owner, u32 id, u64 connector,
					   u32 type)
{
	struct hv_input_create_port in = {
		.port_partition_id = owner, .port_id.asu32 = id,
		.connection_partition_id = connector,
		.port_info = { .port_type = type },
	};

	in.port_info.message_port_info.target_sint = 2;
	if (type == HV_PORT_TYPE_EVENT)
		in.port_info.event_port_info.flag_count = 16;
	return in;
}

static u16 create(const struct hv_input_create_port *in)
{
	return root_simple(HVCALL_CREATE_PORT, in, sizeof(*in));
}

static struct hv_input_connect_port con_in(u64 from, u32 id, u64 to, u32 port,
					   u32 type)
{
	return (struct hv_input_connect_port) {
		.connection_partition_id = from, .connection_id.asu32 = id,
		.port_partition_id = to, .port_id.asu32 = port,
		.connection_info.port_type = type,
	};
}

static u16 connect_port(const struct hv_input_connect_port *in)
{
	return root_simple(HVCALL_CONNECT_PORT, in, sizeof(*in));
}

/* Root -> child: port in the child, connection in the root. Or upwards. */
static void channel(bool up, u32 type)
{
	u64 to = up ? 1 : p->id, from = up ? p->id : 1;
	struct hv_input_create_port in = port_in(to, PORT, from, type);
	struct hv_input_connect_port con = con_in(from, CON, to, PORT, type);

	CHECK_EQ(create(&in), 0);
	CHECK_EQ(connect_port(&con), 0);
}

/* The statistics of @of count its ports and its connections. */
static void counts(u64 of, u32 ports, u32 connections)
{
	struct hvpart_input_get_stats in = { of, 0, HVPART_STATS_PARTITION };
	struct hvpart_partition_stats *s = root_out();

	CHECK_EQ(root_simple(HVCALL_HVPART_GET_STATS, &in, sizeof(in)), 0);
	CHECK_EQ(s->port_count, ports);
	CHECK_EQ(s->connection_count, connections);
}

static u16 post(u32 con, u32 type, u8 size)
{
	struct hv_input_post_message in = { .connectionid.asu32 = con,
		.message_type = type, .payload_size = size };

	memset(in.payload, 0x40 + size, sizeof(in.payload));
	return root_simple(HVCALL_POST_MESSAGE, &in, sizeof(in));
}

static u16 signal_event(u32 con, u32 flag)
{
	return root_fast(HVCALL_SIGNAL_EVENT, con | (u64)flag << 32, 0);
}

static void synic_on(void)
{
	CHECK_EQ(set_reg(vp, 0x84800 + 0xf, 0x1ff), 0);	/* the APIC */
	CHECK_EQ(set_reg(vp, HV_REGISTER_SCONTROL, 1), 0);
	CHECK_EQ(set_reg(vp, HV_REGISTER_SIMP, 210 << 12 | 1), 0);
	CHECK_EQ(set_reg(vp, HV_REGISTER_SIEFP, 211 << 12 | 1), 0);
	CHECK_EQ(set_reg(vp, HV_REGISTER_SINT0 + 2, 0x30), 0);
	sim_settle();
}

static struct hv_message *slot(void)
{
	struct hv_message_page *page = synic_page(vp, false);

	return &page->sint_message[2];
}

/* --- what is refused -------------------------------------------------------------- */

static void create_refused(void)
{
	struct hv_input_create_port good, in;
	u64 used;

	begin();
	good = port_in(p->id, PORT, 1, HV_PORT_TYPE_MESSAGE);
	used = p->pool.nr_used;
#define BAD(st, change) do {						\
	in = good;							\
	change;								\
	CHECK_EQ(create(&in), st);					\
	CHECK_EQ(p->pool.nr_used, used);				\
} while (0)
	BAD(0x51, in.port_vtl = 1);
	BAD(0x51, in.min_connection_vtl = 1);
	BAD(0x11, in.port_id.asu32 |= 1 << 24);
	BAD(0x1e, in.port_info.port_type = HV_PORT_TYPE_DOORBELL);
	BAD(0x1e, in.port_info.port_type = HV_PORT_TYPE_MONITOR);
	BAD(5, in.port_info.port_type = 0);
	BAD(5, in.port_info.port_type = 5);
	BAD(5, in.port_info.message_port_info.target_sint = 0);
	BAD(5, in.port_info.message_port_info.target_sint = 16);
	BAD(5, in.port_info.message_port_info.rsvdz = 1);
	BAD(0xe, in.port_info.message_port_info.target_vp = 2);
	BAD(0xe, in.port_info.message_port_info.target_vp = 64);
	BAD(0xd, in.connection_partition_id = p->id);
	BAD(0xd, in.port_partition_id = 999);
	good = port_in(p->id, PORT, 1, HV_PORT_TYPE_EVENT);
	BAD(5, in.port_info.event_port_info.flag_count = 0);
	BAD(5, in.port_info.event_port_info.rsvdz = 1);
	BAD(5, in.port_info.event_port_info.flag_count = 2049);
	BAD(5, in.port_info.event_port_info.base_flag_number = 2040);
	BAD(5, in.port_info.event_port_info.base_flag_number = 0xffff);
	in = good;
	in.port_info.event_port_info.base_flag_number = 2032;
	CHECK_EQ(create(&in), 0);
	used = p->pool.nr_used;
	BAD(0x11, );
	root_partition.privileges = ~HVPART_PRIVILEGE(0, HV_CREATE_PORT);
	BAD(6, in.port_partition_id = 1);
	BAD(6, in.port_partition_id = HV_PARTITION_ID_SELF);
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, 1, PORT), 6);
	root_partition.privileges = ~BIT(P_CREATE);
	BAD(6, );
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, p->id, PORT), 6);
	root_partition.privileges = ~0ull;
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, p->id, PORT + 1), 0x11);
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, p->id, PORT), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, p->id, PORT), 0x11);
	end_guest(p);
}

static void connect_refused(void)
{
	struct hv_input_connect_port good, in;
	struct hv_input_create_port port;
	u64 used = root_used();

	begin();
	used = root_used();
	good = con_in(1, CON, p->id, PORT, HV_PORT_TYPE_MESSAGE);
	port = port_in(p->id, PORT, 1, HV_PORT_TYPE_MESSAGE);
#define BAD_CON(st, change) do {					\
	in = good;							\
	change;								\
	CHECK_EQ(connect_port(&in), st);				\
	CHECK_EQ(root_used(), used);					\
} while (0)
	BAD_CON(0x11, );
	CHECK_EQ(create(&port), 0);
	BAD_CON(0x51, in.connection_vtl = 1);
	BAD_CON(0x12, in.connection_id.asu32 |= 1 << 24);
	BAD_CON(5, in.connection_info.port_type = HV_PORT_TYPE_EVENT);
	BAD_CON(0xd, in.connection_partition_id = 999);
	BAD_CON(0xd, in.port_partition_id = 999);
	BAD_CON(0x11, in.port_id.asu32 = PORT + 1);
	root_partition.privileges = ~HVPART_PRIVILEGE(0, HV_CONNECT_PORT);
	BAD_CON(6, );
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, 1, CON), 6);
	root_partition.privileges = ~0ull;
	CHECK_EQ(connect_port(&good), 0);
	used = root_used();
	BAD_CON(0x12, );
	BAD_CON(0x11, in.connection_id.asu32 = CON + 1);
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, 1, CON + 1), 0x12);
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, 1, CON), 0);
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, 1, CON), 0x12);
	/* The port is free again; with SELF as well. */
	good.connection_partition_id = HV_PARTITION_ID_SELF;
	CHECK_EQ(connect_port(&good), 0);
	/* Somebody else's port: the one who may connect is named. */
	port.port_id.asu32 = PORT + 1;
	port.connection_partition_id = 12345;
	CHECK_EQ(create(&port), 0);
	used = root_used();
	BAD_CON(0x11, (in.port_id.asu32 = PORT + 1,
		       in.connection_id.asu32 = CON + 1));
	end_guest(p);
}

/* --- downwards ----------------------------------------------------------------------- */

static void message_down(void)
{
	begin();
	synic_on();
	channel(false, HV_PORT_TYPE_MESSAGE);
	CHECK_EQ(post(CON + 1, 1, 8), 0x12);
	CHECK_EQ(post(CON, 0, 8), 5);
	CHECK_EQ(post(CON, 0x80000000, 8), 5);
	CHECK_EQ(post(CON, 1, 241), 5);
	CHECK_EQ(signal_event(CON, 0), 0x11);
	CHECK_EQ(post(CON, 0x7fffffff, 240), 0);
	CHECK_EQ(slot()->header.message_type, 0x7fffffff);
	CHECK_EQ(slot()->header.payload_size, 240);
	CHECK_EQ(slot()->header.port.asu32, PORT);
	CHECK_EQ(slot()->u.bytes[239], (u8)(0x40 + 240));
	CHECK_EQ(kicks(0, vp, HVPART_KICK_WAKE) > 0, 1);
	end_guest(p);
}

/* Sixteen wait, the seventeenth is refused; each one taken makes room. */
static void buffers(void)
{
	begin();
	channel(false, HV_PORT_TYPE_MESSAGE);
	for (u32 i = 0; i < HV_PORT_BUFFERS; i++)
		CHECK_EQ(post(CON, 100 + i, 8), 0);
	CHECK_EQ(post(CON, 1, 8), 0x13);
	synic_on();
	CHECK_EQ(dispatch(vp, 0), 0);
	synic_scan(vp);
	for (u32 i = 0; i < HV_PORT_BUFFERS; i++) {
		CHECK_EQ(slot()->header.message_type, 100 + i);
		CHECK_EQ(slot()->header.message_flags.msg_pending, i < 15);
		slot()->header.message_type = 0;
		synic_scan(vp);
	}
	CHECK_EQ(slot()->header.message_type, 0);
	for (u32 i = 0; i < HV_PORT_BUFFERS; i++)
		CHECK_EQ(post(CON, 1, 0), 0);
	end_guest(p);
}

/* A deleted port takes back what waits; its connection is stale. */
static void recall(void)
{
	struct hv_input_create_port in;

	begin();
	channel(false, HV_PORT_TYPE_MESSAGE);
	counts(p->id, 1, 0);
	counts(1, 0, 1);
	for (u32 i = 0; i < 5; i++)
		CHECK_EQ(post(CON, 100 + i, 8), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, p->id, PORT), 0);
	counts(p->id, 0, 0);
	counts(1, 0, 1);
	synic_on();
	synic_scan(vp);
	CHECK_EQ(slot()->header.message_type, 0);
	CHECK_EQ(post(CON, 1, 8), 0x11);
	CHECK_EQ(signal_event(CON, 1), 0x11);
	/* A new port of that name is not connected to the old end. */
	in = port_in(p->id, PORT, 1, HV_PORT_TYPE_MESSAGE);
	CHECK_EQ(create(&in), 0);
	CHECK_EQ(post(CON, 1, 8), 0x11);
	counts(p->id, 1, 0);
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, HV_PARTITION_ID_SELF, CON), 0);
	counts(1, 0, 0);
	end_guest(p);
}

static void event_down(void)
{
	union hv_synic_event_flags *f;

	begin();
	channel(false, HV_PORT_TYPE_EVENT);
	CHECK_EQ(signal_event(CON, 3), 0x18);
	synic_on();
	f = &((struct hv_synic_event_flags_page *)synic_page(vp, true))->event_flags[2];
	CHECK_EQ(signal_event(CON, 16), 5);
	CHECK_EQ(signal_event(CON, 0xffff), 5);
	CHECK_EQ(root_fast(HVCALL_SIGNAL_EVENT, CON | BIT(48), 0), 3);
	CHECK_EQ(post(CON, 1, 8), 0x11);
	CHECK_EQ(signal_event(CON, 3), 0);
	CHECK_EQ(f->flags64[0], 8);
	end_guest(p);
}

/* Any VP: the first whose SynIC takes messages. */
static void any_vp(void)
{
	struct hv_input_create_port in;
	struct hv_input_connect_port con;

	begin();
	in = port_in(p->id, PORT, 1, HV_PORT_TYPE_MESSAGE);
	con = con_in(1, CON, p->id, PORT, HV_PORT_TYPE_MESSAGE);
	in.port_info.message_port_info.target_vp = HV_ANY_VP;
	CHECK_EQ(create(&in), 0);
	CHECK_EQ(connect_port(&con), 0);
	CHECK_EQ(post(CON, 1, 8), 0x18);
	vp = p->vps[1];
	synic_on();
	CHECK_EQ(post(CON, 1, 8), 0);
	CHECK_EQ(slot()->header.message_type, 1);
	/* The refused ones have given their buffers back. */
	for (u32 i = 1; i < HV_PORT_BUFFERS + 1; i++)
		CHECK_EQ(post(CON, 1, 8), 0);
	end_guest(p);
}

/* For events: the first that takes them; its message page is of no interest. */
static void any_vp_event(void)
{
	struct hv_input_create_port in;
	struct hv_input_connect_port con;
	union hv_synic_event_flags *f;

	begin();
	in = port_in(p->id, PORT, 1, HV_PORT_TYPE_EVENT);
	con = con_in(1, CON, p->id, PORT, HV_PORT_TYPE_EVENT);
	in.port_info.event_port_info.target_vp = HV_ANY_VP;
	CHECK_EQ(create(&in), 0);
	CHECK_EQ(connect_port(&con), 0);
	CHECK_EQ(signal_event(CON, 3), 0x18);
	/* Takes messages, but no events. */
	synic_on();
	CHECK_EQ(set_reg(vp, HV_REGISTER_SIEFP, 211 << 12), 0);
	CHECK_EQ(signal_event(CON, 3), 0x18);
	vp = p->vps[1];
	synic_on();
	CHECK_EQ(set_reg(vp, HV_REGISTER_SIMP, 210 << 12), 0);
	f = &((struct hv_synic_event_flags_page *)synic_page(vp, true))->event_flags[2];
	CHECK_EQ(signal_event(CON, 3), 0);
	CHECK_EQ(f->flags64[0], 8);
	CHECK_EQ(signal_event(CON, 0xffff), 5);
	end_guest(p);
}

/* --- upwards: never the root's SynIC --------------------------------------------------- */

static u64 receive(void)
{
	struct hvpart_input_receive_message in = { .port_id = PORT };

	return root_simple(HVCALL_HVPART_RECEIVE_MESSAGE, &in, sizeof(in));
}

static u64 child_post(u32 type)
{
	struct hv_input_post_message in = { .connectionid.asu32 = CON,
		.message_type = type, .payload_size = 16, .payload = { type } };

	return child_call(vp, &(struct call) { .control = HVCALL_POST_MESSAGE,
		.in_gpa = 4 << PAGE_SHIFT, .in = &in, .in_bytes = sizeof(in) });
}

static void message_up(void)
{
	struct hvpart_output_receive_message *out = root_out();
	struct hvpart_caller_page *page = caller_page(0);
	struct hvpart_input_receive_message bad = { .port_id = PORT, .reserved = 1 };
	u32 runs;

	begin();
	enable_calls(vp);
	channel(true, HV_PORT_TYPE_MESSAGE);
	CHECK_EQ(receive(), HV_STATUS_NO_DATA);
	CHECK_EQ(root_simple(HVCALL_HVPART_RECEIVE_MESSAGE, &bad, 8), 5);
	runs = vp->v.runs;
	CHECK_EQ(child_post(1), 0);
	/* The slice ends with it. */
	CHECK_EQ(vp->v.runs, runs + 1);
	CHECK_EQ(page->port_count, 1);
	CHECK_EQ(page->port[0].partition_id, p->id);
	CHECK_EQ(page->port[0].port_id, PORT);
	CHECK_EQ(page->port[0].type, HV_PORT_TYPE_MESSAGE);
	for (u32 i = 2; i <= HV_PORT_BUFFERS; i++)
		CHECK_EQ(child_post(i), 0);
	CHECK_EQ(child_post(99), 0x13);
	for (u32 i = 1; i <= HV_PORT_BUFFERS; i++) {
		CHECK_EQ(receive(), 0);
		CHECK_EQ(out->message.header.message_type, i);
		CHECK_EQ(out->message.header.port.asu32, PORT);
		CHECK_EQ(out->message.u.payload[0], i);
		CHECK_EQ(out->connection_partition_id, p->id);
		CHECK_EQ(out->remaining, HV_PORT_BUFFERS - i);
	}
	CHECK_EQ(receive(), HV_STATUS_NO_DATA);
	CHECK_EQ(child_post(7), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, 1, PORT), 0);
	CHECK_EQ(receive(), 0x11);
	CHECK_EQ(child_post(8), 0x11);
	end_guest(p);
}

static void event_up(void)
{
	struct hvpart_caller_page *page = caller_page(0);
	u32 words[4];

	begin();
	enable_calls(vp);
	channel(true, HV_PORT_TYPE_EVENT);
	p->privileges |= BIT(P_SIGNAL);
	for (u32 i = 0; i < HVPART_CALLER_PORTS; i++)
		CHECK_EQ(child_call(vp, &(struct call) {
			.control = HVCALL_SIGNAL_EVENT | FAST,
			.in_gpa = CON | (u64)(i % 16) << 32 }), 0);
	CHECK_EQ(page->port_count, HVPART_CALLER_PORTS);
	CHECK_EQ(page->port[3].flag, 3);
	CHECK_EQ(page->port[3].type, HV_PORT_TYPE_EVENT);
	CHECK_EQ(page->overflow, 0);
	memcpy(words, page->input, sizeof(words));
	CHECK_EQ(child_call(vp, &(struct call) {
		.control = HVCALL_SIGNAL_EVENT | FAST, .in_gpa = CON }), 0);
	CHECK_EQ(page->overflow, HVPART_OVERFLOW_PORT);
	CHECK(!memcmp(words, page->input, sizeof(words)));
	CHECK_EQ(receive(), 0x11);
	/* Without a page the event is simply signalled. */
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
	sim_settle();
	CHECK_EQ(child_call(vp, &(struct call) {
		.control = HVCALL_SIGNAL_EVENT | FAST, .in_gpa = CON }), 0);
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE,
			   PFN_CALLER(0), 1), 0);
	end_guest(p);
	/* Its connection went with it, the root's port has not. */
	CHECK(root_partition.ports.first);
	counts(1, 1, 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, HV_PARTITION_ID_SELF, PORT), 0);
}

/* --- memory, and objects that go ---------------------------------------------------------- */

static void no_memory(void)
{
	struct hv_input_create_port in;
	struct hv_input_connect_port con;
	u32 n;

	for (n = 0; n < 20; n++) {
		u64 used;
		u16 st;

		begin();
		in = port_in(p->id, PORT, 1, HV_PORT_TYPE_MESSAGE);
		used = p->pool.nr_used;
		pool_settle(&p->pool);
		p->pool.reserve = p->pool.nr_free - n;
		st = create(&in);
		if (!st)
			break;
		CHECK_EQ(st, 0xb);
		CHECK_EQ(p->pool.nr_used, used);
		CHECK(!p->ports.first);
		p->pool.reserve = 0;
		CHECK_EQ(create(&in), 0);
		end_guest(p);
	}
	printf("# a message port: %u pages\n", n);
	CHECK(n > 1 && n < 20);
	con = con_in(1, CON, p->id, PORT, HV_PORT_TYPE_MESSAGE);
	pool_settle(root_pool);
	root_pool->reserve = root_pool->nr_free;
	CHECK_EQ(connect_port(&con), 0xb);
	root_pool->reserve = ROOT_RESERVE;
	CHECK_EQ(connect_port(&con), 0);
	p->pool.reserve = 0;
	end_guest(p);
}

static void sender_goes(void)
{
	u64 used;

	begin();
	used = p->pool.nr_used;
	channel(true, HV_PORT_TYPE_MESSAGE);
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, p->id, CON), 0);
	CHECK_EQ(p->pool.nr_used, used);
	p->state = PS_FINALIZED;
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, p->id, CON), 7);
	p->state = PS_ACTIVE;
	end_guest(p);
	CHECK_EQ(root_fast(HVCALL_DELETE_PORT, 1, PORT), 0);
}

/* CPU 1 deletes the VP that CPU 0 is posting to. */
static bool had_to_wait;

static void delete_target(const char *where, void *what)
{
	(void)what;
	if (strcmp(where, "port") || cur)
		return;
	race_hook = NULL;
	ON_CPU(1, had_to_wait = WAITS(root_fast(HVCALL_DELETE_VP, p->id, 0)));
	cur = 0;
}

static void target_goes(void)
{
	begin();
	synic_on();
	channel(false, HV_PORT_TYPE_MESSAGE);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 1ull << 32), 0);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 0), 0);
	race_hook = delete_target;
	CHECK_EQ(post(CON, 1, 8), 0);
	CHECK(had_to_wait);
}

/* A VP that goes takes no buffer along. */
static void vp_with_queue_goes(void)
{
	begin();
	channel(false, HV_PORT_TYPE_MESSAGE);
	for (u32 i = 0; i < HV_PORT_BUFFERS; i++)
		CHECK_EQ(post(CON, 100 + i, 8), 0);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 1ull << 32), 0);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 0), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_VP, p->id, 0), 0);
	CHECK_EQ(post(CON, 1, 8), 0xe);
	CHECK_EQ(root_simple(HVCALL_CREATE_VP,
			     &(struct hv_create_vp) { .partition_id = p->id },
			     sizeof(struct hv_create_vp)), 0);
	for (u32 i = 0; i < HV_PORT_BUFFERS; i++)
		CHECK_EQ(post(CON, 100 + i, 8), 0);
	end_guest(p);
	CHECK_EQ(post(CON, 1, 8), 0x11);
	CHECK_EQ(root_fast(HVCALL_DISCONNECT_PORT, 1, CON), 0);
}

const struct test port_tests[] = {
	{ "ports: create refused", create_refused },
	{ "ports: connect refused", connect_refused },
	{ "ports: a message to a child", message_down },
	{ "ports: sixteen buffers", buffers },
	{ "ports: delete recalls, connection stale", recall },
	{ "ports: an event to a child", event_down },
	{ "ports: any VP", any_vp },
	{ "ports: any VP for an event", any_vp_event },
	{ "ports: messages to the parent", message_up },
	{ "ports: events to the parent, overflow", event_up },
	{ "ports: memory in every amount", no_memory },
	{ "ports: the sender goes", sender_goes },
	{ "ports: the target goes while it is posted to", target_goes },
	{ "ports: a target with messages goes", vp_with_queue_goes },
	{}
};
