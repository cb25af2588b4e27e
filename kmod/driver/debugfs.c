// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: for people and for tests; programs use the ioctls.
 *
 *	info			the machine, as the hypervisor sees it
 *	log			its log ring
 *	arenas			blocks and pages that deposits come from
 *	hidden			some pages that the root cannot see
 *	partitions/ID/stats	counters of a partition
 *	partitions/ID/vpN	counters of a VP, the hypervisor's and ours
 */
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/seq_file.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/exit_name.h>
#include "arena.h"
#include "debugfs.h"
#include "log.h"
#include "partition.h"
#include "stats.h"
#include "vp.h"

static struct dentry *debugfs_root, *debugfs_partitions;

static const char * const exit_names[HVPART_EXIT_COUNT] = {
	HVPART_EXIT_NAMES
};

static void show_exits(struct seq_file *m, const char *prefix, const u64 *exits)
{
	int i;

	for (i = 0; i < HVPART_EXIT_COUNT; i++)
		if (exits[i])
			seq_printf(m, "%s%s %llu\n", prefix,
				   exit_names[i] ?: "unnamed", exits[i]);
}

#define SHOW(m, s, field)	seq_printf(m, #field " %llu\n", (u64)(s)->field)

/* --- the machine ------------------------------------------------------------ */

