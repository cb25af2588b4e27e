/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What those who listen on netlink hear of this partition: only its worker knows
 * its name, why the guest ended, and which channels it has. Nothing depends on
 * it: with an older driver nobody hears anything.
 */
#ifndef PARTWP_ANNOUNCE_H
#define PARTWP_ANNOUNCE_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

struct guest;
struct part_channel;

/* The partition has been created. */
void announce_name(struct guest *g);

/* The guest has ended, before the partition goes or is kept to be looked at. */
void announce_stopped(struct guest *g, enum part_reason reason);

/* Member channel of struct part_vmbus_ops; @ctx is the guest. */
void announce_channel(void *ctx, const struct part_channel *ch, bool open);

/* How much the guest has given back, if that has changed. */
void announce_balloon(struct guest *g);

#endif
