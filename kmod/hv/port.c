// SPDX-License-Identifier: GPL-2.0
/* See port.h. Objects are pages of the pool of the partition they belong to. */
#include "hypercall.h"
#include "mutate.h"
#include "port.h"
#include "synic.h"
#include "unit.h"

struct port_buffer {
	struct synic_msg m;		/* first: done() finds the buffer */
	struct port *port;
	bool busy;
	u64 from;
};

#define BUFFERS_PER_PAGE	8u	/* a power of two; 13 would fit */
#define BUFFER_PAGES		((HV_PORT_BUFFERS + BUFFERS_PER_PAGE - 1) / BUFFERS_PER_PAGE)

/**
 * struct port - receiving end
 * @upward: belongs to a parent: messages wait in @fifo, events in @events
 */
struct port {
	struct port *next;
	struct partition *owner;
	u64 connector;			/* the one partition that may connect */
	u32 id, type, sint, vp_index;
	u32 flag_base, flag_count;
	bool upward;
	struct connection *con;		/* NULL: nobody is connected */
	struct port_buffer *buffers[BUFFER_PAGES];
	u8 fifo[HV_PORT_BUFFERS];
	u32 head, count;
};

/* Sending end. @port is NULL once the port is gone: the connection is stale. */
struct connection {
	struct connection *next;
	struct port *port;
	u32 id;
};

static_assert(BUFFERS_PER_PAGE * sizeof(struct port_buffer) <= PAGE_SIZE, "a page");

static struct spinlock port_lock;

/* Once each: it is taken in many places. */
static __noinline void lock_ports(void)
{
	spin_lock(&port_lock);
}

static __noinline void unlock_ports(void)
{
	spin_unlock(&port_lock);
}

static struct port_buffer *buffer(struct port *port, u32 i)
{
	return &port->buffers[i / BUFFERS_PER_PAGE][i % BUFFERS_PER_PAGE];
}

static struct port *find_port(struct partition *p, u32 id)
{
	struct port *port;

	for (port = p->ports; port && port->id != id; port = port->next)
		;
	return port;
}

static struct connection *find_connection(struct partition *p, u32 id)
{
	struct connection *c;

	for (c = p->connections; c && c->id != id; c = c->next)
		;
	return c;
}

static void free_port(struct port *port)
{
	struct pool *pool = &port->owner->pool;

	for (u32 i = 0; i < BUFFER_PAGES; i++)
		pool_free(pool, port->buffers[i]);
	pool_free(pool, port);
}

/* --- create, delete -------------------------------------------------------- */

/* The partition itself with the privilege, or its parent. Returns it locked. */
static hv_status lock_manageable(struct hcall *c, u64 id, u64 priv,
				 struct partition **p)
{
	if (id == HV_PARTITION_ID_SELF || id == c->caller->id) {
		if (!partition_may(c->caller, priv))
			return HV_STATUS_ACCESS_DENIED;
		*p = partition_lock(c->caller, c->caller->id);
	} else {
		if (!partition_may(c->caller, BIT(P_CREATE)))
			return HV_STATUS_ACCESS_DENIED;
		hv_status st = partition_lock_child(c->caller, id, p);

		if (st)
			return st;
	}
	if ((*p)->state == PS_ACTIVE)
		return HV_STATUS_SUCCESS;
	partition_unlock(*p);
	return HV_STATUS_INVALID_PARTITION_STATE;
}