static int info_show(struct seq_file *m, void *unused)
{
	struct hvpart_info *i = kzalloc(sizeof(*i), GFP_KERNEL);
	int ret = i ? hvp_read_info(i) : -ENOMEM;

	if (!ret) {
		SHOW(m, i, abi_version);
		seq_printf(m, "build 0x%x\n", i->build);
		SHOW(m, i, vendor);
		SHOW(m, i, paging_levels);
		SHOW(m, i, image_bytes);
		SHOW(m, i, image_total);
		SHOW(m, i, max_vps);
		SHOW(m, i, max_partitions);
		SHOW(m, i, asid_count);
		SHOW(m, i, cpu_count);
		SHOW(m, i, cpu_demoted);
		SHOW(m, i, partition_count);
		SHOW(m, i, leaf_1g);
		SHOW(m, i, leaf_2m);
		SHOW(m, i, leaf_4k);
		SHOW(m, i, table_pages);
		SHOW(m, i, hidden_reads);
		SHOW(m, i, hidden_writes);
		SHOW(m, i, deposited_pages);
		SHOW(m, i, free_pages);
		SHOW(m, i, epoch);
		SHOW(m, i, epoch_oldest);
		SHOW(m, i, tsc_hz);
		SHOW(m, i, log_next);
		SHOW(m, i, faults);
		show_exits(m, "root_exit_", i->root_exits);
	}
	kfree(i);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(info);

static int log_show(struct seq_file *m, void *unused)
{
	struct hvp_log_page *page;
	u64 next = 0;
	int ret;
	u32 i;

	page = (void *)__get_free_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	do {
		ret = hvp_read_log(next, HVPART_READ_LOG_MAX, page);
		for (i = 0; !ret && i < page->count; i++) {
			const struct hvpart_log_record *r = &page->records[i];

			seq_printf(m, "%llu %llu cpu%u <%u> %.*s\n",
				   page->first + i, r->tsc, r->cpu, r->level,
				   HVPART_LOG_TEXT_LEN, r->text);
		}
		next = page->next;
	} while (!ret && page->count);
	free_page((unsigned long)page);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(log);

static int arenas_show(struct seq_file *m, void *unused)
{
	struct hvp_arena_stats s;

	hvp_arena_get_stats(&s);
	SHOW(m, &s, arenas);
	SHOW(m, &s, large);
	SHOW(m, &s, pages);
	SHOW(m, &s, taken);
	seq_printf(m, "root_pages %lld\n",
		   (s64)atomic64_read(&hvp_root_account.pages));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(arenas);

/* For a test that tries them: the first chunk's image and boot pages, arenas. */
static int hidden_show(struct seq_file *m, void *unused)
{
	u64 boot = PHYS_PFN(virt_to_phys(hvp_boot_info())), pfns[4];
	unsigned int i, n = hvp_arena_some_taken(pfns, ARRAY_SIZE(pfns));

	seq_printf(m, "image %llu\n", round_down(boot, PTRS_PER_PMD));
	seq_printf(m, "boot %llu\n", boot);
	for (i = 0; i < n; i++)
		seq_printf(m, "pool %llu\n", pfns[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hidden);

/* --- partitions --------------------------------------------------------------- */

static int partition_show(struct seq_file *m, void *unused)
{
	struct hvp_partition *part = m->private;
	struct hvpart_partition_stats s;
	int ret;

	ret = hvp_read_stats(part->account.id, 0, HVPART_STATS_PARTITION, &s,
			     sizeof(s));
	if (ret)
		return ret;
	SHOW(m, &s, partition_id);
	SHOW(m, &s, state);
	SHOW(m, &s, vp_count);
	SHOW(m, &s, port_count);
	SHOW(m, &s, connection_count);
	SHOW(m, &s, pool_pages);
	SHOW(m, &s, pool_free);
	SHOW(m, &s, leaf_4k);
	SHOW(m, &s, leaf_2m);
	SHOW(m, &s, leaf_1g);
	SHOW(m, &s, table_pages);
	SHOW(m, &s, reference_time);
	seq_printf(m, "guest_os_id 0x%llx\n", s.guest_os_id);
	SHOW(m, &s, crash_count);
	SHOW(m, part, region_pages);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(partition);

static void vp_show_ours(struct seq_file *m, const struct hvp_vp_counters *s)
{
	SHOW(m, s, runs);
	SHOW(m, s, messages);
	SHOW(m, s, interrupted);
	SHOW(m, s, sleeps);
	SHOW(m, s, polls);
	SHOW(m, s, poll_hits);
	SHOW(m, s, timer_starts);
	SHOW(m, s, timer_fires);
	seq_printf(m, "kicks_sent %llu\n", s->kicks);
}

static int vp_show(struct seq_file *m, void *unused)
{
	struct hvp_vp *vp = m->private;
	struct hvpart_vp_stats s;
	int ret;

	ret = hvp_read_stats(vp->part->account.id, vp->index, HVPART_STATS_VP,
			     &s, sizeof(s));
	if (ret)
		return ret;
	vp_show_ours(m, &vp->stats);
	SHOW(m, &s, dispatches);
	SHOW(m, &s, world_switches);
	SHOW(m, &s, hypercalls);
	SHOW(m, &s, interrupts_injected);
	SHOW(m, &s, exceptions_injected);
	SHOW(m, &s, barriers);
	SHOW(m, &s, flushes);
	SHOW(m, &s, intercepts);
	SHOW(m, &s, halts);
	SHOW(m, &s, kicks);
	SHOW(m, &s, messages);
	SHOW(m, &s, events);
	SHOW(m, &s, timer_expiries);
	SHOW(m, &s, ipis);
	show_exits(m, "exit_", s.exits);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vp);

void hvp_debugfs_partition(struct hvp_partition *part)
{
	char name[24];

	snprintf(name, sizeof(name), "%llu", part->account.id);
	part->debugfs = debugfs_create_dir(name, debugfs_partitions);
	debugfs_create_file("stats", 0400, part->debugfs, part,
			    &partition_fops);
}

void hvp_debugfs_vp(struct hvp_vp *vp)
{
	char name[16];

	snprintf(name, sizeof(name), "vp%u", vp->index);
	debugfs_create_file(name, 0400, vp->part->debugfs, vp, &vp_fops);
}

void hvp_debugfs_partition_end(struct hvp_partition *part)
{
	if (!IS_ERR_OR_NULL(part->debugfs))
		debugfs_remove_recursive(part->debugfs);
	part->debugfs = NULL;
}

void hvp_debugfs_init(void)
{
	debugfs_root = debugfs_create_dir("hvpart", NULL);
	debugfs_create_file("info", 0400, debugfs_root, NULL, &info_fops);
	debugfs_create_file("log", 0400, debugfs_root, NULL, &log_fops);
	debugfs_create_file("arenas", 0400, debugfs_root, NULL, &arenas_fops);
	debugfs_create_file("hidden", 0400, debugfs_root, NULL, &hidden_fops);
	debugfs_partitions = debugfs_create_dir("partitions", debugfs_root);
}

void hvp_debugfs_exit(void)
{
	debugfs_remove_recursive(debugfs_root);
}
