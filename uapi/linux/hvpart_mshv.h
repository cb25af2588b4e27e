/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The ioctls that /dev/hvpart shares with Linux's /dev/mshv.
 *
 * This is the ABI of Linux's own include/uapi/linux/mshv.h (7.2): same magic,
 * same numbers, same layouts, under names of ours so that a program may include
 * both headers. selftests/abi holds the two together. What is not built answers
 * ENOTTY. <linux/hvpart.h> includes this file and says the rest.
 */
#ifndef _UAPI_LINUX_HVPART_MSHV_H
#define _UAPI_LINUX_HVPART_MSHV_H

#include <linux/types.h>
#include <linux/ioctl.h>

#include "../hvpart/types.h"

/* Registered for mshv in Documentation/userspace-api/ioctl/ioctl-number.rst. */
#define HVPART_MSHV_IOCTL		0xB8

/* Page size of the hypervisor interface, whatever the system's is. */
#define HVPART_HV_PAGE_SIZE		0x1000

/* Bit numbers of hvpart_create_partition.pt_flags. */
enum {
	HVPART_PT_BIT_LAPIC,
	HVPART_PT_BIT_X2APIC,
	HVPART_PT_BIT_GPA_SUPER_PAGES,
	HVPART_PT_BIT_CPU_AND_XSAVE_FEATURES,	/* the structure is v2 */
	HVPART_PT_BIT_NESTED_VIRTUALIZATION,
	HVPART_PT_BIT_SMT_ENABLED_GUEST,
	HVPART_PT_BIT_COUNT,
};

#define HVPART_PT_FLAGS_MASK	((1 << HVPART_PT_BIT_COUNT) - 1)

enum {
	HVPART_PT_ISOLATION_NONE,
	HVPART_PT_ISOLATION_COUNT,
};

/**
 * struct hvpart_create_partition - argument of HVPART_CREATE_PARTITION, v1
 * @pt_flags: mask of 1 << HVPART_PT_BIT_*
 * @pt_isolation: HVPART_PT_ISOLATION_NONE
 *
 * Device ioctl. Returns a partition descriptor (close-on-exec). The partition
 * exists but is not initialized: only "early" properties may be set. Closing the
 * last descriptor of the partition and of its VPs ends and frees it.
 *
 * Errors: EINVAL flags; EOPNOTSUPP isolation or nesting; ENOMEM; ENODEV the
 * module is on its way out; EMFILE.
 *
 * Source: mshv.h.
 */
struct hvpart_create_partition {
	__u64 pt_flags;
	__u64 pt_isolation;
};
HVPART_ASSERT_SIZE(struct hvpart_create_partition, 16);

#define HVPART_NUM_CPU_FEATURES_BANKS	2

/**
 * struct hvpart_create_partition_v2 - the same with processor features
 * @pt_flags: as v1, with HVPART_PT_BIT_CPU_AND_XSAVE_FEATURES set
 * @pt_isolation: as v1
 * @pt_num_cpu_fbanks: HVPART_NUM_CPU_FEATURES_BANKS
 * @pt_rsvd: zero
 * @pt_cpu_fbanks: a set bit takes the feature away
 *	(union hv_partition_processor_features)
 * @pt_rsvd1: zero
 * @pt_disabled_xsave: a set bit takes it away
 *	(union hv_partition_processor_xsave_features)
 *
 * Shares v1's ioctl number, which carries v1's size: the flag tells them apart.
 *
 * Source: mshv.h.
 */
struct hvpart_create_partition_v2 {
	__u64 pt_flags;
	__u64 pt_isolation;
	__u16 pt_num_cpu_fbanks;
	__u8 pt_rsvd[6];
	__u64 pt_cpu_fbanks[HVPART_NUM_CPU_FEATURES_BANKS];
	__u64 pt_rsvd1[2];
	__u64 pt_disabled_xsave;
};
HVPART_ASSERT_SIZE(struct hvpart_create_partition_v2, 64);

/**
 * struct hvpart_create_vp - argument of HVPART_CREATE_VP
 * @vp_index: index of the VP, below HVPART_PROPERTY_MAX_VPS
 *
 * Partition ioctl, after HVPART_INITIALIZE_PARTITION. Returns a VP descriptor
 * (close-on-exec). The VP stands in reset state; index 0 is the boot processor,
 * all others wait for SIPI.
 *
 * Errors: EINVAL index; EEXIST it is taken; ENODEV not initialized; ENOMEM.
 *
 * Source: mshv.h.
 */
