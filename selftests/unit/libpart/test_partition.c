// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <hvpart/call_intercept.h>
#include <hvpart/call_partition.h>
#include <hvpart/cpuid.h>

#include "fake.h"

/* The n-th property that was set, or -1. */
static int64_t property_set(int n, uint64_t *value)
{
	const struct hv_input_set_partition_property *in;
	const struct hvpart_root_hvcall *call;
	int i;

	for (i = 0; i < fake_nr; i++) {
		call = (const void *)fake_calls[i].arg;
		if (fake_calls[i].request != HVPART_ROOT_HVCALL ||
		    call->code != HVCALL_SET_PARTITION_PROPERTY || n--)
			continue;
		in = (const void *)fake_calls[i].input;
		*value = in->property_value;
		return in->property_code;
	}
	return -1;
}

static void test_config(void)
{
	struct {
		struct part_config config;
		uint64_t more;
	} newer;
	struct part_config config;

	memset(&config, 0xFF, sizeof(config));
	part_config_init(&config);
	ok(config.size == sizeof(config) && config.nr_vps == 1, "config: size");
	ok(config.privileges == 0x3000000A7EULL, "config: starter privileges");
	ok(config.features_edx == 0x80500 && config.hints == 0x220,
	   "config: starter features and hints");
	ok(config.flags == (PART_LAPIC | PART_X2APIC | PART_SUPER_PAGES),
	   "config: flags");
	memset(&newer, 0xFF, sizeof(newer));
	part_config_init_sized(&newer.config, sizeof(newer));
	ok(!newer.more && newer.config.size == sizeof(newer),
	   "config: a newer program's rest is zero");
	memset(&config, 0xFF, sizeof(config));
	part_config_init_sized(&config, offsetof(struct part_config,
						 debug_break));
	ok(config.debug_break == ~0ULL, "config: an older one's end is kept");
}

static int create_with(struct part_dev *dev, const struct part_config *config)
{
	struct part *part = NULL;
	int ret = part_create(dev, config, &part);

	part_destroy(part);
	return ret;
}

static void test_create_args(void)
{
	struct part_dev *dev = fake_device();
	const struct hvpart_create_partition_v2 *arg;
	struct part_config config;
	uint64_t value;

	ok(!create_with(dev, NULL), "create: defaults");
	arg = (const void *)fake_last(HVPART_CREATE_PARTITION)->arg;
	ok(arg->pt_flags == 0xF && !arg->pt_isolation &&
	   arg->pt_num_cpu_fbanks == 2, "create: v2 arguments");
	ok(property_set(0, &value) == HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS &&
	   value == 0x3000000A7EULL, "create: privileges");
	ok(property_set(1, &value) == HVPART_PROPERTY_FEATURES_EDX &&
	   value == 0x80500, "create: features");
	ok(property_set(2, &value) == HVPART_PROPERTY_HINTS && value == 0x220,
	   "create: hints");
	ok(property_set(3, &value) == -1, "create: nothing else");

	fake_nr = 0;
	part_config_init(&config);
	config.disabled_features[1] = 0x10;
	config.disabled_xsave = 4;
	config.synthetic_features = HV_SYNTH_HV1;
	config.debug_break = HVPART_BREAK_TPR;
	ok(!create_with(dev, &config), "create: everything");
	arg = (const void *)fake_last(HVPART_CREATE_PARTITION)->arg;
	ok(arg->pt_cpu_fbanks[1] == 0x10 && arg->pt_disabled_xsave == 4,
	   "create: disabled features");
	ok(property_set(0, &value) ==
	   HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES,
	   "create: synthetic features come first");
	ok(property_set(4, &value) == HVPART_PROPERTY_DEBUG_BREAK &&
	   value == HVPART_BREAK_TPR, "create: debug break");
	part_close(dev);
}

static void test_create_refused(void)
{
	struct part_dev *dev = fake_device();
	struct {
		struct part_config config;
		uint64_t more;
	} newer;
	struct part_config config;

	part_config_init(&config);
	config.nr_vps = 0;
	ok(create_with(dev, &config) == -EINVAL, "create: no VP");
	config.nr_vps = 65;
	ok(create_with(dev, &config) == -EINVAL, "create: too many VPs");
	part_config_init(&config);
	config.flags |= 1ULL << HVPART_PT_BIT_COUNT;
	ok(create_with(dev, &config) == -EINVAL, "create: unknown flag");
	part_config_init(&config);
	config.debug_break = HVPART_BREAK_LAST + 1;
	ok(create_with(dev, &config) == -EINVAL, "create: unknown break");
	config.size = 4;
	ok(create_with(dev, &config) == -EINVAL, "create: size too small");
	part_config_init_sized(&newer.config, sizeof(newer));
	ok(!create_with(dev, &newer.config), "create: a newer program");
	newer.more = 1;
	ok(create_with(dev, &newer.config) == -E2BIG,
	   "create: a newer program that wants more");
	ok(fake_count(HVPART_CREATE_PARTITION) == 1,
	   "create: the kernel is not asked when it is wrong");
	fake_fail(HVPART_CREATE_PARTITION, 1, EOPNOTSUPP);
	ok(create_with(dev, NULL) == -EOPNOTSUPP, "create: refused");
	fake_fail(HVPART_ROOT_HVCALL, 2, EFAULT);
	ok(create_with(dev, NULL) == -EFAULT, "create: property refused");
	fake_status(HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE, 0);
	ok(create_with(dev, NULL) == -ERANGE && part_last_status() ==
	   HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE,
	   "create: the status survives the clean-up");
	fake_status(0, 0);
	fake_fail_alloc(1);
	ok(create_with(dev, NULL) == -ENOMEM, "create: no memory, first");
	fake_fail_alloc(2);
	ok(create_with(dev, NULL) == -ENOMEM, "create: no memory, second");
	part_destroy(NULL);
	ok(true, "destroy of NULL");
	part_close(dev);
}

