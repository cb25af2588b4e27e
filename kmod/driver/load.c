// SPDX-License-Identifier: GPL-2.0
/*
 * Loading: memory is taken from Linux in chunks of at least 2 MiB, the image is
 * copied into the first, and the hypervisor's first tables are built there. All
 * of it is done while every CPU is bare; afterwards no demoted CPU can see it.
 *
 *   chunk 0   image | boot info, CPUID policy | frames | trampoline | tables | root pool
 *   chunk 1.. ownership table; then, on large machines, more root pool
 */
#include <linux/cpumask.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/processor-flags.h>
#include <asm/tsc.h>
#include "cpuid.h"
#include "hvpart.h"
#include "image.h"
#include "insn.h"
#include "layout.h"
#include "load.h"
#include "machine.h"
#include "trampoline.h"

#define CHUNK_ORDER		9
#define CHUNK_PAGES		(1U << CHUNK_ORDER)
#define OWNER_ENTRY_BYTES	8
/* Pages of the root's pool that a CPU takes: area, stacks, control blocks. */
#define POOL_PAGES_PER_CPU	24
#define POOL_PAGES_MIN		192
/* Bytes of the CPUID policy: half of it is full with all that CPUs have today. */
#define CPUID_ROOM		8192
#define APIC_TIMER_HZ		200000000ULL

static struct hvp_load load;

struct hvpart_boot_info *hvp_boot_info(void)
{
	return load.info;
}

struct hvpart_cpu_frame *hvp_boot_frames(void)
{
	return load.frames;
}

u64 hvp_boot_cr3(void)
{
	return load.info->cr3;
}

u64 hvp_boot_entry(void)
{
	return load.entry;
}

u64 hvp_load_pages(void)
{
	return (u64)load.nr_chunks * CHUNK_PAGES;
}

/* --- memory ----------------------------------------------------------- */

static int add_chunk(enum hvp_chunk_use use)
{
	struct page *page;

	page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN |
			   __GFP_RETRY_MAYFAIL, CHUNK_ORDER);
	if (!page)
		return -ENOMEM;
	load.chunks[load.nr_chunks].pfn = page_to_pfn(page);
	load.chunks[load.nr_chunks].use = use;
	load.nr_chunks++;
	return 0;
}

static int allocate(void)
{
	u64 owner = DIV_ROUND_UP(load.max_pfn * OWNER_ENTRY_BYTES, SZ_2M);
	u64 pool = POOL_PAGES_MIN + POOL_PAGES_PER_CPU * nr_cpu_ids +
		(load.max_pfn >> 18) + (load.max_pfn >> 27);
	u64 total, i;
	int ret;

	/* The first chunk's rest is pool too; about half of it is free. */
	pool = pool > CHUNK_PAGES / 2 ? DIV_ROUND_UP(pool, CHUNK_PAGES) : 0;
	total = 1 + owner + pool;
	load.chunks = kvcalloc(total, sizeof(*load.chunks), GFP_KERNEL);
	if (!load.chunks)
		return -ENOMEM;
	ret = add_chunk(HVP_CHUNK_IMAGE);
	for (i = 0; i < owner && !ret; i++)
		ret = add_chunk(HVP_CHUNK_OWNER);
	for (i = 0; i < pool && !ret; i++)
		ret = add_chunk(HVP_CHUNK_POOL);
	return ret;
}

/* --- the first chunk ---------------------------------------------------- */

static void *first_va(u64 page)
{
	return pfn_to_kaddr(load.chunks[0].pfn + page);
}

static u64 first_spa(u64 page)
{
	return (load.chunks[0].pfn + page) << PAGE_SHIFT;
}

/* Take the next pages of the first chunk; they are zero. ~0: it is full. */
static u64 take(u64 pages)
{
	u64 page = load.used_pages;

	if (load.used_pages + pages > CHUNK_PAGES)
		return ~0ULL;
	load.used_pages += pages;
	return page;
}

static u64 *table_of(u64 spa)
{
	return phys_to_virt(spa);
}

/* The entry for @va at @level, tables added on the way. */
static u64 *entry_for(u64 va, unsigned int level)
{
	unsigned int l = load.la57 ? 5 : 4;
	u64 *table = table_of(load.cr3), *e, page;

	for (;; l--) {
		e = &table[(va >> (9 * l + 3)) & 511];
		if (l == level)
			return e;
		if (!*e) {
			page = take(1);
			if (page == ~0ULL)
				return NULL;
			*e = first_spa(page) | HVP_PTE_TABLE;
		}
		table = table_of(*e & HVP_PTE_SPA);
	}
}

