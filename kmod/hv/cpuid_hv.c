// SPDX-License-Identifier: GPL-2.0
/* The hypervisor's own CPUID leaves (TLFS "feature discovery"). */
#include "cpuid.h"
#include <hvpart/cpuid.h>
#include <hvpart/release.h>
#include <hvpart/stats.h>

/*
 * Everything that is not defined reads zero, beyond the announced maximum too:
 * Linux reads 0x40000082 without asking (guest-contract 2.1).
 */
void cpuid_hv(const struct partition *p, u32 leaf, struct cpuid_regs *out)
{
	*out = (struct cpuid_regs) {};
	switch (leaf) {
	case HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS:
		out->eax = HYPERV_CPUID_HARDWARE_FEATURES;
		out->ebx = HYPERV_VENDOR_EBX;
		out->ecx = HYPERV_VENDOR_ECX;
		out->edx = HYPERV_VENDOR_EDX;
		break;
	case HYPERV_CPUID_INTERFACE:
		out->eax = HYPERV_INTERFACE_EAX;
		break;
	case HYPERV_CPUID_VERSION:
		/* Information only: build, version. */
		out->eax = HVPART_ABI_VERSION;
		out->ebx = HVPART_RELEASE_MAJOR << 16 | HVPART_RELEASE_MINOR;
		break;
	case HYPERV_CPUID_FEATURES:
		out->eax = p->privileges;
		out->ebx = p->privileges >> 32;
		out->edx = p->features_edx;
		break;
	case HYPERV_CPUID_ENLIGHTMENT_INFO:
		out->eax = p->hints;
		out->ebx = HV_SPIN_RETRIES_NEVER;
		out->ecx = p->max_phys_bits & 0x7f;
		break;
	case HYPERV_CPUID_IMPLEMENT_LIMITS:
		out->eax = HV_MAX_VPS;
		break;
	case HYPERV_CPUID_HARDWARE_FEATURES:
		out->eax = HV_X64_MSR_BITMAPS_IN_USE | HV_X64_SLAT_IN_USE;
		break;
	case HVPART_CPUID_DISCOVERY:
		if (!partition_may(p, HVPART_PRIVILEGE(0, HV_CREATE_PARTITIONS)))
			break;
		out->eax = HVPART_CPUID_SIGNATURE;
		out->ebx = HVPART_ABI_VERSION;
		out->ecx = HVPART_CPUID_MAY_CREATE;
		break;
	}
}