static hv_status check_port(struct partition *p, const struct hv_input_create_port *in)
{
	const struct hv_port_info *i = &in->port_info;
	u32 vp = i->message_port_info.target_vp;

	if (in->port_vtl || in->min_connection_vtl)
		return HV_STATUS_INVALID_VTL_STATE;
	if (in->port_id.u.reserved)
		return HV_STATUS_INVALID_PORT_ID;
	if (i->port_type == HV_PORT_TYPE_DOORBELL || i->port_type == HV_PORT_TYPE_MONITOR)
		return HV_STATUS_FEATURE_UNAVAILABLE;
	if (i->port_type != HV_PORT_TYPE_MESSAGE && i->port_type != HV_PORT_TYPE_EVENT)
		return HV_STATUS_INVALID_PARAMETER;
	if (i->message_port_info.target_sint < 1 || i->message_port_info.target_sint > 15)
		return HV_STATUS_INVALID_PARAMETER;
	if (!p->is_root && vp != HV_ANY_VP && !partition_vp(p, vp))
		return HV_STATUS_INVALID_VP_INDEX;
	if (i->port_type == HV_PORT_TYPE_MESSAGE)
		return i->message_port_info.rsvdz ? HV_STATUS_INVALID_PARAMETER :
			HV_STATUS_SUCCESS;
	if (!i->event_port_info.flag_count || i->event_port_info.rsvdz ||
	    i->event_port_info.base_flag_number + i->event_port_info.flag_count >
	    HV_EVENT_FLAGS_COUNT)
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

static hv_status build_port(struct partition *p, const struct hv_input_create_port *in,
			    struct port **out)
{
	const struct hv_port_info *i = &in->port_info;
	struct port *port = pool_alloc(&p->pool);

	if (!port)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	port->owner = p;
	port->id = in->port_id.asu32;
	port->type = i->port_type;
	port->sint = i->message_port_info.target_sint;
	port->vp_index = i->message_port_info.target_vp;
	port->connector = in->connection_partition_id;
	port->upward = p->is_root;
	if (i->port_type == HV_PORT_TYPE_EVENT) {
		port->flag_base = i->event_port_info.base_flag_number;
		port->flag_count = i->event_port_info.flag_count;
	}
	for (u32 n = 0; port->type == HV_PORT_TYPE_MESSAGE && n < BUFFER_PAGES; n++) {
		port->buffers[n] = pool_alloc(&p->pool);
		if (!port->buffers[n]) {
			free_port(port);
			return HV_STATUS_INSUFFICIENT_MEMORY;
		}
	}
	*out = port;
	return HV_STATUS_SUCCESS;
}

hv_status hc_create_port(struct hcall *c)
{
	const struct hv_input_create_port *in = (void *)c->in;
	struct partition *p;
	struct port *port = NULL;
	hv_status st;

	st = lock_manageable(c, in->port_partition_id,
			     HVPART_PRIVILEGE(0, HV_CREATE_PORT), &p);
	if (st)
		return st;
	st = in->connection_partition_id == p->id ||
	     in->connection_partition_id == HV_PARTITION_ID_SELF ?
		HV_STATUS_INVALID_PARTITION_ID :
		check_port(p, in);
	if (!st)
		st = build_port(p, in, &port);
	if (!st) {
		lock_ports();
		if (find_port(p, port->id)) {
			st = HV_STATUS_INVALID_PORT_ID;
		} else {
			port->next = p->ports;
			p->ports = port;
			p->nr_ports++;
		}
		unlock_ports();
		if (st)
			free_port(port);
	}
	partition_unlock(p);
	return st;
}

static void unlink_port(struct port *port)
{
	struct port **at = &port->owner->ports;

	while (*at != port)
		at = &(*at)->next;
	*at = port->next;
	port->owner->nr_ports--;
	if (port->con)
		port->con->port = NULL;
}

/* Messages of the port that still wait in a SynIC queue vanish (TLFS 3.2). */
static void recall_messages(struct port *port)
{
	for (u32 i = 0; port->type == HV_PORT_TYPE_MESSAGE && i < HV_PORT_BUFFERS; i++) {
		struct port_buffer *b = buffer(port, i);

		if (!b->busy || port->upward)
			continue;
		for (u32 v = 0; v < HV_MAX_VPS; v++)
			if (port->owner->vps[v])
				synic_cancel(port->owner->vps[v], port->sint, &b->m);
	}
}

hv_status hc_delete_port(struct hcall *c)
{
	const union hv_input_delete_port *in = (void *)c->in;
	struct partition *p;
	struct port *port;
	hv_status st;

	st = lock_manageable(c, in->port_partition_id,
			     HVPART_PRIVILEGE(0, HV_CREATE_PORT), &p);
	if (st)
		return st;
	lock_ports();
	port = find_port(p, in->port_id.asu32);
	if (port) {
		recall_messages(port);
		unlink_port(port);
	} else {
		st = HV_STATUS_INVALID_PORT_ID;
	}
	unlock_ports();
	if (port)
		free_port(port);
	partition_unlock(p);
	return st;
}

/* --- connect, disconnect --------------------------------------------------- */

/*
 * One end is the caller's, the other its child's; only the child needs a lock,
 * the caller is alive while it calls. Returns the child locked.
 */
static hv_status lock_ends(struct hcall *c, const struct hv_input_connect_port *in,
			   struct partition **p, struct partition **owner,
			   struct partition **child)
{
	u64 self = c->caller->id;
	u64 con_id = in->connection_partition_id;
	u64 port_id = in->port_partition_id;
	bool up = port_id == self || port_id == HV_PARTITION_ID_SELF;
	u64 priv = up ? BIT(P_CREATE) : HVPART_PRIVILEGE(0, HV_CONNECT_PORT);
	hv_status st;

	if (!partition_may(c->caller, priv))
		return HV_STATUS_ACCESS_DENIED;
	if (!up && con_id != self && con_id != HV_PARTITION_ID_SELF)
		return HV_STATUS_INVALID_PARTITION_ID;
	st = partition_lock_child(c->caller, up ? con_id : port_id, child);
	if (st)
		return st;
	*p = up ? *child : c->caller;
	*owner = up ? c->caller : *child;
	if ((*child)->state == PS_ACTIVE)
		return HV_STATUS_SUCCESS;
	partition_unlock(*child);
	return HV_STATUS_INVALID_PARTITION_STATE;
}

static hv_status do_connect(struct partition *p, struct partition *owner,
			    const struct hv_input_connect_port *in,
			    struct connection *con)
{
	struct port *port = find_port(owner, in->port_id.asu32);

	if (find_connection(p, in->connection_id.asu32))
		return HV_STATUS_INVALID_CONNECTION_ID;
	if (!port || port->con || port->connector != p->id)
		return HV_STATUS_INVALID_PORT_ID;
	if (port->type != in->connection_info.port_type)
		return HV_STATUS_INVALID_PARAMETER;
	con->id = in->connection_id.asu32;
	con->port = port;
	port->con = con;
	con->next = p->connections;
	p->connections = con;
	p->nr_connections++;
	return HV_STATUS_SUCCESS;
}

hv_status hc_connect_port(struct hcall *c)
{
	const struct hv_input_connect_port *in = (void *)c->in;
	struct partition *p, *owner, *child;
	struct connection *con;
	hv_status st;

	if (in->connection_vtl)
		return HV_STATUS_INVALID_VTL_STATE;
	if (in->connection_id.u.reserved)
		return HV_STATUS_INVALID_CONNECTION_ID;
	st = lock_ends(c, in, &p, &owner, &child);
	if (st)
		return st;
	con = pool_alloc(&p->pool);
	if (!con) {
		partition_unlock(child);
		return HV_STATUS_INSUFFICIENT_MEMORY;
	}
	lock_ports();
	st = do_connect(p, owner, in, con);
	unlock_ports();
	if (st)
		pool_free(&p->pool, con);
	partition_unlock(child);
	return st;
}

static __noinline void drop_connection(struct partition *p, struct connection *con)
{
	struct connection **at = &p->connections;

	while (*at != con)
		at = &(*at)->next;
	*at = con->next;
	p->nr_connections--;
	if (con->port)
		con->port->con = NULL;
}

hv_status hc_disconnect_port(struct hcall *c)
{
	const union hv_input_disconnect_port *in = (void *)c->in;
	struct connection *con;
	struct partition *p;
	hv_status st;

	st = lock_manageable(c, in->connection_partition_id,
			     HVPART_PRIVILEGE(0, HV_CONNECT_PORT), &p);
	if (st)
		return st;
	lock_ports();
	con = find_connection(p, in->connection_id.asu32);
	if (con)
		drop_connection(p, con);
	unlock_ports();
	if (!con)
		st = HV_STATUS_INVALID_CONNECTION_ID;
	pool_free(&p->pool, con);
	partition_unlock(p);
	return st;
}

void port_partition_exit(struct partition *p)
{
	struct connection *con;
	struct port *port;

	lock_ports();
	while ((con = p->connections)) {
		drop_connection(p, con);
		pool_free(&p->pool, con);
	}
	while ((port = p->ports)) {
		recall_messages(port);
		unlink_port(port);
		free_port(port);
	}
	unlock_ports();
}

/*
 * Senders find a VP under the lock and nothing else. Whoever found this one has
 * finished when the lock has been ours once; from now on nobody finds it.
 */
__used void port_vp_exit(struct vp *vp)
{
	(void)vp;
	if (MUTATED(PORT_QUIESCE))
		return;
	lock_ports();
	unlock_ports();
}

HV_HOOK(51, vp_exit, port_vp_exit);

/* --- post and signal -------------------------------------------------------- */

static void note(struct port *port, struct partition *from, u32 flag)
{
	struct percpu *cpu = this_cpu();
	struct hvpart_caller_page *page = cpu->root_vp->caller_page;
	u32 n;

	cpu->tell_root = true;
	LOOK(cpu, LOOK_PORT);
	if (!page)
		return;
	n = READ_ONCE(page->port_count);
	if (n >= ARRAY_SIZE(page->port)) {
		WRITE_ONCE(page->overflow,
			   READ_ONCE(page->overflow) | HVPART_OVERFLOW_PORT);
		return;
	}
	page->port[n] = (struct hvpart_port_note) {
		.partition_id = from->id,
		.port_id = port->id,
		.type = port->type,
		.flag = flag,
	};
	WRITE_ONCE(page->port_count, n + 1);
}

static void delivered(struct synic_msg *m, bool ok)
{
	(void)ok;
	store_release(&container_of(m, struct port_buffer, m)->busy, false);
}

static struct vp *target_vp(struct port *port)
{
	if (port->vp_index != HV_ANY_VP)
		return partition_vp(port->owner, port->vp_index);
	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (port->owner->vps[i] && synic_accepts_messages(port->owner->vps[i]))
			return port->owner->vps[i];
	return NULL;
}

static hv_status deliver(struct port *port, struct partition *from,
			 struct port_buffer *b, u32 index)
{
	struct vp *vp;

	if (port->upward) {
		b->from = from->id;
		port->fifo[(port->head + port->count++) % HV_PORT_BUFFERS] = index;
		note(port, from, 0);
		return HV_STATUS_SUCCESS;
	}
	vp = target_vp(port);
	if (!vp)
		return port->vp_index == HV_ANY_VP ? HV_STATUS_INVALID_SYNIC_STATE :
			HV_STATUS_INVALID_VP_INDEX;
	b->m.done = delivered;
	HV_RACE("port", vp);
	synic_post(vp, port->sint, &b->m);
	return HV_STATUS_SUCCESS;
}

static hv_status post_locked(struct port *port, struct partition *from,
			     const struct hv_input_post_message *in)
{
	struct port_buffer *b = NULL;
	hv_status st;
	u32 i;

	for (i = 0; i < HV_PORT_BUFFERS; i++) {
		b = buffer(port, i);
		if (!load_acquire(&b->busy))
			break;
	}
	if (i == HV_PORT_BUFFERS)
		return from->debug_break == HVPART_BREAK_POST_STATUS ?
			HV_STATUS_INSUFFICIENT_BUFFER : HV_STATUS_INSUFFICIENT_BUFFERS;
	b->port = port;
	b->busy = true;
	memset(&b->m.msg, 0, sizeof(b->m.msg));
	b->m.msg.header.message_type = in->message_type;
	b->m.msg.header.payload_size = in->payload_size;
	b->m.msg.header.port.asu32 = port->id;
	memcpy(b->m.msg.u.payload, in->payload, in->payload_size);
	st = deliver(port, from, b, i);
	if (st)
		b->busy = false;
	return st;
}

/* The other end of a connection of @from; under the port lock. */
static hv_status find_peer(struct partition *from, u32 id, u32 type,
			   struct port **out)
{
	struct connection *con = find_connection(from, id);

	if (!con)
		return HV_STATUS_INVALID_CONNECTION_ID;
	*out = con->port;
	if (!*out || (*out)->type != type)
		return HV_STATUS_INVALID_PORT_ID;
	return HV_STATUS_SUCCESS;
}

hv_status port_post(struct partition *from, const struct hv_input_post_message *in)
{
	struct port *port;
	hv_status st;

	if (!in->message_type || in->message_type & HVMSG_HYPERVISOR_MASK ||
	    in->payload_size > HV_MESSAGE_PAYLOAD_BYTE_COUNT)
		return HV_STATUS_INVALID_PARAMETER;
	lock_ports();
	st = find_peer(from, in->connectionid.asu32, HV_PORT_TYPE_MESSAGE, &port);
	if (!st)
		st = post_locked(port, from, in);
	unlock_ports();
	return st;
}

/* The first VP that takes it: a port that names none asks them all. */
static hv_status signal_vps(struct port *port, u32 flag)
{
	bool any = port->vp_index == HV_ANY_VP, newly;
	hv_status st = HV_STATUS_INVALID_VP_INDEX;

	for (u32 i = any ? 0 : port->vp_index; i < HV_MAX_VPS; i++) {
		struct vp *vp = partition_vp(port->owner, i);

		if (vp)
			st = synic_signal(vp, port->sint, flag, &newly);
		if (!any || !st)
			break;
	}
	return st;
}

static hv_status signal_locked(struct port *port, struct partition *from, u32 flag)
{
	if (flag >= port->flag_count)
		return HV_STATUS_INVALID_PARAMETER;
	flag += port->flag_base;
	if (port->upward) {
		note(port, from, flag);
		return HV_STATUS_SUCCESS;
	}
	return signal_vps(port, flag);
}

hv_status port_signal(struct partition *from, u32 connection, u32 flag)
{
	struct port *port;
	hv_status st;

	lock_ports();
	st = find_peer(from, connection, HV_PORT_TYPE_EVENT, &port);
	if (!st)
		st = signal_locked(port, from, flag);
	unlock_ports();
	return st;
}

/* The oldest message of a port of the caller's (private call). */
hv_status hc_receive_message(struct hcall *c)
{
	const struct hvpart_input_receive_message *in = (void *)c->in;
	struct hvpart_output_receive_message *out = (void *)c->out;
	struct port_buffer *b;
	struct port *port;
	hv_status st = HV_STATUS_SUCCESS;

	if (in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	lock_ports();
	port = find_port(c->caller, in->port_id);
	if (!port || port->type != HV_PORT_TYPE_MESSAGE || !port->upward) {
		st = HV_STATUS_INVALID_PORT_ID;
	} else if (!port->count) {
		st = HV_STATUS_NO_DATA;
	} else {
		b = buffer(port, port->fifo[port->head]);
		port->head = (port->head + 1) % HV_PORT_BUFFERS;
		out->remaining = --port->count;
		out->connection_partition_id = b->from;
		out->message = b->m.msg;
		b->busy = false;
	}
	unlock_ports();
	return st;
}
