/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel behind libmnl's sockets (ld --wrap): answers what is queued, refuses
 * what is wished. Of it, only finding families is done by itself.
 */
#ifndef TEST_FAKE_NL_H
#define TEST_FAKE_NL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_NL_FAMILY	0x21
#define FAKE_NL_GROUP	7

/* Sockets in the order in which they are opened. */
enum { FAKE_NL_REQUESTS, FAKE_NL_EVENTS };

/* Forget everything, have the family. */
void fake_nl_reset(void);

/* There is no family "hvpart" from now on. */
void fake_nl_absent(void);

/* The n-th next call on any socket fails so. */
void fake_nl_fail(int n, int err);

/* Joining groups is refused. */
void fake_nl_no_listening(int err);

/* Sockets that are open, groups that were joined. */
int fake_nl_open_sockets(void);
int fake_nl_joined(void);

/* The last request that was no search for a family, or NULL. */
const struct nlmsghdr *fake_nl_request(void);

/* Called for each such request, before its answer is read. */
extern void (*fake_nl_on_request)(const struct nlmsghdr *nlh);

/*
 * Messages are put one behind the other, and then queued as one datagram. A
 * sequence number of 0 becomes the one of the request.
 */
void fake_nl_message(uint16_t type, uint16_t flags, uint8_t cmd);
void fake_nl_put(uint16_t type, const void *data, size_t size);
void fake_nl_u32(uint16_t type, uint32_t value);
void fake_nl_u64(uint16_t type, uint64_t value);
void fake_nl_text(uint16_t type, const char *text);
void fake_nl_nest(uint16_t type);
void fake_nl_nest_end(void);
/* NLMSG_DONE or NLMSG_ERROR */
void fake_nl_end(uint16_t type, int err);
/* The message under way; to be spoilt. */
struct nlmsghdr *fake_nl_current(void);
/* Queue; @cut bytes at the end are left out. */
void fake_nl_queue(int socket, size_t cut);
/* The next read after what is queued fails. */
void fake_nl_queue_error(int socket, int err);

#endif /* TEST_FAKE_NL_H */
