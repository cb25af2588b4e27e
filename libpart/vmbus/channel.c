// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../internal.h"
#include "host.h"

/* --- offers ------------------------------------------------------------- */

static bool same_device(const struct part_offer *a, const struct part_offer *b)
{
	return !memcmp(&a->type, &b->type, sizeof(a->type)) &&
	       !memcmp(&a->instance, &b->instance, sizeof(a->instance));
}

/* Is there one with these GUIDs? Also one that is leaving has them. */
static struct part_channel *find(const struct part_vmbus *host,
				 const struct part_offer *offer, __u16 index)
{
	struct part_channel *ch = host->channels;

	while (ch && !(same_device(&ch->offer, offer) &&
		       ch->offer.sub_index == index))
		ch = ch->next;
	return ch;
}

/* A shorter structure has zeros for the rest; a longer one must. */
static int offer_read(struct part_offer *offer, const struct part_offer *user)
{
	const __u8 *bytes = (const __u8 *)user;
	size_t i;

	if (user->size < sizeof(*offer))
		return -EINVAL;
	for (i = sizeof(*offer); i < user->size; i++)
		if (bytes[i])
			return -E2BIG;
	*offer = *user;
	if (!offer->packet_max)
		offer->packet_max = CHANNEL_PACKET_DEFAULT;
	if (!offer->child_packet_max)
		offer->child_packet_max = CHILD_PACKET_DEFAULT;
	if (!offer->transfer_max)
		offer->transfer_max = TRANSFER_DEFAULT;
	if (!offer->packet || offer->reserved ||
	    offer->packet_max < sizeof(struct vmbus_packet) ||
	    offer->packet_max > PART_PACKET_MAX ||
	    offer->child_packet_max < sizeof(struct vmbus_packet) ||
	    offer->child_packet_max > PART_PACKET_MAX ||
	    (offer->flags & (VMBUS_OFFER_CONFIDENTIAL_RING |
			     VMBUS_OFFER_CONFIDENTIAL_MEMORY)))
		return -EINVAL;
	return 0;
}

static int offer_check(const struct part_vmbus *host,
		       const struct part_offer *offer)
{
	const struct part_channel *primary;

	if (!host->ops.listen)
		return -EOPNOTSUPP;
	if (find(host, offer, offer->sub_index))
		return -EEXIST;
	if (!offer->sub_index)
		return 0;
	primary = find(host, offer, 0);
	return primary && !primary->leaving ? 0 : -ENOENT;
}

/* Not the one that was freed last: it may still be on somebody's mind. */
static __u32 new_relid(struct part_vmbus *host)
{
	__u32 n;

	for (n = 0; n < VMBUS_RELID_LAST; n++) {
		host->last_relid = host->last_relid % VMBUS_RELID_LAST + 1;
		if (!host->by_relid[host->last_relid])
			return host->last_relid;
	}
	return 0;
}

static void append(struct part_vmbus *host, struct part_channel *ch)
{
	struct part_channel **link = &host->channels;

	while (*link)
		link = &(*link)->next;
	*link = ch;
	host->by_relid[ch->relid] = ch;
}

static void drop(struct part_channel *ch)
{
	struct part_vmbus *host = ch->host;
	struct part_channel **link = &host->channels;

	while (*link != ch)
		link = &(*link)->next;
	*link = ch->next;
	host->by_relid[ch->relid] = NULL;
	free(ch->buf);
	free(ch);
}

PART_PUBLIC int part_vmbus_offer(struct part_vmbus *host,
				 const struct part_offer *user, void *ctx,
				 struct part_channel **out)
{
	struct part_channel *ch;
	struct part_offer offer;
	int ret = offer_read(&offer, user);

