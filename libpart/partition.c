// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Partitions: make, configure, end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hvpart/call_intercept.h>
#include <hvpart/call_partition.h>
#include <hvpart/cpuid.h>

#include "internal.h"

static const struct part_config default_config = {
	.size = sizeof(struct part_config),
	.nr_vps = 1,
	.flags = PART_LAPIC | PART_X2APIC | PART_SUPER_PAGES,
	.privileges = HVPART_PRIVILEGE(HVPART_STARTER_FEATURES_EAX,
				       HVPART_STARTER_FEATURES_EBX),
	.features_edx = HVPART_STARTER_FEATURES_EDX,
	.hints = HVPART_STARTER_HINTS,
};

PART_PUBLIC void part_config_init_sized(struct part_config *config,
					size_t size)
{
	if (size > sizeof(default_config)) {
		/* A newer program: what we do not know stays zero. */
		memset(config, 0, size);
		memcpy(config, &default_config, sizeof(default_config));
	} else {
		memcpy(config, &default_config, size);
	}
	config->size = size;
}

/*
 * A shorter structure gets our defaults for the rest; of a longer one the rest
 * must be zero, for we would not do what it says.
 */
static int config_read(struct part_config *config,
		       const struct part_config *user)
{
	const uint8_t *bytes = (const uint8_t *)user;
	size_t i;

	*config = default_config;
	if (!user)
		return 0;
	if (user->size < offsetof(struct part_config, flags))
		return -EINVAL;
	for (i = sizeof(*config); i < user->size; i++)
		if (bytes[i])
			return -E2BIG;
	memcpy(config, user, user->size < sizeof(*config) ?
	       user->size : sizeof(*config));
	if (!config->nr_vps || config->nr_vps > HV_ANY_VP / sizeof(void *) ||
	    config->debug_break > HVPART_BREAK_LAST ||
	    (config->flags & ~(__u64)HVPART_PT_FLAGS_MASK))
		return -EINVAL;
	return 0;
}

static int create_fd(struct part_dev *dev, const struct part_config *config)
{
	struct hvpart_create_partition_v2 arg = {
		.pt_flags = config->flags | PART_CPU_FEATURES,
		.pt_isolation = HVPART_PT_ISOLATION_NONE,
		.pt_num_cpu_fbanks = HVPART_NUM_CPU_FEATURES_BANKS,
		.pt_disabled_xsave = config->disabled_xsave,
	};

	/* The structure is packed: member by member, not through a pointer. */
	arg.pt_cpu_fbanks[0] = config->disabled_features[0];
	arg.pt_cpu_fbanks[1] = config->disabled_features[1];
	return part_ioctl(dev->fd, HVPART_CREATE_PARTITION, &arg);
}

static int set_early_properties(struct part *part,
				const struct part_config *c)
{
	const struct {
		uint32_t code;
		uint64_t value;
		bool wanted;
	} props[] = {
		/* Implies values for the next three, so it must come first. */
		{ HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES,
		  c->synthetic_features, c->synthetic_features != 0 },
		{ HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, c->privileges, true },
		{ HVPART_PROPERTY_FEATURES_EDX, c->features_edx, true },
		{ HVPART_PROPERTY_HINTS, c->hints, true },
		{ HVPART_PROPERTY_DEBUG_BREAK, c->debug_break,
		  c->debug_break != HVPART_BREAK_NONE },
	};
	size_t i;
	int ret;

	for (i = 0; i < sizeof(props) / sizeof(props[0]); i++) {
		if (!props[i].wanted)
			continue;
		ret = part_set_property(part, props[i].code, props[i].value);
		if (ret)
			return ret;
	}
	return 0;
}

static struct part *part_alloc(const struct part_config *config)
{
	struct part *part = calloc(1, sizeof(*part));

	if (!part)
		return NULL;
	part->fd = -1;
	part->nr_vps = config->nr_vps;
	part->ignore_unknown_msrs = config->ignore_unknown_msrs;
	part->vps = calloc(config->nr_vps, sizeof(*part->vps));
	if (!part->vps) {
		free(part);
		return NULL;
	}
	pthread_mutex_init(&part->vp_lock, NULL);
	pthread_rwlock_init(&part->mem_lock, NULL);
	pthread_mutex_init(&part->range_lock, NULL);
	return part;
}

