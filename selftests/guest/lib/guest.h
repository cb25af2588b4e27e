/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The little kernel under all test guests: 64-bit, identity-mapped, up to
 * MAX_CPUS processors. A guest defines guest_main(); it runs on CPU 0 with
 * interrupts off, and its return is a poweroff.
 */
#ifndef GUEST_H
#define GUEST_H

#include "cpu.h"
#include "layout.h"

/* Vectors of the library; tests have 0x40 .. 0xEF but these. */
#define VEC_USER_EXIT	0x30	/* "int" from CPL 3: done */
#define VEC_CALL	0x31	/* there is work for this CPU */
#define VEC_SPURIOUS	0x2F

struct regs {
	u64 rax, rbx, rcx, rdx, rsi, rdi, rbp;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

struct fault {
	u64 vector, error, rip, cr2;
};

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u32 iomap;
} __attribute__((packed));

/*
 * One processor. @started counts arrivals through the trampoline; @work and
 * @arg are its mailbox, empty when @work is NULL.
 */
struct cpu {
	struct cpu *self;
	u32 index;
	u32 started;
	u64 escape;		/* RSP to go back to, see trap_escape() */
	struct fault fault;	/* the last one that was expected */
	bool faulted;		/* that is how the last work ended */
	void (*work)(void *arg);
	void *arg;
	u64 irqs[256];
	u64 gdt[8];
	struct tss tss;
	u8 trap_stack[4096] __attribute__((aligned(16)));
	u8 nmi_stack[4096] __attribute__((aligned(16)));
	u8 df_stack[4096] __attribute__((aligned(16)));
};

extern struct cpu cpus[MAX_CPUS];
extern u32 nr_cpus;		/* online */
extern u64 tsc_hz;

static inline struct cpu *cpu(void)
{
	struct cpu *c;

	asm volatile("mov %%gs:%c1, %0" : "=r"(c) : "i"(CPU_SELF));
	return c;
}

void guest_main(void);

/* start.c */
const char *cmdline(void);
/* "loops=" → 50000; text after the key up to a blank is at the pointer. */
const char *option(const char *key);
u64 option_number(const char *key, u64 otherwise);
bool option_is(const char *key, const char *value);

/* serial.c */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void format(char *buf, u32 size, const char *fmt, __builtin_va_list args);
void poweroff(void) __attribute__((noreturn));
void bail_out(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* string.c */
void *memset(void *p, int c, __SIZE_TYPE__ n);
void *memcpy(void *to, const void *from, __SIZE_TYPE__ n);
int memcmp(const void *a, const void *b, __SIZE_TYPE__ n);
__SIZE_TYPE__ strlen(const char *s);

/* page.c: zeroed pages; what was taken after a mark goes back with release */
void *page_alloc(void);
u32 page_mark(void);
void page_release(u32 mark);
void page_fill(void *page, u64 pattern);
bool page_is(const void *page, u64 pattern);

/* trap.c */
typedef void irq_fn(struct regs *r);
/* NULL: count and EOI, as all vectors do at first. Others EOI themselves. */
void irq_set(u8 vector, irq_fn *fn);
void irq_reset(void);
/* For vectors below 32; true: handled, go on. NULL takes it away. */
void exception_set(bool (*fn)(struct regs *r));
void trap_init_cpu(struct cpu *c);
/* Runs fn(arg); 0, or FAULT(vector) when it faulted. cpu()->fault has more. */
u32 trap_escape(void (*fn)(void *), void *arg);
/* As if it had happened here: what another CPU met on our behalf. */
void trap_raise(const struct fault *f) __attribute__((noreturn));
/* Runs code at CPL 3, interrupts off; FAULT(how it ended). */
u32 user_run(u64 rip, u64 rcx, u64 rdx);

/* smp.c */
void smp_start_all(u32 wanted);
/* INIT and SIPI; false: it did not come in time. Also brings one back. */
bool smp_start(u32 n);
void run_async(u32 n, void (*fn)(void *), void *arg);
void run_wait(u32 n);
void run_on(u32 n, void (*fn)(void *), void *arg);
void run_on_all(void (*fn)(void *), void *arg);

/* time.c */
void delay_us(u64 us);
struct timeout { u64 until; };
struct timeout timeout_ms(u64 ms);
bool expired(struct timeout t);
/* Until *p reaches n; false: it did not. Interrupts as they are. */
bool wait_for(const u64 *p, u64 n, u64 ms);

struct spinlock { u32 held; };

static inline void spin_lock(struct spinlock *l)
{
	while (__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE))
		pause();
}

static inline void spin_unlock(struct spinlock *l)
{
	__atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

#endif
