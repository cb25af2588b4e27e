/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the trampoline into the image, exceptions, and out again.
 *
 * hv_entry: RDI the boot information (our address), ESI the CPU's index, CR3
 * and CR4 ours, interrupts and NMIs held off by GIF = 0. FS, TR and LDTR stay
 * Linux's until the back end takes over; TR is not used before, since nothing
 * with an IST can happen.
 */
#include "regs.h"

#define BOOT_STACK_BYTES	8192

	.bss
	.balign 16
boot_stack:
	.skip	BOOT_STACK_BYTES
boot_stack_top:
boot_lock:
	.skip	8
boot_error:
	.skip	8

	.text
	.globl hv_entry
hv_entry:
	/* One CPU at a time on the boot stack. */
1:	mov	$1, %eax
	xchg	%eax, boot_lock(%rip)
	test	%eax, %eax
	jz	2f
	pause
	jmp	1b
2:	mov	$boot_stack_top, %esp
	cld
	push	%rdi
	push	%rsi
	/* CR0: no #NM for our XSAVE, no alignment checks. */
	clts
	lgdt	desc_boot_gdtr(%rip)
	mov	$HV_SEL_DATA, %eax
	mov	%eax, %ss
	mov	%eax, %ds
	mov	%eax, %es
	push	$HV_SEL_CODE
	push	$3f
	lretq
3:	mov	$boot_percpu, %eax
	call	set_gs_base
	call	desc_init
	lidt	desc_idtr(%rip)

	mov	(%rsp), %esi
	mov	8(%rsp), %rdi
	mov	$boot_error, %edx
	call	boot_cpu
	test	%rax, %rax
	jz	4f
	mov	%rax, %rdi
	call	set_gs_base
	mov	PERCPU_STACK(%rdi), %rsp
	movl	$0, boot_lock(%rip)
	call	boot_run
	ud2
4:	mov	(%rsp), %edi
	mov	boot_error(%rip), %rsi
	mov	$BARE_UNLOCK, %edx
	call	boot_abort
	ud2

/* GS base := RAX; clobbers RAX, RCX, RDX. */
set_gs_base:
	mov	%rax, %rdx
	shr	$32, %rdx
	mov	$MSR_GS_BASE, %ecx
	wrmsr
	ret

/* void bare_jump(frame, cr4_no_pge, cr3, cr4, flags, target) */
	.globl bare_jump
bare_jump:
	btr	$BARE_UNLOCK_BIT, %r8
	jnc	1f
	movl	$0, boot_lock(%rip)
1:	jmp	*%r9

/*
 * Exceptions: four bytes a vector; see fault.c for the frame. Where the CPU
 * pushes no error code (APM vol. 2, table 8-1) a 0 goes below the vector.
 */
	.globl fault_stubs
fault_stubs:
	.set vector, 0
	.rept 32
	push	$vector
	jmp	fault_common
	.set vector, vector + 1
	.endr

fault_common:
	cld
	push	%rax
	mov	8(%rsp), %eax
	bt	%eax, fault_has_error(%rip)
	jc	1f
	push	(%rsp)
	mov	%rax, 8(%rsp)
	andq	$0, 16(%rsp)
1:	pop	%rax
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%r11
	push	%r10
	push	%r9
	push	%r8
	push	%rdi
	push	%rsi
	push	%rbp
	push	%rsp
	push	%rbx
	push	%rdx
	push	%rcx
	push	%rax
	mov	%rsp, %rdi
	mov	%rsp, %rbp
	and	$~15, %rsp
	call	fault_handle
	mov	%rbp, %rsp
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rbx
	pop	%rbp		/* no: RSP's place */
	pop	%rbp
	pop	%rsi
	pop	%rdi
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
 * bool safe_rdmsr(u32 msr, u64 *val), bool safe_wrmsr(u32 msr, u64 val): a
 * fault in the instruction makes it false: the table below.
 */
	.globl safe_rdmsr
safe_rdmsr:
	mov	%edi, %ecx
1:	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, (%rsi)
	mov	$1, %eax
	ret
	.globl safe_wrmsr
safe_wrmsr:
	mov	%edi, %ecx
	mov	%esi, %eax
	mov	%rsi, %rdx
	shr	$32, %rdx
2:	wrmsr
	mov	$1, %eax
	ret
/* bool safe_xrstor(void *area, u64 mask), bool safe_fxrstor(void *area) */
	.globl safe_xrstor
safe_xrstor:
	mov	%esi, %eax
	mov	%rsi, %rdx
	shr	$32, %rdx
3:	xrstor64 (%rdi)
	mov	$1, %eax
	ret
	.globl safe_fxrstor
safe_fxrstor:
4:	fxrstor64 (%rdi)
	mov	$1, %eax
	ret
	.globl safe_failed
safe_failed:
	xor	%eax, %eax
	ret

	.section .rodata, "a", @progbits
fault_has_error:
	.long	0x60227d00

	/* What may fault; all go on at safe_failed. */
	.section .ex_table, "a", @progbits
	.balign 4
	.long	1b, 2b, 3b, 4b

	.section .note.GNU-stack, "", @progbits
