// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "bench.h"
#include "guest.h"

static struct hv_register_assoc segment(__u32 name, __u16 attributes,
					__u32 limit)
{
	return (struct hv_register_assoc) {
		.name = name,
		.value.segment = { .limit = limit, .attributes = attributes },
	};
}

static struct hv_register_assoc word(__u32 name, __u64 value)
{
	return (struct hv_register_assoc) { .name = name, .value.reg64 = value };
}

static void set_all(struct part_vp *vp, const struct hv_register_assoc *r,
		    unsigned int n)
{
	for (; n; n--, r++)
		if (part_vp_set_regs(vp, &r->name, &r->value, 1))
			DIE("set register %#x: %s", r->name, part_strerror(-errno));
}

static void start_real(struct guest *g)
{
	const struct hv_register_assoc regs[] = {
		segment(HV_X64_REGISTER_CS, 0x9b, 0xffff),
		word(HV_X64_REGISTER_RIP, GUEST_CODE),
	};

	set_all(g->vp, regs, sizeof(regs) / sizeof(regs[0]));
}

static void start_long(struct guest *g)
{
	__u64 *table = (void *)(g->ram + GUEST_TABLES);
	const struct hv_register_assoc regs[] = {
		segment(HV_X64_REGISTER_CS, 0xa09b, 0xffffffff),
		segment(HV_X64_REGISTER_DS, 0xc093, 0xffffffff),
		segment(HV_X64_REGISTER_ES, 0xc093, 0xffffffff),
		segment(HV_X64_REGISTER_SS, 0xc093, 0xffffffff),
		word(HV_X64_REGISTER_CR3, GUEST_TABLES),
		word(HV_X64_REGISTER_CR4, 0x220),
		word(HV_X64_REGISTER_EFER, 0x500),
		word(HV_X64_REGISTER_CR0, 0x80000011),
		word(HV_X64_REGISTER_RSP, GUEST_STACK),
		word(HV_X64_REGISTER_RIP, GUEST_CODE),
	};

	/* The first 2 MiB: accessed and dirty, so that nothing is written. */
	table[0] = (GUEST_TABLES + 0x1000) | 0x63;
	table[512] = (GUEST_TABLES + 0x2000) | 0x63;
	table[1024] = 0xe3;
	set_all(g->vp, regs, sizeof(regs) / sizeof(regs[0]));
}

void guest_create(struct guest *g, const char *code, const char *end,
		  int long_mode)
{
	void *ram;
	int err;

	err = part_open(&g->dev, NULL);
	if (!err)
		err = part_create(g->dev, NULL, &g->part);
	if (!err)
		err = part_initialize(g->part);
	if (!err)
		err = part_mem_add(g->part, 0, GUEST_RAM, PART_MEM_RAM, NULL, &ram);
	if (!err)
		err = part_vp_create(g->part, 0, &g->vp);
	if (err)
		DIE("set up: %s", part_strerror(err));
	g->ram = ram;
	g->box = (void *)(g->ram + GUEST_BOX);
	memcpy(g->ram + GUEST_CODE, code, end - code);
	if (long_mode)
		start_long(g);
	else
		start_real(g);
}

/* The next instruction: through the page where there is one. */
static void skip(struct part_vp *vp, const struct hv_x64_intercept_message_header *h)
{
	struct hv_vp_register_page *page = part_vp_reg_page(vp);
	const __u32 name = HV_X64_REGISTER_RIP;
	union hv_register_value v = { .reg64 = h->rip + h->instruction_length };

	if (page && page->isvalid) {
		page->rip = v.reg64;
		page->dirty = 1u << HV_X64_REGISTER_CLASS_IP;
	} else if (part_vp_set_regs(vp, &name, &v, 1)) {
		DIE("set RIP");
	}
}

void guest_run(struct guest *g)
{
	struct hv_message msg;
	const struct hv_x64_io_port_intercept_message *io = (void *)msg.u.payload;
	int err;

	for (;;) {
		err = part_vp_run(g->vp, &msg);
		if (err == -EINTR)
			continue;
		if (err)
			DIE("run: %s", part_strerror(err));
		if (msg.header.message_type != HVMSG_X64_IO_PORT_INTERCEPT)
			DIE("unexpected message %#x", msg.header.message_type);
		if (io->port_number == GUEST_PORT_DONE)
			return;
		skip(g->vp, &io->header);
	}
}

static int compare(const void *a, const void *b)
{
	const __u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return x < y ? -1 : x > y;
}

void guest_report(struct guest *g, const char *key)
{
	__u32 *t = (void *)(g->ram + GUEST_RESULTS);
	struct hvpart_vp_stats s = {};

	qsort(t, GUEST_SAMPLES, sizeof(*t), compare);
	part_vp_get_stats(g->vp, &s);
	printf("@@bench %s min=%u instructions=%u world_switches=%llu "
	       "barriers=%llu flushes=%llu ops=%u\n",
	       key, t[0], t[GUEST_SAMPLES / 2],
	       (unsigned long long)s.world_switches,
	       (unsigned long long)s.barriers, (unsigned long long)s.flushes,
	       GUEST_SAMPLES);
}

void guest_destroy(struct guest *g)
{
	part_destroy(g->part);
	part_close(g->dev);
}