PART_PUBLIC int part_create(struct part_dev *dev,
			    const struct part_config *user, struct part **out)
{
	struct part_config config;
	struct part *part;
	unsigned int status;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	ret = config_read(&config, user);
	if (ret)
		return ret;
	if (dev->caps.max_vps && config.nr_vps > dev->caps.max_vps)
		return -EINVAL;
	part = part_alloc(&config);
	if (!part)
		return -ENOMEM;

	ret = create_fd(dev, &config);
	if (ret < 0)
		goto fail;
	part->fd = ret;
	ret = set_early_properties(part, &config);
	if (ret)
		goto fail;
	*out = part;
	return 0;

fail:
	status = part_last_status();
	part_destroy(part);
	status_set(status);
	return ret;
}

PART_PUBLIC int part_initialize(struct part *part)
{
	int ret = part_ioctl(part->fd, HVPART_INITIALIZE_PARTITION, NULL);

	if (ret < 0)
		return ret;
	if (part->ignore_unknown_msrs)
		return part_set_property(part,
			HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION,
			HV_UNIMPLEMENTED_MSR_ACTION_IGNORE_WRITE_READ_ZERO);
	return 0;
}

PART_PUBLIC void part_destroy(struct part *part)
{
	uint32_t i;

	if (!part)
		return;
	for (i = 0; i < part->nr_vps; i++)
		vp_release(part->vps[i]);
	/* The last descriptor to go ends the partition and unpins its pages. */
	if (part->fd >= 0)
		close(part->fd);
	memory_release(part);
	pthread_rwlock_destroy(&part->mem_lock);
	pthread_mutex_destroy(&part->range_lock);
	pthread_mutex_destroy(&part->vp_lock);
	free(part->vps);
	free(part);
}

PART_PUBLIC int part_fd(const struct part *part)
{
	return part->fd;
}

PART_PUBLIC int part_get_property(struct part *part, __u32 code, __u64 *value)
{
	struct hv_input_get_partition_property in = { .property_code = code };
	struct hv_output_get_partition_property out = { 0 };
	int ret;

	ret = part_hvcall(part, HVCALL_GET_PARTITION_PROPERTY, &in, sizeof(in),
			  &out, sizeof(out), NULL);
	if (!ret)
		*value = out.property_value;
	return ret;
}

PART_PUBLIC int part_set_property(struct part *part, __u32 code, __u64 value)
{
	struct hv_input_set_partition_property in = {
		.property_code = code,
		.property_value = value,
	};

	return part_hvcall(part, HVCALL_SET_PARTITION_PROPERTY, &in, sizeof(in),
			   NULL, 0, NULL);
}

PART_PUBLIC int part_cpuid_override(struct part *part, __u32 vp, __u32 leaf,
				    __s64 subleaf, const __u32 value[4],
				    const __u32 mask[4])
{
	static const __u32 all[4] = { ~0U, ~0U, ~0U, ~0U };
	struct hv_input_register_intercept_result in = {
		.vp_index = vp,
		.intercept_type = HV_INTERCEPT_TYPE_X64_CPUID,
	};
	struct hv_register_x64_cpuid_result_parameters cpuid = { 0 };

	status_set(HV_STATUS_SUCCESS);
	if (subleaf < -1 || subleaf > UINT32_MAX)
		return -EINVAL;
	if (!mask)
		mask = all;
	cpuid.input.eax = leaf;
	if (subleaf >= 0) {
		cpuid.input.ecx = subleaf;
		cpuid.input.subleaf_specific = 1;
	}
	cpuid.input.always_override = 1;
	cpuid.result.eax = value[0];
	cpuid.result.eax_mask = mask[0];
	cpuid.result.ebx = value[1];
	cpuid.result.ebx_mask = mask[1];
	cpuid.result.ecx = value[2];
	cpuid.result.ecx_mask = mask[2];
	cpuid.result.edx = value[3];
	cpuid.result.edx_mask = mask[3];
	in.parameters.cpuid = cpuid;
	return part_hvcall(part, HVCALL_REGISTER_INTERCEPT_RESULT, &in,
			   sizeof(in), NULL, 0, NULL);
}
