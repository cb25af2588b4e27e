/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wall between the core and a back end. kmod/hv/svm and kmod/hv/vmx each
 * implement every function here; the image links with one of them. No table of
 * pointers and no vendor name above this line. A back end calls nothing but
 * lib, log and percpu: it runs a VP and returns what happened.
 *
 * "struct vendor_vp" and "struct vendor_cpu" come from the back end's
 * vendor_vp.h (found by the include path); its members are private but for
 * "struct cpu_regs regs".
 *
 * Context of all functions: inside the hypervisor, the VP not running anywhere
 * else (the caller holds vp->running or the VP was never started).
 */
#ifndef HV_VENDOR_H
#define HV_VENDOR_H

#include "lib.h"
#include "cpu_regs.h"
#include "event.h"
#include "pool.h"
#include "vendor_vp.h"
#include <hvpart/register.h>
#include <hvpart/stats.h>
#include <hvpart/status.h>

/* --- exits ------------------------------------------------------------ */

/* The numbers are those that the statistics use. */
enum exit_reason {
	EXIT_UNKNOWN = HVPART_EXIT_OTHER,	/* code not in the table: a defect, treated as such */
	EXIT_INTR = HVPART_EXIT_INTERRUPT,	/* physical interrupt is pending (not taken) */
	EXIT_NMI = HVPART_EXIT_NMI,		/* physical NMI is pending, or (VMX) was taken */
	EXIT_MC = HVPART_EXIT_MACHINE_CHECK,	/* the root's */
	EXIT_INTR_WINDOW = HVPART_EXIT_INTERRUPT_WINDOW, /* guest can take an interrupt now */
	EXIT_NMI_WINDOW = HVPART_EXIT_NMI_WINDOW, /* NMI unmasked (IRET done) */
	EXIT_EXCEPTION = HVPART_EXIT_EXCEPTION,	/* an intercepted vector */
	EXIT_CPUID = HVPART_EXIT_CPUID,
	EXIT_MSR_READ = HVPART_EXIT_MSR_READ,
	EXIT_MSR_WRITE = HVPART_EXIT_MSR_WRITE,
	EXIT_IO = HVPART_EXIT_IO,
	EXIT_HYPERCALL = HVPART_EXIT_HYPERCALL,
	EXIT_NPF = HVPART_EXIT_NESTED_FAULT,
	EXIT_HLT = HVPART_EXIT_HALT,
	EXIT_PAUSE = HVPART_EXIT_PAUSE,
	EXIT_CR8 = HVPART_EXIT_CR,		/* the guest has moved to CR8 */
	EXIT_CACHE = HVPART_EXIT_INVALIDATE,	/* INVD / WBINVD */
	EXIT_XSETBV = HVPART_EXIT_XSETBV,
	EXIT_UD = HVPART_EXIT_VIRTUALIZATION,	/* instruction the guest may not have: #UD */
	EXIT_GP = HVPART_EXIT_TSC,		/* instruction that gets #GP(0) (RDPMC) */
	EXIT_TASK_SWITCH = HVPART_EXIT_TASK_SWITCH,
	EXIT_SHUTDOWN = HVPART_EXIT_SHUTDOWN,	/* triple fault */
	EXIT_INVALID_STATE = HVPART_EXIT_INVALID_STATE,	/* entry failed; VP state is unusable */
	NR_EXIT_REASONS = HVPART_EXIT_COUNT
};

/**
 * struct hv_exit - what happened
 * @insn_len: bytes to skip to complete the instruction; 0 = not an instruction
 *            or unknown
 */
