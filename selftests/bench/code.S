/* SPDX-License-Identifier: GPL-2.0 */
/* What runs in the children of guest.h. 1000 is GUEST_SAMPLES. */
	.section .rodata.guest, "a"

/* Real mode, as a VP starts: OUT. DI counts through the results. */
	.code16
	.globl	guest_out, guest_out_end
guest_out:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	$0x2000, %di
	movw	$1000, %cx
	movw	$0x99, %dx
	movw	%dx, %bp
1:	rdtsc
	movl	%eax, %ebx
	movw	%bp, %dx
	outb	%al, %dx
	rdtsc
	subl	%ebx, %eax
	movl	%eax, (%di)
	addw	$4, %di
	loop	1b
	movw	$0x9a, %dx
	outb	%al, %dx
	hlt
guest_out_end:

/* Identity and hypercall page; RBX is the box, RSI the page. */
	.code64
	.macro	prepare
	movl	$0x40000000, %ecx
	movl	$1, %eax
	movl	$0x8100, %edx
	wrmsr
	movl	$0x40000001, %ecx
	movl	$0x9001, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$0x4000, %ebx
	movl	$0x9000, %esi
	movl	$0x2000, %edi
	movl	$1000, %r13d
	.endm

	.macro	parameters
	movq	(%rbx), %rcx
	movq	8(%rbx), %rdx
	movq	16(%rbx), %r8
	.endm

	.macro	result
	subl	%r12d, %eax
	movl	%eax, (%rdi)
	addq	$4, %rdi
	decl	%r13d
	.endm

/* The hypercall in the box, until it returns. */
	.globl	guest_call, guest_call_end
guest_call:
	prepare
1:	parameters
	movq	%rdx, %r14
	rdtsc
	movl	%eax, %r12d
	movq	%r14, %rdx
	call	*%rsi
	rdtsc
	result
	jnz	1b
	outb	%al, $0x9a
	hlt
guest_call_end:

/* The same, until the root has answered by the word in the box. */
	.globl	guest_post, guest_post_end
guest_post:
	prepare
1:	parameters
	movq	%rdx, %r14
	movl	24(%rbx), %ebp
	rdtsc
	movl	%eax, %r12d
	movq	%r14, %rdx
	call	*%rsi
2:	cmpl	24(%rbx), %ebp
	je	2b
	rdtsc
	result
	jnz	1b
	outb	%al, $0x9a
	hlt
guest_post_end:

	.section .note.GNU-stack, "", @progbits
