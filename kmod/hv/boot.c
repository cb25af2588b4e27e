// SPDX-License-Identifier: GPL-2.0
/*
 * Demotion: the first CPU wakes the image up, every CPU makes itself a root VP
 * and enters the loop; promotion is the way back.
 */
#include "entry.h"
#include "aspace.h"
#include "bare.h"
#include "cpuid.h"
#include "desc.h"
#include "hypercall.h"
#include "log.h"
#include "loop.h"
#include "owner.h"
#include "partition.h"
#include "regs.h"
#include "world.h"
#include <hvpart/boot.h>
#include <hvpart/status.h>

static const struct hvpart_boot_info *boot_info;

/* The ownership table, and what the root's pool begins with. */
static void claim_pages(const struct hvpart_boot_info *i)
{
	const struct hvpart_boot_range *r = (const void *)i->ranges_va;

	owner_init((struct page_info *)HV_OWNER_BASE, machine.max_pfn);
	pool_init(root_pool, 0);
	for (u32 n = i->nr_ranges; n; n--, r++) {
		owner_set_range(r->pfn, r->npages, r->ours ? PG_HV : PG_ROOT);
		pool_seed(root_pool, r->pfn + r->npages - r->pool, r->pool);
	}
}

/* Every run of pages that the ownership table gives to the root. */
static hv_status map_ram(struct gpa_space *s)
{
	hv_status st = HV_STATUS_SUCCESS;
	u64 first = 0;

	for (u64 pfn = 0; pfn <= machine.max_pfn && !st; pfn++) {
		if (owner_get(pfn).state == PG_ROOT)
			continue;
		if (pfn > first)
			st = gpa_root_add_ram(s, first, pfn - first);
		first = pfn + 1;
	}
	return st;
}

static u64 build_root_partition(void)
{
	struct partition *p = &root_partition;

	p->max_phys_bits = machine.phys_bits;
	p->ref_base = rdtsc();
	if (gpa_space_init(&p->gpa, root_pool,
			   BIT(machine.phys_bits - PAGE_SHIFT), true))
		return HVPART_BOOT_E_MEMORY;
	return map_ram(&p->gpa) ? HVPART_BOOT_E_MEMORY : HVPART_BOOT_OK;
}

/* Once, by the first CPU. A failure is final: the driver unloads. */
static u64 boot_machine(const struct hvpart_boot_info *i)
{
	u64 err;

	bare_init(i);			/* first: an error needs the way out */
	if (i->magic != HVPART_BOOT_MAGIC || i->version != HVPART_BOOT_VERSION)
		return HVPART_BOOT_E_VERSION;
	if (!cpuid_init((const void *)i->cpuid_va, i->cpuid_bytes))
		return HVPART_BOOT_E_INFO;
	machine = i->machine;
	hv_image_spa = i->image_spa;
	vendor_machine_init(i);
	hypercall_init();
	aspace_init(pool_va(i->cr3));
	claim_pages(i);
	err = build_root_partition();
	if (err)
		return err;
	boot_info = i;
	hv_log(HV_LOG_INFO, "%u CPUs, %llu MiB, root pool %u pages",
	       machine.nr_cpus, machine.max_pfn >> 8, root_pool->nr_free);
	return HVPART_BOOT_OK;
}

/* What an earlier try allocated before it ran out of memory stays. */
static bool build_root_vp(struct percpu *cpu)
{
	struct vp *vp = cpu->root_vp;

	if (!vp)
		vp = cpu->root_vp = pool_alloc(root_pool);
	if (!vp)
		return false;
	if (vp->partition)
		return true;
	if (world_alloc(&vp->world, root_pool))
		return false;
	vp->partition = &root_partition;
	vp->index = cpu->index;
	vp->running = cpu->index + 1;
	if (cpu->index < HV_MAX_VPS) {
		root_partition.vps[cpu->index] = vp;
		root_partition.nr_vps++;
	}
	return true;
}

struct percpu *boot_cpu(const struct hvpart_boot_info *info, u32 index,
			u64 *error)
{
	struct percpu *cpu;

	this_cpu()->index = index;		/* the boot area's, for the log */
	*error = boot_info ? HVPART_BOOT_OK : boot_machine(info);
	if (*error)
		return NULL;
	*error = HVPART_BOOT_E_CPU;
	if (index >= machine.nr_cpus)
		return NULL;
	cpu = cpu_by_index(index);
	if (cpu && cpu->state != CPU_BARE)
		return NULL;
	*error = HVPART_BOOT_E_MEMORY;
	if (!cpu)
		cpu = percpu_create(index);
	if (!cpu || !build_root_vp(cpu))
		return NULL;
	if (vendor_cpu_init(cpu->vendor, root_pool))
		return NULL;
	cpu->state = CPU_ENTERING;
	desc_load_gdt(cpu->desc);
	return cpu;
}

void boot_run(struct percpu *cpu)
{
	struct vp *root = cpu->root_vp;
	u64 err;

	cpu->current = root;
	err = vendor_cpu_enter(cpu->vendor, &root->v, bare_frame(cpu->index),
			       va_to_spa(root_partition.gpa.table));
	if (err) {
		cpu->state = CPU_BARE;
		boot_abort(cpu->index, err, 0);
	}
	epoch_cpu_join(cpu);
	WRITE_ONCE(cpu->state, CPU_DEMOTED);
	hv_loop(cpu);
	WRITE_ONCE(cpu->state, CPU_LEAVING);
	epoch_cpu_leave(cpu);
	/* The area is not looked at again: another entry may begin right away. */
	WRITE_ONCE(cpu->state, CPU_BARE);
	vendor_cpu_leave(cpu->vendor, &root->v);
}

void boot_abort(u32 index, u64 error, u64 unlock)
{
	struct hvpart_cpu_frame *f = bare_frame(index);

	f->gpr[GPR_RAX] = error;
	safe_wrmsr(MSR_GS_BASE, f->gs.base);
	bare_continue(f, vendor_leave_flags | unlock);
}
