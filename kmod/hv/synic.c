// SPDX-License-Identifier: GPL-2.0
/*
 * Synthetic interrupt controller: message queues, event flags (TLFS chapter
 * "inter-partition communication"; digest part 2, section 2). The registers
 * are in synic_msr.c.
 *
 * A poster on any CPU writes the pages itself: they are the hypervisor's own
 * (overlays), so no window is needed, and after a disable the guest's memory
 * cannot be hit. Everything but the registers' owner is serialised by the lock.
 */
#include "synic_state.h"
#include "overlay.h"
#include "time.h"

/* "Of the order of milliseconds" (TLFS 2.6). */
static u64 retry_ticks(void)
{
	return machine.tsc_hz / 500;
}

/* The SynIC and the page that the register @page places. */
static bool is_on(const struct synic *s, u64 page)
{
	static_assert(HV_SYNIC_CONTROL_ENABLE == 1 && HV_SYNIC_SIMP_ENABLE == 1 &&
		      HV_SYNIC_SIEFP_ENABLE == 1, "one bit for all");
	return s->scontrol & page & 1;
}

static bool interrupts(u64 sint)
{
	return !(sint & (HV_SYNIC_SINT_MASKED | HV_SYNIC_SINT_POLLING));
}

/* Polling makes a source count as unmasked (TLFS 2.7). */
static bool refused(u64 sint)
{
	return sint & HV_SYNIC_SINT_MASKED && !(sint & HV_SYNIC_SINT_POLLING);
}

/* Takes what goes into its page at once or nowhere: events, direct messages. */
static bool takes(const struct synic *s, u32 sint, u64 page)
{
	return is_on(s, page) && !refused(s->sint[sint]) &&
	       !(s->sint[sint] & HV_SYNIC_SINT_PROXY);
}

static void notify(struct vp *vp, u32 sint)
{
	u64 reg = vp->synic->sint[sint];

	if (interrupts(reg))
		apic_post(vp, reg & HV_SYNIC_SINT_VECTOR_MASK);
}

/*
 * Put @m into the free slot. The type is what makes it a message to the guest,
 * so it goes last, with release order (TLFS 2.5).
 */
static void place(struct vp *vp, struct hv_message *slot,
		  const struct hv_message *m, bool more)
{
	u32 size = MIN(m->header.payload_size, HV_MESSAGE_PAYLOAD_BYTE_COUNT);

	if (IRQ_MUTATED(SYNIC_TYPE_LAST))
		WRITE_ONCE(slot->header.message_type, m->header.message_type);
	IRQ_RACE("place", slot);
	slot->header.payload_size = size;
	slot->header.message_flags.asu8 = more;
	slot->header.reserved[0] = 0;
	slot->header.reserved[1] = 0;
	slot->header.sender = m->header.sender;
	memcpy(&slot->u, &m->u, size);
	store_release(&slot->header.message_type, m->header.message_type);
	vp->stats.messages++;
}

/*
 * Is the slot free? If not, its message learns that more is waiting.
 *
 *  we                                 guest
 *  type != 0
 *  pending flag = 1 (locked)          type = 0 (locked)
 *  type again: 0 -> free after all    flag: 1 -> EOM
 *
 * Whichever locked operation comes first, one side sees the other's. With the
 * flag after the last look, both could miss: message queued, guest asleep.
 */
static bool slot_free(struct vp *vp, struct hv_message *slot)
{
	bool silent = vp->partition->debug_break == HVPART_BREAK_MESSAGE_PENDING;

	if (!READ_ONCE(slot->header.message_type))
		return true;
	IRQ_RACE("slot_busy", slot);
	if (!silent && !IRQ_MUTATED(SYNIC_FLAG_FIRST))
		atomic_or(&slot->header.message_flags.asu8, 1);
	IRQ_RACE("slot_flagged", slot);
	if (!IRQ_MUTATED(SYNIC_RECHECK) &&
	    !load_acquire(&slot->header.message_type))
		return true;
	IRQ_RACE("slot_looked", slot);
	if (!silent && IRQ_MUTATED(SYNIC_FLAG_FIRST))
		atomic_or(&slot->header.message_flags.asu8, 1);
	return false;
}

/* A message into its slot, and the interrupt. False: the slot is busy. Lock held. */
static bool put(struct vp *vp, u32 sint, const struct hv_message *m, bool more)
{
	struct hv_message *slot = &vp->synic->sim->sint_message[sint];

	if (!slot_free(vp, slot))
		return false;
	place(vp, slot, m, more);
	notify(vp, sint);
	return true;
}

struct synic_msg *synic_unlink(struct synic *s, u32 sint, struct synic_msg **at)
{
	struct synic_queue *q = &s->queue[sint];
	struct synic_msg *m = *at;

	*at = m->next;
	if (q->end == &m->next)
		q->end = at;
	if (!q->head)
		s->sources->queued &= ~(1u << sint);
	return m;
}

