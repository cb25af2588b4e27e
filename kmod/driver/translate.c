// SPDX-License-Identifier: GPL-2.0
/*
 * HvTranslateVirtualAddress (TLFS 3.7) for HVPART_ROOT_HVCALL. The hypervisor
 * has no such call: a child's registers and memory are ours to read.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <hvpart/call_memory.h>
#include <hvpart/call_vp.h>
#include <hvpart/message.h>
#include <hvpart/msr.h>
#include <hvpart/register.h>
#include "memory.h"
#include "partition.h"
#include "translate.h"
#include "vp.h"
#include "walk.h"

#define CONTROL_VALIDATE						\
	(HV_TRANSLATE_GVA_VALIDATE_READ | HV_TRANSLATE_GVA_VALIDATE_WRITE | \
	 HV_TRANSLATE_GVA_VALIDATE_EXECUTE)
#define CONTROL_KNOWN	(CONTROL_VALIDATE | HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT)

#define CR0_PE_BIT	BIT_ULL(0)
#define RFLAGS_VM_BIT	BIT_ULL(17)

/* What a walk starts from, and then where the VP's overlays are. */
static const u32 walk_names[] = {
	HV_X64_REGISTER_CR0, HV_X64_REGISTER_CR3, HV_X64_REGISTER_CR4,
	HV_X64_REGISTER_EFER, HV_X64_REGISTER_RFLAGS, HV_X64_REGISTER_CS,
};
static const u32 overlay_names[] = {
	HV_X64_REGISTER_HYPERCALL, HV_REGISTER_REFERENCE_TSC,
	HV_REGISTER_VP_ASSIST_PAGE, HV_REGISTER_SIEFP, HV_REGISTER_SIMP,
};

#define NAMES_MAX	8

/* Return: as hvp_request_run(); *status is the hypervisor's answer. */
static int read_registers(struct hvp_partition *part, u32 vp_index,
			  const u32 *names, u16 n, union hv_register_value *out,
			  u16 *status)
{
	struct {
		struct hv_input_get_vp_registers fixed;
		u32 names[NAMES_MAX];
	} in = {
		.fixed.partition_id = part->account.id,
		.fixed.vp_index = vp_index,
	};
	struct hvp_request r = {
		.code = HVCALL_GET_VP_REGISTERS,
		.reps = n,
		.in = &in,
		.in_len = offsetof(typeof(in), names) + n * sizeof(*names),
		.out = out,
		.out_len = n * sizeof(*out),
	};
	int ret;

	memcpy(in.names, names, n * sizeof(*names));
	ret = hvp_request_run(&r);
	*status = r.status;
	return ret;
}

static bool vp_has_overlay(struct hvp_partition *part, u32 vp_index, u64 gpn)
{
	union hv_register_value msrs[ARRAY_SIZE(overlay_names)] = { };
	unsigned int i;
	u16 status;

	if (read_registers(part, vp_index, overlay_names,
			   ARRAY_SIZE(overlay_names), msrs, &status))
		return false;
	for (i = 0; i < ARRAY_SIZE(msrs); i++)
		if (msrs[i].reg64 & HV_X64_MSR_PAGE_ENABLE &&
		    msrs[i].reg64 >> HV_X64_MSR_PAGE_SHIFT == gpn)
			return true;
	return false;
}

/*
 * Every VP's overlays are in the one map of the partition. Those of a VP that
 * runs just now cannot be read: only the one that was asked for is stopped.
 */
static bool is_overlay(struct hvp_partition *part, u64 gpn)
{
	unsigned long index;
	struct hvp_vp *vp;

	xa_for_each(&part->vps, index, vp)
		if (vp_has_overlay(part, index, gpn))
			return true;
	return false;
}

struct translation {
	struct hvp_walk walk;
	struct hvp_partition *part;
};

/* Below an overlay too, which the guest sees instead: no guest has tables there. */
static u32 read_entry(struct hvp_walk *w, u64 gpa, void *entry, u32 size)
{
	struct translation *t = container_of(w, struct translation, walk);

	return hvp_memory_read(t->part, gpa, entry, size) ?
		HV_TRANSLATE_GVA_GPA_UNMAPPED : HV_TRANSLATE_GVA_SUCCESS;
}

/* Partition lock held. */
static void translate(struct translation *t,
		      struct hv_output_translate_virtual_address *out)
{
	hvp_walk(&t->walk);
	out->translation_result.result_code = t->walk.code;
	out->translation_result.cache_type = HV_CACHE_TYPE_WRITE_BACK;
	out->gpa_page = t->walk.gpa >> HV_HYP_PAGE_SHIFT;
	if (t->walk.code == HV_TRANSLATE_GVA_SUCCESS)
		out->translation_result.overlay_page =
			is_overlay(t->part, out->gpa_page);
}

/*
 * AMD's SS.DPL is not always the CPL (SYSRET leaves it alone), the RPL of CS is.
 */
static bool at_cpl3(const union hv_register_value *regs)
{
	if (!(regs[0].reg64 & CR0_PE_BIT))
		return false;
	return regs[4].reg64 & RFLAGS_VM_BIT ||
		(regs[5].segment.selector & 3) == 3;
}

/* One after the other: a partition's lock is not taken inside a VP's. */
static int lock_live(struct mutex *lock, const struct hvp_partition *part)
{
	if (mutex_lock_interruptible(lock))
		return -EINTR;
	if (!part->dead)
		return 0;
	mutex_unlock(lock);
	return -EIO;
}

static int vp_read_registers(struct hvp_partition *part, struct hvp_vp *vp,
			     u32 vp_index, union hv_register_value *regs,
			     u16 *status)
{
	int ret = vp ? lock_live(&vp->lock, part) : 0;

	if (ret)
		return ret;
	ret = read_registers(part, vp_index, walk_names, ARRAY_SIZE(walk_names),
			     regs, status);
	if (vp)
		mutex_unlock(&vp->lock);
	return ret;
}

int hvp_translate(struct hvp_partition *part, struct hvp_vp *vp,
		  const struct hv_input_translate_virtual_address *in,
		  struct hv_output_translate_virtual_address *out, u16 *status)
{
	union hv_register_value regs[ARRAY_SIZE(walk_names)] = { };
	struct translation t = {
		.walk.control = in->control_flags,
		.walk.gva = in->gva_page << HV_HYP_PAGE_SHIFT,
		.walk.read = read_entry,
		.part = part,
	};
	int ret;

	BUILD_BUG_ON(ARRAY_SIZE(walk_names) > NAMES_MAX ||
		     ARRAY_SIZE(overlay_names) > NAMES_MAX);
	ret = vp_read_registers(part, vp, in->vp_index, regs, status);
	if (ret)
		return ret;
	if (!(in->control_flags & CONTROL_VALIDATE) ||
	    in->control_flags & ~CONTROL_KNOWN ||
	    in->gva_page >> (64 - HV_HYP_PAGE_SHIFT)) {
		*status = HV_STATUS_INVALID_PARAMETER;
		return hvp_errno(*status);
	}
	t.walk.cr0 = regs[0].reg64;
	t.walk.cr3 = regs[1].reg64;
	t.walk.cr4 = regs[2].reg64;
	t.walk.efer = regs[3].reg64;
	t.walk.user = at_cpl3(regs);
	ret = vp ? lock_live(&part->lock, part) : 0;
	if (ret)
		return ret;
	translate(&t, out);
	if (vp)
		mutex_unlock(&part->lock);
	return 0;
}
