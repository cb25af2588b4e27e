/* SPDX-License-Identifier: GPL-2.0 */
/* 256 ways into trap(), and the ways out of what faulted. */
#include "layout.h"

	.text
	.balign 16
	.globl vector_stubs
vector_stubs:
	.set vec, 0
	.rept 256
	.balign 16
	.if (vec == 8) || (vec >= 10 && vec <= 14) || vec == 17 || vec == 21 || \
		vec == 29 || vec == 30
	.else
	push	$0
	.endif
	push	$vec
	jmp	vector_common
	.set vec, vec + 1
	.endr

vector_common:
	cld
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%r11
	push	%r10
	push	%r9
	push	%r8
	push	%rbp
	push	%rdi
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rbx
	push	%rax
	mov	%rsp, %rdi
	call	trap
	pop	%rax
	pop	%rbx
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
	pop	%rbp
	pop	%r8
	pop	%r9
	pop	%r10
	pop	%r11
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	add	$16, %rsp
	iretq

/*
 * u64 escape_call(u64 *saved, void (*fn)(void *), void *arg): 0, or 1 when an
 * exception in fn() ended in escape_jump(saved).
 */
	.globl escape_call
escape_call:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	pushfq
	mov	%rsp, (%rdi)
	push	%rdi
	push	%rdi
	mov	%rdx, %rdi
	call	*%rsi
	pop	%rdi
	pop	%rdi
	movq	$0, (%rdi)
	xor	%eax, %eax
escape_out:
	popfq
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.globl escape_jump
escape_jump:
	mov	(%rdi), %rsp
	movq	$0, (%rdi)
	mov	$1, %eax
	jmp	escape_out

/* void user_enter(rip, rsp, rcx, rdx): ends with an exception, see trap.c. */
	.globl user_enter
user_enter:
	push	$(SEL_USER_DATA + 3)
	push	%rsi
	push	$2
	push	$(SEL_USER_CODE + 3)
	push	%rdi
	xchg	%rdx, %rcx
	xor	%r8d, %r8d
	iretq

/* void load_gdt(const struct table *gdtr): and all segments from it. */
	.globl load_gdt
load_gdt:
	lgdt	(%rdi)
	pop	%rax
	push	$SEL_CODE64
	push	%rax
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	lretq

	.section .note.GNU-stack, "", @progbits
