// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Errors: HV_STATUS_* to errno and to words.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "internal.h"

struct status_entry {
	uint16_t status;
	uint16_t err;
	const char *name;
};

#define S(status, err)	{ HV_STATUS_##status, err, "HV_STATUS_" #status }

/*
 * The errno is what a caller can act on: EBUSY "not now", EAGAIN "again, soon",
 * ENOMEM "deposits did not help". As in Linux's drivers/hv, but for those that
 * it folds into EIO although they mean something here.
 */
static const struct status_entry statuses[] = {
	S(SUCCESS, 0),
	S(INVALID_HYPERCALL_CODE, EOPNOTSUPP),
	S(INVALID_HYPERCALL_INPUT, EINVAL),
	S(INVALID_ALIGNMENT, EINVAL),
	S(INVALID_PARAMETER, EINVAL),
	S(ACCESS_DENIED, EACCES),
	S(INVALID_PARTITION_STATE, EBUSY),
	S(OPERATION_DENIED, EACCES),
	S(UNKNOWN_PROPERTY, EOPNOTSUPP),
	S(PROPERTY_VALUE_OUT_OF_RANGE, ERANGE),
	S(INSUFFICIENT_MEMORY, ENOMEM),
	S(PARTITION_TOO_DEEP, EINVAL),
	S(INVALID_PARTITION_ID, EINVAL),
	S(INVALID_VP_INDEX, EINVAL),
	S(NOT_FOUND, ENOENT),
	S(INVALID_PORT_ID, EINVAL),
	S(INVALID_CONNECTION_ID, EINVAL),
	S(INSUFFICIENT_BUFFERS, EAGAIN),
	S(NOT_ACKNOWLEDGED, EAGAIN),
	S(INVALID_VP_STATE, EBUSY),
	S(ACKNOWLEDGED, EIO),
	S(INVALID_SAVE_RESTORE_STATE, EINVAL),
	S(INVALID_SYNIC_STATE, EBUSY),
	S(OBJECT_IN_USE, EBUSY),
	S(INVALID_PROXIMITY_DOMAIN_INFO, EINVAL),
	S(NO_DATA, ENODATA),
	S(INACTIVE, EIO),
	S(NO_RESOURCES, ENOMEM),
	S(FEATURE_UNAVAILABLE, EOPNOTSUPP),
	S(PARTIAL_PACKET, EIO),
	S(PROCESSOR_FEATURE_NOT_SUPPORTED, EOPNOTSUPP),
	S(PROCESSOR_CACHE_LINE_FLUSH_SIZE_INCOMPATIBLE, EOPNOTSUPP),
	S(INSUFFICIENT_BUFFER, ENOBUFS),
	S(INCOMPATIBLE_PROCESSOR, EOPNOTSUPP),
	S(INSUFFICIENT_DEVICE_DOMAINS, ENOMEM),
	S(CPUID_FEATURE_VALIDATION_ERROR, EINVAL),
	S(CPUID_XSAVE_FEATURE_VALIDATION_ERROR, EINVAL),
	S(PROCESSOR_STARTUP_TIMEOUT, ETIMEDOUT),
	S(SMX_ENABLED, EIO),
	S(INVALID_LP_INDEX, EINVAL),
	S(INVALID_REGISTER_VALUE, EINVAL),
	S(INVALID_VTL_STATE, EIO),
	S(NX_NOT_DETECTED, EIO),
	S(INVALID_DEVICE_ID, EINVAL),
	S(INVALID_DEVICE_STATE, EBUSY),
	S(PENDING_PAGE_REQUESTS, EBUSY),
	S(PAGE_REQUEST_INVALID, EINVAL),
	S(KEY_ALREADY_EXISTS, EEXIST),
	S(DEVICE_ALREADY_IN_DOMAIN, EEXIST),
	S(INVALID_CPU_GROUP_ID, EINVAL),
	S(INVALID_CPU_GROUP_STATE, EBUSY),
	S(OPERATION_FAILED, EIO),
	S(NOT_ALLOWED_WITH_NESTED_VIRT_ACTIVE, EBUSY),
	S(INSUFFICIENT_ROOT_MEMORY, ENOMEM),
	S(EVENT_BUFFER_ALREADY_FREED, EINVAL),
	S(INSUFFICIENT_CONTIGUOUS_MEMORY, ENOMEM),
	S(TIME_OUT, ETIMEDOUT),
	S(CALL_PENDING, EINPROGRESS),
	S(INSUFFICIENT_CONTIGUOUS_ROOT_MEMORY, ENOMEM),
	S(VTL_ALREADY_ENABLED, EIO),
	S(UNKNOWN_REGISTER_NAME, EOPNOTSUPP),
};

#undef S

static __thread unsigned int last_status;
static __thread char text[160];

static const struct status_entry *status_find(unsigned int status)
{
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return &statuses[i];
	return NULL;
}

int status_to_errno(unsigned int status)
{
	const struct status_entry *s = status_find(status);

	return s ? s->err : EIO;
}

void status_set(unsigned int status)
{
	last_status = status;
}

int part_ioctl_once(int fd, unsigned long request, void *arg)
{
	int ret;

	last_status = HV_STATUS_SUCCESS;
	ret = ioctl(fd, request, arg);
	return ret < 0 ? -errno : ret;
}

int part_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	/* The driver's waits end with EINTR before anything was done. */
	do {
		ret = part_ioctl_once(fd, request, arg);
	} while (ret == -EINTR);
	return ret;
}

PART_PUBLIC unsigned int part_last_status(void)
{
	return last_status;
}

PART_PUBLIC const char *part_status_name(unsigned int status)
{
	const struct status_entry *s = status_find(status);

	return s ? s->name : "HV_STATUS_?";
}

PART_PUBLIC const char *part_strerror(int err)
{
	char buf[96];
	const char *words;

	/* Callers have both -EINVAL and errno in hand; take either. */
	words = strerror_r(err < 0 ? -err : err, buf, sizeof(buf));
	if (err && last_status)
		snprintf(text, sizeof(text), "%s (%s, 0x%x)", words,
			 part_status_name(last_status), last_status);
	else
		snprintf(text, sizeof(text), "%s", words);
	return text;
}
