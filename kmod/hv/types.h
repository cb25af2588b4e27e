/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Basic types of the hypervisor image.
 *
 * The image is freestanding: nothing here or below includes a Linux or libc
 * header. The same sources are also built for the host with sanitizers
 * (HV_UNIT_TEST), where only the lowest accessors are replaced.
 */
#ifndef HV_TYPES_H
#define HV_TYPES_H

#include <hvpart/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned long ulong;

#ifndef HV_UNIT_TEST
typedef __SIZE_TYPE__ size_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef _Bool bool;
#define true		1
#define false		0
#define NULL		((void *)0)
#define offsetof(t, m)	__builtin_offsetof(t, m)
#else
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#endif

#define BIT(n)			(1ull << (n))
#define MASK(hi, lo)		((~0ull >> (63 - (hi))) & (~0ull << (lo)))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a)		(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))

#define HV_STRING_(x)		#x
#define HV_STRING(x)		HV_STRING_(x)

#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

#define PAGE_SHIFT		12
#define PAGE_SIZE		4096ull
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define SIZE_2M			(1ull << 21)
#define SIZE_1G			(1ull << 30)
#define PFN_NONE		(~0ull)

#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define __section(s)		__attribute__((section(s)))
#define __used			__attribute__((used))
#define __noreturn		__attribute__((noreturn))
/* Runs seldom: inside its caller it would only make that one's jumps long. */
#define __noinline		__attribute__((noinline))
#define __must_check		__attribute__((warn_unused_result))
#define __printf(f, a)		__attribute__((format(printf, f, a)))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define static_assert		_Static_assert

/* Status of a hypercall: an HV_STATUS_* of <hvpart/status.h>, 0 = success. */
typedef u32 hv_status;

#endif