struct hv_exit {
	enum exit_reason reason;
	u8 insn_len;
	u64 vendor_code;			/* for logs */
	union {
		union {
			u32 bits;
			struct {
				u32 in : 1, : 1, string : 1, rep : 1;
				u32 size : 3;		/* 1, 2, 4 */
				u32 addr_size : 3;	/* 1, 2, 4 words; 0 = unknown */
				u32 seg : 3;		/* of OUTS, in register.h's order; ES for INS */
				u32 : 3, port : 16;
			};
		} io;
		struct {
			u64 gpa;
			union {
				u8 bits;		/* as #PF has them, then ours */
				struct {
					u8 present : 1;	/* rights violation, not absence */
					u8 write : 1, user : 1, : 1, fetch : 1;
					u8 table_walk : 1;	/* on the guest's page tables */
					u8 gva_valid : 1;
				};
			};
			u64 gva;
			u8 insn_bytes;		/* decode assist: bytes in insn[] */
			u8 insn[16];
		} npf;
		struct {
			u8 vector;
			bool has_error;
			u32 error;
			u64 param;		/* CR2 for #PF, DR6 for #DB */
		} exc;
		struct {
			u16 selector;
		} task;
	};
};

/* --- events towards the guest ------------------------------------------- */

/**
 * vendor_event - the one event that the next entry delivers
 * After vendor_run() it holds an event whose delivery the exit interrupted
 * (valid), to be delivered again unless the core clears it. Writable.
 */
struct hv_event *vendor_event(struct vendor_vp *v);

/* Guest can take a maskable interrupt now: IF set, no shadow, no event queued. */
bool vendor_intr_ready(struct vendor_vp *v);
/* NMI not masked, no shadow, no event queued. */
bool vendor_nmi_ready(struct vendor_vp *v);
/* Ask for EXIT_INTR_WINDOW / EXIT_NMI_WINDOW, or withdraw that. */
void vendor_want_intr_window(struct vendor_vp *v, bool on);
void vendor_want_nmi_window(struct vendor_vp *v, bool on);
/*
 * Ask for an exit when the guest has moved CR8, or withdraw that. At EXIT_CR8 it
 * is about to: asked again, the back end lets it, and the next exit is a window.
 */
void vendor_want_tpr_window(struct vendor_vp *v, bool on);

/*
 * The guest moves to and from CR8 without an exit (SVM: V_TPR): take it over
 * into the APIC's TPR after a run, and set it when the TPR changes otherwise.
 */
u8 vendor_cr8(struct vendor_vp *v);
void vendor_set_cr8(struct vendor_vp *v, u8 cr8);

/* --- a VP ------------------------------------------------------------- */

/**
 * vendor_vp_init - allocate and fill the control structures of a child VP
 * All of it comes from @pool. State = architectural reset (vendor_vp_reset).
 * @npt_root: SPA of the nested table
 */
hv_status vendor_vp_init(struct vendor_vp *v, struct pool *pool, u64 npt_root);
void vendor_vp_free(struct vendor_vp *v, struct pool *pool);

/* Architectural state of RESET, or of INIT (@init: CR0.CD/NW, DRs, MSRs stay). */
void vendor_vp_reset(struct vendor_vp *v, bool init);
/* SIPI: real mode at vector << 12. */
void vendor_vp_sipi(struct vendor_vp *v, u8 vector);

/**
 * vendor_get_reg, vendor_set_reg - registers that live in the control block
 * CR0/2/3/4, CR8 is the core's; DR6/7, segments, tables, EFER, PAT, SYSENTER*,
 * STAR.., KERNEL_GS_BASE, DEBUGCTL, InterruptState. Names of <hvpart/register.h>.
 * GPRs, RIP, RFLAGS are in v->regs and not handled here.
 * Return: false = unknown name here. Setting checks nothing; see
 * vendor_state_valid().
 */
bool vendor_get_reg(struct vendor_vp *v, u32 name, union hv_register_value *val);
bool vendor_set_reg(struct vendor_vp *v, u32 name, const union hv_register_value *val);

/* Cheap accessors for the hot paths. */
u64 vendor_cr0(struct vendor_vp *v);
u64 vendor_cr3(struct vendor_vp *v);
u64 vendor_cr4(struct vendor_vp *v);
u64 vendor_efer(struct vendor_vp *v);
u8 vendor_cpl(struct vendor_vp *v);
bool vendor_cs_long(struct vendor_vp *v);		/* CS.L */
void vendor_clear_intr_shadow(struct vendor_vp *v);	/* when RIP is advanced */
u64 *vendor_dr6(struct vendor_vp *v);		/* the guest's, to read and write */
u64 vendor_dr7(struct vendor_vp *v);
u64 vendor_interrupt_state(struct vendor_vp *v);	/* hv_x64_interrupt_state_register */
/* @n of ES CS SS DS FS GS, from @name on. */
void vendor_get_segments(struct vendor_vp *v, u32 name,
			 struct hv_x64_segment_register *out, u32 n);