static void test_initialize(void)
{
	struct part_dev *dev = fake_device();
	struct part_config config;
	struct part *part;
	uint64_t value;

	part_config_init(&config);
	config.ignore_unknown_msrs = true;
	ok(!part_create(dev, &config, &part), "initialize: set-up");
	part_close(dev);
	fake_nr = 0;
	ok(!part_initialize(part), "initialize");
	ok(property_set(0, &value) ==
	   HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION && value == 1,
	   "initialize: unknown MSRs");
	ok(fake_calls[0].request == HVPART_INITIALIZE_PARTITION &&
	   fake_calls[0].fd == part_fd(part), "initialize: in this order");
	fake_fail(HVPART_INITIALIZE_PARTITION, 1, ENOMEM);
	ok(part_initialize(part) == -ENOMEM, "initialize: error");
	part_destroy(part);
}

static void test_hvcall(void)
{
	struct part *part = fake_partition(1);
	struct part_dev *dev = fake_device();
	uint8_t in[16] = { 1, 2, 3 };
	uint64_t want = 0x1122334455667788ULL;
	uint64_t got = 0;
	static uint8_t big[4097];
	__u16 reps;
	__u64 v;

	fake_output(&want, sizeof(want));
	ok(!part_get_property(part, 0x30005, &v) && v == want, "property: get");
	ok(!part_hvcall(part, HVCALL_GET_PARTITION_PROPERTY, in, 16, &got, 8,
			NULL) && got == want, "hvcall: output");
	ok(!memcmp(fake_last(HVPART_ROOT_HVCALL)->input, in, 16),
	   "hvcall: input");
	ok(part_hvcall(part, 1, big, sizeof(big), NULL, 0, NULL) == -EINVAL,
	   "hvcall: input too long");
	ok(part_hvcall(part, 1, in, 8, big, sizeof(big), NULL) == -EINVAL,
	   "hvcall: output too long");
	ok(part_hvcall(part, 1, NULL, 8, NULL, 0, NULL) == -EINVAL,
	   "hvcall: size without a block");
	reps = 0;
	ok(part_hvcall(part, 1, in, 8, NULL, 0, &reps) == -EINVAL,
	   "hvcall: a rep call without elements");
	reps = 5;
	fake_status(HV_STATUS_INVALID_PARAMETER, 3);
	ok(part_hvcall(part, 1, in, 8, NULL, 0, &reps) == -EINVAL && reps == 3,
	   "hvcall: elements done before the refused one");
	fake_status(0, 0);
	reps = 5;
	fake_fail(HVPART_ROOT_HVCALL, 1, EFAULT);
	ok(part_hvcall(part, 1, in, 8, NULL, 0, &reps) == -EFAULT && !reps,
	   "hvcall: not issued: no element done");
	fake_nr = 0;
	fake_fail(HVPART_ROOT_HVCALL, 1, EINTR);
	ok(!part_get_property(part, 0x30005, &v) && fake_nr == 2,
	   "hvcall: goes on after a signal");
	ok(!part_dev_hvcall(dev, 0x44, in, 16, &got, 8, NULL) &&
	   fake_last(HVPART_ROOT_HVCALL)->fd == part_dev_fd(dev),
	   "hvcall: on the device");
	part_close(dev);
	part_destroy(part);
}

static void test_cpuid(void)
{
	struct part *part = fake_partition(1);
	const __u32 value[4] = { 0xA, 0xB, 0xC, 0xD };
	const __u32 mask[4] = { 0, 0, 0xF, 0 };
	const uint32_t *in;

	ok(!part_cpuid_override(part, HV_ANY_VP, 0xB, 1, value, NULL),
	   "cpuid: override");
	in = (const void *)fake_last(HVPART_ROOT_HVCALL)->input;
	ok(((const struct hvpart_root_hvcall *)
	    fake_last(HVPART_ROOT_HVCALL)->arg)->in_sz == 60,
	   "cpuid: 60 bytes");
	ok(in[2] == HV_ANY_VP && in[3] == HV_INTERCEPT_TYPE_X64_CPUID &&
	   in[4] == 0xB && in[5] == 1 && (in[6] & 0xFF) == 1,
	   "cpuid: leaf and subleaf");
	ok(in[7] == 0xA && in[8] == ~0U && in[9] == 0xB && in[11] == 0xC &&
	   in[13] == 0xD, "cpuid: order of results");
	ok(!part_cpuid_override(part, 0, 1, -1, value, mask), "cpuid: mask");
	in = (const void *)fake_last(HVPART_ROOT_HVCALL)->input;
	ok(!(in[6] & 0xFF) && !in[8] && in[12] == 0xF, "cpuid: any subleaf");
	ok(part_cpuid_override(part, 0, 1, -2, value, mask) == -EINVAL &&
	   part_cpuid_override(part, 0, 1, 1LL << 32, value, mask) == -EINVAL,
	   "cpuid: subleaf out of range");
	part_destroy(part);
}

void test_partition(void)
{
	test_config();
	test_create_args();
	test_create_refused();
	test_initialize();
	test_hvcall();
	test_cpuid();
}
