/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the PVH entry (32-bit, no paging) and from SIPI (real mode) to C.
 *
 * The page tables are data: one identity map of the first 4 GiB in 2 MiB pages,
 * open to CPL 3 too, so that tests may run any code there.
 */
#include "layout.h"

#define CR0_PE		0x00000001
#define CR0_ON		0x80010033	/* PG WP NE ET MP PE */
#define CR4_PAE		0x00000020
#define MSR_EFER	0xC0000080
#define EFER_LME	0x00000100

	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 8, 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad pvh_entry

	.section .data, "aw"
	.balign 4096
	.globl boot_pml4
boot_pml4:
	.quad boot_pdpt + 7
	.fill 511, 8, 0
boot_pdpt:
	.quad boot_pd + 7, boot_pd + 0x1007, boot_pd + 0x2007, boot_pd + 0x3007
	.fill 508, 8, 0
	.globl boot_pd
boot_pd:
	.set page, 0
	.rept 2048
	.quad (page << 21) + 0x87	/* PS US RW P */
	.set page, page + 1
	.endr

	.balign 16
boot_gdt:
	.quad 0
	.quad 0x00AF9B000000FFFF	/* SEL_CODE64 */
	.quad 0x00CF93000000FFFF	/* SEL_DATA */
	.quad 0x00CF9B000000FFFF	/* SEL_CODE32 */
boot_gdtr:
	.word . - boot_gdt - 1
	.long boot_gdt, 0

	.bss
	.balign 16
	.globl stacks
stacks:	.skip MAX_CPUS * STACK_SIZE

/* 32-bit, flat, paging off; then @where runs in 64-bit mode. Takes EAX ECX EDX. */
	.macro to_long_mode where
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$boot_pml4, %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	wrmsr
	mov	$CR0_ON, %eax
	mov	%eax, %cr0
	ljmp	$SEL_CODE64, $\where
	.endm

	.text
	.code32
	.globl pvh_entry
pvh_entry:
	cli
	cld
	lgdt	boot_gdtr
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	to_long_mode bsp64

	.code64
bsp64:
	mov	$(stacks + STACK_SIZE), %rsp
	xor	%ebp, %ebp
	mov	%ebx, %edi		/* start info */
	call	guest_entry
	ud2

/* Copied to TRAMPOLINE. */
	.code16
	.globl trampoline_start, trampoline_end
trampoline_start:
	cli
	cld
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	trampoline_gdtr - trampoline_start
	mov	%cr0, %eax
	or	$CR0_PE, %eax
	mov	%eax, %cr0
	ljmpl	*(trampoline_far - trampoline_start)
	.balign 4
trampoline_far:
	.long	ap32
	.word	SEL_CODE32
	.balign 4
trampoline_gdtr:
	.word	4 * 8 - 1
	.long	boot_gdt
trampoline_end:

	.code32
ap32:
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	to_long_mode ap64

	.code64
ap64:
	/* The initial APIC id: works in both APIC modes, before any set-up. */
	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	cmp	$MAX_CPUS, %ebx
	jae	1f
	mov	%ebx, %edi
	inc	%ebx
	imul	$STACK_SIZE, %rbx, %rbx
	lea	stacks(%rbx), %rsp
	xor	%ebp, %ebp
	call	ap_entry
1:	cli
	hlt
	jmp	1b

/*
 * Real-mode probe for SIPI tests, position-independent: leaves CS, IP, CR0,
 * EFLAGS at the end of its own page and stops.
 */
	.code16
	.globl rm_probe_start, rm_probe_end
rm_probe_start:
	mov	%cs, %ax
	mov	%ax, %ds
	mov	%ax, 0xff0
	mov	%esp, %ecx
	mov	%cr0, %eax
	mov	%eax, 0xff4
	mov	%dx, 0xff8
	movl	$0x600D600D, 0xffc
1:	cli
	hlt
	jmp	1b
rm_probe_end:
	.code64

	.section .note.GNU-stack, "", @progbits
