/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the family by hand, right or wrong, with no library between.
 */
#ifndef NETLINK_RAW_H
#define NETLINK_RAW_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include "part.h"

#define RAW_DUMP	(NLM_F_ROOT | NLM_F_MATCH)

/* A request; REQUEST and ACK are always among its flags. */
struct raw {
	u16 flags, reserved, len;
	u8 cmd, version;
	u8 data[1024];
};

/* A socket that can reach the family, or -errno. */
int raw_open(void);

/* Attributes; what finds no room is left out. */
void raw_put(struct raw *r, u16 type, const void *data, u16 len);
void raw_u64(struct raw *r, u16 type, u64 value);
/* A random one, of which some are nearly right. */
void raw_random(struct raw *r, u64 partition);

/* Sends it, reads the rest of what was sent last. */
int raw_post(int fd, const struct raw *r);
int raw_drain(int fd);

/* 1: with messages; 0: without any; or the error. Reads the answer to its end. */
int raw_send(int fd, const struct raw *r);

#endif
