/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What runs in the child: a few instructions per test. The whole section is
 * copied to GPA 0x1000; code uses no address of its own but relative ones.
 */
	.section .rodata.guest, "a"
	.balign	16
	.globl	guest_start, guest_end
guest_start:
	.code16

/* OUT 8 bits, IN 16 bits, OUT what came in, halt for good. */
	.globl	guest_out
guest_out:
	movb	$0x42, %al
	outb	%al, $0x10
	movw	$0x1234, %dx
	inw	%dx, %ax
	outw	%ax, %dx
	cli
1:	hlt
	jmp	1b

/* Counts, and tells every value. */
	.globl	guest_count
guest_count:
	movw	$0x500, %dx
	xorw	%ax, %ax
1:	incw	%ax
	outw	%ax, %dx
	jmp	1b

	.globl	guest_spin
guest_spin:
	cli
1:	jmp	1b

	.globl	guest_halt
guest_halt:
	sti
1:	hlt
	jmp	1b

	.globl	guest_ud
guest_ud:
	ud2

/* The test chooses the base of DS. */
	.globl	guest_load
guest_load:
	movb	0x123, %al
	outb	%al, $0x11
	hlt

	.globl	guest_store
guest_store:
	movb	$0x99, %al
	movb	%al, 0x456
	outb	%al, $0x11
	hlt

	.globl	guest_outs
guest_outs:
	movw	$0x77, %dx
	movw	$0x100, %si
	movw	$3, %cx
	cld
	rep outsb
	outb	%al, $0x11
	hlt

	.globl	guest_ap
guest_ap:
	movb	$0x5a, %al
	outb	%al, $0x20
	cli
1:	hlt
	jmp	1b

	.code64

	.globl	guest_cpuid
guest_cpuid:
	movl	$0x40000000, %eax
	cpuid
	movl	%ebx, %eax
	movw	$0x510, %dx
	outl	%eax, %dx
	hlt

/* Counts at 8 MiB, as fast as it can. */
	.globl	guest_tick
guest_tick:
	movl	$0x800000, %ebx
1:	incq	(%rbx)
	jmp	1b

/* Message page 0x23000, event page 0x24000, SINT4 open, then: */
	.globl	guest_synic
guest_synic:
	xorl	%edx, %edx
	movl	$0x40000083, %ecx
	movl	$0x23001, %eax
	wrmsr
	decl	%ecx
	movl	$0x24001, %eax
	wrmsr
	movl	$0x40000094, %ecx
	movl	$0x70, %eax
	wrmsr
	movl	$0x40000080, %ecx
	movl	$1, %eax
	wrmsr

/*
 * Sets up the hypercall page, then issues the call that stands in the box at
 * 0x30000 (control, input, output), once and as often again as it says there,
 * leaves the results there (one upon the other) and says so.
 */
	.globl	guest_hypercall
guest_hypercall:
	movl	$0x40000000, %ecx
	movl	$1, %eax
	movl	$0x8100, %edx
	wrmsr
	movl	$0x40000001, %ecx
	movl	$0x20001, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$0x30000, %ebx
1:	movb	$1, %al
	outb	%al, $0x60
	movq	$0, 24(%rbx)
2:	movq	(%rbx), %rcx
	movq	8(%rbx), %rdx
	movq	16(%rbx), %r8
	movl	$0x20000, %eax
	call	*%rax
	orq	%rax, 24(%rbx)
	decq	32(%rbx)
	jns	2b
	jmp	1b

/* INIT and SIPI (vector 7) to APIC 1 in x2APIC mode. */
	.globl	guest_sipi
guest_sipi:
	movl	$0x830, %ecx
	movl	$1, %edx
	movl	$0x4500, %eax
	wrmsr
	movl	$0x4607, %eax
	wrmsr
	outb	%al, $0x21
	cli
1:	hlt
	jmp	1b

/* P0 .. P4, then the control word with a message at P3, P4 bytes long. */
	.globl	guest_crash
guest_crash:
	movl	$0x40000100, %ecx
	movl	$0x11, %eax
	xorl	%edx, %edx
	wrmsr
	incl	%ecx
	movl	$0x22, %eax
	wrmsr
	incl	%ecx
	movl	$0x33, %eax
	wrmsr
	incl	%ecx
	movl	$0x31000, %eax
	wrmsr
	incl	%ecx
	movl	$6, %eax
	wrmsr
	incl	%ecx
	xorl	%eax, %eax
	movl	$0xc0000000, %edx
	wrmsr
	outb	%al, $0x12
	cli
1:	hlt
	jmp	1b

guest_end:
	.section .note.GNU-stack, "", @progbits
