// SPDX-License-Identifier: GPL-2.0
/*
 * An exception inside the hypervisor. Either an access that may fail (the
 * exception table), or a defect: it is written to the log, children stop, and
 * this CPU goes back to bare metal, where the driver finds it and reports. The
 * other CPUs stay demoted: what is hidden stays hidden.
 */
#include "fault.h"
#include "log.h"
#include "percpu.h"
#include "owner.h"
#include "vp.h"
#include "world.h"
#include <hvpart/status.h>

#define VECTOR_NMI	2
#define VECTOR_PF	14
#define STACK_WORDS	24
#define SPINS_MAX	(1u << 22)	/* a lock is held for far less */

/* entry.S: where what may fault stands, as addresses; and where it goes on. */
extern const u32 __ex_table_start[], __ex_table_end[];
extern const u8 safe_failed[];

u32 hv_faults;

static bool fixup(struct fault_frame *f)
{
	const u32 *x;

	for (x = __ex_table_start; x < __ex_table_end; x++)
		if (*x == f->rip) {
			f->rip = (u64)safe_failed;
			return true;
		}
	return false;
}

static u64 read_cr2(void)
{
	u64 cr2;

	__asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
	return cr2;
}

static void log_registers(const struct fault_frame *f)
{
	static const char texts[4][40] HV_TEXT_SECTION = {
		HV_STRING(HV_LOG_ERR) "rax %llx rcx %llx rdx %llx rbx %llx",
		HV_STRING(HV_LOG_ERR) "rsp %llx rbp %llx rsi %llx rdi %llx",
		HV_STRING(HV_LOG_ERR) "r8 %llx r9 %llx r10 %llx r11 %llx",
		HV_STRING(HV_LOG_ERR) "r12 %llx r13 %llx r14 %llx r15 %llx",
	};

	hv_log(HV_LOG_FAULT, "fault %llu error %llx rip %llx rflags %llx cr2 %llx",
	       f->vector, f->error, f->rip, f->rflags,
	       f->vector == VECTOR_PF ? read_cr2() : 0);
	for (u32 i = 0; i < 16; i += 4)
		log_write(texts[i / 4], f->gpr[i], f->gpr[i + 1], f->gpr[i + 2],
			  f->gpr[i + 3], 0);
}

/* Words of the stack up to its page's end: the next may be a guard. */
static void log_stack(u64 rsp)
{
	const u64 *p = (const u64 *)(rsp & ~7ull);
	u64 words = (PAGE_SIZE - ((u64)p & ~PAGE_MASK)) / 8;

	for (u64 i = 0; i + 4 <= MIN(words, STACK_WORDS); i += 4)
		hv_log(HV_LOG_ERR, "stack %llx: %llx %llx %llx %llx",
		       (u64)(p + i), p[i], p[i + 1], p[i + 2], p[i + 3]);
}

static void __noreturn halt(struct percpu *cpu)
{
	hv_log(HV_LOG_ERR, "CPU %u halted in the hypervisor", cpu->index);
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

/*
 * Locks may be held and state half changed: only what this CPU alone owns is
 * touched. A second fault on the way ends in halt().
 */
static void __noreturn give_up(struct percpu *cpu)
{
	struct vp *root = cpu->root_vp, *now = cpu->current;

	if (cpu->faults > 1 || cpu->state != CPU_DEMOTED ||
	    !vendor_cpu_can_leave(&root->v))
		halt(cpu);
	if (now != root) {
		world_switch(now, root);
		now->running = 0;
		cpu->current = root;
	}
	/* A call that did not complete is made again there, and refused by #UD. */
	hv_log(HV_LOG_ERR, "CPU %u goes back to bare metal", cpu->index);
	cpu->faults = 0;
	epoch_cpu_leave(cpu);
	WRITE_ONCE(cpu->state, CPU_BARE);
	vendor_cpu_leave(cpu->vendor, &root->v);
}

void fault_handle(struct fault_frame *f)
{
	struct percpu *cpu = this_cpu();

	if (fixup(f))
		return;
	f->gpr[GPR_RSP] = f->rsp;
	cpu->faults++;
	atomic_inc(&hv_faults);
	if (cpu->faults <= 2) {
		log_registers(f);
		log_stack(f->rsp);
	}
	give_up(cpu);
}

void spin_wait(u32 *spins)
{
	cpu_relax();
	if (unlikely(++*spins > SPINS_MAX) && READ_ONCE(hv_faults))
		HV_BUG("lock of a CPU that fell");
}
