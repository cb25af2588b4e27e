// SPDX-License-Identifier: GPL-2.0
/* Exits at ports and device memory, with registers in a toy VP. */
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "mmio.h"
#include "pio.h"
#include "test.h"

#define MIB	(1ULL << 20)
#define CODE	0x1000
#define DATA	0x2000

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

static struct ram ram;
static struct platform platform;
static struct vcpu vcpu;
static struct hv_vp_register_page page;

/* The toy's registers; segments are flat but FS. */
static struct {
	uint64_t gpr[16], rip, cr0, cr3, cr4, efer, shadow;
	union hv_x64_pending_exception_event event;
	unsigned int calls;
} regs;

static char console[4096];
static size_t nr_console;
static const char *input;

static int get_regs(void *handle, const uint32_t *names,
		    union hv_register_value *v, size_t n)
{
	(void)handle;
	for (; n--; names++, v++) {
		memset(v, 0, sizeof(*v));
		if (*names >= HV_X64_REGISTER_RAX &&
		    *names <= HV_X64_REGISTER_R15)
			v->reg64 = regs.gpr[*names - HV_X64_REGISTER_RAX];
		else if (*names == HV_X64_REGISTER_CR0)
			v->reg64 = regs.cr0;
		else if (*names == HV_X64_REGISTER_CR3)
			v->reg64 = regs.cr3;
		else if (*names == HV_X64_REGISTER_CR4)
			v->reg64 = regs.cr4;
		else if (*names == HV_X64_REGISTER_EFER)
			v->reg64 = regs.efer;
		else if (*names >= HV_X64_REGISTER_ES &&
			 *names <= HV_X64_REGISTER_GS) {
			v->segment.limit = 0xffffffff;
			if (*names == HV_X64_REGISTER_FS)
				v->segment.base = 0x100;
		} else
			return -EINVAL;
	}
	return 0;
}

static int set_regs(void *handle, const uint32_t *names,
		    const union hv_register_value *v, size_t n)
{
	(void)handle;
	regs.calls++;
	for (; n--; names++, v++) {
		if (*names >= HV_X64_REGISTER_RAX &&
		    *names <= HV_X64_REGISTER_R15)
			regs.gpr[*names - HV_X64_REGISTER_RAX] = v->reg64;
		else if (*names == HV_X64_REGISTER_RIP)
			regs.rip = v->reg64;
		else if (*names == HV_REGISTER_INTERRUPT_STATE)
			regs.shadow = v->reg64;
		else if (*names == HV_REGISTER_PENDING_EVENT0)
			regs.event = v->pending_exception_event;
		else
			return -EINVAL;
	}
	return 0;
}

static const struct vcpu_ops ops = { get_regs, set_regs };

