/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The boot ABI: what the driver hands to the hypervisor's image, and the state
 * of a CPU on its way in and out. Also read by the assembler.
 *
 * Everything named here lies in the first chunk, which the driver fills while
 * the machine is still bare. The frames are read and written on both sides of
 * a demotion: a CPU that is bare reaches them through Linux's direct map, the
 * hypervisor through its own mapping. A demoted CPU finds zeros there.
 */
#ifndef _HVPART_BOOT_H
#define _HVPART_BOOT_H

#include "types.h"

#define HVPART_BOOT_MAGIC	0x54504856	/* "VHPT" */
#define HVPART_BOOT_VERSION	2

/* Limits of the image that it is built with; the root is a partition too. */
#define HVPART_MAX_PARTITIONS	256
#define HVPART_MAX_VPS		64

/* What an entry answers in RAX. Anything but OK leaves the CPU as it was. */
#define HVPART_BOOT_OK			0
#define HVPART_BOOT_E_VERSION		1	/* magic, version or sizes differ */
#define HVPART_BOOT_E_INFO		2	/* a list makes no sense */
#define HVPART_BOOT_E_MEMORY		3	/* root pool exhausted */
#define HVPART_BOOT_E_CPU		4	/* CPU index out of range or in use */
#define HVPART_BOOT_E_FEATURE		5	/* CPU lacks what the first one had */
#define HVPART_BOOT_E_STATE		6	/* Linux's state fails the entry checks */
#define HVPART_BOOT_E_LEAVING		7	/* the machine is being promoted */

/* Offsets in struct hvpart_cpu_frame that the trampoline uses. */
#define HVPART_FRAME_GPR		0x000
#define HVPART_FRAME_RIP		0x080	/* five words as IRETQ pops them */
#define HVPART_FRAME_CS			0x088
#define HVPART_FRAME_RFLAGS		0x090
#define HVPART_FRAME_RSP		0x098
#define HVPART_FRAME_SS			0x0A0
#define HVPART_FRAME_DS_SELECTOR	0x0A8
#define HVPART_FRAME_ES_SELECTOR	0x0AC
#define HVPART_FRAME_BYTES		512

/*
 * Flags for the way out, in R8 at trampoline_exit:
 *   RDI  the frame at its Linux address	RSI  CR4 without PGE
 *   RDX  CR3					RCX  CR4
 */
#define HVPART_LEAVE_SVM		1	/* STGI, then clear EFER.SVME */

#ifndef __ASSEMBLER__
#include "machine.h"
#include "register.h"

/**
 * struct hvpart_cpu_frame - Linux on one CPU, bare
 * @gpr: in the order of HV_X64_REGISTER_RAX ..
 * @rip, @cs_selector, @rflags, @rsp, @ss_selector: an IRETQ frame
 *
 * What the entry does not touch is not here: the task priority stays in CR8, and
 * the back end reads STAR .., SYSENTER.., KERNEL_GS_BASE, PAT off the CPU.
 */
struct hvpart_cpu_frame {
	__u64 gpr[16];
	__u64 rip;
	__u64 cs_selector;
	__u64 rflags;
	__u64 rsp;
	__u64 ss_selector;
	__u32 ds_selector;
	__u32 es_selector;
	__u64 cr0, cr2, cr3, cr4;
	__u64 efer;		/* without SVME */
	__u64 dr6, dr7;
	struct hv_x64_segment_register es, cs, ss, ds, fs, gs, ldtr, tr;
	struct hv_x64_table_register idtr, gdtr;
	__u64 reserved[15];
};
HVPART_ASSERT_SIZE(struct hvpart_cpu_frame, HVPART_FRAME_BYTES);
HVPART_ASSERT_OFFSET(struct hvpart_cpu_frame, rip, HVPART_FRAME_RIP);
HVPART_ASSERT_OFFSET(struct hvpart_cpu_frame, cs_selector, HVPART_FRAME_CS);
HVPART_ASSERT_OFFSET(struct hvpart_cpu_frame, rflags, HVPART_FRAME_RFLAGS);
HVPART_ASSERT_OFFSET(struct hvpart_cpu_frame, rsp, HVPART_FRAME_RSP);
HVPART_ASSERT_OFFSET(struct hvpart_cpu_frame, ss_selector, HVPART_FRAME_SS);
HVPART_ASSERT_OFFSET(struct hvpart_cpu_frame, ds_selector,
		     HVPART_FRAME_DS_SELECTOR);
HVPART_ASSERT_OFFSET(struct hvpart_cpu_frame, es_selector,
		     HVPART_FRAME_ES_SELECTOR);

/**
 * struct hvpart_boot_range - whose pages
 * @ours: the hypervisor's from now on, else the root's
 * @pool: the last so many of our pages are the root's pool
 *
 * RAM first: System RAM, and firmware's RAM that fills the last 2 MiB of a range;
 * ascending, apart. Then the chunks that were taken out of it, at least 2 MiB and
 * aligned to their size. Everything else is device memory, a hole, or firmware's.
 */
struct hvpart_boot_range {
	__u64 pfn;
	__u64 npages;
	__u32 ours;
	__u32 pool;
};
HVPART_ASSERT_SIZE(struct hvpart_boot_range, 24);

/**
 * struct hvpart_boot_info - at @self_va in the hypervisor's space
 * @image_spa:   of the image's first page; the rest follows
 * @cr3:         top of the hypervisor's tables
 * @frames_va, @frames_linux_va: struct hvpart_cpu_frame[nr_cpus]
 * @trampoline_exit: address of the way out, the same on both sides
 * @ranges_va:   @nr_ranges of them
 * @cpuid_va:    struct hvpart_cpuid_policy, of @cpuid_bytes
 *
 * The ownership table covers the frames from 0 to machine.max_pfn.
 */
struct hvpart_boot_info {
	__u32 magic;
	__u32 version;
	__u32 nr_ranges;
	__u32 cpuid_bytes;
	__u64 self_va;
	__u64 image_spa;
	__u64 cr3;
	__u64 frames_va;
	__u64 frames_linux_va;
	__u64 trampoline_exit;
	__u64 ranges_va;
	__u64 cpuid_va;
	struct hvpart_machine machine;
	struct hvpart_svm svm;
};
HVPART_ASSERT_SIZE(struct hvpart_boot_info, 176);

#endif /* __ASSEMBLER__ */
#endif /* _HVPART_BOOT_H */
