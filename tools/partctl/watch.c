// SPDX-License-Identifier: GPL-2.0
/*
 * Events in words, and what can go wrong with netlink.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "partctl.h"
#include "watch.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define GUID_MAX	37

static const char *const events[] = {
	[PART_EVENT_UNLOADED] = "unloaded",
	[HVPART_NL_CMD_PARTITION_CREATED] = "partition-created",
	[HVPART_NL_CMD_PARTITION_NAMED] = "partition-named",
	[HVPART_NL_CMD_PARTITION_STARTED] = "partition-started",
	[HVPART_NL_CMD_PARTITION_STOPPED] = "partition-stopped",
	[HVPART_NL_CMD_PARTITION_DELETED] = "partition-deleted",
	[HVPART_NL_CMD_VP_FAULT] = "vp-fault",
	[HVPART_NL_CMD_MEMORY_CHANGED] = "memory-changed",
	[HVPART_NL_CMD_CHANNEL_OPENED] = "channel-opened",
	[HVPART_NL_CMD_CHANNEL_CLOSED] = "channel-closed",
	[HVPART_NL_CMD_HYPERVISOR_FAULT] = "hypervisor-fault",
};

static const char *const states[] = {
	[HVPART_NL_STATE_CREATED] = "created",
	[HVPART_NL_STATE_RUNNING] = "running",
	[HVPART_NL_STATE_STOPPED] = "stopped",
};

/* The owner's ones as in state.h. */
static const char *const reasons[] = {
	[HVPART_NL_REASON_CLOSED] = "closed",
	[HVPART_NL_REASON_OWNER_EXITED] = "owner-exited",
	[HVPART_NL_REASON_HOST_REBOOT] = "host-reboot",
	[HVPART_NL_REASON_POWEROFF] = "poweroff",
	[HVPART_NL_REASON_RESET] = "reset",
	[HVPART_NL_REASON_PANIC] = "panic",
	[HVPART_NL_REASON_TRIPLE_FAULT] = "triple-fault",
	[HVPART_NL_REASON_ERROR] = "error",
	[HVPART_NL_REASON_KILLED] = "killed",
};

static const char *const faults[] = {
	[HVPART_NL_FAULT_CRASH] = "crash",
	[HVPART_NL_FAULT_TRIPLE_FAULT] = "triple-fault",
	[HVPART_NL_FAULT_INVALID_STATE] = "invalid-state",
	[HVPART_NL_FAULT_UNSUPPORTED] = "unsupported",
	[HVPART_NL_FAULT_DISPATCH] = "dispatch",
};

#define NAME_OF(names, n) \
	((n) < COUNT(names) && names[n] ? names[n] : "?")

const char *watch_state_name(unsigned int state)
{
	return NAME_OF(states, state);
}

static const char *event_name(__u32 command, char *buf, size_t size)
{
	if (command < COUNT(events) && events[command])
		return events[command];
	snprintf(buf, size, "event-%u", command);
	return buf;
}

/* The first three fields are numbers, little-endian. */
static const char *guid_text(const __u8 g[16], char *buf)
{
	snprintf(buf, GUID_MAX,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9],
		 g[10], g[11], g[12], g[13], g[14], g[15]);
	return buf;
}

/* --- JSON ------------------------------------------------------------------- */

static void put_number(struct json_object *o, const char *name, __u64 value)
{
	json_object_object_add(o, name, json_object_new_uint64(value));
}

static void put_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static void put_fault(struct json_object *o, const struct part_event *e)
{
	char member[3] = "p0", text[24];
	struct json_object *crash;
	int i;

	put_number(o, "vp", e->vp);
	put_text(o, "fault", NAME_OF(faults, e->fault));
	if (!e->has_crash)
		return;
	crash = json_object_new_object();
	json_object_object_add(o, "crash", crash);
	for (i = 0; i < 5; i++) {
		member[1] = (char)('0' + i);
		snprintf(text, sizeof(text), "0x%llx", e->crash[i]);
		put_text(crash, member, text);
	}
}