static void interrupt(void *ctx, const struct ioapic_message *msg)
{
	(void)ctx, (void)msg;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void console_write(void *ctx, uint8_t byte)
{
	(void)ctx;
	CHECK(nr_console < sizeof(console));
	console[nr_console++] = (char)byte;
}

static size_t console_read(void *ctx, uint8_t *buf, size_t max)
{
	(void)ctx;
	if (!input || !*input || !max)
		return 0;
	*buf = (uint8_t)*input++;
	return 1;
}

static const struct platform_ops platform_ops = {
	interrupt, nothing, nothing, console_write, console_read,
};

static void set_up(void)
{
	CHECK(!ram_create(&ram, 4 * MIB));
	CHECK(!platform_init(&platform, &platform_ops, NULL));
	vcpu = (struct vcpu){
		.ops = &ops, .ram = &ram, .platform = &platform,
	};
	regs.cr0 = 1;
	regs.rip = CODE;
	regs.shadow = 1;
}

/* 32-bit flat code without paging; @length of the instruction. */
static struct hv_x64_intercept_message_header header(unsigned int length,
						     bool write)
{
	struct hv_x64_intercept_message_header h = {
		.instruction_length = (uint8_t)(length & 15),
		.intercept_access_type = write,
		.rip = CODE,
		.rflags = 2,
	};

	h.execution_state.cr0_pe = 1;
	h.cs_segment._default = 1;
	h.cs_segment.limit = 0xffffffff;
	return h;
}

static struct hv_x64_io_port_intercept_message
io(uint16_t port, unsigned int size, bool write)
{
	return (struct hv_x64_io_port_intercept_message){
		.header = header(1, write),
		.port_number = port,
		.access_info.access_size = (uint8_t)(size & 7),
		.rax = regs.gpr[RAX],
	};
}

static void pio_plain(void)
{
	struct hv_x64_io_port_intercept_message m;

	set_up();
	regs.gpr[RAX] = 0x1122334455667741;
	m = io(0x3f8, 1, true);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(nr_console, 1);
	CHECK_EQ(console[0], 0x41);
	CHECK_EQ(regs.rip, CODE + 1);
	m = io(0x3fd, 1, false);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RAX], 0x1122334455667760);
	m = io(0x500, 2, false);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RAX], 0x112233445566ffff);
	m = io(0x500, 4, false);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RAX], 0xffffffff);
	CHECK_EQ(regs.shadow, 1);
	/* the instruction after STI has been executed now */
	m.header.execution_state.interrupt_shadow = 1;
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.shadow, 0);
	m.access_info.access_size = 3;
	CHECK(pio_handle(&vcpu, &m) < 0);
}

static void pio_register_page(void)
{
	struct hv_x64_io_port_intercept_message m;

	set_up();
	vcpu.page = &page;
	page.isvalid = 1;
	m = io(0x3fd, 1, false);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.calls, 0);
	CHECK_EQ(page.rax, 0x60);
	CHECK_EQ(page.rip, CODE + 1);
	CHECK_EQ(page.dirty, 3);
	/* not valid: it is not looked at */
	memset(&page, 0, sizeof(page));
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(page.dirty, 0);
	CHECK_EQ(regs.calls, 1);
}

static void put(uint64_t gpa, const void *data, size_t len)
{
	CHECK(!ram_write(&ram, gpa, data, len));
}

static struct hv_x64_io_port_intercept_message
string_io(uint16_t port, unsigned int size, bool write, bool rep)
{
	struct hv_x64_io_port_intercept_message m = io(port, size, write);

	m.access_info.string_op = 1;
	m.access_info.rep_prefix = rep;
	m.rcx = regs.gpr[RCX];
	m.rsi = regs.gpr[RSI];
	m.rdi = regs.gpr[RDI];
	return m;
}

static void pio_rep_outs(void)
{
	struct hv_x64_io_port_intercept_message m;

	set_up();
	put(CODE, "\xf3\x6e", 2);
	put(DATA, "hello, world", 12);
	regs.gpr[RCX] = 12;
	regs.gpr[RSI] = DATA;
	m = string_io(0x3f8, 1, true, true);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(nr_console, 12);
	CHECK(!memcmp(console, "hello, world", 12));
	CHECK_EQ(regs.gpr[RCX], 0);
	CHECK_EQ(regs.gpr[RSI], DATA + 12);
	CHECK_EQ(regs.rip, CODE + 2);
	/* backwards, and no REP */
	put(CODE, "\x6e", 1);
	regs.gpr[RSI] = DATA + 4;
	m = string_io(0x3f8, 1, true, false);
	m.header.rflags |= 1 << 10;
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(console[12], 'o');
	CHECK_EQ(regs.gpr[RSI], DATA + 3);
	CHECK_EQ(regs.rip, CODE + 1);
	/* a count of zero does nothing but end */
	put(CODE, "\xf3\x6e", 2);
	regs.gpr[RCX] = 0;
	m = string_io(0x3f8, 1, true, true);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(nr_console, 13);
	CHECK_EQ(regs.rip, CODE + 2);
	/* a segment prefix: FS begins at 0x100 */
	put(CODE, "\x64\x6e", 2);
	regs.gpr[RSI] = DATA - 0x100;
	m = string_io(0x3f8, 1, true, false);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(console[13], 'h');
}

