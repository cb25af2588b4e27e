// SPDX-License-Identifier: GPL-2.0
/*
 * OUT to a port that nobody claims: the guest stops, its thread returns from
 * RUN_VP to user space, the register page advances RIP, the thread runs it
 * again. Measured by the guest, in ticks, two RDTSC included.
 */
#include <errno.h>
#include <string.h>
#include "bench.h"
#include "libpart.h"

#define CODE_GPA	0x1000
#define RESULT_GPA	0x2000
#define SAMPLES		1000
#define PORT		0x99
#define PORT_DONE	0x9a

/* Real mode, as a VP starts: DI counts through the results. */
__asm__(
"	.pushsection .rodata\n"
"	.code16\n"
"guest_start:\n"
"	xorw	%ax, %ax\n"
"	movw	%ax, %ds\n"
"	movw	$0x2000, %di\n"
"	movw	$1000, %cx\n"
"	movw	$0x99, %dx\n"
"	movw	%dx, %bp\n"
"1:	rdtsc\n"
"	movl	%eax, %ebx\n"
"	movw	%bp, %dx\n"
"	outb	%al, %dx\n"
"	rdtsc\n"
"	subl	%ebx, %eax\n"
"	movl	%eax, (%di)\n"
"	addw	$4, %di\n"
"	loop	1b\n"
"	movw	$0x9a, %dx\n"
"	outb	%al, %dx\n"
"	hlt\n"
"guest_end:\n"
"	.code64\n"
"	.popsection\n");
extern const char guest_start[], guest_end[];

static void set_start(struct part_vp *vp)
{
	const __u32 names[] = { HV_X64_REGISTER_CS, HV_X64_REGISTER_RIP };
	union hv_register_value v[2] = {};

	v[0].segment.limit = 0xffff;
	v[0].segment.attributes = 0x9b;
	v[1].reg64 = CODE_GPA;
	if (part_vp_set_regs(vp, names, v, 2))
		DIE("set registers: %s", part_strerror(-errno));
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

static void run(struct part_vp *vp)
{
	struct hv_message msg;
	const struct hv_x64_io_port_intercept_message *io = (void *)msg.u.payload;
	int err;

	for (;;) {
		err = part_vp_run(vp, &msg);
		if (err == -EINTR)
			continue;
		if (err)
			DIE("run: %s", part_strerror(err));
		if (msg.header.message_type != HVMSG_X64_IO_PORT_INTERCEPT)
			DIE("unexpected message %#x", msg.header.message_type);
		if (io->port_number == PORT_DONE)
			return;
		skip(vp, &io->header);
	}
}

static int compare(const void *a, const void *b)
{
	const __u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return x < y ? -1 : x > y;
}

static void report(struct part_vp *vp, __u32 *t)
{
	struct hvpart_vp_stats s = {};

	qsort(t, SAMPLES, sizeof(*t), compare);
	part_vp_get_stats(vp, &s);
	printf("@@bench child_user_exit_roundtrip min=%u instructions=%u "
	       "world_switches=%llu barriers=%llu flushes=%llu ops=%u\n",
	       t[0], t[SAMPLES / 2], (unsigned long long)s.world_switches,
	       (unsigned long long)s.barriers, (unsigned long long)s.flushes,
	       SAMPLES);
}

int bench_io(void)
{
	struct part_dev *dev;
	struct part_vp *vp;
	struct part *part;
	void *ram;
	int err;

	err = part_open(&dev, NULL);
	if (!err)
		err = part_create(dev, NULL, &part);
	if (!err)
		err = part_initialize(part);
	if (!err)
		err = part_mem_add(part, 0, 0x10000, PART_MEM_RAM, NULL, &ram);
	if (!err)
		err = part_vp_create(part, 0, &vp);
	if (err)
		DIE("set up: %s", part_strerror(err));
	memcpy((char *)ram + CODE_GPA, guest_start, guest_end - guest_start);
	set_start(vp);
	run(vp);
	report(vp, (void *)((char *)ram + RESULT_GPA));
	part_destroy(part);
	part_close(dev);
	return 0;
}
