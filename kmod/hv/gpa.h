/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPA spaces: nested page tables of the root and of children. The format of an
 * entry is the back end's (vendor_npt_*), the walk, splitting, joining,
 * accounting and flushing are here.
 *
 * The root's space is the identity. RAM is mapped at load with the largest
 * pages, anything else on first touch. A page that is not the root's
 * (PENDING..LEAVING, HV) is absent; see gpa_root_fault().
 */
#ifndef HV_GPA_H
#define HV_GPA_H

#include "lib.h"
#include "pool.h"

/* Rights are HV_MAP_GPA_* bits 0..3 (R 1, W 2, KX 4, UX 8). */
#define GPA_R		0x1
#define GPA_W		0x2
#define GPA_X		0xc
#define GPA_RWX		0xf
#define GPA_NO_ACCESS	0x10000		/* mapped, every access intercepts */

struct overlay_set;

/**
 * struct gpa_space - one per partition
 * @table:      top-level table (pool page)
 * @generation: bumped by every change that needs a flush; a VP whose
 *              last-seen value differs flushes before it runs
 * @limit:      first GPN beyond the space
 * @overlays:   see overlay.h
 * @lock guards tables and overlays; it is taken inside, callers hold none of
 * the leaf locks.
 */
struct gpa_space {
	struct spinlock lock;
	u32 nr_tables;			/* pages of the tables, the top included */
	struct pool *pool;
	void *table;
	u64 generation;
	u64 limit;
	struct overlay_set *overlays;
	u32 leaves[3];			/* 4K, 2M, 1G leaves */
	bool is_root;
};

struct gpa_entry {
	u64 spa;		/* of the 4 KiB page */
	u32 rights;		/* GPA_* */
	u8 level;		/* 1 = 4K leaf, 2 = 2M, 3 = 1G; 0 = unmapped */
	bool overlay;
};

hv_status gpa_space_init(struct gpa_space *s, struct pool *pool, u64 limit,
			 bool is_root);
/* Unmaps everything (drops map counts) and frees every table. No VP may run. */
void gpa_space_destroy(struct gpa_space *s);

/**
 * gpa_map - map one page (or 2 MiB when @large) of the root into the space
 * Replaces a previous mapping (re-righting included); takes owner_map_get() on
 * each new page. @spa_pfn is ignored with GPA_NO_ACCESS.
 * Return: SUCCESS, INSUFFICIENT_MEMORY (nothing changed), OPERATION_DENIED
 * (page is not the parent's to give), INVALID_PARAMETER (beyond limit, bad
 * alignment of a large page).
 * When rights shrink or a frame changes it bumps @generation and draws an
 * epoch ticket, added to this CPU's flush ticket (percpu.h).
 */
hv_status gpa_map(struct gpa_space *s, u64 gpn, u64 spa_pfn, u32 rights, bool large);
hv_status gpa_unmap(struct gpa_space *s, u64 gpn, bool large);

/*
 * What the guest would reach at @gpn, overlays included; no lock. For the root:
 * its visible RAM; device memory counts as unmapped.
 */
struct gpa_entry gpa_lookup(struct gpa_space *s, u64 gpn);

/*
 * HvGetGpaPagesAccessState: bit 0 accessed, 1 dirty; then applies the flags
 * (GPA_CLEAR_ACCESSED ...). An unmapped page has neither. Clearing within a
 * large page splits it: INSUFFICIENT_MEMORY changes nothing.
 */
#define GPA_CLEAR_ACCESSED	0x1
#define GPA_SET_ACCESSED	0x2
#define GPA_CLEAR_DIRTY		0x4
#define GPA_SET_DIRTY		0x8
hv_status gpa_access_state(struct gpa_space *s, u64 gpn, u64 flags, u8 *state);

/*
 * Copy from/to guest memory as a whole, at most PAGE_SIZE bytes; false when any
 * byte is unmapped or lacks the right (nothing written then). Overlays are honoured. The bytes are
 * copied exactly once: check the copy, never the page. Context: uses WIN_COPY,
 * takes no lock (what is reached between two entries is not released).
 */
bool gpa_read(struct gpa_space *s, u64 gpa, void *buf, size_t len);
bool gpa_write(struct gpa_space *s, u64 gpa, const void *buf, size_t len);

/* --- the root's map ------------------------------------------------- */

/* Boot: identity-map [pfn, pfn + n) RWX with the largest pages. */
hv_status gpa_root_add_ram(struct gpa_space *s, u64 pfn, u64 n);

/*
 * Make a page absent (deposit), respectively give it back; splits and rejoins.
 * Hiding may answer INSUFFICIENT_ROOT_MEMORY; giving back never fails, its
 * tables exist.
 */
hv_status gpa_root_hide(struct gpa_space *s, u64 pfn);
hv_status gpa_root_restore(struct gpa_space *s, u64 pfn);

enum root_fault {
	ROOT_FAULT_RETRY,	/* mapped now, or was stale: run again */
	ROOT_FAULT_GP,		/* hidden page written or executed: inject #GP(0) */
	ROOT_FAULT_FATAL,	/* no table page to be had */
};

/*
 * A nested fault of the root. Device memory: map on first touch. A hidden
 * page: reads find a shared page of zeros (mapped read-only), writes and
 * fetches get #GP; both are counted (gpa_root_stats).
 */
enum root_fault gpa_root_fault(struct gpa_space *s, u64 gpa, bool write, bool fetch);

struct gpa_root_stats {
	u64 hidden_reads, hidden_writes;
	u64 recycled;			/* tables of device memory dropped */
};
extern struct gpa_root_stats gpa_root_stats;

#endif
