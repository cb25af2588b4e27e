// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

void test_error(void)
{
	struct part *part = fake_partition(1);
	__u64 value;

	ok(part_last_status() == 0, "no status after success");
	ok(!strcmp(part_strerror(0), "Success"), "strerror of 0");
	ok(!strcmp(part_strerror(-ENOENT), "No such file or directory"),
	   "strerror of -errno");
	ok(!strcmp(part_strerror(ENOENT), part_strerror(-ENOENT)),
	   "strerror takes errno too");
	fake_status(HV_STATUS_INVALID_PARAMETER, 0);
	ok(part_get_property(part, 1, &value) == -EINVAL, "status to errno");
	ok(part_last_status() == HV_STATUS_INVALID_PARAMETER, "status kept");
	ok(strstr(part_strerror(-EINVAL), "HV_STATUS_INVALID_PARAMETER, 0x5"),
	   "strerror names the status: %s", part_strerror(-EINVAL));
	ok(!strcmp(part_status_name(HV_STATUS_TIME_OUT), "HV_STATUS_TIME_OUT"),
	   "status name");
	ok(!strcmp(part_status_name(0xFFFE), "HV_STATUS_?"),
	   "name of an unknown status");
	fake_status(0xFFFE, 0);
	ok(part_get_property(part, 1, &value) == -EIO,
	   "an unknown status is EIO");
	fake_status(0, 0);
	fake_fail(HVPART_ROOT_HVCALL, 1, EFAULT);
	ok(part_get_property(part, 1, &value) == -EFAULT &&
	   part_last_status() == 0, "an errno without status stays");
	fake_status(HV_STATUS_ACCESS_DENIED, 0);
	fake_status_errno(0);
	ok(part_get_property(part, 1, &value) == -EACCES,
	   "a status beside a successful ioctl is an error");
	part_destroy(part);
}

static void test_open(void)
{
	struct hvpart_caps caps;
	struct part_dev *dev = NULL;

	fake_reset();
	ok(part_open(&dev, "/nonexistent/hvpart") == -ENOENT, "open: no device");
	fake_fail_alloc(1);
	ok(part_open(&dev, "/dev/null") == -ENOMEM, "open: no memory");
	fake_fail(HVPART_GET_CAPS, 1, ENOTTY);
	ok(part_open(&dev, "/dev/null") == -EPROTO, "open: another device");
	fake_fail(HVPART_GET_CAPS, 1, ENODEV);
	ok(part_open(&dev, "/dev/null") == -ENODEV, "open: on its way out");
	ok(!dev, "open: nothing returned on errors");
	ok(!part_open(&dev, "/dev/null"), "open");
	ok(part_dev_fd(dev) >= 0, "device descriptor");
	ok(!part_get_caps(dev, &caps) &&
	   caps.abi_version == HVPART_ABI_VERSION, "caps");
	part_close(dev);
	part_close(NULL);
	ok(true, "close of NULL");
}

static void test_info(void)
{
	struct part_dev *dev = fake_device();
	struct hvpart_info in = { .abi_version = 1, .max_vps = 7 };
	struct hvpart_info info;

	fake_output(&in, sizeof(in));
	ok(!part_get_info(dev, &info) && info.max_vps == 7, "info");
	fake_fail(HVPART_GET_INFO, 1, ENODEV);
	ok(part_get_info(dev, &info) == -ENODEV, "info: error");
	part_close(dev);
}

static void test_log(void)
{
	struct part_dev *dev = fake_device();
	struct hvpart_log_record records[4];
	struct hvpart_read_log out = { .first = 12, .next = 14, .count = 2 };
	const struct hvpart_read_log *in;
	__u64 next = 10;
	__u64 lost = 99;

	fake_output(&out, sizeof(out));
	ok(part_read_log(dev, &next, &lost, records, 4) == 2, "log: count");
	ok(next == 14 && lost == 2, "log: next, lost");
	in = (const void *)fake_last(HVPART_READ_LOG)->arg;
	ok(in->first == 10 && in->count == 4 &&
	   in->records_ptr == (uintptr_t)records, "log: arguments");
	next = 0;
	ok(part_read_log(dev, &next, &lost, records, 4) == 2 && !lost,
	   "log: who begins has lost nothing");
	out.count = 5;
	fake_output(&out, sizeof(out));
	ok(part_read_log(dev, &next, NULL, records, 4) == -EPROTO,
	   "log: more records than there is room");
	fake_fail(HVPART_READ_LOG, 1, ENOMEM);
	ok(part_read_log(dev, &next, NULL, records, 4) == -ENOMEM,
	   "log: error");
	part_close(dev);
}

static void test_list(void)
{
	struct part_dev *dev = fake_device();
	struct hvpart_partition_entry *entries = (void *)1;
	uint64_t last = 0;

	fake_output(&last, sizeof(last));
	ok(part_list(dev, &entries) == 0 && !entries, "list: empty");
	last = 3;
	fake_output(&last, sizeof(last));
	ok(part_list(dev, &entries) == 3 && entries[2].partition_id == 3,
	   "list: three");
	free(entries);
	last = 200;
	fake_output(&last, sizeof(last));
	fake_nr = 0;
	ok(part_list(dev, &entries) == 200 && entries[199].partition_id == 200,
	   "list: two hundred");
	free(entries);
	ok(fake_count(HVPART_LIST) == 4, "list: in batches");
	fake_fail(HVPART_LIST, 2, EFAULT);
	ok(part_list(dev, &entries) == -EFAULT, "list: error on the way");
	fake_fail_alloc(2);
	ok(part_list(dev, &entries) == -ENOMEM, "list: no memory on the way");
	part_close(dev);
}

void test_device(void)
{
	test_open();
	test_info();
	test_log();
	test_list();
}
