// SPDX-License-Identifier: GPL-2.0
/* See port.h. Objects are pages of the pool of the partition they belong to. */
#include "hypercall.h"
#include "mutate.h"
#include "port.h"
#include "synic.h"
#include "unit.h"

/**
 * struct port_end - a connection, or the start of a port
 * @peer: the other end; NULL: nobody is connected, or the port of this
 *        connection is gone (it is stale)
 */
struct port_end {
	struct port_end *next;
	struct port_end *peer;
	u32 id;
};

/**
 * struct port_buffer - a message of a port that is on its way
 * @from: upward: the sender
 * @vp:   downward: whose SynIC has it, as long as it is @busy: a VP that goes
 *        gives its messages back
 */
struct port_buffer {
	struct synic_msg m;		/* first: done() finds the buffer */
	u64 from;
	struct vp *vp;
	bool busy;
};

/**
 * struct port - receiving end
 * @connector: the one partition that may connect
 * @upward: belongs to a parent: messages wait here, in a ring that begins with
 *          buffer @head, instead of in a SynIC
 * @messages: of a message port, one page: those of the buffers
 */
struct port {
	struct port_end end;		/* first */
	struct partition *owner;
	u64 connector;
	struct hv_port_info info;
	bool upward;
	u32 head, count;
	struct hv_message *messages;
	struct port_buffer buffer[HV_PORT_BUFFERS];
};

static_assert(sizeof(struct port) <= PAGE_SIZE &&
	      HV_PORT_BUFFERS * sizeof(struct hv_message) == PAGE_SIZE, "pages");

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

/* Both kinds of ports have them in the same place. */
static u32 sint_of(const struct port *port)
{
	return port->info.message_port_info.target_sint;
}

static u32 vp_of(const struct port *port)
{
	return port->info.message_port_info.target_vp;
}

static struct port_end *find(const struct port_ends *ends, u32 id)
{
	struct port_end *e;

	for (e = ends->first; e && e->id != id; e = e->next)
		;
	return e;
}

static void link_end(struct port_ends *ends, struct port_end *e, u32 id)
{
	e->id = id;
	e->next = ends->first;
	ends->first = e;
	ends->count++;
}

static void free_port(struct port *port)
{
	struct pool *pool = &port->owner->pool;

	pool_free(pool, port->messages);
	pool_free(pool, port);
}

/* Messages of the port that still wait in a SynIC queue vanish (TLFS 3.2). */
static void recall_messages(struct port *port)
{
	for (u32 i = 0; i < HV_PORT_BUFFERS; i++) {
		struct port_buffer *b = &port->buffer[i];

		if (b->busy && b->vp)
			synic_cancel(b->vp, sint_of(port), &b->m);
	}
}

/* One of @p's ports or connections, @ends, goes. Both locks held. */
static void delete_end(struct partition *p, struct port_ends *ends, struct port_end *e)
{
	struct port_end **at = &ends->first;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	ends->count--;
	if (e->peer)
		e->peer->peer = NULL;
	if (ends == &p->ports) {
		recall_messages((struct port *)e);
		free_port((struct port *)e);
	} else {
		pool_free(&p->pool, e);
	}
}

/* --- create, delete -------------------------------------------------------- */

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
	struct port *port = pool_alloc(&p->pool);

	if (!port)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	port->owner = p;
	port->info = in->port_info;
	port->connector = in->connection_partition_id;
	port->upward = p->is_root;
	if (port->info.port_type == HV_PORT_TYPE_MESSAGE) {
		port->messages = pool_alloc(&p->pool);
		if (!port->messages) {
			pool_free(&p->pool, port);
			return HV_STATUS_INSUFFICIENT_MEMORY;
		}
	}
	*out = port;
	return HV_STATUS_SUCCESS;
}

hv_status hc_create_port(struct hcall *c)
{
	const struct hv_input_create_port *in = (void *)c->in;
	u32 id = in->port_id.asu32;
	struct port *port;
	hv_status st;

	if (in->connection_partition_id == c->p->id ||
	    in->connection_partition_id == HV_PARTITION_ID_SELF)
		return HV_STATUS_INVALID_PARTITION_ID;
	st = check_port(c->p, in);
	if (!st)
		st = build_port(c->p, in, &port);
	if (st)
		return st;
	lock_ports();
	if (find(&c->p->ports, id)) {
		free_port(port);
		st = HV_STATUS_INVALID_PORT_ID;
	} else {
		link_end(&c->p->ports, &port->end, id);
	}
	unlock_ports();
	return st;
}

