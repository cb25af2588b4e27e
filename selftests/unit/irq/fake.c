// SPDX-License-Identifier: GPL-2.0
/* The rooms below and the machine, as far as the rooms under test look. */
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "cpuid_insn.h"
#include "irq.h"
#include "../driver/policy.h"

struct hvpart_machine machine = {
	.tsc_hz = TSC_HZ, .apic_timer_hz = APIC_HZ, .nr_cpus = NR_TEST_VPS,
	.phys_bits = 40, .has_xsave = true, .has_pku = true,
	.has_tsc_aux = true, .has_spec_ctrl = true, .has_ibpb = true,
	.invariant_tsc = true, .xcr0_mask = 0x207,
};
struct partition *p;
struct vp *vp0, *vp1;
u64 now, tsc_step;
u32 cur;
int pool_left = -1, pool_used;
bool overlay_fails, hw_msr_faults;
u32 kicks[NR_TEST_VPS], nr_hw_msr;
u8 guest_ram[16 * 4096];
u64 hw_msr[8][2];
int irq_mutation;
void (*race_hook)(const char *where, void *what);

/* Of hv.lds, for machine.c. */
const u8 __image_start[1], __readonly_end[1], __image_end[1];
static struct percpu cpus[NR_TEST_VPS];
const u8 vendor_hypercall_code[] = {
	0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x01, 0xd9, 0xc3
};
const u32 vendor_hypercall_code_len = sizeof(vendor_hypercall_code);

void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
	_exit(1);
}

void irq_race(const char *where, void *what)
{
	void (*hook)(const char *, void *) = race_hook;

	/* Whatever comes between is not itself interrupted. */
	race_hook = NULL;
	if (hook)
		hook(where, what);
	if (!race_hook)
		race_hook = hook;
}

u64 test_rdtsc(void)
{
	return now += tsc_step;
}

struct percpu *this_cpu(void)
{
	cpus[cur].index = cur;
	cpus[cur].current = p && cur < HV_MAX_VPS ? p->vps[cur] : NULL;
	return &cpus[cur];
}

/* --- lib, pool ------------------------------------------------------------- */

u64 div_u128_u64(u64 hi, u64 lo, u64 d)
{
	CHECK(hi < d);			/* else the CPU would raise #DE */
	return (((unsigned __int128)hi << 64) | lo) / d;
}

void *pool_alloc(struct pool *pool)
{
	(void)pool;
	if (!pool_left)
		return NULL;
	if (pool_left > 0)
		pool_left--;
	pool_used++;
	return calloc(1, PAGE_SIZE);
}

void pool_free(struct pool *pool, void *va)
{
	(void)pool;
	pool_used -= va != NULL;
	free(va);
}

/* --- guest memory ------------------------------------------------------------ */

static struct {
	bool used;
	enum overlay_kind kind;
	u32 vp;
	u64 gpn;
	void *page;
	u32 rights;
} covers[64];

hv_status overlay_place(struct gpa_space *s, enum overlay_kind kind, u32 vp,
			u64 gpn, void *page, u32 rights)
{
	(void)s;
	CHECK(page);
	if (overlay_fails)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	overlay_remove(s, kind, vp);
	for (u32 i = 0; i < ARRAY_SIZE(covers); i++) {
		if (covers[i].used)
			continue;
		covers[i].used = true;
		covers[i].kind = kind;
		covers[i].vp = vp;
		covers[i].gpn = gpn;
		covers[i].page = page;
		covers[i].rights = rights;
		return HV_STATUS_SUCCESS;
	}
	fail("too many overlays");
}

void overlay_remove(struct gpa_space *s, enum overlay_kind kind, u32 vp)
{
	(void)s;
	for (u32 i = 0; i < ARRAY_SIZE(covers); i++)
		if (covers[i].used && covers[i].kind == kind &&
		    covers[i].vp == vp)
			covers[i].used = false;
}

void *guest_page(u64 gpn)
{
	for (u32 i = 0; i < ARRAY_SIZE(covers); i++)
		if (covers[i].used && covers[i].gpn == gpn)
			return covers[i].page;
	return gpn < 16 ? guest_ram + gpn * PAGE_SIZE : NULL;
}

