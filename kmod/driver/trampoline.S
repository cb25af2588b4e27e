/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one page that both address spaces have at the same address. CR3 changes
 * in the middle of it: Linux executes the module's own page, the hypervisor a
 * copy that it owns. What runs on the far side touches no memory.
 *
 * TLB (APM vol. 2, 5.5): the two spaces use the same addresses for different
 * things, and Linux's kernel entries are global. So on the way in PGE goes off
 * before CR3 changes and PCIDE after it (both flush, the second all PCIDs), and
 * on the way out PCIDE comes back before a CR3 with a PCID is loaded and PGE,
 * which flushes everything, after it.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/asm.h>
#include <asm/ibt.h>
#include <asm/nospec-branch.h>
#include <hvpart/boot.h>

#define MSR_EFER_		0xc0000080
#define EFER_SVME_		0x1000

	.section .text.hvpart_trampoline, "ax", @progbits
	.balign 4096
	.globl hvp_trampoline
hvp_trampoline:

/*
 * u64 hvp_trampoline_enter(struct hvpart_cpu_frame *frame, u64 cr3,
 *			    u64 cr4_no_pge, u64 cr4_hv, u64 entry, u32 cpu,
 *			    u64 info)
 * Interrupts off, EFER.SVME set. Returns as a guest (0), or bare with a
 * HVPART_BOOT_E_* code and EFER.SVME clear.
 */
	.globl hvp_trampoline_enter
	.type hvp_trampoline_enter, @function
hvp_trampoline_enter:
	ENDBR
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	56(%rsp), %r10
	lea	1f(%rip), %rax
	mov	%rax, HVPART_FRAME_RIP(%rdi)
	mov	%rsp, HVPART_FRAME_RSP(%rdi)
	/* From here no NMI either, until Linux goes on as a guest (15.17). */
	clgi
	mov	%rdx, %cr4
	mov	%rsi, %cr3
	mov	%rcx, %cr4
	mov	%r10, %rdi
	mov	%r9d, %esi
	ANNOTATE_RETPOLINE_SAFE
	jmp	*%r8
1:	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	RET
	.size hvp_trampoline_enter, . - hvp_trampoline_enter

/*
 * The way out, see boot.h for the registers. GDTR, IDTR, CR0, CR2, FS, GS, TR,
 * LDTR and the debug registers are Linux's already; RFLAGS.IF is 0. An NMI
 * after STGI finds Linux's tables and takes a stack of its own (IST).
 */
	.globl hvp_trampoline_exit
	.type hvp_trampoline_exit, @function
hvp_trampoline_exit:
	ENDBR
	mov	%rsi, %cr4
	mov	%rdx, %cr3
	mov	%rcx, %cr4
	mov	HVPART_FRAME_RSP(%rdi), %rsp
	mov	HVPART_FRAME_DS_SELECTOR(%rdi), %eax
	mov	%eax, %ds
	mov	HVPART_FRAME_ES_SELECTOR(%rdi), %eax
	mov	%eax, %es
	test	$HVPART_LEAVE_SVM, %r8d
	jz	2f
	stgi
	mov	$MSR_EFER_, %ecx
	rdmsr
	and	$~EFER_SVME_, %eax
	wrmsr
2:	lea	HVPART_FRAME_RIP(%rdi), %rsp
	mov	HVPART_FRAME_GPR + 0x00(%rdi), %rax
	mov	HVPART_FRAME_GPR + 0x08(%rdi), %rcx
	mov	HVPART_FRAME_GPR + 0x10(%rdi), %rdx
	mov	HVPART_FRAME_GPR + 0x18(%rdi), %rbx
	mov	HVPART_FRAME_GPR + 0x28(%rdi), %rbp
	mov	HVPART_FRAME_GPR + 0x30(%rdi), %rsi
	mov	HVPART_FRAME_GPR + 0x40(%rdi), %r8
	mov	HVPART_FRAME_GPR + 0x48(%rdi), %r9
	mov	HVPART_FRAME_GPR + 0x50(%rdi), %r10
	mov	HVPART_FRAME_GPR + 0x58(%rdi), %r11
	mov	HVPART_FRAME_GPR + 0x60(%rdi), %r12
	mov	HVPART_FRAME_GPR + 0x68(%rdi), %r13
	mov	HVPART_FRAME_GPR + 0x70(%rdi), %r14
	mov	HVPART_FRAME_GPR + 0x78(%rdi), %r15
	mov	HVPART_FRAME_GPR + 0x38(%rdi), %rdi
	iretq
	.size hvp_trampoline_exit, . - hvp_trampoline_exit

	.balign 4096, 0xcc

/* Neither is a function whose stack objtool could follow. */
STACK_FRAME_NON_STANDARD hvp_trampoline_enter
STACK_FRAME_NON_STANDARD hvp_trampoline_exit

	.section .note.GNU-stack, "", @progbits
