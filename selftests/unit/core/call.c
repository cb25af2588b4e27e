// SPDX-License-Identifier: GPL-2.0
/* Hypercalls and dispatches as the driver makes them; partitions for tests. */
#include <string.h>

#include "sim.h"
#include <hvpart/msr.h>

static void set_regs(struct vp *vp, const struct call *c)
{
	struct cpu_regs *r = &vp->v.regs;

	r->gpr[GPR_RAX] = 0xdeadull << 32;
	r->gpr[GPR_RCX] = c->control;
	r->gpr[GPR_RDX] = c->in_gpa;
	r->gpr[GPR_R8] = c->out_gpa;
	r->rip = 0x1000;
}

static const struct hv_exit hypercall_exit = {
	.reason = EXIT_HYPERCALL, .insn_len = 3,
};

void *root_out(void)
{
	return ram(PFN_OUT(cur));
}

u64 root_call(const struct call *c)
{
	struct percpu *cpu = &cpus[cur];
	struct vp *vp = cpu->root_vp;
	struct script *s = script(vp);
	struct call k = *c;

	CHECK(cpu->current == vp);
	if (!(k.control & FAST)) {
		k.in_gpa = k.in_gpa ? k.in_gpa : (u64)PFN_IN(cur) << PAGE_SHIFT;
		k.out_gpa = k.out_gpa ? k.out_gpa : (u64)PFN_OUT(cur) << PAGE_SHIFT;
	}
	if (k.in)
		memcpy(ram(PFN_IN(cur)), k.in, k.in_bytes);
	set_regs(vp, &k);
	do {
		s->exits[0] = hypercall_exit;
		s->n = 1;
		s->at = 0;
		hv_loop(cpu);
		CHECK(!locks_held());
		CHECK(!cpu->windows_open);
	} while (!k.once && vp->v.regs.rip == 0x1000 && !vp->v.nr_taken);
	return vp->v.regs.gpr[GPR_RAX];
}

u64 root_fast(u16 code, u64 a, u64 b)
{
	return root_call(&(struct call) { .control = code | FAST, .in_gpa = a,
					  .out_gpa = b });
}

u64 root_simple(u64 control, const void *in, u32 bytes)
{
	return root_call(&(struct call) { .control = control, .in = in,
					  .in_bytes = bytes });
}

struct hvpart_caller_page *caller_page(u32 cpu)
{
	return ram(PFN_CALLER(cpu));
}

void take_notes(u32 cpu)
{
	struct hvpart_caller_page *p = caller_page(cpu);

	p->flush_ticket = 0;
	p->kick_count = p->port_count = p->overflow = 0;
}

u32 kicks(u32 cpu, struct vp *vp, u32 flags)
{
	struct hvpart_caller_page *p = caller_page(cpu);
	u32 n = 0;

	for (u32 i = 0; i < p->kick_count; i++)
		n += p->kick[i].partition_id == vp->partition->id &&
		     p->kick[i].vp_index == vp->index &&
		     (p->kick[i].flags & flags);
	return n;
}

static u64 page_of(struct vp *vp, u32 n)
{
	return PFN_VP_PAGES + (vp->partition->slot * 8 + vp->index * 2 + n) % 64;
}

struct hvpart_vp_page *vp_page(struct vp *vp)
{
	return ram(page_of(vp, 0));
}

struct hv_vp_register_page *reg_page(struct vp *vp)
{
	return ram(page_of(vp, 1));
}

hv_status dispatch(struct vp *vp, u32 flags)
{
	struct hv_input_dispatch_vp in = {
		.partition_id = vp->partition->id, .vp_index = vp->index,
		.flags = flags,
	};

	return root_simple(HVCALL_DISPATCH_VP, &in, sizeof(in));
}

hv_status child_exit_once(struct vp *vp, const struct hv_exit *e)
{
	struct script *s = script(vp);

	s->exits[0] = *e;
	s->n = 1;
	s->at = 0;
	return dispatch(vp, HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND);
}

u64 child_call(struct vp *vp, const struct call *c)
{
	set_regs(vp, c);
	if (c->in)
		memcpy(ram(PFN_GUEST + (c->in_gpa >> PAGE_SHIFT)), c->in,
		       c->in_bytes);
	do {
		CHECK_EQ(child_exit_once(vp, &hypercall_exit), 0);
		CHECK(script(vp)->at == 1);
	} while (!c->once && vp->v.regs.rip == 0x1000 && !vp->v.event.valid &&
		 !vp->v.nr_taken);
	return vp->v.regs.gpr[GPR_RAX];
}

/* --- partitions ---------------------------------------------------------------- */

const struct hv_input_create_partition plain_partition = {
	.flags = HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED |
		 HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE |
		 HV_PARTITION_CREATION_FLAG_EXO_PARTITION,
};

u64 root_used(void)
{
	return root_pool->nr_used;
}

u64 new_partition(void)
{
	CHECK_EQ(root_simple(HVCALL_CREATE_PARTITION, &plain_partition,
			     sizeof(plain_partition)), 0);
	return *(u64 *)root_out();
}

/* A page to deposit: the root's, mapped nowhere, not in this batch yet. */
static u64 take_page(void)
{
	static u64 at;

	for (u32 i = 0; i < PFN_GUEST - PFN_DEPOSIT; i++) {
		u64 pfn = PFN_DEPOSIT + at++ % (PFN_GUEST - PFN_DEPOSIT);
		struct page_info info = owner_get(pfn);

		if (info.state == PG_ROOT && !info.link)
			return pfn;
	}
	fail("no page to deposit");
}