	if (!ret)
		ret = offer_check(host, &offer);
	if (ret)
		return ret;
	ch = calloc(1, sizeof(*ch));
	if (!ch)
		return -ENOMEM;
	ch->buf = malloc(offer.packet_max);
	ch->relid = ch->buf ? new_relid(host) : 0;
	if (!ch->relid) {
		ret = ch->buf ? -ENOSPC : -ENOMEM;
		free(ch->buf);
		free(ch);
		return ret;
	}
	ch->host = host;
	ch->offer = offer;
	ch->ctx = ctx;
	ch->offer_due = host->offers_wanted;
	append(host, ch);
	if (ch->offer_due)
		host_schedule(host);
	*out = ch;
	return 0;
}

void channel_offer_all(struct part_vmbus *host)
{
	struct part_channel *ch;

	for (ch = host->channels; ch; ch = ch->next)
		ch->offer_due = !ch->offered && !ch->leaving;
}

static void offer_message(const struct part_channel *ch,
			  struct hv_message *msg)
{
	struct vmbus_offer *m = outbox_message(msg, VMBUS_MSG_OFFER,
					       sizeof(*m));

	m->type = ch->offer.type;
	m->instance = ch->offer.instance;
	m->flags = ch->offer.flags;
	m->mmio_mib = ch->offer.mmio_mib;
	memcpy(m->user, ch->offer.user, sizeof(m->user));
	m->sub_index = ch->offer.sub_index;
	m->relid = ch->relid;
	m->dedicated = 1;
	m->connection = CHANNEL_CONNECTION + ch->relid;
}

struct part_channel *channel_message(struct part_vmbus *host,
				     struct hv_message *msg)
{
	struct vmbus_relid *m;
	struct part_channel *ch;

	for (ch = host->channels; ch; ch = ch->next) {
		if (ch->offer_due) {
			offer_message(ch, msg);
			return ch;
		}
		if (ch->rescind_due) {
			m = outbox_message(msg, VMBUS_MSG_RESCIND, sizeof(*m));
			m->relid = ch->relid;
			return ch;
		}
	}
	return NULL;
}

void channel_message_sent(struct part_channel *ch)
{
	if (ch->offer_due)
		ch->offered = true;
	ch->offer_due = false;
	ch->rescind_due = false;
}

/* --- open and close ----------------------------------------------------- */

static struct part_channel *by_relid(const struct part_vmbus *host,
				     __u32 relid)
{
	struct part_channel *ch;

	ch = relid <= VMBUS_RELID_LAST ? host->by_relid[relid] : NULL;
	/* What the child has not been told of does not exist. */
	return ch && ch->offered ? ch : NULL;
}

static int set_listen(struct part_channel *ch, bool on)
{
	return ch->host->ops.listen(ch->host->ctx,
				    CHANNEL_CONNECTION + ch->relid, on);
}

/* Everything but the provider's part. No callback of the provider's follows. */
static void end_rings(struct part_channel *ch)
{
	set_listen(ch, false);
	ch->open = false;
	ch->stopped = false;
	ch->look = false;
	ch->paused = false;
	ch->blocked = false;
	ch->quiet = false;
	ch->signal_due = false;
	gpadl_unuse(&ch->host->gpadls, ch->gpadl);
	ch->gpadl = NULL;
}

/* Its opening and its closing, in pairs. */
static void tell(struct part_channel *ch, bool open)
{
	if (ch->told == open)
		return;
	ch->told = open;
	if (ch->host->ops.channel)
		ch->host->ops.channel(ch->host->ctx, ch, open);
}

static void close_channel(struct part_channel *ch)
{
	if (!ch->open || ch->closing)
		return;
	/* It may look at its buffers once more, but sends nothing. */
	ch->closing = true;
	if (ch->offer.close)
		ch->offer.close(ch->ctx, ch);
	ch->closing = false;
	end_rings(ch);
	tell(ch, false);
}

static int make_rings(struct part_channel *ch, struct gpadl *g,
		      __u32 downstream)
{
	int ret;

	if (g->offset || downstream > g->nr)
		return -EINVAL;
	ret = ring_init(&ch->in, g->page, downstream, true);
	if (!ret)
		ret = ring_init(&ch->out, g->page + downstream,
				g->nr - downstream, false);
	return ret;
}