bool gpa_read(struct gpa_space *s, u64 gpa, void *buf, size_t len)
{
	(void)s;
	for (size_t i = 0; i < len; i++)
		if (!guest_page((gpa + i) >> PAGE_SHIFT) || gpa + i < gpa)
			return false;
	for (size_t i = 0; i < len; i++)
		((u8 *)buf)[i] = ((u8 *)guest_page((gpa + i) >> PAGE_SHIFT))
				 [(gpa + i) & 0xfff];
	return true;
}

/* --- vp ---------------------------------------------------------------------- */

void vp_notify(struct vp *vp)
{
	if (vp->index != cur)
		kicks[vp->index]++;
}

void vp_request(struct vp *vp, u64 reqs)
{
	if ((atomic_or(&vp->requests, reqs) & reqs) != reqs)
		vp_notify(vp);
}

void vp_set_deadline(struct vp *vp, enum vp_deadline which, u64 tsc)
{
	/* The deadlines are the owner's: no other CPU may touch them. */
	CHECK(!vp->running || vp->index == cur);
	vp->deadline[which] = tsc;
}

/* --- back end ------------------------------------------------------------------ */

static union hv_register_value *reg(struct vendor_vp *v, u32 name)
{
	for (u32 i = 0; i < FAKE_REGS; i++) {
		if (v->name[i] == name || !v->name[i]) {
			v->name[i] = name;
			return &v->value[i];
		}
	}
	fail("too many registers");
}

bool vendor_get_reg(struct vendor_vp *v, u32 name, union hv_register_value *val)
{
	*val = *reg(v, name);
	return true;
}

bool vendor_set_reg(struct vendor_vp *v, u32 name,
		    const union hv_register_value *val)
{
	*reg(v, name) = *val;
	if (name == HV_X64_REGISTER_EFER)
		v->efer = val->reg64;
	return true;
}

u64 vendor_cr0(struct vendor_vp *v)
{
	return v->cr0;
}

u64 vendor_cr4(struct vendor_vp *v)
{
	return v->cr4;
}

u64 vendor_efer(struct vendor_vp *v)
{
	return v->efer;
}

void vendor_set_tsc_offset(struct vendor_vp *v, u64 offset)
{
	v->tsc_offset = offset;
}

bool safe_rdmsr(u32 msr, u64 *val)
{
	*val = msr == 0x8b ? 0x0a0011d1 : 0;
	return !hw_msr_faults;
}

bool safe_wrmsr(u32 msr, u64 val)
{
	if (hw_msr_faults)
		return false;
	hw_msr[nr_hw_msr % 8][0] = msr;
	hw_msr[nr_hw_msr++ % 8][1] = val;
	return true;
}

/* --- CPUID: a machine of AMD's, Zen 3 -------------------------------------------- */

static struct {
	u32 leaf, subleaf;
	struct cpuid_regs r;
} hw[128];
static u32 nr_hw;

struct cpuid_regs *hw_leaf(u32 leaf, u32 subleaf)
{
	for (u32 i = 0; i < nr_hw; i++)
		if (hw[i].leaf == leaf && hw[i].subleaf == subleaf)
			return &hw[i].r;
	return NULL;
}

void hw_cpuid(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx)
{
	struct cpuid_regs *r = hw_leaf(leaf, subleaf);

	if (!r) {
		CHECK(nr_hw < ARRAY_SIZE(hw));
		hw[nr_hw].leaf = leaf;
		hw[nr_hw].subleaf = subleaf;
		r = &hw[nr_hw++].r;
	}
	*r = (struct cpuid_regs) { eax, ebx, ecx, edx };
}

void hw_forget(void)
{
	nr_hw = 0;
}

/* Other leaves do not look at ECX. */
static bool has_subleaves(u32 leaf)
{
	return leaf == 0x04 || leaf == 0x07 || leaf == 0x0b || leaf == 0x0d ||
	       leaf == 0x8000001d;
}