struct hvpart_create_vp {
	__u32 vp_index;
};
HVPART_ASSERT_SIZE(struct hvpart_create_vp, 4);

/* Bit numbers of hvpart_user_mem_region.flags; readable always. */
enum {
	HVPART_SET_MEM_BIT_WRITABLE,
	HVPART_SET_MEM_BIT_EXECUTABLE,
	HVPART_SET_MEM_BIT_UNMAP,
	HVPART_SET_MEM_BIT_COUNT
};

#define HVPART_SET_MEM_FLAGS_MASK	((1 << HVPART_SET_MEM_BIT_COUNT) - 1)

/**
 * struct hvpart_user_mem_region - argument of HVPART_SET_GUEST_MEMORY
 * @size: bytes; a multiple of HVPART_HV_PAGE_SIZE, not 0
 * @guest_pfn: first guest page number
 * @userspace_addr: first address in the caller; page-aligned
 * @flags: mask of 1 << HVPART_SET_MEM_BIT_*; with UNMAP the others are ignored
 * @rsvd: zero
 *
 * Partition ioctl. Maps caller memory into guest physical memory, pinned and
 * accounted (RLIMIT_MEMLOCK, memcg) until it is unmapped. Two regions may share
 * addresses of the caller, but not guest pages. To unmap, size and guest_pfn
 * and userspace_addr must match what was mapped. When it returns from an unmap,
 * no VP and no hypervisor translation reaches the pages any more.
 *
 * Errors: EINVAL alignment, size, no such region; EEXIST overlap; EFAULT not
 * mapped in the caller or not writable as asked; ENOMEM also RLIMIT_MEMLOCK.
 *
 * Source: mshv.h.
 */
struct hvpart_user_mem_region {
	__u64 size;
	__u64 guest_pfn;
	__u64 userspace_addr;
	__u8 flags;
	__u8 rsvd[7];
};
HVPART_ASSERT_SIZE(struct hvpart_user_mem_region, 32);

enum {
	HVPART_IRQFD_BIT_DEASSIGN,
	HVPART_IRQFD_BIT_RESAMPLE,
	HVPART_IRQFD_BIT_COUNT,
};

#define HVPART_IRQFD_FLAGS_MASK		((1 << HVPART_IRQFD_BIT_COUNT) - 1)

/**
 * struct hvpart_user_irqfd - argument of HVPART_IRQFD
 * @fd: eventfd; each signal asserts the interrupt
 * @resamplefd: eventfd signalled at the guest's EOI, with RESAMPLE
 * @gsi: entry of the MSI routing table
 * @flags: mask of 1 << HVPART_IRQFD_BIT_*
 *
 * Partition ioctl.
 *
 * Errors: EINVAL flags, gsi; EBADF; EBUSY the eventfd is bound already.
 *
 * Source: mshv.h.
 */
struct hvpart_user_irqfd {
	__s32 fd;
	__s32 resamplefd;
	__u32 gsi;
	__u32 flags;
};
HVPART_ASSERT_SIZE(struct hvpart_user_irqfd, 16);

enum {
	HVPART_IOEVENTFD_BIT_DATAMATCH,
	HVPART_IOEVENTFD_BIT_PIO,
	HVPART_IOEVENTFD_BIT_DEASSIGN,
	HVPART_IOEVENTFD_BIT_COUNT,
};

#define HVPART_IOEVENTFD_FLAGS_MASK	((1 << HVPART_IOEVENTFD_BIT_COUNT) - 1)

/**
 * struct hvpart_user_ioeventfd - argument of HVPART_IOEVENTFD
 * @datamatch: value that must be written, with DATAMATCH
 * @addr: guest physical address; within a page
 * @len: bytes: 0 any, 1, 2, 4, 8
 * @fd: eventfd
 * @flags: mask of 1 << HVPART_IOEVENTFD_BIT_*; PIO is refused, as mshv does
 * @rsvd: zero
 *
 * Partition ioctl: a write of the guest there signals the eventfd and does not
 * come out of HVPART_RUN_VP.
 *
 * Errors: EINVAL; EOPNOTSUPP PIO; EEXIST; ENOENT; EBADF.
 *
 * Source: mshv.h.
 */
struct hvpart_user_ioeventfd {
	__u64 datamatch;
	__u64 addr;
	__u32 len;
	__s32 fd;
	__u32 flags;
	__u8 rsvd[4];
};
HVPART_ASSERT_SIZE(struct hvpart_user_ioeventfd, 32);