static void pio_rep_ins(void)
{
	struct hv_x64_io_port_intercept_message m;

	set_up();
	put(CODE, "\xf3\x6c", 2);
	input = "typed";
	regs.gpr[RCX] = 5;
	regs.gpr[RDI] = DATA;
	m = string_io(0x3f8, 1, false, true);
	platform_console_input(&platform);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK(!memcmp(ram_ptr(&ram, DATA, 5), "typed", 5));
	CHECK_EQ(regs.gpr[RDI], DATA + 5);
	CHECK_EQ(regs.gpr[RCX], 0);
}

/* Millions of elements: the guest waits, the worker does not. */
static void pio_burst(void)
{
	struct hv_x64_io_port_intercept_message m;

	set_up();
	put(CODE, "\xf3\x6d", 2);
	regs.gpr[RCX] = 1000000;
	regs.gpr[RDI] = DATA;
	m = string_io(0x500, 4, false, true);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RCX], 1000000 - PIO_BURST);
	CHECK_EQ(regs.gpr[RDI], DATA + 4 * PIO_BURST);
	CHECK_EQ(regs.rip, CODE);
	CHECK_EQ(get_le32(ram_ptr(&ram, DATA + 4 * PIO_BURST - 4, 4)), ~0U);
	CHECK_EQ(get_le32(ram_ptr(&ram, DATA + 4 * PIO_BURST, 4)), 0);
}

/* The third element is on a page that is not there. */
static void pio_string_fault(void)
{
	struct hv_x64_io_port_intercept_message m;
	uint32_t pde = 0x100083, pte = 0x2003;

	set_up();
	regs.cr0 |= 1ULL << 31;
	regs.cr3 = 0x10000;
	regs.cr4 = 0x10;
	put(0x10000, "\x83\0\0\0", 4);		/* 0 .. 4 MiB */
	pde = 0x11003;
	put(0x10004, &pde, 4);
	put(0x11000, &pte, 4);			/* 4 MiB: one page */
	put(CODE, "\xf3\x6f", 2);
	put(0x2ff8, "abcdefgh", 8);
	regs.gpr[RCX] = 4;
	regs.gpr[RSI] = 4 * MIB + 0xff8;
	m = string_io(0x500, 4, true, true);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RCX], 2);
	CHECK_EQ(regs.gpr[RSI], 4 * MIB + 0x1000);
	CHECK_EQ(regs.rip, CODE);
	CHECK_EQ(regs.event.vector, 14);
	CHECK_EQ(regs.event.error_code, 0);
	CHECK_EQ(regs.event.exception_parameter, 4 * MIB + 0x1000);
	/* the same for writing */
	put(CODE, "\xf3\x6d", 2);
	regs.gpr[RDI] = 4 * MIB + 0x1000;
	m = string_io(0x500, 4, false, true);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.event.error_code, PF_WRITE);
	/* memory that is none: #GP */
	put(CODE, "\xf3\x6f", 2);
	regs.cr0 = 1;
	regs.gpr[RSI] = 0xfec00000;
	m = string_io(0x500, 4, true, true);
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.event.vector, 13);
	/* something else stands at RIP by now */
	put(CODE, "\x90\x90", 2);
	regs.event.vector = 0;
	CHECK(!pio_handle(&vcpu, &m));
	CHECK_EQ(regs.event.vector, 13);
}

static struct hv_x64_memory_intercept_message memory(uint64_t gpa, bool write,
						     const char *code,
						     unsigned int len)
{
	struct hv_x64_memory_intercept_message m = {
		.header = header(0, write),
		.guest_physical_address = gpa,
	};

	put(CODE, code, len);
	return m;
}

