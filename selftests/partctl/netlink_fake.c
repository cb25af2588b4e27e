// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's netlink family, for the tested partctl: it is there if the device
 * is, and the partitions are those of $PARTCTL_PARTITIONS. The one with id 3 is
 * "a". Counters grow with each dump. $PARTCTL_EVENTS has words:
 *
 *	created stopped fault memory channel fallen later	events
 *	gap		three events do not arrive
 *	overrun		nobody read them in time
 *	broken		one that makes no sense
 *	unloaded	the module goes
 *
 * $PARTCTL_NL=denied: not for this user.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_nl.h"
#include "libpart_netlink.h"

#define A(name)	HVPART_NL_A_##name

static uint64_t seq = 100;

static void begin(uint8_t cmd)
{
	fake_nl_message(FAKE_NL_FAMILY, 0, cmd);
	fake_nl_u64(A(EVENT_SEQ), seq++);
	fake_nl_u64(A(TIME_NS), 12500000000);
}

static void of_partition(void)
{
	fake_nl_u64(A(PARTITION_ID), 3);
	fake_nl_text(A(NAME), "a");
}

static void fault(void)
{
	const uint64_t crash[5] = { 1, 0x22, 3, 4, 5 };

	begin(HVPART_NL_CMD_VP_FAULT);
	of_partition();
	fake_nl_u32(A(VP_INDEX), 1);
	fake_nl_u32(A(FAULT), HVPART_NL_FAULT_CRASH);
	fake_nl_put(A(CRASH), crash, sizeof(crash));
}

static void channel(void)
{
	static const uint8_t guid[16] = {
		0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
	};

	begin(HVPART_NL_CMD_CHANNEL_OPENED);
	of_partition();
	fake_nl_put(A(CHANNEL_TYPE), guid, 16);
	fake_nl_put(A(CHANNEL_INSTANCE), guid, 16);
	fake_nl_u32(A(CHANNEL_INDEX), 2);
	fake_nl_u64(A(DROPPED), 5);
}

static void unloaded(void)
{
	const uint16_t id = FAKE_NL_FAMILY;

	fake_nl_message(GENL_ID_CTRL, 0, CTRL_CMD_DELFAMILY);
	fake_nl_put(CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
}

static void happen(const char *what)
{
	size_t cut = 0;

	if (!strcmp(what, "created")) {
		begin(HVPART_NL_CMD_PARTITION_CREATED);
		fake_nl_u64(A(PARTITION_ID), 3);
		fake_nl_u32(A(PID), 1234);
	} else if (!strcmp(what, "stopped")) {
		begin(HVPART_NL_CMD_PARTITION_STOPPED);
		of_partition();
		fake_nl_u32(A(REASON), HVPART_NL_REASON_TRIPLE_FAULT);
	} else if (!strcmp(what, "fault")) {
		fault();
	} else if (!strcmp(what, "memory")) {
		begin(HVPART_NL_CMD_MEMORY_CHANGED);
		of_partition();
		fake_nl_u64(A(MEMORY), 2ULL << 30);
		fake_nl_u64(A(BALLOON), 64 << 20);
	} else if (!strcmp(what, "channel")) {
		channel();
	} else if (!strcmp(what, "fallen")) {
		begin(HVPART_NL_CMD_HYPERVISOR_FAULT);
		fake_nl_u32(A(CPU), 1);
	} else if (!strcmp(what, "later")) {
		begin(77);
	} else if (!strcmp(what, "broken")) {
		begin(HVPART_NL_CMD_PARTITION_CREATED);
		cut = 2;
	} else if (!strcmp(what, "unloaded")) {
		unloaded();
	} else {
		abort();
	}
	fake_nl_queue(FAKE_NL_EVENTS, cut);
}

/* --- dumps ------------------------------------------------------------------ */

static void partition(uint64_t id)
{
	fake_nl_message(FAKE_NL_FAMILY, NLM_F_MULTI,
			HVPART_NL_CMD_PARTITION_GET);
	fake_nl_u64(A(PARTITION_ID), id);
	if (id == 3)
		fake_nl_text(A(NAME), "a");
	fake_nl_u32(A(STATE), HVPART_NL_STATE_RUNNING);
	fake_nl_u32(A(PID), 1234);
	fake_nl_u32(A(VP_COUNT), 2);
	fake_nl_u64(A(CREATED_NS), 1);
	fake_nl_u64(A(MEMORY), 512 << 20);
	fake_nl_u64(A(BALLOON), 0);
}

static void stats(uint64_t id, uint32_t vp)
{
	static uint64_t dumps;
	uint64_t exits[HVPART_EXIT_COUNT] = { [HVPART_EXIT_CPUID] = 75 };

	dumps++;
	exits[HVPART_EXIT_CPUID] *= dumps * id;
	exits[HVPART_EXIT_IO] = 25 * dumps * id;
	fake_nl_message(FAKE_NL_FAMILY, NLM_F_MULTI, HVPART_NL_CMD_STATS_GET);
	fake_nl_u64(A(PARTITION_ID), id);
	fake_nl_u32(A(VP_INDEX), vp);
	fake_nl_nest(A(VP_STATS));
	fake_nl_put(HVPART_NL_A_VSTAT_EXITS, exits, sizeof(exits));
	fake_nl_u64(HVPART_NL_A_VSTAT_HYPERCALLS, 10 * dumps);
	fake_nl_nest_end();
}

static void answer(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = (const void *)(nlh + 1);
	const char *ids = getenv("PARTCTL_PARTITIONS");
	const char *nl = getenv("PARTCTL_NL");
	uint64_t id;
	char *end;

	if (nl && !strcmp(nl, "denied")) {
		fake_nl_end(NLMSG_ERROR, -EPERM);
		fake_nl_queue(FAKE_NL_REQUESTS, 0);
		return;
	}
	for (; ids && *ids; ids = end + (*end == ' ')) {
		id = strtoull(ids, &end, 10);
		if (genl->cmd == HVPART_NL_CMD_PARTITION_GET) {
			partition(id);
		} else {
			stats(id, 0);
			stats(id, 1);
		}
	}
	fake_nl_end(NLMSG_DONE, 0);
	fake_nl_queue(FAKE_NL_REQUESTS, 0);
}

static void __attribute__((constructor)) set_up(void)
{
	const char *root = getenv("PARTCTL_ROOT");
	const char *events = getenv("PARTCTL_EVENTS");
	const char *nl = getenv("PARTCTL_NL");
	char path[4096], words[256], *word, *save;

	fake_nl_reset();
	fake_nl_on_request = answer;
	snprintf(path, sizeof(path), "%s/dev/hvpart", root ? root : "");
	if (access(path, F_OK))
		fake_nl_absent();
	if (nl && !strcmp(nl, "denied"))
		fake_nl_no_listening(EPERM);
	snprintf(words, sizeof(words), "%s", events ? events : "");
	for (word = strtok_r(words, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (!strcmp(word, "overrun"))
			fake_nl_queue_error(FAKE_NL_EVENTS, ENOBUFS);
		else if (!strcmp(word, "gap"))
			seq += 3;
		else
			happen(word);
	}
}