/* Beyond the highest basic leaf: that leaf again, as Intel does. */
void test_cpuid(u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	struct cpuid_regs *found;

	if (!has_subleaves(leaf))
		subleaf = 0;
	found = hw_leaf(leaf, subleaf);
	if (!found && leaf < 0x80000000 && leaf > hw_leaf(0, 0)->eax)
		found = hw_leaf(hw_leaf(0, 0)->eax, subleaf);
	*r = found ? *found : (struct cpuid_regs) {};
}

struct cpuid_out cpuid_insn(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	test_cpuid(leaf, subleaf, &r);
	return (struct cpuid_out){ r.eax, r.ebx, r.ecx, r.edx };
}

void policy_cpuid(u32 leaf, u32 subleaf, u32 *regs)
{
	test_cpuid(leaf, subleaf, (struct cpuid_regs *)regs);
}

void hw_policy(bool la57)
{
	struct hvpart_cpuid_policy *list;
	u32 bytes = policy_make(la57, POLICY_ROOM, &list);

	CHECK(bytes && cpuid_init(list, bytes));
}

static void zen3(void)
{
	hw_forget();
	hw_cpuid(0, 0, 0x10, 0x68747541, 0x444d4163, 0x69746e65);
	hw_cpuid(1, 0, 0x00a00f11, 0xff100800, ~0u, ~0u);
	hw_cpuid(5, 0, 0x40, 0x40, 3, 0x11);
	hw_cpuid(6, 0, 0xff, 0, 1, 0);
	hw_cpuid(7, 0, 0, ~0u, ~0u, ~0u);
	hw_cpuid(0xa, 0, 5, 5, 5, 5);
	hw_cpuid(0xd, 0, 0x207, 0x988, 0x988, 0);
	hw_cpuid(0xd, 1, 0x1f, 0x340, 0x1800, 0);
	hw_cpuid(0xd, 2, 0x100, 0x240, 0, 0);
	hw_cpuid(0xd, 9, 8, 0x980, 0, 0);
	hw_cpuid(0xd, 11, 0x10, 0, 1, 0);
	hw_cpuid(0x10, 0, 0x77777777, 0x77777777, 0x77777777, 0x77777777);
	hw_cpuid(0x80000000, 0, 0x80000028, 0, 0, 0);
	hw_cpuid(0x80000001, 0, 0x00a00f11, 0x40000000, ~0u, ~0u);
	hw_cpuid(0x80000002, 0, 0x20444d41, 0, 0, 0);
	hw_cpuid(0x80000007, 0, 0, 0x3b, 0, 0x6799);
	hw_cpuid(0x80000008, 0, 0x3030, ~0u, 0x700f, 0x10007);
	hw_cpuid(0x8000000a, 0, 1, 0x8000, 0, ~0u);
	hw_cpuid(0x8000001d, 0, 0x4121, 0x1c0003f, 0x3f, 0);
	hw_cpuid(0x8000001d, 3, 0x3c163, 0x3c0003f, 0x7fff, 1);
	hw_cpuid(0x8000001e, 0, 5, 0x105, 0x300, 0);
	hw_cpuid(0x8000001f, 0, 0x0101fd3f, 0x45, 0x1fd, 6);
	hw_cpuid(0x80000021, 0, ~0u, ~0u, 0, 0);
}

/* --- life -------------------------------------------------------------------------- */

static void add_vp(u32 index)
{
	struct vp *vp = calloc(1, sizeof(*vp));

	vp->partition = p;
	vp->index = index;
	vp->initial_apic_id = index;
	vp->running = index + 1;
	vp->world = calloc(1, sizeof(*vp->world));
	vp->world->xcr0 = 1;
	vp->v.regs.rflags = RFLAGS_IF;
	cur = index;
	CHECK_EQ(unit_vp_create(vp), 0);
	p->vps[index] = vp;
	p->nr_vps++;
	cur = 0;
}

void sim_init_with(u64 privileges, u32 edx, u32 hints, u64 debug_break,
		   u32 nr_vps)
{
	zen3();
	hw_policy(machine.la57);
	memset(covers, 0, sizeof(covers));
	now = 1000000000;
	tsc_step = 0;
	p = calloc(1, sizeof(*p));
	p->privileges = privileges;
	p->features_edx = edx;
	p->hints = hints;
	p->debug_break = debug_break;
	p->max_phys_bits = 40;
	p->gpa.limit = BIT(28);
	p->ref_base = now;
	CHECK_EQ(unit_partition_create(p), 0);
	for (u32 i = 0; i < nr_vps; i++)
		add_vp(i);
	vp0 = p->vps[0];
	vp1 = p->vps[1];
	memset(kicks, 0, sizeof(kicks));
}

