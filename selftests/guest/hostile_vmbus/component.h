/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Integration components as this guest answers them: one channel at a time, whose
 * last request from the host lies here to be answered, rightly or not.
 */
#ifndef COMPONENT_H
#define COMPONENT_H

#include <hvpart/ic.h>
#include "attack.h"

#define ASKED_MS	20000
#define DATA_MAX	8192

struct component {
	const char *name;
	u8 device[16];
	u16 type;
	struct ic_version message;	/* the best that the host offers */
	bool asks;			/* something, as soon as versions are chosen */
};

enum { HEARTBEAT, SHUTDOWN, TIME_SYNC, KVP, NR_COMPONENTS };
extern const struct component components[NR_COMPONENTS];

extern struct vmbus_channel ic_channel;

/* The host's last request, and what lies behind its header. */
extern struct ic_header ic_request;
extern u8 ic_data[DATA_MAX];
extern u32 ic_size;

/* The channel is open, and the host's first request, for versions, is there. */
bool ic_open(const struct component *c);
bool ic_close(void);

/* Takes the host's next request; false: none within that time. */
bool ic_asked(u64 ms);

/* A packet with @size bytes of ic_data behind that header. */
void ic_send(const struct ic_header *h, u32 size);
/* The header that answers the last request, with @size bytes of data. */
struct ic_header ic_reply(u32 size);
void ic_answer(u32 status, u32 size);

/* Versions that were offered, as a driver would choose them; and sends that. */
#define IC_CHOICE_SIZE	16
void ic_write_choice(const struct component *c);
void ic_choose(const struct component *c);
/* And is asked what this component asks, which it answers. */
bool ic_works(const struct component *c);

/* The pair in ic_data says that it is of this type and these sizes. */
void ic_item(u32 type, u32 key_size, u32 value_size);

/* Has the host taken all that lies in its ring, and said nothing to it? */
bool ic_taken(void);
/* Has it stopped, with what lies there untouched? */
bool ic_stopped(void);

#endif