/**
 * struct hvpart_user_irq_entry - one MSI route
 * @gsi: its number
 * @address_lo: MSI address, low half; 0 with @data 0: no route
 * @address_hi: MSI address, high half
 * @data: MSI data
 *
 * Source: mshv.h.
 */
struct hvpart_user_irq_entry {
	__u32 gsi;
	__u32 address_lo;
	__u32 address_hi;
	__u32 data;
};
HVPART_ASSERT_SIZE(struct hvpart_user_irq_entry, 16);

/**
 * struct hvpart_user_irq_table - argument of HVPART_SET_MSI_ROUTING
 * @nr: number of entries
 * @rsvd: zero
 * @entries: replace the whole table
 *
 * Partition ioctl.
 *
 * Errors: EINVAL a gsi twice or too large; EFAULT; ENOMEM.
 *
 * Source: mshv.h.
 */
struct hvpart_user_irq_table {
	__u32 nr;
	__u32 rsvd;
	struct hvpart_user_irq_entry entries[];
};
HVPART_ASSERT_SIZE(struct hvpart_user_irq_table, 8);

enum {
	HVPART_GPAP_ACCESS_TYPE_ACCESSED,
	HVPART_GPAP_ACCESS_TYPE_DIRTY,
	HVPART_GPAP_ACCESS_TYPE_COUNT
};

enum {
	HVPART_GPAP_ACCESS_OP_NOOP,
	HVPART_GPAP_ACCESS_OP_CLEAR,
	HVPART_GPAP_ACCESS_OP_SET,
	HVPART_GPAP_ACCESS_OP_COUNT
};

/**
 * struct hvpart_gpap_access_bitmap - argument of HVPART_GET_GPAP_ACCESS_BITMAP
 * @access_type: HVPART_GPAP_ACCESS_TYPE_*
 * @access_op: HVPART_GPAP_ACCESS_OP_*, done after reading
 * @rsvd: zero
 * @page_count: number of pages
 * @gpap_base: first guest page number
 * @bitmap_ptr: (page_count + 7) / 8 bytes of the caller
 *
 * Partition ioctl; property GPA_PAGE_ACCESS_TRACKING must be 1.
 *
 * Errors: EINVAL type, op, range; EFAULT; ENOMEM.
 *
 * Source: mshv.h.
 */
struct hvpart_gpap_access_bitmap {
	__u8 access_type;
	__u8 access_op;
	__u8 rsvd[6];
	__u64 page_count;
	__u64 gpap_base;
	__u64 bitmap_ptr;
};
HVPART_ASSERT_SIZE(struct hvpart_gpap_access_bitmap, 32);

/**
 * struct hvpart_root_hvcall - argument of HVPART_ROOT_HVCALL
 * @code: HVCALL_*, one of those that the descriptor lets through
 * @reps: in: rep count; out: reps completed. 0 for a simple call
 * @in_sz: bytes at @in_ptr, list included; at most HVPART_HV_PAGE_SIZE
 * @out_sz: bytes at @out_ptr; at most HVPART_HV_PAGE_SIZE; 0 if @out_ptr is 0
 * @status: in: zero; out: HV_STATUS_*
 * @rsvd: zero
 * @in_ptr: parameter block of the caller. Its first u64 is the partition id, and
 *	the driver overwrites it with that of the descriptor
 * @out_ptr: output of the caller; 0: none
 *
 * Device, partition and VP ioctl. Memory statuses are handled by the driver:
 * it deposits and goes on from the reps completed.
 *
 * Errors: EINVAL code or sizes, or what the status says; EFAULT; ENOMEM; EIO.
 * @status and @reps are written for every hypercall that was issued.
 *
 * Source: mshv.h.
 */
struct hvpart_root_hvcall {
	__u16 code;
	__u16 reps;
	__u16 in_sz;
	__u16 out_sz;
	__u16 status;
	__u8 rsvd[6];
	__u64 in_ptr;
	__u64 out_ptr;
};
HVPART_ASSERT_SIZE(struct hvpart_root_hvcall, 32);

#define HVPART_RUN_VP_BUF_SZ	256

/*
 * Pages of a VP descriptor, for mmap(): the offset is one of these times the
 * system's page size. All are shared, readable and writable, and one page long.
 * The last is hvpart's own: struct hvpart_run_page.
 */
