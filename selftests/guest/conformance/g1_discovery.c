// SPDX-License-Identifier: GPL-2.0
/* 9.1 Discovery and access control */
#include "conf.h"

static void see_present(void *arg)
{
	(void)arg;
	CHECK(cpuid(1, 0).ecx & HYPERV_HYPERVISOR_PRESENT_BIT,
	      "clear on CPU %u", cpu()->index);
}

static void t001_hypervisor_present(void)
{
	run_on_all(see_present, NULL);
}

static void t002_max_leaf(void)
{
	u32 max = cpuid(HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS, 0).eax;

	CHECK(max >= HYPERV_CPUID_MIN && max <= HYPERV_CPUID_MAX,
	      "it is %#x", max);
}

static void t003_vendor(void)
{
	struct cpuid c = cpuid(HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS, 0);

	same("EBX", c.ebx, HYPERV_VENDOR_EBX);
	same("ECX", c.ecx, HYPERV_VENDOR_ECX);
	same("EDX", c.edx, HYPERV_VENDOR_EDX);
}

static void t004_interface(void)
{
	same("EAX", cpuid(HYPERV_CPUID_INTERFACE, 0).eax, HYPERV_INTERFACE_EAX);
}

static void t005_mandatory_privileges(void)
{
	u32 want = HV_MSR_HYPERCALL_AVAILABLE | HV_MSR_VP_INDEX_AVAILABLE;

	same("EAX & 0x60", hv_features().eax & want, want);
}

#define LEAVES	6

static void get_leaves(void *arg)
{
	struct cpuid *c = arg;

	for (u32 i = 0; i < LEAVES; i++)
		c[i] = cpuid(HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS + i, 0);
}

static void t006_leaves_same_everywhere(void)
{
	struct cpuid mine[LEAVES], other[LEAVES];

	get_leaves(mine);
	for (u32 n = 1; n < nr_cpus; n++) {
		run_on(n, get_leaves, other);
		for (u32 i = 0; i < LEAVES; i++)
			CHECK(!memcmp(&mine[i], &other[i], sizeof(mine[i])),
			      "leaf 0x4000000%u differs on CPU %u", i, n);
	}
}

static void t007_stack_properties(void)
{
	same("EAX", cpuid(HYPERV_CPUID_VIRT_STACK_PROPERTIES, 0).eax, 0);
}

/* One MSR for each privilege bit of EAX, and the value that is harmless. */
static const struct { u32 bit, msr; } gated[] = {
	{ HV_MSR_VP_RUNTIME_AVAILABLE, HV_X64_MSR_VP_RUNTIME },
	{ HV_MSR_TIME_REF_COUNT_AVAILABLE, HV_X64_MSR_TIME_REF_COUNT },
	{ HV_MSR_SYNIC_AVAILABLE, HV_X64_MSR_SCONTROL },
	{ HV_MSR_SYNIC_AVAILABLE, HV_X64_MSR_SIMP },
	{ HV_MSR_SYNIC_AVAILABLE, HV_X64_MSR_SINT2 },
	{ HV_MSR_SYNIC_AVAILABLE, HV_X64_MSR_EOM },
	{ HV_MSR_SYNTIMER_AVAILABLE, HV_X64_MSR_STIMER0_CONFIG },
	{ HV_MSR_SYNTIMER_AVAILABLE, HV_X64_MSR_STIMER3_COUNT },
	{ HV_MSR_APIC_ACCESS_AVAILABLE, HV_X64_MSR_TPR },
	{ HV_MSR_RESET_AVAILABLE, HV_X64_MSR_RESET },
	{ HV_MSR_STAT_PAGES_AVAILABLE, HV_X64_MSR_STATS_PARTITION_RETAIL_PAGE },
	{ HV_MSR_REFERENCE_TSC_AVAILABLE, HV_X64_MSR_REFERENCE_TSC },
	{ HV_MSR_GUEST_IDLE_AVAILABLE, HV_X64_MSR_GUEST_IDLE },
	{ HV_ACCESS_FREQUENCY_MSRS, HV_X64_MSR_TSC_FREQUENCY },
	{ HV_ACCESS_FREQUENCY_MSRS, HV_X64_MSR_APIC_FREQUENCY },
	{ HV_ACCESS_REENLIGHTENMENT, HV_X64_MSR_REENLIGHTENMENT_CONTROL },
	{ HV_ACCESS_REENLIGHTENMENT, HV_X64_MSR_TSC_EMULATION_CONTROL },
	{ HV_ACCESS_TSC_INVARIANT, HV_X64_MSR_TSC_INVARIANT_CONTROL },
};

static void t008_privileges_gate_msrs(void)
{
	u32 eax = hv_features().eax, tried = 0;
	char what[32] = "an MSR without privilege";

	for (u32 i = 0; i < ARRAY_SIZE(gated); i++) {
		u64 val;

		if (eax & gated[i].bit)
			continue;
		tried++;
		if (rdmsr_safe(gated[i].msr, &val) != FAULT_GP)
			fail("MSR %#x can be read", gated[i].msr);
		msr_write_faults(what, gated[i].msr, 0);
	}
	if (!tried)
		skip("this partition has all privileges");
}

