/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What hvpart counts and reports: per VP, per partition, for the machine, and
 * the log. All structures may grow into their reserved words, which read zero;
 * HVPART_ABI_VERSION changes only when something is taken away or moved.
 *
 * Counters are 64-bit, count from the creation of their object, and never wrap
 * in practice. They are read while they run: each is exact, the set is not one
 * instant. "tsc" is in ticks of the root's TSC.
 */
#ifndef _HVPART_STATS_H
#define _HVPART_STATS_H

#include "types.h"

#define HVPART_ABI_VERSION		1

/*
 * Why a VP left guest mode, the same on both vendors. One row of
 * hvpart_vp_stats.exits and hvpart_info.root_exits each; the hypervisor's exit
 * record uses these numbers too.
 */
#define HVPART_EXIT_OTHER		0	/* none of the others */
#define HVPART_EXIT_INTERRUPT		1	/* physical interrupt */
#define HVPART_EXIT_NMI			2
#define HVPART_EXIT_MACHINE_CHECK	3
#define HVPART_EXIT_INIT		4
#define HVPART_EXIT_INTERRUPT_WINDOW	5
#define HVPART_EXIT_NMI_WINDOW		6	/* or IRET on SVM */
#define HVPART_EXIT_EXCEPTION		7
#define HVPART_EXIT_CPUID		8
#define HVPART_EXIT_MSR_READ		9
#define HVPART_EXIT_MSR_WRITE		10
#define HVPART_EXIT_IO			11
#define HVPART_EXIT_HYPERCALL		12	/* VMMCALL, VMCALL */
#define HVPART_EXIT_NESTED_FAULT	13	/* #NPF, EPT violation */
#define HVPART_EXIT_HALT		14
#define HVPART_EXIT_PAUSE		15
#define HVPART_EXIT_CR			16
#define HVPART_EXIT_DR			17
#define HVPART_EXIT_INVALIDATE		18	/* INVD, WBINVD */
#define HVPART_EXIT_INVLPG		19	/* INVLPG, INVLPGA, INVPCID */
#define HVPART_EXIT_XSETBV		20
#define HVPART_EXIT_MONITOR		21	/* MONITOR, MWAIT */
#define HVPART_EXIT_VIRTUALIZATION	22	/* SVM or VMX instruction */
#define HVPART_EXIT_TASK_SWITCH		23
#define HVPART_EXIT_SHUTDOWN		24	/* triple fault */
#define HVPART_EXIT_TIMER		25	/* preemption timer */
#define HVPART_EXIT_INVALID_STATE	26	/* entry failed */
#define HVPART_EXIT_DESCRIPTOR		27	/* LGDT, SIDT and their like */
#define HVPART_EXIT_TSC			28	/* RDTSC, RDTSCP, RDPMC */
#define HVPART_EXIT_APIC		29	/* xAPIC page, assisted EOI */
#define HVPART_EXIT_SMI			30
#define HVPART_EXIT_COUNT		32	/* rows; 31 is not used */

/**
 * struct hvpart_vp_stats - counters of one VP
 * @exits: exits from guest mode, by HVPART_EXIT_*
 * @dispatches: times that a parent dispatched it
 * @world_switches: entries into guest mode (VMRUN, VMLAUNCH, VMRESUME)
 * @hypercalls: hypercalls taken, whatever they answered
 * @interrupts_injected: interrupts and NMIs delivered to the guest
 * @exceptions_injected: exceptions delivered to the guest
 * @barriers: speculation barriers run on its switches
 * @flushes: TLB flushes of its address space that were executed
 * @intercepts: messages left for the parent
 * @halts: times that it blocked (HLT, idle, wait for SIPI)
 * @kicks: times that another CPU was asked to make it exit
 * @messages: messages placed in its SIM page
 * @events: event flags set in its SIEF page
 * @timer_expiries: synthetic and APIC timer expiries
 * @ipis: interprocessor interrupts sent
 * @reserved: zero
 */
struct hvpart_vp_stats {
	__u64 exits[HVPART_EXIT_COUNT];
	__u64 dispatches;
	__u64 world_switches;
	__u64 hypercalls;
	__u64 interrupts_injected;
	__u64 exceptions_injected;
	__u64 barriers;
	__u64 flushes;
	__u64 intercepts;
	__u64 halts;
	__u64 kicks;
	__u64 messages;
	__u64 events;
	__u64 timer_expiries;
	__u64 ipis;
	__u64 reserved[18];
};
HVPART_ASSERT_SIZE(struct hvpart_vp_stats, 512);
HVPART_ASSERT_OFFSET(struct hvpart_vp_stats, dispatches, 256);
HVPART_ASSERT_OFFSET(struct hvpart_vp_stats, ipis, 360);

/* Life of a partition (TLFS, "partition states"). */
#define HVPART_PARTITION_CREATED	0
#define HVPART_PARTITION_ACTIVE		1
#define HVPART_PARTITION_FINALIZING	2
#define HVPART_PARTITION_FINALIZED	3