/**
 * vp_state_valid oracle: every consistency check the CPU makes at entry (APM
 * vol. 2 15.5.1 "Canonicalization and Consistency Checks"; SDM 27.3), so
 * that an entry never fails. @why names the first broken rule.
 */
bool vendor_state_valid(struct vendor_vp *v, const char **why);

/* TPR as the guest's MOV CR8 sees it (bits 7:4 of the APIC's); the loop keeps both equal. */
u8 vendor_cr8(struct vendor_vp *v);
void vendor_set_cr8(struct vendor_vp *v, u8 cr8);

void vendor_set_tsc_offset(struct vendor_vp *v, u64 offset);

/**
 * vendor_run - enter the guest, come back with what happened
 * The world (xstate, debug registers ...) has been loaded by world_switch().
 * Interrupts stay pending throughout. Handles TLB tags: uses a fresh tag when
 * the VP comes to this CPU or vendor_flush() was called.
 */
void vendor_run(struct vendor_vp *v, struct hv_exit *exit);

/* All of this VP's translations are gone before it runs again, on any CPU. */
void vendor_flush(struct vendor_vp *v);

/* Everything this CPU may hold: host translations and every guest's. */
void vendor_cpu_flush_all(void);

/* What the hypercall page must contain: ENDBR64, the call instruction, RET. */
extern const u8 vendor_hypercall_code[];
extern const u32 vendor_hypercall_code_len;

/* HV_PARTITION_PROCESSOR_VENDOR_*, and how many ASIDs or VPIDs the CPU has. */
extern const u32 vendor_id;
u32 vendor_tag_count(void);

/* --- a CPU (entry room) ------------------------------------------------- */

struct hvpart_boot_info;

/* Once: keep what the driver found out about this vendor's features. */
void vendor_machine_init(const struct hvpart_boot_info *info);

struct vendor_cpu;
struct hvpart_cpu_frame;	/* <hvpart/boot.h>: the bare Linux state */

/* Allocate what is missing of the CPU's structures, from the root's pool. */
hv_status vendor_cpu_init(struct vendor_cpu *c, struct pool *root_pool);
/*
 * Turn virtualisation on and build the root VP from the frame. After this
 * vendor_run(root) continues Linux. Return: 0 or a HVPART_BOOT_E* code with
 * nothing changed.
 */
int vendor_cpu_enter(struct vendor_cpu *c, struct vendor_vp *root,
		     const struct hvpart_cpu_frame *frame, u64 npt_root);
/* Load the root VP's state onto the bare CPU and continue it. */
void vendor_cpu_leave(struct vendor_cpu *c, struct vendor_vp *root) __noreturn;

/* HVPART_LEAVE_*: what the trampoline must undo on the way out. */
extern const u64 vendor_leave_flags;

/* A fault of ours: may the root continue on the bare CPU from where it is? */
bool vendor_cpu_can_leave(struct vendor_vp *root);

/*
 * MSRs of the root that exit: guarded ones (EFER.SVME, VM_HSAVE_PA ...) and
 * those that always exit, which are passed through.
 */
/* MSR_MEMORY: the pool is empty; the same access works after a deposit. */
enum msr_result { MSR_OK, MSR_FAULT, MSR_UNKNOWN, MSR_MEMORY };
enum msr_result vendor_root_rdmsr(struct vendor_vp *v, u32 msr, u64 *val);
enum msr_result vendor_root_wrmsr(struct vendor_vp *v, u32 msr, u64 val);

/* RDMSR/WRMSR of the machine; false when it faulted. */
bool safe_rdmsr(u32 msr, u64 *val);
bool safe_wrmsr(u32 msr, u64 val);

#endif
