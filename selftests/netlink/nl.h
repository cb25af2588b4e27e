/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites of this folder share: listeners by libpart, partitions by raw
 * ioctls, so that nothing stands between a cause and its event.
 */
#ifndef NETLINK_NL_H
#define NETLINK_NL_H

/* part.h has a function of this name, too. */
#define part_create libpart_part_create
#include <libpart_netlink.h>
#undef part_create
#include "part.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

struct part_nl *nl_open(void);
struct part_nl *nl_open_listening(void);

/*
 * The next event within @ms, of one partition (0: of any; hypervisor faults are
 * of none). 1; 0: none in time; or an error. Others are skipped.
 */
int nl_wait(struct part_nl *nl, u64 partition, struct part_event *event,
	    int ms);

/* The same, but other commands than this one are skipped, too. */
int nl_wait_for(struct part_nl *nl, u64 partition, u32 command,
		struct part_event *event, int ms);

u64 part_id_of(int part);

int announce_name(int part, const char *name);
int announce_stopped(int part, u32 reason);
int announce_channel(int part, bool open, u32 index);
int announce_balloon(int part, u64 bytes);

/* A partition with GUEST_RAM bytes and one VP, whose guest is guest.S's. */
struct child {
	int dev, part, vp;
	u64 id;
	u8 *ram;
};

/* 0 or -errno. */
int child_create(struct child *c);
void child_close(struct child *c);
/* Real mode; up to its first message, of which the type is returned. */
long long child_run_real(struct child *c, const u8 *entry);

#endif