/**
 * struct hvpart_partition_stats - counters of one partition
 * @partition_id: itself
 * @parent_id: its parent; 0 for the root
 * @state: HVPART_PARTITION_*
 * @vp_count: VPs that exist
 * @child_count: partitions that it created and that exist
 * @port_count: its ports
 * @connection_count: its connections
 * @reserved0: zero
 * @pool_pages: pages deposited and not withdrawn
 * @pool_free: those of them that are free
 * @leaf_4k: leaves of its nested page table, 4 KiB
 * @leaf_2m: 2 MiB
 * @leaf_1g: 1 GiB
 * @table_pages: pages that the nested page table itself takes
 * @reference_time: now, 100 ns
 * @guest_os_id: what the guest wrote
 * @crash_count: crash notifications so far
 * @reserved: zero
 */
struct hvpart_partition_stats {
	__u64 partition_id;
	__u64 parent_id;
	__u32 state;
	__u32 vp_count;
	__u32 child_count;
	__u32 port_count;
	__u32 connection_count;
	__u32 reserved0;
	__u64 pool_pages;
	__u64 pool_free;
	__u64 leaf_4k;
	__u64 leaf_2m;
	__u64 leaf_1g;
	__u64 table_pages;
	__u64 reference_time;
	__u64 guest_os_id;
	__u64 crash_count;
	__u64 reserved[18];
};
HVPART_ASSERT_SIZE(struct hvpart_partition_stats, 256);
HVPART_ASSERT_OFFSET(struct hvpart_partition_stats, pool_pages, 40);

/**
 * struct hvpart_info - the machine, as the hypervisor sees it
 * @abi_version: HVPART_ABI_VERSION it was built with
 * @build: HVPART_RELEASE it was built from: (major << 16) | (minor << 8) | patch
 * @vendor: HV_PARTITION_PROCESSOR_VENDOR_*
 * @paging_levels: 4 or 5
 * @image_bytes: allocated, non-writable bytes of the image: what the budget is
 * @image_total: all of the image as loaded, without stacks and per-CPU data
 * @max_vps: greatest number of VPs in a partition
 * @max_partitions: greatest number of partitions; 0: memory is the limit
 * @asid_count: ASIDs or VPIDs of the CPU that can be used
 * @cpu_count: CPUs that the root may ever have; an area has each that was demoted
 * @cpu_demoted: CPUs that are demoted now
 * @partition_count: partitions that exist, the root included
 * @leaf_1g: leaves of the root's nested map, 1 GiB
 * @leaf_2m: 2 MiB
 * @leaf_4k: 4 KiB
 * @table_pages: pages that this map takes
 * @hidden_reads: reads of hidden pages by the root (they found zeros)
 * @hidden_writes: writes of hidden pages by the root (they got #GP)
 * @deposited_pages: pages in the pools of all partitions; what was left of the
 *	chunk that the image came with is in the root's. After a fault: the
 *	root's alone
 * @free_pages: those of them that are free
 * @epoch: the machine's epoch now: the last flush ticket that was drawn
 * @epoch_oldest: the oldest epoch that a demoted CPU still stands at; below
 *	@epoch pages may wait for a CPU to enter the hypervisor
 * @tsc_hz: frequency of the TSC
 * @log_next: sequence number of the next log record
 * @faults: faults in the hypervisor itself since load
 * @reserved: zero
 * @root_exits: exits of the root, all CPUs, by HVPART_EXIT_*
 *
 * From the ioctl HVPART_GET_INFO: what the hypervisor counts, and what the driver
 * that loaded it knows.
 */
struct hvpart_info {
	__u32 abi_version;
	__u32 build;
	__u32 vendor;
	__u32 paging_levels;
	__u64 image_bytes;
	__u64 image_total;
	__u32 max_vps;
	__u32 max_partitions;
	__u32 asid_count;
	__u32 cpu_count;
	__u32 cpu_demoted;
	__u32 partition_count;
	__u64 leaf_1g;
	__u64 leaf_2m;
	__u64 leaf_4k;
	__u64 table_pages;
	__u64 hidden_reads;
	__u64 hidden_writes;
	__u64 deposited_pages;
	__u64 free_pages;
	__u64 epoch;
	__u64 epoch_oldest;
	__u64 tsc_hz;
	__u64 log_next;
	__u64 faults;
	__u64 reserved[12];
	__u64 root_exits[HVPART_EXIT_COUNT];
};
HVPART_ASSERT_SIZE(struct hvpart_info, 512);
HVPART_ASSERT_OFFSET(struct hvpart_info, leaf_1g, 56);
HVPART_ASSERT_OFFSET(struct hvpart_info, root_exits, 256);

#define HVPART_LOG_FAULT		0	/* a fault of the hypervisor */
#define HVPART_LOG_ERROR		1
#define HVPART_LOG_WARNING		2
#define HVPART_LOG_NOTICE		3
#define HVPART_LOG_DEBUG		4

#define HVPART_LOG_TEXT_LEN		112

/**
 * struct hvpart_log_record - one line of the log ring
 * @tsc: when
 * @cpu: on which CPU (the hypervisor's number, in order of demotion)
 * @level: HVPART_LOG_*
 * @text: NUL-terminated, no newline
 */
struct hvpart_log_record {
	__u64 tsc;
	__u32 cpu;
	__u32 level;
	char text[HVPART_LOG_TEXT_LEN];
};
HVPART_ASSERT_SIZE(struct hvpart_log_record, 128);

#endif /* _HVPART_STATS_H */