static int map_page(u64 va, u64 spa, u64 bits)
{
	u64 *e = entry_for(va, bits & HVP_PTE_PS ? 2 : 1);

	if (!e)
		return -ENOMEM;
	*e = spa | bits;
	return 0;
}

static const struct elf64_phdr *segments(const struct elf64_hdr *eh)
{
	return (const void *)eh + eh->e_phoff;
}

static bool segment_ok(const struct elf64_phdr *ph)
{
	return ph->p_vaddr >= HVP_IMAGE_BASE &&
		!(ph->p_vaddr & ~PAGE_MASK) &&
		ph->p_vaddr + ph->p_memsz - HVP_IMAGE_BASE <=
			CHUNK_PAGES / 2 * PAGE_SIZE &&
		ph->p_filesz <= ph->p_memsz &&
		ph->p_offset + ph->p_filesz <= hvp_image_size();
}

static u64 segment_bits(const struct elf64_phdr *ph)
{
	if (ph->p_flags & PF_X)
		return HVP_PTE_RX;
	return ph->p_flags & PF_W ? HVP_PTE_RW : HVP_PTE_RO;
}

/* Copy the segments, remember the rights of each page. */
static int place_image(u64 *rights)
{
	const struct elf64_hdr *eh = hvp_image();
	const struct elf64_phdr *ph = segments(eh);
	u64 end = 0, first, last;
	unsigned int i;

	if (memcmp(eh->e_ident, ELFMAG, SELFMAG) || eh->e_machine != EM_X86_64)
		return -ENOEXEC;
	for (i = 0; i < eh->e_phnum; i++, ph++) {
		if (ph->p_type != PT_LOAD)
			continue;
		if (!segment_ok(ph))
			return -ENOEXEC;
		first = (ph->p_vaddr - HVP_IMAGE_BASE) >> PAGE_SHIFT;
		last = PFN_UP(ph->p_vaddr + ph->p_memsz - HVP_IMAGE_BASE);
		memcpy(first_va(first), hvp_image() + ph->p_offset,
		       ph->p_filesz);
		for (; first < last; first++)
			rights[first] = segment_bits(ph);
		end = max(end, last);
	}
	load.image_pages = end;
	load.entry = eh->e_entry;
	return take(end) == 0 ? 0 : -ENOEXEC;
}

static int map_image(const u64 *rights)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < load.image_pages && !ret; i++)
		if (rights[i])
			ret = map_page(HVP_IMAGE_BASE + i * PAGE_SIZE,
				       first_spa(i), rights[i]);
	return ret;
}

/*
 * The pool's view of memory: all of the first chunk behind the image, and every
 * pool chunk. The image itself has no second, writable address.
 */
static int map_pool(void)
{
	struct hvp_chunk *c;
	unsigned int i;
	u64 spa;
	int ret = 0;

	for (i = load.image_pages; i < CHUNK_PAGES && !ret; i++)
		ret = map_page(HVP_POOL_BASE + first_spa(i), first_spa(i),
			       HVP_PTE_RW);
	for (i = 1; i < load.nr_chunks && !ret; i++) {
		c = &load.chunks[i];
		spa = c->pfn << PAGE_SHIFT;
		if (c->use == HVP_CHUNK_POOL)
			ret = map_page(HVP_POOL_BASE + spa, spa,
				       HVP_PTE_RW | HVP_PTE_PS);
	}
	return ret;
}

static int map_owner(void)
{
	unsigned int i;
	u64 va = HVP_OWNER_BASE;
	int ret = 0;

	for (i = 0; i < load.nr_chunks && !ret; i++) {
		if (load.chunks[i].use != HVP_CHUNK_OWNER)
			continue;
		ret = map_page(va, load.chunks[i].pfn << PAGE_SHIFT,
			       HVP_PTE_RW | HVP_PTE_PS);
		va += SZ_2M;
	}
	return ret;
}

/* Our copy of the page, at the address where Linux has its own. */
static int map_trampoline(void)
{
	const void *source = hvp_trampoline;
	u64 page = take(1);

	if (page == ~0ULL)
		return -ENOMEM;
	/* Data for once: objtool wants no pointers into the middle of code. */
	OPTIMIZER_HIDE_VAR(source);
	memcpy(first_va(page), source, PAGE_SIZE);
	return map_page((unsigned long)hvp_trampoline, first_spa(page),
			HVP_PTE_RX);
}

