// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <hvpart/cpuid.h>

#include "announce.h"
#include "guest.h"
#include "log.h"
#include "pvh.h"
#include "ram_pages.h"

static void deliver(void *ctx, const struct ioapic_message *msg)
{
	struct guest *g = ctx;
	int ret;

	if (!g->part)
		return;
	ret = part_assert_interrupt(g->part, msg->type, msg->dest, msg->vector,
				    msg->level, msg->logical);
	/* The guest has programmed nonsense, or its target is not up. */
	if (ret)
		log_guest("interrupt %#x of type %u to APIC %u: %s",
			  msg->vector, msg->type, msg->dest,
			  part_strerror(ret));
}

static void power_off(void *ctx)
{
	guest_end(ctx, PART_REASON_POWEROFF);
}

static void reset(void *ctx)
{
	guest_end(ctx, PART_REASON_RESET);
}

static void console_write(void *ctx, uint8_t byte)
{
	struct guest *g = ctx;

	output_byte(&g->output, byte);
}

static size_t console_read(void *ctx, uint8_t *buf, size_t max)
{
	struct guest *g = ctx;

	return console_server_read(g->console, buf, max);
}

static const struct platform_ops platform_ops = {
	.interrupt = deliver,
	.power_off = power_off,
	.reset = reset,
	.console_write = console_write,
	.console_read = console_read,
};

static int get_regs(void *handle, const uint32_t *names,
		    union hv_register_value *values, size_t n)
{
	return part_vp_get_regs(handle, names, values, n);
}

static int set_regs(void *handle, const uint32_t *names,
		    const union hv_register_value *values, size_t n)
{
	return part_vp_set_regs(handle, names, values, n);
}

static const struct vcpu_ops vcpu_ops = { get_regs, set_regs };

static int failed(int ret, const char *what)
{
	return ret ? log_error("%s: %s", what, part_strerror(ret)), ret : 0;
}

static int create_partition(struct guest *g)
{
	const struct child_config *c = g->config;
	struct part_config pc;
	int ret;

	part_config_init(&pc);
	pc.nr_vps = c->vps;
	if (c->has_privileges)
		pc.privileges = c->privileges;
	else if (c->page_reporting)
		pc.privileges |= HVPART_PRIVILEGE(0,
						  HV_ENABLE_EXTENDED_HYPERCALLS);
	if (c->has_hints)
		pc.hints = c->hints;
	if (c->has_features_edx)
		pc.features_edx = c->features_edx;
	pc.debug_break = c->debug_break;
	ret = failed(part_create(g->dev, &pc, &g->part), "partition");
	if (!ret)
		announce_name(g);
	if (!ret)
		ret = failed(part_initialize(g->part), "partition");
	return ret;
}

static int more_memory(void *ctx, uint64_t gpa, uint64_t size, uint8_t **host)
{
	struct guest *g = ctx;
	void *hva;
	int ret = part_mem_add(g->part, gpa, size, PART_MEM_RAM, NULL, &hva);

	if (!ret)
		*host = hva;
	return ret;
}

static int less_memory(void *ctx, uint64_t gpa, uint64_t size)
{
	struct guest *g = ctx;

	return part_mem_remove(g->part, gpa, size);
}

static struct hvpart_memory_range page_range(uint64_t gpa, uint64_t size)
{
	return (struct hvpart_memory_range){
		.guest_pfn = gpa / RAM_PAGE,
		.page_count = size / RAM_PAGE,
	};
}

static int discard_memory(void *ctx, uint64_t gpa, uint64_t size)
{
	const struct hvpart_memory_range range = page_range(gpa, size);
	struct guest *g = ctx;

	return part_mem_discard(g->part, &range, 1, NULL);
}

static int restore_memory(void *ctx, uint64_t gpa, uint64_t size)
{
	const struct hvpart_memory_range range = page_range(gpa, size);
	struct guest *g = ctx;
	int ret;

	ret = part_mem_restore(g->part, &range, 1, NULL);
	if (ret != -EEXIST)
		return ret;
	/* Left over from a failure to discard it: perhaps not mapped. */
	ret = part_mem_discard(g->part, &range, 1, NULL);
	return ret ? ret : part_mem_restore(g->part, &range, 1, NULL);
}

static const struct ram_backing ram_backing = {
	.add = more_memory,
	.remove = less_memory,
	.discard = discard_memory,
	.restore = restore_memory,
};

