// SPDX-License-Identifier: GPL-2.0
/* Identity and life cycle (TLFS "Partition manager"). */
#include "partition.h"
#include "owner.h"
#include "port.h"
#include "unit.h"
#include "time.h"
#include "world.h"
#include <hvpart/call_partition.h>

struct partition root_partition = {
	.id = 1, .is_root = true, .state = PS_ACTIVE, .privileges = ~0ull,
};
struct pool *const root_pool = &root_partition.pool;

/* Slot 0 is the root. Slots are reused, ids never are. */
static struct partition *table[HV_MAX_PARTITIONS] = { &root_partition };
static struct spinlock table_lock;
static u64 next_id = 2;			/* the root is 1 */
static u32 nr_children;
static bool creation_blocked;

static struct partition *find(u64 id)
{
	for (u32 i = 0; i < HV_MAX_PARTITIONS; i++)
		if (table[i] && table[i]->id == id)
			return table[i];
	return NULL;
}

/*
 * Hand over hand: the table lock is given up only once the partition's own is
 * held, and partition_delete() needs both, so a found partition stays.
 */
struct partition *partition_lock(struct partition *caller, u64 id)
{
	struct partition *p;

	if (id == HV_PARTITION_ID_SELF)
		id = caller->id;
	spin_lock(&table_lock);
	p = find(id);
	if (p)
		spin_lock(&p->lock);
	spin_unlock(&table_lock);
	return p;
}

void partition_unlock(struct partition *p)
{
	spin_unlock(&p->lock);
}

hv_status partition_lock_child(struct partition *caller, u64 id,
			       struct partition **out)
{
	struct partition *p = partition_lock(caller, id);

	if (!p)
		return HV_STATUS_INVALID_PARTITION_ID;
	if (p->parent != caller) {
		partition_unlock(p);
		return HV_STATUS_ACCESS_DENIED;
	}
	*out = p;
	return HV_STATUS_SUCCESS;
}

bool partition_any_running(struct partition *p)
{
	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (p->vps[i] && load_acquire(&p->vps[i]->running))
			return true;
	return false;
}

u32 partition_count_children(void)
{
	return READ_ONCE(nr_children);
}

bool partition_block_creation(bool block)
{
	bool ok = true;

	spin_lock(&table_lock);
	if (block && nr_children)
		ok = false;
	else
		creation_blocked = block;
	spin_unlock(&table_lock);
	return ok;
}

u64 partition_translate(struct partition *caller, u64 gpn, u32 rights)
{
	struct gpa_entry e = gpa_lookup(&caller->gpa, gpn);

	if (!e.level || e.overlay || (e.rights & rights) != rights)
		return PFN_NONE;
	return e.spa >> PAGE_SHIFT;
}

#define CREATION_FLAGS_KNOWN						\
	(HV_PARTITION_CREATION_FLAG_SMT_ENABLED_GUEST |			\
	 HV_PARTITION_CREATION_FLAG_GPA_SUPER_PAGES_ENABLED |		\
	 HV_PARTITION_CREATION_FLAG_EXO_PARTITION |			\
	 HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED |			\
	 HV_PARTITION_CREATION_FLAG_INTERCEPT_MESSAGE_PAGE_ENABLED |	\
	 HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE)

static void set_defaults(struct partition *p,
			 const struct hv_input_create_partition *in)
{
	p->creation_flags = in->flags;
	p->privileges = HVPART_PRIVILEGE(HVPART_STARTER_FEATURES_EAX,
					 HVPART_STARTER_FEATURES_EBX);
	p->features_edx = HVPART_STARTER_FEATURES_EDX;
	p->hints = HVPART_STARTER_HINTS;
	static_assert(sizeof(in->partition_creation_properties) ==
		      sizeof(p->disabled_features) + sizeof(p->disabled_xsave) &&
		      offsetof(struct partition, disabled_xsave) ==
		      offsetof(struct partition, disabled_features) +
		      sizeof(p->disabled_features), "the same words");
	memcpy(p->disabled_features, &in->partition_creation_properties,
	       sizeof(in->partition_creation_properties));
	p->max_phys_bits = machine.phys_bits;
	p->ref_base = rdtsc();
}

static hv_status check_create(struct partition *caller,
			      const struct hv_input_create_partition *in)
{
	if (in->flags & ~CREATION_FLAGS_KNOWN)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->isolation_properties.as_uint64)
		return HV_STATUS_INVALID_PARAMETER;
	/* The APIC is ours in x2APIC mode; a partition without it is not built. */
	if (!(in->flags & HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED) ||
	    !(in->flags & HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE))
		return HV_STATUS_FEATURE_UNAVAILABLE;
	if (!caller->is_root)
		return HV_STATUS_PARTITION_TOO_DEEP;
	return HV_STATUS_SUCCESS;
}

/* Under the table lock. */
static hv_status insert(struct partition *p)
{
	if (creation_blocked)
		return HV_STATUS_OPERATION_DENIED;
	for (u32 i = 1; i < HV_MAX_PARTITIONS; i++) {
		if (table[i])
			continue;
		p->slot = i;
		p->id = next_id++;
		pool_init(&p->pool, i);
		table[i] = p;
		nr_children++;
		return HV_STATUS_SUCCESS;
	}
	return HV_STATUS_NO_RESOURCES;
}

