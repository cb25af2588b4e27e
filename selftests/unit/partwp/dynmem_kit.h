/* SPDX-License-Identifier: GPL-2.0 */
/* A guest that speaks the dynamic memory protocol, as a test tells it. */
#ifndef DYNMEM_KIT_H
#define DYNMEM_KIT_H

#include <errno.h>
#include <string.h>

#include "memory_kit.h"
#include "resize.h"

#define M	MIB
#define TOP	KIT_TOP
#define LIMIT	(4ULL << 30)
#define CAN_ALL	(DYNMEM_CAN_BALLOON | DYNMEM_CAN_HOT_ADD | 7U << 2)

extern struct kit kit;
extern struct resize rz;
static struct ram *const ram __attribute__((unused)) = &kit.ram;

struct dynmem_guest {
	uint64_t packet[DYNMEM_HOST_MESSAGE_MAX / 8];
	uint32_t size;		/* of the last packet */
	unsigned int sent;
	uint64_t backed;	/* when it was sent */
	bool full;		/* the ring */
	bool broken;
	uint64_t now;
	unsigned int ended;
	struct resize_job last;
	bool ok;		/* no job has failed */
};

extern struct dynmem_guest g;
extern uint64_t id;		/* of the last job */

/* The channel is open; or even the capabilities are agreed upon. */
void begin(void);
void connect_with(uint64_t caps);

/* What the guest says; as resize_packet() returns. */
int say(uint16_t type, void *m, uint32_t size);
int version(uint32_t v, bool last);
int capabilities(uint64_t c);
int took(uint64_t bytes, uint32_t result);
int gave(bool more, uint32_t n, const uint64_t *range);
int gave_one(bool more, uint64_t gpa, uint64_t len);
int took_back(void);

/* The last packet. */
const struct dynmem_header *header(void);
bool accepted(uint16_t type);

#endif