/* The last part of the boot information, in what is left of its pages. */
static int place_cpuid(struct hvpart_boot_info *i, size_t at, size_t room)
{
	struct hvp_cpuid c = {
		.read = hvp_cpuid_insn,
		.machine = &i->machine,
		.out = (void *)i + at,
		.room = room,
	};
	int ret = hvp_cpuid_policy(&c);

	i->cpuid_va = i->self_va + at;
	i->cpuid_bytes = c.bytes;
	return ret;
}

static void describe_machine(struct hvpart_boot_info *i)
{
	i->machine.tsc_hz = (u64)tsc_khz * 1000;
	i->machine.apic_timer_hz = APIC_TIMER_HZ;
	i->machine.max_pfn = load.max_pfn;
	i->machine.nr_cpus = nr_cpu_ids;
	i->machine.la57 = load.la57;
	hvp_machine_probe(hvp_cpuid_insn, &i->machine, &i->svm);
}

static int place_info(void)
{
	size_t bytes = sizeof(*load.info) +
		(load.nr_ranges + load.nr_chunks) * sizeof(*load.ranges);
	u64 pages = PFN_UP(bytes + CPUID_ROOM);
	u64 info = take(pages);
	u64 frames = take(PFN_UP(nr_cpu_ids * HVPART_FRAME_BYTES));
	u64 top = take(1);
	struct hvpart_boot_info *i;

	if (top == ~0ULL || frames == ~0ULL || info == ~0ULL)
		return -ENOMEM;
	load.frames = first_va(frames);
	load.cr3 = first_spa(top);
	load.info = i = first_va(info);
	i->magic = HVPART_BOOT_MAGIC;
	i->version = HVPART_BOOT_VERSION;
	i->self_va = HVP_POOL_BASE + first_spa(info);
	i->image_spa = first_spa(0);
	i->cr3 = load.cr3;
	i->frames_va = HVP_POOL_BASE + first_spa(frames);
	i->frames_linux_va = (unsigned long)load.frames;
	i->trampoline_exit = (unsigned long)hvp_trampoline_exit;
	i->nr_ranges = load.nr_ranges + load.nr_chunks;
	i->ranges_va = i->self_va + sizeof(*i);
	describe_machine(i);
	return place_cpuid(i, bytes, pages * PAGE_SIZE - bytes);
}

/* Last: now the first chunk is as full as it gets. */
static void place_ranges(void)
{
	struct hvpart_boot_range *r = (void *)(load.info + 1);
	const struct hvp_chunk *c = load.chunks;
	unsigned int i;

	memcpy(r, load.ranges, load.nr_ranges * sizeof(*r));
	r += load.nr_ranges;
	for (i = 0; i < load.nr_chunks; i++, r++, c++) {
		r->pfn = c->pfn;
		r->npages = CHUNK_PAGES;
		r->ours = 1;
		r->pool = c->use == HVP_CHUNK_POOL ? CHUNK_PAGES :
			c->use == HVP_CHUNK_IMAGE ?
			CHUNK_PAGES - load.used_pages : 0;
	}
}

static int build(void)
{
	u64 *rights;
	int ret;

	rights = kcalloc(CHUNK_PAGES, sizeof(*rights), GFP_KERNEL);
	if (!rights)
		return -ENOMEM;
	ret = place_image(rights);
	if (!ret)
		ret = place_info();
	if (!ret)
		ret = map_image(rights);
	if (!ret)
		ret = map_owner();
	if (!ret)
		ret = map_trampoline();
	if (!ret)
		ret = map_pool();
	kfree(rights);
	if (!ret)
		place_ranges();
	return ret;
}

int hvp_load(void)
{
	int ret;

	load.la57 = hvp_read_cr4() & X86_CR4_LA57;
	ret = hvp_ranges_collect(&load);
	if (!ret)
		ret = allocate();
	if (!ret)
		ret = build();
	if (ret) {
		pr_err("hvpart: %s (%d)\n", ret == -ENOMEM ?
		       "no memory for the hypervisor: free some, or load earlier" :
		       "the image could not be placed", ret);
		hvp_unload();
	}
	return ret;
}

void hvp_unload(void)
{
	unsigned int i;

	for (i = 0; i < load.nr_chunks; i++)
		__free_pages(pfn_to_page(load.chunks[i].pfn), CHUNK_ORDER);
	kvfree(load.chunks);
	kfree(load.ranges);
	memset(&load, 0, sizeof(load));
}