static int add_memory(struct guest *g)
{
	unsigned int i;
	int ret = ram_create(&g->ram, g->config->memory);

	ram_set_backing(&g->ram, &ram_backing, g);
	for (i = 0; !ret && i < g->ram.nr; i++)
		ret = failed(part_mem_add(g->part, g->ram.slot[i].gpa,
					  g->ram.slot[i].size, PART_MEM_RAM,
					  g->ram.slot[i].host, NULL), "memory");
	return ret;
}

static int create_vp(struct guest *g, unsigned int i)
{
	struct guest_vp *vp = &g->vps[i];
	int ret = failed(part_vp_create(g->part, i, &vp->vp), "VP");

	vp->guest = g;
	vp->running = false;
	vp->vcpu = (struct vcpu){
		.ops = &vcpu_ops,
		.handle = vp->vp,
		.page = ret ? NULL : part_vp_reg_page(vp->vp),
		.ram = &g->ram,
		.platform = &g->platform,
		.index = i,
	};
	return ret;
}

/* The others wait for SIPI, which is the hypervisor's business. */
static int set_entry(struct guest *g, uint32_t entry)
{
	uint32_t names[PVH_REGS];
	union hv_register_value values[PVH_REGS];
	size_t n = pvh_entry_regs(entry, names, values);

	return failed(part_vp_set_regs(g->vps[0].vp, names, values, n),
		      "VP 0's registers");
}

int guest_init(struct guest *g)
{
	int ret = output_init(&g->output, g->console);

	host_memory_open(&g->host_memory);
	g->vmbus.message_fd = -1;
	g->vmbus.event_fd = -1;
	if (!ret)
		ret = errands_init(&g->errands);
	if (!ret)
		ret = vsp_init(g);
	return ret ? ret : platform_init(&g->platform, &platform_ops, g);
}

uint64_t guest_memory_max(const struct guest *g)
{
	uint64_t max = g->config->memory_max;

	if (!max)
		max = host_memory_total(&g->host_memory);
	return max < g->config->memory ? g->config->memory : max;
}

int guest_create(struct guest *g)
{
	unsigned int i;
	uint32_t entry;
	int ret;

	g->end = PART_REASON_NONE;
	ret = create_partition(g);
	if (!ret)
		ret = add_memory(g);
	platform_reset(&g->platform);
	for (i = 0; !ret && i < g->config->vps; i++)
		ret = create_vp(g, i);
	if (!ret)
		ret = boot_load(&g->boot, &g->ram, &entry);
	if (!ret)
		ret = set_entry(g, entry);
	if (!ret)
		ret = vmbus_open(g);
	if (ret)
		guest_destroy(g);
	return ret;
}

void guest_destroy(struct guest *g)
{
	vmbus_close(g);
	part_destroy(g->part);
	g->part = NULL;
	ram_destroy(&g->ram);
}

int guest_start(struct guest *g)
{
	sigset_t all, before;
	unsigned int i;
	int ret = 0;

	/* Signals are the main thread's, but the one that stops a VP. */
	sigfillset(&all);
	sigdelset(&all, SIGUSR1);
	errands_open(&g->errands);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (i = 0; !ret && i < g->config->vps; i++) {
		ret = pthread_create(&g->vps[i].thread, NULL, vp_thread,
				     &g->vps[i]);
		g->vps[i].running = !ret;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!ret)
		return 0;
	guest_end(g, PART_REASON_ERROR);
	guest_stop(g);
	return log_errno(ret, "VP thread");
}

void guest_stop(struct guest *g)
{
	unsigned int i;

	/* Whatever the reason was, it is set already, or this is a kill. */
	guest_end(g, PART_REASON_KILLED);
	errands_close(&g->errands);
	for (i = 0; i < g->config->vps; i++) {
		if (g->vps[i].running)
			part_vp_kick_thread(g->vps[i].vp, g->vps[i].thread);
	}
	for (i = 0; i < g->config->vps; i++) {
		if (g->vps[i].running)
			pthread_join(g->vps[i].thread, NULL);
		g->vps[i].running = false;
	}
	pthread_mutex_lock(&g->platform.lock);
	output_flush(&g->output);
	pthread_mutex_unlock(&g->platform.lock);
}

void guest_end(struct guest *g, enum part_reason reason)
{
	int none = PART_REASON_NONE;
	uint64_t one = 1;

	if (!__atomic_compare_exchange_n(&g->end, &none, reason, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	if (write(g->end_fd, &one, sizeof(one)) != sizeof(one))
		log_errno(errno, "eventfd");
}

uint64_t guest_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

enum part_reason guest_end_reason(const struct guest *g)
{
	return __atomic_load_n(&g->end, __ATOMIC_SEQ_CST);
}