enum {
	HVPART_VP_MMAP_OFFSET_REGISTERS,
	HVPART_VP_MMAP_OFFSET_INTERCEPT_MESSAGE,
	HVPART_VP_MMAP_OFFSET_GHCB,
	HVPART_VP_MMAP_OFFSET_COUNT,
	HVPART_VP_MMAP_OFFSET_RUN = 0x100,
};

/**
 * struct hvpart_run_vp - argument of HVPART_RUN_VP
 * @msg_buf: out: the intercept message (struct hv_message). All of it must be
 *	writable; what stands behind the payload afterwards means nothing
 *
 * VP ioctl: runs the VP until it stops with an intercept. The next call goes on
 * from there, with what was written in the register page or by SetVpRegisters.
 * An intercept is never lost: a signal that arrives together with one is seen
 * by the next call.
 *
 * Errors: EINTR a signal, or immediate_exit of struct hvpart_run_page: nothing
 * was written, call again; EFAULT; EIO the partition is gone or the hypervisor
 * refuses to run the VP; ENODEV the hypervisor is gone.
 *
 * Source: mshv.h.
 */
struct hvpart_run_vp {
	__u8 msg_buf[HVPART_RUN_VP_BUF_SZ];
};
HVPART_ASSERT_SIZE(struct hvpart_run_vp, 256);

enum {
	HVPART_VP_STATE_LAPIC,	/* hv_local_interrupt_controller_state */
	HVPART_VP_STATE_XSAVE,			/* compacted XSAVE area */
	HVPART_VP_STATE_SIMP,			/* the message page */
	HVPART_VP_STATE_SIEFP,			/* the event flags page */
	HVPART_VP_STATE_SYNTHETIC_TIMERS,	/* 200 bytes */
	HVPART_VP_STATE_COUNT,
};

/**
 * struct hvpart_get_set_vp_state - argument of HVPART_GET/SET_VP_STATE
 * @type: HVPART_VP_STATE_*
 * @rsvd: zero
 * @buf_sz: in: bytes at @buf_ptr, a multiple of HVPART_HV_PAGE_SIZE; out: bytes
 *	of the state, also with EINVAL because it was too small
 * @buf_ptr: page-aligned address of the caller
 *
 * VP ioctl.
 *
 * Errors: EINVAL; EFAULT; ENOMEM; EIO.
 *
 * Source: mshv.h.
 */
struct hvpart_get_set_vp_state {
	__u8 type;
	__u8 rsvd[3];
	__u32 buf_sz;
	__u64 buf_ptr;
};
HVPART_ASSERT_SIZE(struct hvpart_get_set_vp_state, 16);

/* device */
#define HVPART_CREATE_PARTITION \
	_IOW(HVPART_MSHV_IOCTL, 0x00, struct hvpart_create_partition)

/* partition */
/* Takes the partition to "active"; early properties are final. Once: EINVAL. */
#define HVPART_INITIALIZE_PARTITION \
	_IO(HVPART_MSHV_IOCTL, 0x00)
#define HVPART_CREATE_VP \
	_IOW(HVPART_MSHV_IOCTL, 0x01, struct hvpart_create_vp)
#define HVPART_SET_GUEST_MEMORY \
	_IOW(HVPART_MSHV_IOCTL, 0x02, struct hvpart_user_mem_region)
#define HVPART_IRQFD \
	_IOW(HVPART_MSHV_IOCTL, 0x03, struct hvpart_user_irqfd)
#define HVPART_IOEVENTFD \
	_IOW(HVPART_MSHV_IOCTL, 0x04, struct hvpart_user_ioeventfd)
#define HVPART_SET_MSI_ROUTING \
	_IOW(HVPART_MSHV_IOCTL, 0x05, struct hvpart_user_irq_table)
#define HVPART_GET_GPAP_ACCESS_BITMAP \
	_IOWR(HVPART_MSHV_IOCTL, 0x06, struct hvpart_gpap_access_bitmap)

/* device, partition, VP */
#define HVPART_ROOT_HVCALL \
	_IOWR(HVPART_MSHV_IOCTL, 0x07, struct hvpart_root_hvcall)

/* VP */
#define HVPART_RUN_VP \
	_IOR(HVPART_MSHV_IOCTL, 0x00, struct hvpart_run_vp)
#define HVPART_GET_VP_STATE \
	_IOWR(HVPART_MSHV_IOCTL, 0x01, struct hvpart_get_set_vp_state)
#define HVPART_SET_VP_STATE \
	_IOWR(HVPART_MSHV_IOCTL, 0x02, struct hvpart_get_set_vp_state)

#endif /* _UAPI_LINUX_HVPART_MSHV_H */