static void mmio_ioapic(void)
{
	struct hv_x64_memory_intercept_message m;

	set_up();
	/* mov [edi], esi; mov eax, [edi+0x10] : fetched from memory */
	regs.gpr[RSI] = 1;
	m = memory(0xfec00000, true, "\x89\x37", 2);
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.rip, CODE + 2);
	regs.gpr[RAX] = ~0ULL;
	m = memory(0xfec00010, false, "\x8b\x47\x10", 3);
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RAX], 0x170011);
	CHECK_EQ(regs.rip, CODE + 3);
	/* bytes in the message are taken before those in memory */
	m = memory(0xfec00010, false, "\x90\x90\x90", 3);
	memcpy(m.instruction_bytes, "\x0f\xb6\x5f\x12", 4);
	m.instruction_byte_count = 16;
	m.guest_physical_address = 0xfec00012;
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RBX], 0x17);
	CHECK_EQ(regs.rip, CODE + 4);
	/* a part of them only: the rest is fetched */
	m = memory(0xfec00010, false, "\x8b\x47\x10", 3);
	m.instruction_bytes[0] = 0x8b;
	m.instruction_byte_count = 1;
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.rip, CODE + 3);
	/* a byte leaves the rest of its register */
	regs.gpr[RDX] = 0x1234567890abcdef;
	m = memory(0xfec00010, false, "\x8a\x77\x10", 3);	/* mov dh */
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RDX], 0x1234567890ab11ef);
	/* a constant */
	m = memory(0xfec00000, true, "\xc7\x07\x05\0\0\0", 6);
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(platform.ioapic.select, 5);
}

static void mmio_absent(void)
{
	struct hv_x64_memory_intercept_message m;

	set_up();
	m = memory(0xfed00000, false, "\x8b\x07", 2);
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.gpr[RAX], 0xffffffff);
	m = memory(0xfed00000, true, "\x89\x07", 2);
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.rip, CODE + 2);
	CHECK_EQ(regs.event.vector, 0);
}

static void mmio_hostile(void)
{
	struct hv_x64_memory_intercept_message m;

	set_up();
	/* an instruction that is not emulated */
	m = memory(0xfec00000, true, "\xf3\xaa", 2);
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.event.vector, 13);
	CHECK_EQ(regs.rip, CODE);
	/* code that is not memory */
	regs.event.vector = 0;
	m.header.rip = 0xfec00000;
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.event.vector, 13);
	m.header.rip = 0xfffffff8;
	CHECK(!mmio_handle(&vcpu, &m));
	/* execution, and event delivery: the end of this VP */
	m.header.intercept_access_type = 2;
	CHECK(mmio_handle(&vcpu, &m) < 0);
	m = memory(0xfec00000, true, "\x89\x37", 2);
	m.header.execution_state.interruption_pending = 1;
	CHECK(mmio_handle(&vcpu, &m) < 0);
	/* the count of bytes is the message's word only */
	m = memory(0xfec00000, true, "\x89\x37", 2);
	m.instruction_byte_count = 255;
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.rip, CODE + 2);
}

/* The instruction ends exactly where the last mapped page does. */
static void mmio_page_edge(void)
{
	struct hv_x64_memory_intercept_message m;

	set_up();
	m = memory(0xfec00000, true, "\x90", 1);
	m.header.rip = 4 * MIB - 2;
	put(4 * MIB - 2, "\x89\x37", 2);
	CHECK(!mmio_handle(&vcpu, &m));
	CHECK_EQ(regs.rip, 4 * MIB);
}

const struct test vcpu_tests[] = {
	TEST(pio_plain), TEST(pio_register_page), TEST(pio_rep_outs),
	TEST(pio_rep_ins), TEST(pio_burst), TEST(pio_string_fault),
	TEST(mmio_ioapic), TEST(mmio_absent), TEST(mmio_hostile),
	TEST(mmio_page_edge),
	TESTS_END
};
