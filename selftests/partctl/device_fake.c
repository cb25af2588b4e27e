// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl() of the tested partctl ends here (ld --wrap): a hypervisor with a log
 * of three lines and the partitions whose ids $PARTCTL_PARTITIONS names.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "libpart.h"

static int get_caps(struct hvpart_caps *caps)
{
	const char *abi = getenv("PARTCTL_ABI");

	memset(caps, 0, sizeof(*caps));
	caps->abi_version = abi ? atoi(abi) : HVPART_ABI_VERSION;
	caps->tsc_hz = 1000000000;
	return 0;
}

static int get_info(struct hvpart_info *info)
{
	memset(info, 0, sizeof(*info));
	info->abi_version = HVPART_ABI_VERSION;
	info->build = 0x000102;
	info->cpu_count = 2;
	info->cpu_demoted = 2;
	info->root_exits[HVPART_EXIT_CPUID] = 7;
	info->root_exits[31] = 1;
	info->max_partitions = 256;
	info->log_next = 8;
	return 0;
}

static int read_log(struct hvpart_read_log *arg)
{
	struct hvpart_log_record *records = (void *)(uintptr_t)arg->records_ptr;
	__u64 first = arg->first < 5 ? 5 : arg->first;
	__u32 n;

	for (n = 0; n < arg->count && first + n < 8; n++) {
		memset(&records[n], 0, sizeof(records[n]));
		records[n].tsc = (first + n) * 1000000000;
		records[n].level = HVPART_LOG_NOTICE;
		records[n].cpu = first + n == 5 ? 0xFFFFFFFF : 1;
		snprintf(records[n].text, HVPART_LOG_TEXT_LEN, "line %llu",
			 first + n);
	}
	arg->count = n;
	arg->first = first;
	arg->next = first + n;
	return 0;
}

static int list(struct hvpart_list *arg)
{
	struct hvpart_partition_entry *entries =
		(void *)(uintptr_t)arg->entries_ptr;
	const char *ids = getenv("PARTCTL_PARTITIONS");
	__u32 n = 0;
	char *end;

	while (ids && *ids && n < arg->count) {
		__u64 id = strtoull(ids, &end, 10);

		ids = end + (*end == ' ');
		if (id <= arg->after)
			continue;
		memset(&entries[n], 0, sizeof(entries[n]));
		entries[n].partition_id = id;
		entries[n].state = HVPART_PARTITION_ACTIVE;
		entries[n].vp_count = 1;
		entries[n].memory = 1 << 20;
		entries[n++].pid = 1234;
	}
	arg->count = n;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	(void)fd;
	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	switch (request) {
	case HVPART_GET_CAPS:
		return get_caps(arg);
	case HVPART_GET_INFO:
		return get_info(arg);
	case HVPART_READ_LOG:
		return read_log(arg);
	case HVPART_LIST:
		return list(arg);
	default:
		errno = ENOTTY;
		return -1;
	}
}
