// SPDX-License-Identifier: GPL-2.0
/* HVPART_RUN_VP with a guest of a few bytes: what comes out of it. */
#include <kselftest_harness.h>
#include "part.h"

#define MEM(m)	((struct hv_x64_memory_intercept_message *)(m).u.payload)

FIXTURE(run)
{
	int dev, part, vp;
	u8 *ram;
	struct hv_vp_register_page *regs;
	struct hv_message m;
};

FIXTURE_SETUP(run)
{
	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
	self->part = part_create_ready(self->dev);
	ASSERT_GE(self->part, 0);
	self->ram = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->ram);
	guest_load_image(self->ram);
	ASSERT_EQ(0, part_mem(self->part, 0, self->ram, GUEST_RAM, MEM_RAM));
	self->vp = vp_create(self->part, 0);
	ASSERT_GE(self->vp, 0);
	self->regs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  self->vp, HVPART_VP_MMAP_OFFSET_REGISTERS * PAGE);
	ASSERT_NE(MAP_FAILED, (void *)self->regs);
	alarm(25);
}

FIXTURE_TEARDOWN(run)
{
	close(self->vp);
	close(self->part);
	close(self->dev);
}

static void reg_write_rip(struct hv_vp_register_page *regs, u64 rip)
{
	regs->rip = rip;
	regs->dirty |= 1 << HV_X64_REGISTER_CLASS_IP;
}

/* Past the instruction that the message is about. */
static void advance(struct hv_vp_register_page *regs, const struct hv_message *m)
{
	const struct hv_x64_intercept_message_header *h = (void *)m->u.payload;

	reg_write_rip(regs, h->rip + h->instruction_length);
}

TEST_F(run, io_ports)
{
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_out));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
	EXPECT_EQ(128, self->m.header.payload_size);
	EXPECT_EQ(0, IO(self->m)->header.vp_index);
	EXPECT_EQ(HV_INTERCEPT_ACCESS_WRITE, IO(self->m)->header.intercept_access_type);
	EXPECT_EQ(0x10, IO(self->m)->port_number);
	EXPECT_EQ(1, +IO(self->m)->access_info.access_size);
	EXPECT_EQ(0x42, IO(self->m)->rax & 0xff);
	EXPECT_EQ(2, +IO(self->m)->header.instruction_length);
	EXPECT_EQ(guest_addr(guest_out) + 2, IO(self->m)->header.rip);

	advance(self->regs, &self->m);
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
	EXPECT_EQ(HV_INTERCEPT_ACCESS_READ, IO(self->m)->header.intercept_access_type);
	EXPECT_EQ(0x1234, IO(self->m)->port_number);
	EXPECT_EQ(2, +IO(self->m)->access_info.access_size);

	advance(self->regs, &self->m);
	self->regs->rax = 0xbeef;
	self->regs->dirty |= 1 << HV_X64_REGISTER_CLASS_GENERAL;
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(HV_INTERCEPT_ACCESS_WRITE, IO(self->m)->header.intercept_access_type);
	EXPECT_EQ(0xbeef, IO(self->m)->rax & 0xffff);
}

TEST_F(run, string_io)
{
	int seen = 0;

	memcpy(self->ram + 0x100, "abc", 3);
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_outs));
	for (;;) {
		ASSERT_EQ(0, vp_run(self->vp, &self->m));
		ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
		if (IO(self->m)->port_number == 0x11)
			break;
		EXPECT_EQ(1, +IO(self->m)->access_info.string_op);
		EXPECT_EQ(1, +IO(self->m)->access_info.rep_prefix);
		EXPECT_EQ(0x100 + seen, IO(self->m)->rsi & 0xffff);
		EXPECT_EQ(3 - seen, (int)(IO(self->m)->rcx & 0xffff));
		/* One iteration is done; the last one ends the instruction. */
		seen++;
		self->regs->rsi = IO(self->m)->rsi + 1;
		self->regs->rcx = IO(self->m)->rcx - 1;
		self->regs->dirty |= 1 << HV_X64_REGISTER_CLASS_GENERAL;
		if (seen == 3)
			advance(self->regs, &self->m);
		ASSERT_LE(seen, 3);
	}
	EXPECT_EQ(3, seen);
}