u32 deposit(u64 id, u32 n)
{
	u64 in[512] = { id };
	u32 i, k, st;

	for (; n; n -= k) {
		k = MIN(n, 500);
		for (i = 0; i < k; i++)
			in[1 + i] = take_page();
		st = ST(root_simple(HVCALL_DEPOSIT_MEMORY | REPS(k), in,
				    8 + 8 * k));
		if (st)
			return st;
		sim_settle();
	}
	return 0;
}

u32 withdraw_all(u64 id)
{
	struct hv_input_withdraw_memory in = { .partition_id = id };
	u32 n = 0, i, tries = 0;
	u64 r;

	do {
		r = root_simple(HVCALL_WITHDRAW_MEMORY | REPS(400), &in, sizeof(in));
		for (i = 0; i < DONE(r); i++) {
			CHECK_EQ(owner_get(((u64 *)root_out())[i]).state, PG_ROOT);
			n++;
		}
		sim_settle();
		CHECK(++tries < 20);
	} while (ST(r) == HV_STATUS_TIME_OUT || ST(r) == 0);
	CHECK_EQ(ST(r), HV_STATUS_NO_RESOURCES);
	return n;
}

struct partition *part(u64 id)
{
	struct partition *p = partition_lock(&root_partition, id);

	CHECK(p);
	partition_unlock(p);
	return p;
}

void map_guest(u64 id, u64 gpn, u64 pfn, u32 n, u32 rights)
{
	u64 buf[512] = {};
	struct hv_input_map_gpa_pages *in = (void *)buf;

	in->target_partition_id = id;
	in->target_gpa_base = gpn;
	in->map_flags = rights;
	for (u32 i = 0; i < n; i++)
		in->source_gpa_page_list[i] = pfn + i;
	CHECK_EQ(ST(root_simple(HVCALL_MAP_GPA_PAGES | REPS(n), buf, 24 + 8 * n)), 0);
}

hv_status set_reg(struct vp *vp, u32 name, u64 val)
{
	struct {
		struct hv_input_set_vp_registers h;
		struct hv_register_assoc e;
	} in = {
		.h = { .partition_id = vp->partition->id, .vp_index = vp->index },
		.e = { .name = name, .value.reg64 = val },
	};

	return root_simple(HVCALL_SET_VP_REGISTERS | REPS(1), &in, sizeof(in));
}

u64 get_reg(struct vp *vp, u32 name)
{
	struct {
		struct hv_input_get_vp_registers h;
		u32 name;
	} in = {
		.h = { .partition_id = vp->partition->id, .vp_index = vp->index },
		.name = name,
	};

	CHECK_EQ(ST(root_simple(HVCALL_GET_VP_REGISTERS | REPS(1), &in,
				sizeof(in))), 0);
	return *(u64 *)root_out();
}

static void map_page(struct vp *vp, u16 type, u64 pfn)
{
	struct hv_input_map_vp_state_page in = {
		.partition_id = vp->partition->id, .vp_index = vp->index,
		.type = type, .flags.map_location_provided = 1,
		.requested_map_location = pfn,
	};

	CHECK_EQ(root_simple(HVCALL_MAP_VP_STATE_PAGE, &in, sizeof(in)), 0);
}

void make_runnable(struct vp *vp)
{
	map_page(vp, HV_VP_STATE_PAGE_INTERCEPT_MESSAGE, page_of(vp, 0));
	map_page(vp, HV_VP_STATE_PAGE_REGISTERS, page_of(vp, 1));
	CHECK_EQ(set_reg(vp, HV_REGISTER_INTERNAL_ACTIVITY_STATE, 0), 0);
	CHECK_EQ(set_reg(vp, HV_REGISTER_EXPLICIT_SUSPEND, 0), 0);
}

struct partition *new_guest(u32 n)
{
	u64 id = new_partition();
	struct hv_create_vp in = { .partition_id = id };

	CHECK_EQ(deposit(id, 60 + 20 * n), 0);
	CHECK_EQ(root_fast(HVCALL_INITIALIZE_PARTITION, id, 0), 0);
	map_guest(id, 0, PFN_GUEST, 256, GPA_RWX);
	for (u32 i = 0; i < n; i++) {
		in.vp_index = i;
		CHECK_EQ(root_simple(HVCALL_CREATE_VP, &in, sizeof(in)), 0);
		make_runnable(part(id)->vps[i]);
	}
	sim_settle();
	return part(id);
}

void enable_calls(struct vp *vp)
{
	union hv_register_value cs = {};

	CHECK_EQ(set_reg(vp, HV_REGISTER_GUEST_OS_ID, 0x8100ull << 16), 0);
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_HYPERCALL, (200 << 12) | 1), 0);
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_EFER, EFER_LMA | EFER_LME), 0);
	vendor_get_reg(&vp->v, HV_X64_REGISTER_CS, &cs);
	cs.segment._long = 1;
	vendor_set_reg(&vp->v, HV_X64_REGISTER_CS, &cs);
	sim_settle();
}

void end_guest(struct partition *p)
{
	u64 id = p->id;

	for (u32 i = 0; i < HV_MAX_VPS; i++) {
		if (!p->vps[i])
			continue;
		if (p->vps[i]->vp_page)
			CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id,
					   i | 1ull << 32), 0);
		if (p->vps[i]->reg_page)
			CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id, i), 0);
	}
	if (p->state != PS_CREATED)
		CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 0);
	withdraw_all(id);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, id, 0), 0);
	sim_settle();
}
