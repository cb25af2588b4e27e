// SPDX-License-Identifier: GPL-2.0
#include "bare.h"
#include "cpu_regs.h"
#include <hvpart/boot.h>

struct table_ptr {
	u16 limit;
	u64 base;
} __packed;

static const struct hvpart_boot_info *info;

/* entry.S: loads the argument registers and jumps. */
void bare_jump(u64 frame_linux, u64 cr4_no_pge, u64 cr3, u64 cr4, u64 flags,
	       u64 target) __noreturn;

void bare_init(const struct hvpart_boot_info *i)
{
	info = i;
}

__noinline struct hvpart_cpu_frame *bare_frame(u32 index)
{
	return (struct hvpart_cpu_frame *)info->frames_va + index;
}

/*
 * From LIDT on an exception would find no handler that is mapped; nothing
 * between there and the jump can raise one. Debug exceptions are discarded
 * while GIF is 0 (APM vol. 2, 15.17).
 */
void bare_continue(struct hvpart_cpu_frame *f, u64 flags)
{
	struct table_ptr gdt = { f->gdtr.limit, f->gdtr.base };
	struct table_ptr idt = { f->idtr.limit, f->idtr.base };
	u64 frame_linux = (u64)f - info->frames_va + info->frames_linux_va;

	__asm__ volatile("mov %0, %%dr6\n\tmov %1, %%dr7"
			 : : "r"(f->dr6), "r"(f->dr7));
	__asm__ volatile("lgdt %0" : : "m"(gdt));
	__asm__ volatile("lidt %0" : : "m"(idt));
	__asm__ volatile("mov %0, %%cr2\n\tmov %1, %%cr0"
			 : : "r"(f->cr2), "r"(f->cr0) : "memory");
	bare_jump(frame_linux, f->cr4 & ~CR4_PGE, f->cr3, f->cr4, flags,
		  info->trampoline_exit);
}