static bool assigned(u32 msr)
{
	static const struct { u32 first, last; } ranges[] = {
		{ HV_X64_MSR_GUEST_OS_ID, HV_X64_MSR_RESET },
		{ HV_X64_MSR_VP_RUNTIME, HV_X64_MSR_VP_RUNTIME },
		{ HV_X64_MSR_TIME_REF_COUNT, HV_X64_MSR_APIC_FREQUENCY },
		{ HV_X64_MSR_NPIEP_CONFIG, HV_X64_MSR_NPIEP_CONFIG },
		{ HV_X64_MSR_EOI, HV_X64_MSR_VP_ASSIST_PAGE },
		{ HV_X64_MSR_SCONTROL, HV_X64_MSR_SIRBP },
		{ HV_X64_MSR_SINT0, HV_X64_MSR_SINT15 },
		{ HV_X64_MSR_STIMER0_CONFIG, HV_X64_MSR_STIMER3_COUNT },
		{ HV_X64_MSR_POWER_STATE_TRIGGER_C1,
		  HV_X64_MSR_POWER_STATE_TRIGGER_C3 },
		{ HV_X64_MSR_POWER_STATE_CONFIG_C1,
		  HV_X64_MSR_POWER_STATE_CONFIG_C3 },
		{ HV_X64_MSR_STATS_PARTITION_RETAIL_PAGE,
		  HV_X64_MSR_STATS_VP_INTERNAL_PAGE },
		{ HV_X64_MSR_GUEST_IDLE, HV_X64_MSR_SYNDBG_PENDING_BUFFER },
		{ HV_X64_MSR_SYNDBG_OPTIONS, HV_X64_MSR_SYNDBG_OPTIONS },
	};

	for (u32 i = 0; i < ARRAY_SIZE(ranges); i++)
		if (msr >= ranges[i].first && msr <= ranges[i].last)
			return true;
	return false;
}

static void t009_unassigned_msrs(void)
{
	for (u32 msr = HV_X64_MSR_FIRST; msr <= 0x400000FF; msr++) {
		u64 val;

		if (assigned(msr))
			continue;
		if (rdmsr_safe(msr, &val) != FAULT_GP)
			fail("MSR %#x can be read", msr);
		if (wrmsr_safe(msr, 0) != FAULT_GP)
			fail("MSR %#x can be written", msr);
	}
}

static void t010_unknown_call(void)
{
	static const u16 unknown[] = { 0x0000, 0x0FFF, 0x3FFF, 0x7EFF, 0xFFFF };
	void *page = page_alloc();

	for (u32 i = 0; i < ARRAY_SIZE(unknown); i++) {
		same("slow status", hcall_slow(unknown[i], page, NULL),
		     HV_STATUS_INVALID_HYPERCALL_CODE);
		same("fast status", hcall_fast(unknown[i], 0, 0),
		     HV_STATUS_INVALID_HYPERCALL_CODE);
	}
}

static void t011_reserved_input_bits(void)
{
	u64 code = HVCALL_NOTIFY_LONG_SPIN_WAIT | HV_HYPERCALL_FAST_BIT;

	for (u32 bit = 27; bit < 64; bit++) {
		if (!(HV_HYPERCALL_RSVD_MASK & BIT(bit)))
			continue;
		if (hcall_status(code | BIT(bit), 0, 0) !=
		    HV_STATUS_INVALID_HYPERCALL_INPUT)
			fail("bit %u is accepted", bit);
	}
}

static void t012_hypercall_at_cpl3(void)
{
	u64 page = (u64)hcall_page();
	u32 how = user_run(page, HVCALL_NOTIFY_LONG_SPIN_WAIT |
			   HV_HYPERCALL_FAST_BIT, 0);

	CHECK(how == FAULT_UD, "it ends with vector %u", how & 0xFF);
	CHECK(cpu()->fault.rip - page < PAGE_SIZE, "at %#llx",
	      cpu()->fault.rip);
}

const struct test group1[] = {
	T(1, IN_MAIN, t001_hypervisor_present,
	  "CPUID 1 ECX bit 31 reads 1 on every VP"),
	T(2, IN_MAIN, t002_max_leaf,
	  "CPUID 0x40000000 EAX is at least 0x40000005"),
	T(3, IN_MAIN, t003_vendor, "the vendor is \"Microsoft Hv\""),
	T(4, IN_MAIN, t004_interface, "CPUID 0x40000001 EAX is Hv#1"),
	T(5, IN_MAIN | IN_NARROW, t005_mandatory_privileges,
	  "CPUID 0x40000003 EAX has bits 5 and 6"),
	T(6, IN_MAIN, t006_leaves_same_everywhere,
	  "hypervisor leaves are the same on all VPs"),
	T(7, IN_MAIN, t007_stack_properties, "CPUID 0x40000082 EAX is 0"),
	T(8, IN_MAIN | IN_NARROW, t008_privileges_gate_msrs,
	  "a synthetic MSR without its privilege raises #GP"),
	T(9, IN_MAIN | IN_NARROW, t009_unassigned_msrs,
	  "unassigned synthetic MSRs raise #GP"),
	T(10, IN_MAIN | IN_NARROW, t010_unknown_call,
	  "an unknown call code returns 2"),
	T(11, IN_MAIN, t011_reserved_input_bits,
	  "reserved input bits return 3"),
	T(12, IN_MAIN, t012_hypercall_at_cpl3,
	  "a hypercall at CPL 3 raises #UD"),
	{ 0 }
};