void sim_init(void)
{
	sim_init_with(~0ull, ~0u, ~0u, HVPART_BREAK_NONE, 2);
	apic_on(vp0);
	apic_on(vp1);
}

void sim_exit(void)
{
	race_hook = NULL;
	for (u32 i = 0; i < NR_TEST_VPS; i++) {
		if (p->vps[i]) {
			cur = i;
			unit_vp_delete(p->vps[i]);
			free(p->vps[i]->world);
		}
		free(p->vps[i]);
		p->vps[i] = NULL;
	}
	unit_partition_delete(p);
	for (u32 i = 0; i < ARRAY_SIZE(covers); i++)
		CHECK(!covers[i].used);
	free(p);
	p = NULL;
	cur = 0;
	CHECK_EQ(pool_used, 0);
}

void sim_reset(void)
{
	unit_run(HOOK_partition_reset, p);
	for (u32 i = 0; i < NR_TEST_VPS; i++) {
		if (!p->vps[i])
			continue;
		p->vps[i]->running = 0;
		unit_run(HOOK_vp_reset, p->vps[i]);
		p->vps[i]->running = i + 1;
	}
}

/* --- the loop ------------------------------------------------------------------------ */

void settle(struct vp *vp)
{
	u64 r = atomic_xchg(&vp->requests, 0ull);

	cur = vp->index;
	if (r & VPREQ_SYNIC)
		synic_scan(vp);
	for (u32 i = 0; i < NR_DEADLINES; i++) {
		if (!vp->deadline[i] || vp->deadline[i] > now)
			continue;
		vp_set_deadline(vp, i, 0);
		if (i == DL_APIC)
			apic_timer_expired(vp, now);
		else if (i == DL_SYNIC)
			synic_retry_expired(vp);
		else
			stimer_expired(vp, i - DL_STIMER0, now);
	}
	r = atomic_xchg(&vp->requests, 0ull);
	if (r & VPREQ_SYNIC)
		synic_scan(vp);
}

int run(struct vp *vp)
{
	int vector;

	settle(vp);
	vector = apic_pending_vector(vp);
	if (vector >= 0)
		apic_accept(vp, vector);
	settle(vp);
	return vector;
}

void advance(struct vp *vp, u64 ref)
{
	now += REF(ref);
	settle(vp);
}

/* --- the guest ------------------------------------------------------------------------ */

u64 rd(struct vp *vp, u32 msr)
{
	u64 val = 0x5555;

	cur = vp->index;
	if (msr_read(vp, msr, &val) == MSR_INJECT_GP)
		fail("RDMSR %#x: #GP", msr);
	return val;
}

bool rd_faults(struct vp *vp, u32 msr)
{
	u64 val;

	cur = vp->index;
	return msr_read(vp, msr, &val) == MSR_INJECT_GP;
}

bool wr_faults(struct vp *vp, u32 msr, u64 val)
{
	cur = vp->index;
	return msr_write(vp, msr, val) == MSR_INJECT_GP;
}

void wr(struct vp *vp, u32 msr, u64 val)
{
	if (wr_faults(vp, msr, val))
		fail("WRMSR %#x = %#llx: #GP", msr, (unsigned long long)val);
}

void apic_on(struct vp *vp)
{
	wr(vp, 0x80f, 0x1ff);
}

void synic_on(struct vp *vp)
{
	wr(vp, HV_X64_MSR_SIMP, 0x1001 + vp->index * 0x4000);
	wr(vp, HV_X64_MSR_SIEFP, 0x2001 + vp->index * 0x4000);
	wr(vp, HV_X64_MSR_SCONTROL, 1);
}

struct hv_message *slot(struct vp *vp, u32 sint)
{
	struct hv_message_page *sim = guest_page(1 + vp->index * 4);

	return &sim->sint_message[sint];
}