/* From here on the provider may send; the signal waits for the answer. */
static int begin(struct part_channel *ch, const struct vmbus_open *m,
		 struct gpadl *g)
{
	int ret = set_listen(ch, true);

	if (ret)
		return ret;
	gpadl_use(g);
	ch->gpadl = g;
	ch->target_vp = m->target_vp;
	ch->open = true;
	ch->quiet = true;
	ch->look = true;
	ch->packets_in = ch->bytes_in = 0;
	ch->packets_out = ch->bytes_out = 0;
	ret = ch->offer.open ? ch->offer.open(ch->ctx, ch, m->user) : 0;
	if (ret && ch->open)
		end_rings(ch);
	else if (!ch->open)
		ret = -ENOENT;		/* the provider has rescinded it */
	else
		tell(ch, true);
	return ret;
}

__u32 channel_open(struct part_vmbus *host, const struct vmbus_open *m)
{
	struct part_channel *ch = by_relid(host, m->relid);
	struct gpadl *g;

	if (!ch || ch->leaving || ch->open || m->target_vp >= host->nr_vps)
		return VMBUS_STATUS_FAILED;
	g = gpadl_find(&host->gpadls, m->relid, m->gpadl);
	if (!g || make_rings(ch, g, m->downstream) || begin(ch, m, g))
		return VMBUS_STATUS_FAILED;
	host_schedule(host);
	return VMBUS_STATUS_SUCCESS;
}

int channel_close(struct part_vmbus *host, __u32 relid)
{
	struct part_channel *ch = by_relid(host, relid);

	if (!ch || !ch->open)
		return -ENOENT;
	close_channel(ch);
	return 0;
}

int channel_released(struct part_vmbus *host, __u32 relid)
{
	struct part_channel *ch = by_relid(host, relid);

	/* A rescind that the child has not got cannot be what it answers. */
	if (!ch || !ch->leaving || ch->rescind_due)
		return -ENOENT;
	gpadl_release(&host->gpadls, relid);
	drop(ch);
	return 0;
}

__u32 channel_modify(struct part_vmbus *host, const struct vmbus_modify *m)
{
	struct part_channel *ch = by_relid(host, m->relid);

	if (!ch || !ch->open || m->target_vp >= host->nr_vps)
		return VMBUS_STATUS_FAILED;
	ch->target_vp = m->target_vp;
	return VMBUS_STATUS_SUCCESS;
}

bool channel_takes_gpadl(const struct part_vmbus *host, __u32 relid)
{
	const struct part_channel *ch = by_relid(host, relid);

	return ch && !ch->leaving;
}

static void rescind(struct part_channel *ch)
{
	if (ch->leaving)
		return;
	ch->leaving = true;
	close_channel(ch);
	ch->offer_due = false;
	ch->rescind_due = ch->offered;
	host_schedule(ch->host);
}

PART_PUBLIC void part_channel_rescind(struct part_channel *ch)
{
	struct part_channel *sub;

	if (!ch->offer.sub_index) {
		for (sub = ch->host->channels; sub; sub = sub->next)
			if (sub != ch && same_device(&sub->offer, &ch->offer))
				rescind(sub);
	}
	rescind(ch);
}

void channel_reap_all(struct part_vmbus *host)
{
	struct part_channel *ch, *next;

	for (ch = host->channels; ch; ch = next) {
		next = ch->next;
		if (ch->leaving && !ch->offered)
			drop(ch);
	}
}

void channel_disconnect_all(struct part_vmbus *host)
{
	struct part_channel *ch;

	for (ch = host->channels; ch; ch = ch->next)
		close_channel(ch);
	gpadl_release_all(&host->gpadls);
	for (ch = host->channels; ch; ch = ch->next) {
		ch->offered = false;
		ch->offer_due = false;
		ch->rescind_due = false;
	}
	channel_reap_all(host);
}

void channel_destroy_all(struct part_vmbus *host)
{
	channel_disconnect_all(host);
	while (host->channels)
		drop(host->channels);
}
