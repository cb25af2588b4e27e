/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entering and leaving a guest: APM vol. 2, 15.5 (VMRUN), 15.5.2 (VMLOAD and
 * VMSAVE). GIF is 0 here and after every exit, so nothing interrupts us;
 * RFLAGS.IF is 1, which is what lets physical interrupts end a child that has
 * V_INTR_MASKING (15.21.1).
 */
#include "regs.h"

	.text
	.globl svm_vmrun
	.type svm_vmrun, @function

/*
 * RDI: the control block's address, RSI: struct cpu_regs, RDX: that of the host's.
 * No function of C: R13 to R15 do not survive.
 */
svm_vmrun:
	push	%rbx
	push	%rbp
	push	%r12
	push	%rdx
	push	%rsi

	mov	%rdi, %rax
	mov	REGS_RCX(%rsi), %rcx
	mov	REGS_RDX(%rsi), %rdx
	mov	REGS_RBX(%rsi), %rbx
	mov	REGS_RBP(%rsi), %rbp
	mov	REGS_RDI(%rsi), %rdi
	mov	REGS_R8(%rsi), %r8
	mov	REGS_R9(%rsi), %r9
	mov	REGS_R10(%rsi), %r10
	mov	REGS_R11(%rsi), %r11
	mov	REGS_R12(%rsi), %r12
	mov	REGS_R13(%rsi), %r13
	mov	REGS_R14(%rsi), %r14
	mov	REGS_R15(%rsi), %r15
	mov	REGS_RSI(%rsi), %rsi

	vmload	%rax
	vmrun	%rax
	/* RAX and RSP are ours again, everything else is the guest's. */
	vmsave	%rax
	mov	8(%rsp), %rax
	vmload	%rax
	mov	(%rsp), %rax

	mov	%rcx, REGS_RCX(%rax)
	mov	%rdx, REGS_RDX(%rax)
	mov	%rbx, REGS_RBX(%rax)
	mov	%rbp, REGS_RBP(%rax)
	mov	%rsi, REGS_RSI(%rax)
	mov	%rdi, REGS_RDI(%rax)
	mov	%r8, REGS_R8(%rax)
	mov	%r9, REGS_R9(%rax)
	mov	%r10, REGS_R10(%rax)
	mov	%r11, REGS_R11(%rax)
	mov	%r12, REGS_R12(%rax)
	mov	%r13, REGS_R13(%rax)
	mov	%r14, REGS_R14(%rax)
	mov	%r15, REGS_R15(%rax)

	add	$16, %rsp
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret
	.size svm_vmrun, . - svm_vmrun

	.section .note.GNU-stack, "", @progbits