/* The access again when nothing was done about it, and what it finds then. */
TEST_F(run, unmapped_memory)
{
	u8 *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const u64 at = 0x10000000;

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_load));
	ASSERT_EQ(0, set_regs(self->vp, 0, &(struct reg) {
		.name = HV_X64_REGISTER_DS,
		.value.segment = { .base = at, .limit = 0xffff, .attributes = 0x93 },
	}, 1));
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, vp_run(self->vp, &self->m));
		ASSERT_EQ(HVMSG_UNMAPPED_GPA, self->m.header.message_type);
		EXPECT_EQ(at + 0x123, MEM(self->m)->guest_physical_address);
		EXPECT_EQ(HV_INTERCEPT_ACCESS_READ,
			  MEM(self->m)->header.intercept_access_type);
		EXPECT_EQ(guest_addr(guest_load), MEM(self->m)->header.rip);
	}
	page[0x123] = 0x77;
	ASSERT_EQ(0, part_mem(self->part, at, page, PAGE, MEM_RAM));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
	EXPECT_EQ(0x77, IO(self->m)->rax & 0xff);
	/* And once it is taken away the guest cannot see it any more. */
	ASSERT_EQ(0, part_mem(self->part, at, page, PAGE, MEM_UNMAP));
	reg_write_rip(self->regs, guest_addr(guest_load));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(HVMSG_UNMAPPED_GPA, self->m.header.message_type);
}

TEST_F(run, read_only_memory)
{
	u8 *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const u64 at = 0x20000000;

	ASSERT_EQ(0, part_mem(self->part, at, page, PAGE, MEM_X));
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_store));
	ASSERT_EQ(0, set_regs(self->vp, 0, &(struct reg) {
		.name = HV_X64_REGISTER_DS,
		.value.segment = { .base = at, .limit = 0xffff, .attributes = 0x93 },
	}, 1));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	ASSERT_EQ(HVMSG_GPA_INTERCEPT, self->m.header.message_type);
	EXPECT_EQ(at + 0x456, MEM(self->m)->guest_physical_address);
	EXPECT_EQ(HV_INTERCEPT_ACCESS_WRITE, MEM(self->m)->header.intercept_access_type);
	EXPECT_EQ(0, page[0x456]);
	/* The creator's first write is still seen by the guest. */
	page[0x123] = 0x31;
	reg_write_rip(self->regs, guest_addr(guest_load));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
	EXPECT_EQ(0x31, IO(self->m)->rax & 0xff);
}

TEST_F(run, triple_fault)
{
	const struct reg idtr = { .name = HV_X64_REGISTER_IDTR };

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_ud));
	ASSERT_EQ(0, set_regs(self->vp, 0, &idtr, 1));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(HVMSG_UNRECOVERABLE_EXCEPTION, self->m.header.message_type);
	/* It can be used again from a state that makes sense. */
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_out));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
}

TEST_F(run, long_mode)
{
	ASSERT_EQ(0, guest_start_long(self->vp, 0, guest_cpuid));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
	EXPECT_EQ(0x510, IO(self->m)->port_number);
	EXPECT_EQ(4, +IO(self->m)->access_info.access_size);
	EXPECT_EQ(0x7263694d, IO(self->m)->rax);		/* "Micr" */
	EXPECT_EQ(1, +IO(self->m)->header.execution_state.efer_lma);
	EXPECT_EQ(1, +IO(self->m)->header.execution_state.cr0_pe);
}

TEST_F(run, register_page)
{
	struct hv_vp_register_page *p = self->regs;

	ASSERT_EQ(0, guest_start_long(self->vp, 0, guest_cpuid));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(HV_VP_REGISTER_PAGE_VERSION_1, p->version);
	EXPECT_EQ(1, p->isvalid);
	EXPECT_EQ(0, p->dirty);
	EXPECT_EQ(get_reg(self->vp, 0, HV_X64_REGISTER_RIP), p->rip);
	EXPECT_EQ(get_reg(self->vp, 0, HV_X64_REGISTER_RFLAGS), p->rflags);
	EXPECT_EQ(get_reg(self->vp, 0, HV_X64_REGISTER_CR3), p->cr3);
	EXPECT_EQ(get_reg(self->vp, 0, HV_X64_REGISTER_EFER), p->efer);
	EXPECT_EQ(get_reg(self->vp, 0, HV_X64_REGISTER_RBX), p->rbx);
	/* Nonsense in what is loaded is refused, and the VP is not lost. */
	p->rflags = ~0ULL;
	p->dirty = ~0U;
	vp_run(self->vp, &self->m);
	p->dirty = 0;
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_out));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
}

