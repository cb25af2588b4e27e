// SPDX-License-Identifier: GPL-2.0
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>

#include "trim.h"

#define PAGE	4096UL

/* Read-only parts of the program and its libraries are in their files. */
static int drop_segments(struct dl_phdr_info *info, size_t size, void *data)
{
	int i;

	(void)size, (void)data;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + ph->p_vaddr, end;

		/* Writable ones hold what this process wrote: relocations. */
		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W))
			continue;
		end = start + ph->p_filesz;
		start = (start + PAGE - 1) & ~(PAGE - 1);
		end &= ~(PAGE - 1);
		if (start < end)
			madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

void trim_memory(void)
{
	malloc_trim(0);
	dl_iterate_phdr(drop_segments, NULL);
}