/* Head of one queue into its slot. True: something still waits. Lock held. */
static bool deliver(struct vp *vp, u32 sint)
{
	struct synic *s = vp->synic;
	struct synic_msg *m = s->queue[sint].head;

	if (!m || !is_on(s, s->simp))
		return false;
	if (m->prepare)
		m->prepare(m, vp);
	if (!put(vp, sint, m->msg, m->next))
		return true;
	synic_unlink(s, sint, &s->queue[sint].head);
	m->done(m, true);
	return s->queue[sint].head;
}

static void append(struct synic *s, u32 sint, struct synic_msg *m)
{
	struct synic_queue *q = &s->queue[sint];

	m->next = NULL;
	if (!q->head)
		q->end = &q->head;
	*q->end = m;
	q->end = &m->next;
	s->sources->queued |= 1u << sint;
}

/**
 * synic_post - queue a message for (VP, SINT) and try to deliver it
 * Masked sources and pages that are off are no error: it waits (DECISIONS).
 * The running CPU looks at what had to be queued, for the retry timer is its
 * own; it is asked once, not for every message.
 */
void synic_post(struct vp *vp, u32 sint, struct synic_msg *m)
{
	struct synic *s = vp->synic;
	bool busy, ask;

	spin_lock(&s->lock);
	append(s, sint, m);
	busy = deliver(vp, sint);
	ask = busy && !s->retry;
	s->retry |= busy;
	spin_unlock(&s->lock);
	if (ask && !IRQ_MUTATED(SYNIC_RETRY))
		vp_request(vp, VPREQ_SYNIC);
}

bool synic_cancel(struct vp *vp, u32 sint, struct synic_msg *m)
{
	struct synic *s = vp->synic;
	struct synic_msg **at;
	bool found;

	spin_lock(&s->lock);
	for (at = &s->queue[sint].head; *at && *at != m; at = &(*at)->next)
		;
	found = *at;
	if (found)
		synic_unlink(s, sint, at);
	spin_unlock(&s->lock);
	return found;
}

/**
 * synic_post_direct - PostMessageDirect: into the slot or not at all
 * Return: INVALID_SYNIC_STATE (masked, proxied, page or SynIC off);
 * OBJECT_IN_USE (slot busy or messages queued before this one).
 */
hv_status synic_post_direct(struct vp *vp, u32 sint, const struct hv_message *m)
{
	struct synic *s = vp->synic;
	hv_status st = HV_STATUS_SUCCESS;

	spin_lock(&s->lock);
	if (!takes(s, sint, s->simp))
		st = HV_STATUS_INVALID_SYNIC_STATE;
	else if (s->queue[sint].head || !put(vp, sint, m, false))
		st = HV_STATUS_OBJECT_IN_USE;
	spin_unlock(&s->lock);
	return st;
}

/**
 * synic_signal - set an event flag
 * @newly: the flag was clear; only then an interrupt is requested (TLFS 2.8)
 * The flag is set (sequentially consistent) before the interrupt is requested:
 * a handler that runs for it finds the flag.
 */
hv_status synic_signal(struct vp *vp, u32 sint, u32 flag, bool *newly)
{
	struct synic *s = vp->synic;
	hv_status st = HV_STATUS_INVALID_SYNIC_STATE;

	*newly = false;
	spin_lock(&s->lock);
	if (takes(s, sint, s->siefp)) {
		u64 *map = s->sief->event_flags[sint].flags64;

		if (IRQ_MUTATED(SYNIC_EVENT_ORDER))
			notify(vp, sint);
		IRQ_RACE("signal", map);
		*newly = !test_and_set_bit(map, flag);
		vp->stats.events += *newly;
		if ((*newly && !IRQ_MUTATED(SYNIC_EVENT_ORDER)) ||
		    vp->partition->debug_break == HVPART_BREAK_EVENT_EDGE)
			notify(vp, sint);
		st = HV_STATUS_SUCCESS;
	}
	spin_unlock(&s->lock);
	return st;
}

bool synic_accepts_messages(struct vp *vp)
{
	return is_on(vp->synic, vp->synic->simp);
}

/**
 * synic_scan - one message for every queue (EOM, EOI, VPREQ_SYNIC, retry)
 * Arms the retry timer while a busy slot keeps a message waiting: a guest that
 * frees slots without EOM or EOI gets its next message all the same (TLFS 2.6).
 * Context: the CPU that runs the VP.
 */
void synic_scan(struct vp *vp)
{
	struct synic *s = vp->synic;
	bool busy = false;

	if (!READ_ONCE(s->sources->queued) && !s->retry)
		return;
	spin_lock(&s->lock);
	for (u32 q = s->sources->queued; q; q &= q - 1)
		busy |= deliver(vp, ffs64(q));
	s->retry = busy;
	spin_unlock(&s->lock);
	if (IRQ_MUTATED(SYNIC_RETRY))
		busy = false;
	vp_set_deadline(vp, DL_SYNIC, busy ? rdtsc() + retry_ticks() : 0);
}

void synic_retry_expired(struct vp *vp)
{
	vp_set_deadline(vp, DL_SYNIC, 0);
	synic_scan(vp);
}

void *synic_page(struct vp *vp, bool event_page)
{
	struct synic *s = vp->synic;

	return event_page ? (void *)s->sief : (void *)s->sim;
}