/* A message that could not be handed out is handed out later. */
TEST_F(run, bad_buffer_loses_nothing)
{
	void *end;

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_out));
	EXPECT_EQ(-EFAULT, vp_run(self->vp, NULL));
	ASSERT_EQ(0, munmap(self->ram + GUEST_RAM - PAGE, PAGE));
	end = (void *)self->ram + GUEST_RAM - PAGE;
	EXPECT_EQ(-EFAULT, vp_run(self->vp, end - 128));
	/* All but one byte, though the message is much shorter. */
	EXPECT_EQ(-EFAULT, vp_run(self->vp, end - sizeof(self->m) + 1));
	memset(&self->m, 0, sizeof(self->m));
	/* A buffer need not be aligned. */
	ASSERT_EQ(0, vp_run(self->vp, end - sizeof(self->m) - 3));
	memcpy(&self->m, end - sizeof(self->m) - 3, sizeof(self->m));
	EXPECT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
	EXPECT_EQ(sizeof(*IO(self->m)), self->m.header.payload_size);
	EXPECT_EQ(0x10, IO(self->m)->port_number);
	EXPECT_EQ(get_reg(self->vp, 0, HV_X64_REGISTER_RIP),
		  IO(self->m)->header.rip);
	/* Its last field, and not a byte less. */
	EXPECT_EQ(get_reg(self->vp, 0, HV_X64_REGISTER_RDI), IO(self->m)->rdi);
}

TEST_F(run, invalid_state_is_told)
{
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_out));
	/* Long mode without PAE: no CPU can be in that state. */
	if (set_reg(self->vp, 0, HV_X64_REGISTER_EFER, 0x100) ||
	    set_reg(self->vp, 0, HV_X64_REGISTER_CR0, 0x80000011))
		SKIP(return, "SetVpRegisters refuses it");
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(HVMSG_INVALID_VP_REGISTER_VALUE, self->m.header.message_type);
}

TEST_F(run, second_vp_waits_for_sipi)
{
	struct hv_message m;
	int ap = vp_create(self->part, 1);

	ASSERT_GE(ap, 0);
	ASSERT_EQ(0, guest_start_long(self->vp, 0, guest_sipi));
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(0x21, IO(self->m)->port_number);
	/* The SIPI is remembered although nobody ran the VP when it came. */
	ASSERT_EQ(0, vp_run(ap, &m));
	ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, m.header.message_type);
	EXPECT_EQ(1, IO(m)->header.vp_index);
	EXPECT_EQ(0x20, IO(m)->port_number);
	EXPECT_EQ(0x5a, IO(m)->rax & 0xff);
	EXPECT_EQ(0x700, IO(m)->header.cs_segment.selector);
	EXPECT_EQ(GUEST_AP, IO(m)->header.cs_segment.base);
	close(ap);
}

TEST_F(run, stats_count)
{
	struct hvpart_vp_stats s;
	struct hvpart_get_stats a = { .size = sizeof(s), .stats_ptr = (uintptr_t)&s };

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_count));
	for (u64 i = 1; i <= 100; i++) {
		ASSERT_EQ(0, vp_run(self->vp, &self->m));
		ASSERT_EQ(i, IO(self->m)->rax & 0xffff);
		advance(self->regs, &self->m);
	}
	ASSERT_EQ(0, do_ioctl(self->vp, HVPART_GET_STATS, &a));
	EXPECT_EQ(100, s.exits[HVPART_EXIT_IO]);
	EXPECT_EQ(100, s.intercepts);
	EXPECT_GE(s.dispatches, 100);
	EXPECT_GE(s.world_switches, 100);
}

TEST_HARNESS_MAIN
