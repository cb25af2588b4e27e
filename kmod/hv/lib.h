/* SPDX-License-Identifier: GPL-2.0 */
/* Lowest room: memory, atomics, locks, bits, 128-bit arithmetic. */
#ifndef HV_LIB_H
#define HV_LIB_H

#include "types.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#ifdef HV_UNIT_TEST	/* which may take a room without lib.c */
static inline void zero_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}
#else
void zero_page(void *page);
#endif

/* Volatile accesses: one load or store, never repeated by the compiler. */
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define barrier()		__asm__ volatile("" ::: "memory")

#define load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define atomic_inc(p)		((void)__atomic_add_fetch(p, 1, __ATOMIC_SEQ_CST))
#define atomic_dec(p)		((void)__atomic_sub_fetch(p, 1, __ATOMIC_SEQ_CST))
#define atomic_fetch_add(p, v)	__atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define atomic_or(p, v)		__atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define atomic_and(p, v)	__atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)
#define atomic_xchg(p, v)	__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)

/* Compare and exchange; true when *p was @old and is now @new. */
#define cmpxchg(p, old, new)						\
({									\
	__typeof__(*(p)) __old = (old);					\
	__atomic_compare_exchange_n(p, &__old, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);\
})

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

/*
 * Ticket lock. Interrupts never run inside the hypervisor (the back end
 * keeps them off), so no lock has an irq variant. Lock order stands in
 * partition.h. No lock is held across a world switch.
 */
struct spinlock {
	u16 next;
	u16 owner;
};

#ifdef HV_UNIT_TEST
/* Host tests that are interested watch the order of locks. */
extern void test_lock(struct spinlock *l, bool take) __attribute__((weak));
#define WATCH_LOCK(l, take)	(test_lock ? test_lock(l, take) : (void)0)
#define spin_wait(spins)	cpu_relax()
#else
#define WATCH_LOCK(l, take)	((void)0)
/* fault.c: a CPU that fell may have taken the lock with it. */
void spin_wait(u32 *spins);
#endif

static inline void lock_inline(struct spinlock *l)
{
	u32 spins = 0;
	u16 t;

	WATCH_LOCK(l, true);
	t = atomic_fetch_add(&l->next, 1);

	while (load_acquire(&l->owner) != t)
		spin_wait(&spins);
	(void)spins;
}

/*
 * Only the owner writes @owner, and stores are not reordered: one instruction,
 * which is shorter than a call and keeps the caller's result where it is.
 */
static inline void spin_unlock(struct spinlock *l)
{
#ifdef HV_UNIT_TEST
	store_release(&l->owner, (u16)(l->owner + 1));
	WATCH_LOCK(l, false);
#else
	__asm__ volatile("incw %0" : "+m"(l->owner) : : "memory", "cc");
#endif
}

/* One copy in the image (lib.c); host tests may take a room without lib.c. */
#ifdef HV_UNIT_TEST
#define spin_lock	lock_inline
#else
void spin_lock(struct spinlock *l);
#endif

static inline bool test_bit(const u64 *map, u32 n)
{
	return READ_ONCE(map[n / 64]) & BIT(n % 64);
}

/* Atomic; returns the former value of the bit. */
static inline bool test_and_set_bit(u64 *map, u32 n)
{
	return atomic_or(&map[n / 64], BIT(n % 64)) & BIT(n % 64);
}

static inline bool test_and_clear_bit(u64 *map, u32 n)
{
	return atomic_and(&map[n / 64], ~BIT(n % 64)) & BIT(n % 64);
}

static inline u32 fls64(u64 v)		/* highest set bit; v != 0 */
{
	return 63 - __builtin_clzll(v);
}

static inline u32 ffs64(u64 v)		/* lowest set bit; v != 0 */
{
	return __builtin_ctzll(v);
}

static inline u64 mul_u64_hi(u64 a, u64 b)
{
	return (u64)(((unsigned __int128)a * b) >> 64);
}

/**
 * div_u128_u64 - (hi:lo) / d
 * @hi: must be below @d, so that the quotient fits 64 bits
 */
u64 div_u128_u64(u64 hi, u64 lo, u64 d);

#endif