/* Both inputs are a partition and an id in it. */
static bool delete_named(struct hcall *c, struct port_ends *ends)
{
	struct port_end *e;

	lock_ports();
	e = find(ends, *(u32 *)(c->in + 8));
	if (e)
		delete_end(c->p, ends, e);
	unlock_ports();
	return e;
}

hv_status hc_delete_port(struct hcall *c)
{
	return delete_named(c, &c->p->ports) ? HV_STATUS_SUCCESS :
					       HV_STATUS_INVALID_PORT_ID;
}

hv_status hc_disconnect_port(struct hcall *c)
{
	return delete_named(c, &c->p->connections) ? HV_STATUS_SUCCESS :
		HV_STATUS_INVALID_CONNECTION_ID;
}

/* --- connect ---------------------------------------------------------------- */

/*
 * One end is the caller's, the other its child's; only the child needs a lock,
 * the caller is alive while it calls. The child is the call's target then.
 */
static hv_status lock_ends(struct hcall *c, const struct hv_input_connect_port *in,
			   struct partition **p, struct partition **owner)
{
	u64 con_id = in->connection_partition_id;
	bool up = hcall_self(c, in->port_partition_id);
	u64 priv = up ? BIT(P_CREATE) : HVPART_PRIVILEGE(0, HV_CONNECT_PORT);
	hv_status st;

	if (!partition_may(c->caller, priv))
		return HV_STATUS_ACCESS_DENIED;
	if (!up && !hcall_self(c, con_id))
		return HV_STATUS_INVALID_PARTITION_ID;
	st = partition_lock_child(c->caller, up ? con_id : in->port_partition_id,
				  &c->p);
	if (st)
		return st;
	*p = up ? c->p : c->caller;
	*owner = up ? c->caller : c->p;
	return c->p->state == PS_ACTIVE ? HV_STATUS_SUCCESS :
					  HV_STATUS_INVALID_PARTITION_STATE;
}

static hv_status do_connect(struct partition *p, struct partition *owner,
			    const struct hv_input_connect_port *in,
			    struct port_end *con)
{
	struct port *port = (struct port *)find(&owner->ports, in->port_id.asu32);

	if (find(&p->connections, in->connection_id.asu32))
		return HV_STATUS_INVALID_CONNECTION_ID;
	if (!port || port->end.peer || port->connector != p->id)
		return HV_STATUS_INVALID_PORT_ID;
	if (port->info.port_type != in->connection_info.port_type)
		return HV_STATUS_INVALID_PARAMETER;
	con->peer = &port->end;
	port->end.peer = con;
	link_end(&p->connections, con, in->connection_id.asu32);
	return HV_STATUS_SUCCESS;
}

hv_status hc_connect_port(struct hcall *c)
{
	const struct hv_input_connect_port *in = (void *)c->in;
	struct partition *p, *owner;
	struct port_end *con;
	hv_status st;

	if (in->connection_vtl)
		return HV_STATUS_INVALID_VTL_STATE;
	if (in->connection_id.u.reserved)
		return HV_STATUS_INVALID_CONNECTION_ID;
	st = lock_ends(c, in, &p, &owner);
	if (st)
		return st;
	con = pool_alloc(&p->pool);
	if (!con)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	lock_ports();
	st = do_connect(p, owner, in, con);
	unlock_ports();
	if (st)
		pool_free(&p->pool, con);
	return st;
}

void port_partition_exit(struct partition *p)
{
	lock_ports();
	while (p->connections.first)
		delete_end(p, &p->connections, p->connections.first);
	while (p->ports.first)
		delete_end(p, &p->ports, p->ports.first);
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
		.port_id = port->end.id,
		.type = port->info.port_type,
		.flag = flag,
	};
	WRITE_ONCE(page->port_count, n + 1);
}

static void delivered(struct synic_msg *m, bool ok)
{
	(void)ok;
	store_release(&container_of(m, struct port_buffer, m)->busy, false);
}

/* A port for any VP chooses one that takes messages: others would keep it. */
static hv_status post_to(struct vp *vp, struct port *port, struct port_buffer *b)
{
	if (vp_of(port) == HV_ANY_VP && !synic_accepts_messages(vp))
		return HV_STATUS_INVALID_SYNIC_STATE;
	b->vp = vp;
	b->m.done = delivered;
	HV_RACE("port", vp);
	synic_post(vp, sint_of(port), &b->m);
	return HV_STATUS_SUCCESS;
}

