/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Channels that give back what they get, for tests and for measuring: each greets
 * when it is opened, and answers every in-band packet by one with the same id and
 * payload, a completion where one is wanted.
 */
#ifndef PARTWP_LOOPBACK_H
#define PARTWP_LOOPBACK_H

#include <libpart_vmbus.h>

#include "vsp.h"

/* Their class; the last byte of the instance counts them. */
#define LOOPBACK_GUID { {						\
	0x4e, 0x27, 0x9c, 0x8d, 0x51, 0x3b, 0x6f, 0x45,			\
	0xa8, 0x1d, 0x0c, 0x6e, 0x72, 0x94, 0xf3, 0xb0 } }
#define LOOPBACK_TEXT	"8d9c274e-3b51-456f-a81d-0c6e7294f3b0"

#define LOOPBACK_GREETING	"hvpart loopback"

/* Longest packet, both ways. */
#define LOOPBACK_PACKET	4096U

/* As many as the configuration's debug_loopback says. */
extern const struct vsp_ops loopback_vsp;

#endif
