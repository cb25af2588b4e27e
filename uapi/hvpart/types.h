/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The integer types and the layout checks that all of uapi/ stands on.
 *
 * These headers serve three worlds that share no other header: the hypervisor
 * image (freestanding, built with -D__HVPART_HV__, sees no libc and no Linux
 * header), the Linux module, and user space (C and C++). Some may also be read by
 * the assembler, which gets the numbers and none of the C: those that mention
 * __ASSEMBLER__.
 *
 * Layout rule: every structure is naturally aligned and spells out its own
 * padding, so that it needs no "packed" and its members may be pointed at. The
 * one exception carries HVPART_PACKED and says why. Sizes and offsets are
 * asserted beside each structure.
 */
#ifndef _HVPART_TYPES_H
#define _HVPART_TYPES_H

#ifndef __ASSEMBLER__

#if defined(__KERNEL__) && \
	(defined(_ASM_X86_HYPERV_TLFS_H) || defined(_HV_HVGDK_MINI_H))
/* Of what a driver wants, only asm/svm.h and kvm_host.h bring them in. */
#error "uapi/hvpart has the names of Linux's own Hyper-V headers: include one"
#endif

#ifdef __HVPART_HV__
/* Spelled as in Linux's int-ll64.h, so that a host test may see both. */
typedef signed char __s8;
typedef unsigned char __u8;
typedef signed short __s16;
typedef unsigned short __u16;
typedef signed int __s32;
typedef unsigned int __u32;
__extension__ typedef signed long long __s64;
__extension__ typedef unsigned long long __u64;
#else
#include <linux/types.h>
#endif

#ifdef __cplusplus
#define HVPART_STATIC_ASSERT(cond, msg)	static_assert(cond, msg)
#else
#define HVPART_STATIC_ASSERT(cond, msg)	_Static_assert(cond, msg)
#endif

/* The type is written with its keyword: HVPART_ASSERT_SIZE(struct foo, 8). */
#define HVPART_ASSERT_SIZE(type, size) \
	HVPART_STATIC_ASSERT(sizeof(type) == (size), #type ": size")

#define HVPART_ASSERT_OFFSET(type, member, offset) \
	HVPART_STATIC_ASSERT(__builtin_offsetof(type, member) == (offset), \
			     #type "." #member ": offset")

#define HVPART_PACKED	__attribute__((packed))

#endif /* __ASSEMBLER__ */

/* Wide constants that the assembler must read too carry no C suffix there. */
#ifdef __ASSEMBLER__
#define HVPART_U64(x)	x
#else
#define HVPART_U64(x)	x##ULL
#endif

#define HV_HYP_PAGE_SHIFT		12
#define HV_HYP_PAGE_SIZE		0x1000
#define HV_HYP_LARGE_PAGE_SHIFT		21

#ifndef __ASSEMBLER__

/* Partition ids: TLFS "HV_PARTITION_ID". */
#define HV_PARTITION_ID_INVALID		((__u64)0)
#define HV_PARTITION_ID_SELF		(~(__u64)0)

/* VP indices: TLFS "HV_VP_INDEX". */
#define HV_ANY_VP			0xFFFFFFFFU
#define HV_VP_INDEX_SELF		0xFFFFFFFEU

struct hv_u128 {
	__u64 low_part;
	__u64 high_part;
};
HVPART_ASSERT_SIZE(struct hv_u128, 16);

#endif /* __ASSEMBLER__ */
#endif /* _HVPART_TYPES_H */