/**
 * partition_create - HvCreatePartition
 * The object comes from the caller's pool and returns there on delete.
 * Return: SUCCESS; INVALID_PARAMETER (unknown flag, isolation);
 * FEATURE_UNAVAILABLE (no LAPIC or no x2APIC asked for: not implemented);
 * PARTITION_TOO_DEEP; OPERATION_DENIED (the hypervisor is about to leave);
 * INSUFFICIENT_MEMORY (caller's pool); NO_RESOURCES.
 */
hv_status partition_create(struct partition *caller,
			   const struct hv_input_create_partition *in, u64 *id)
{
	struct partition *p;
	hv_status st = check_create(caller, in);

	static_assert(sizeof(struct partition) <= PAGE_SIZE, "one page");
	if (st)
		return st;
	p = pool_alloc(&caller->pool);
	if (!p)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	p->parent = caller;
	p->state = PS_CREATED;
	set_defaults(p, in);
	spin_lock(&table_lock);
	st = insert(p);
	*id = p->id;
	if (!st)
		caller->nr_children++;
	spin_unlock(&table_lock);
	if (st)
		pool_free(&caller->pool, p);
	return st;
}

static void undo_initialize(struct partition *p)
{
	unit_partition_delete(p);
	if (p->gpa.table)
		gpa_space_destroy(&p->gpa);
}

/**
 * partition_initialize - HvInitializePartition
 * Context: partition lock held.
 * Return: INVALID_PARTITION_STATE unless CREATED; INSUFFICIENT_MEMORY (child's
 * pool), then nothing has happened.
 */
hv_status partition_initialize(struct partition *p)
{
	hv_status st;

	if (p->state != PS_CREATED)
		return HV_STATUS_INVALID_PARTITION_STATE;
	st = gpa_space_init(&p->gpa, &p->pool,
			    BIT(p->max_phys_bits - PAGE_SHIFT), false);
	if (!st)
		st = unit_partition_create(p);
	if (st) {
		undo_initialize(p);
		return st;
	}
	p->state = PS_ACTIVE;
	return HV_STATUS_SUCCESS;
}

/**
 * partition_finalize - HvFinalizePartition
 * Deletes VPs, ports and the GPA map; afterwards the pool can be withdrawn in
 * full. Context: partition lock held.
 * Return: OBJECT_IN_USE while a VP runs or a VP state page is mapped.
 */
hv_status partition_finalize(struct partition *p)
{
	if (p->state == PS_FINALIZED || p->state == PS_CREATED)
		return p->state == PS_CREATED ?
			HV_STATUS_INVALID_PARTITION_STATE : HV_STATUS_SUCCESS;
	if (p->nr_children)
		return HV_STATUS_OPERATION_DENIED;
	if (partition_any_running(p))
		return HV_STATUS_OBJECT_IN_USE;
	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (p->vps[i] && (p->vps[i]->vp_page || p->vps[i]->reg_page))
			return HV_STATUS_OBJECT_IN_USE;
	p->state = PS_FINALIZING;
	port_partition_exit(p);
	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (p->vps[i])
			vp_delete(p->vps[i]);
	undo_initialize(p);
	p->state = PS_FINALIZED;
	return HV_STATUS_SUCCESS;
}

static hv_status check_delete(struct partition *p)
{
	if (p->state != PS_CREATED && p->state != PS_FINALIZED)
		return HV_STATUS_INVALID_PARTITION_STATE;
	if (p->pool.nr_free || p->pool.nr_pending || p->pool.nr_leaving ||
	    p->pool.nr_used)
		return HV_STATUS_OPERATION_DENIED;
	return HV_STATUS_SUCCESS;
}

/**
 * partition_delete - HvDeletePartition
 * Return: OPERATION_DENIED while the pool holds pages; INVALID_PARTITION_STATE.
 */
hv_status partition_delete(struct partition *caller, u64 id)
{
	struct partition *p;
	hv_status st = HV_STATUS_SUCCESS;

	spin_lock(&table_lock);
	p = find(id);
	if (!p)
		st = HV_STATUS_INVALID_PARTITION_ID;
	else if (p->parent != caller)
		st = HV_STATUS_ACCESS_DENIED;
	if (!st) {
		spin_lock(&p->lock);
		st = check_delete(p);
		spin_unlock(&p->lock);
	}
	if (!st) {
		table[p->slot] = NULL;
		nr_children--;
		caller->nr_children--;
	}
	spin_unlock(&table_lock);
	if (!st)
		pool_free(&caller->pool, p);
	return st;
}

/**
 * partition_next_child - HvGetNextChildPartition, in order of creation
 * @prev: 0 = first. Return: INVALID_PARTITION_ID when @prev is no child.
 */
hv_status partition_next_child(struct partition *caller, u64 prev, u64 *next)
{
	bool known = !prev;

	*next = 0;
	spin_lock(&table_lock);
	for (u32 i = 1; i < HV_MAX_PARTITIONS; i++) {
		const struct partition *p = table[i];

		if (!p || p->parent != caller)
			continue;
		if (p->id == prev)
			known = true;
		else if (p->id > prev && (!*next || p->id < *next))
			*next = p->id;
	}
	spin_unlock(&table_lock);
	return known ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_PARTITION_ID;
}

/**
 * partition_reset_msrs - what a partition reset returns to creation state
 * Context: no VP of @p runs but the current one.
 */
void partition_reset_msrs(struct partition *p)
{
	unit_run(HOOK_partition_reset, p);
	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (p->vps[i])
			unit_run(HOOK_vp_reset, p->vps[i]);
}