/*
 * @b or, without one, a flag to a VP. A port that names none asks them all: the
 * first that takes it.
 */
static hv_status send_down(struct port *port, struct port_buffer *b, u32 flag)
{
	bool any = vp_of(port) == HV_ANY_VP, newly;
	hv_status st = any ? HV_STATUS_INVALID_SYNIC_STATE :
			     HV_STATUS_INVALID_VP_INDEX;

	for (u32 i = any ? 0 : vp_of(port); i < HV_MAX_VPS; i++) {
		struct vp *vp = partition_vp(port->owner, i);

		if (vp)
			st = b ? post_to(vp, port, b) :
				synic_signal(vp, sint_of(port), flag, &newly);
		if (!any || !st)
			break;
	}
	return st;
}

/* The first free buffer after @head: of an upward port, the end of its ring. */
static struct port_buffer *take_buffer(struct port *port)
{
	for (u32 n = 0; n < HV_PORT_BUFFERS; n++) {
		u32 i = (port->head + n) % HV_PORT_BUFFERS;
		struct port_buffer *b = &port->buffer[i];

		if (!load_acquire(&b->busy)) {
			b->m.msg = &port->messages[i];
			return b;
		}
	}
	return NULL;
}

static hv_status post_locked(struct port *port, struct partition *from,
			     const struct hv_input_post_message *in)
{
	struct port_buffer *b = take_buffer(port);
	struct hv_message *m;
	hv_status st;

	if (!b)
		return from->debug_break == HVPART_BREAK_POST_STATUS ?
			HV_STATUS_INSUFFICIENT_BUFFER : HV_STATUS_INSUFFICIENT_BUFFERS;
	m = b->m.msg;
	memset(m, 0, sizeof(*m));
	m->header.message_type = in->message_type;
	m->header.payload_size = in->payload_size;
	m->header.port.asu32 = port->end.id;
	memcpy(m->u.payload, in->payload, in->payload_size);
	b->busy = true;
	if (port->upward) {
		b->from = from->id;
		port->count++;
		note(port, from, 0);
		return HV_STATUS_SUCCESS;
	}
	st = send_down(port, b, 0);
	if (st)
		b->busy = false;
	return st;
}

static hv_status signal_locked(struct port *port, struct partition *from, u32 flag)
{
	if (flag >= port->info.event_port_info.flag_count)
		return HV_STATUS_INVALID_PARAMETER;
	flag += port->info.event_port_info.base_flag_number;
	if (port->upward) {
		note(port, from, flag);
		return HV_STATUS_SUCCESS;
	}
	return send_down(port, NULL, flag);
}

/* The message @in or, without one, a flag to the other end of a connection. */
static hv_status send(struct partition *from, u32 id,
		      const struct hv_input_post_message *in, u32 flag)
{
	const struct port_end *con;
	struct port *port;
	hv_status st;

	lock_ports();
	con = find(&from->connections, id);
	port = con ? (struct port *)con->peer : NULL;
	if (!con)
		st = HV_STATUS_INVALID_CONNECTION_ID;
	else if (!port || port->info.port_type !=
		 (in ? HV_PORT_TYPE_MESSAGE : HV_PORT_TYPE_EVENT))
		st = HV_STATUS_INVALID_PORT_ID;
	else
		st = in ? post_locked(port, from, in) :
			  signal_locked(port, from, flag);
	unlock_ports();
	return st;
}

hv_status port_post(struct partition *from, const struct hv_input_post_message *in)
{
	if (!in->message_type || in->message_type & HVMSG_HYPERVISOR_MASK ||
	    in->payload_size > HV_MESSAGE_PAYLOAD_BYTE_COUNT)
		return HV_STATUS_INVALID_PARAMETER;
	return send(from, in->connectionid.asu32, in, 0);
}

hv_status port_signal(struct partition *from, u32 connection, u32 flag)
{
	return send(from, connection, NULL, flag);
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
	port = (struct port *)find(&c->caller->ports, in->port_id);
	if (!port || port->info.port_type != HV_PORT_TYPE_MESSAGE || !port->upward) {
		st = HV_STATUS_INVALID_PORT_ID;
	} else if (!port->count) {
		st = HV_STATUS_NO_DATA;
	} else {
		b = &port->buffer[port->head];
		port->head = (port->head + 1) % HV_PORT_BUFFERS;
		out->remaining = --port->count;
		out->connection_partition_id = b->from;
		out->message = *b->m.msg;
		b->busy = false;
	}
	unlock_ports();
	return st;
}