static void put_own(struct json_object *o, const struct part_event *e)
{
	char guid[GUID_MAX];

	switch (e->command) {
	case HVPART_NL_CMD_PARTITION_CREATED:
		put_number(o, "pid", e->pid);
		break;
	case HVPART_NL_CMD_PARTITION_STOPPED:
		put_text(o, "reason", NAME_OF(reasons, e->reason));
		break;
	case HVPART_NL_CMD_VP_FAULT:
		put_fault(o, e);
		break;
	case HVPART_NL_CMD_MEMORY_CHANGED:
		put_number(o, "memory", e->memory);
		put_number(o, "balloon", e->balloon);
		break;
	case HVPART_NL_CMD_CHANNEL_OPENED:
	case HVPART_NL_CMD_CHANNEL_CLOSED:
		put_text(o, "type", guid_text(e->type, guid));
		put_text(o, "instance", guid_text(e->instance, guid));
		put_number(o, "index", e->index);
		break;
	case HVPART_NL_CMD_HYPERVISOR_FAULT:
		put_number(o, "cpu", e->cpu);
		break;
	}
}

struct json_object *watch_event_json(const struct part_event *e)
{
	struct json_object *o = json_object_new_object();
	char name[24];

	put_text(o, "event", event_name(e->command, name, sizeof(name)));
	if (e->command == PART_EVENT_UNLOADED)
		return o;
	put_number(o, "seq", e->seq);
	put_number(o, "time_ns", e->time_ns);
	if (e->lost)
		put_number(o, "lost", e->lost);
	if (e->partition)
		put_number(o, "partition", e->partition);
	if (e->name[0])
		put_text(o, "name", e->name);
	if (e->dropped)
		put_number(o, "dropped", e->dropped);
	put_own(o, e);
	return o;
}

int watch_print_line(struct json_object *object)
{
	const char *text = object ? json_object_to_json_string_ext(object,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE) : NULL;
	int ret = EXIT_OK;

	if (!text || puts(text) < 0 || fflush(stdout))
		ret = EXIT_FAILED;
	json_object_put(object);
	return ret;
}

/* --- for people --------------------------------------------------------------- */

static void print_own(const struct part_event *e)
{
	char a[GUID_MAX], b[GUID_MAX];
	int i;

	switch (e->command) {
	case HVPART_NL_CMD_PARTITION_CREATED:
		printf(" pid %u", e->pid);
		break;
	case HVPART_NL_CMD_PARTITION_STOPPED:
		printf(" %s", NAME_OF(reasons, e->reason));
		break;
	case HVPART_NL_CMD_VP_FAULT:
		printf(" vp %u %s", e->vp, NAME_OF(faults, e->fault));
		for (i = 0; e->has_crash && i < 5; i++)
			printf(" 0x%llx", e->crash[i]);
		break;
	case HVPART_NL_CMD_MEMORY_CHANGED:
		format_size(a, e->memory);
		format_size(b, e->balloon);
		printf(" %s, balloon %s", a, b);
		break;
	case HVPART_NL_CMD_CHANNEL_OPENED:
	case HVPART_NL_CMD_CHANNEL_CLOSED:
		printf(" %s %s %u", guid_text(e->type, a),
		       guid_text(e->instance, b), e->index);
		break;
	case HVPART_NL_CMD_HYPERVISOR_FAULT:
		printf(" cpu %u", e->cpu);
		break;
	}
}

void watch_event_print(const struct part_event *e)
{
	char name[24];

	if (e->command == PART_EVENT_UNLOADED)
		return;
	if (e->lost)
		printf("(%llu events lost)\n", e->lost);
	printf("[%12.6f]", (double)e->time_ns / 1e9);
	if (e->partition)
		printf(" %llu %s", e->partition, e->name[0] ? e->name : "-");
	printf(" %s", event_name(e->command, name, sizeof(name)));
	print_own(e);
	if (e->dropped)
		printf(" (%llu held back)", e->dropped);
	putchar('\n');
	fflush(stdout);
}

/* --- errors ------------------------------------------------------------------- */

int watch_failed(int err)
{
	switch (err) {
	case -ENOENT:
		complain("hvpart is not loaded (or this is another network namespace); 'partctl enable' loads it");
		return EXIT_NOT_SUPPORTED;
	case -EPERM:
	case -EACCES:
		complain("netlink: %s; try as root", strerror(-err));
		return EXIT_DENIED;
	default:
		return fail(err, "netlink");
	}
}

int watch_open(struct part_nl **nl)
{
	int ret = part_nl_open(nl);

	return ret ? watch_failed(ret) : EXIT_OK;
}
