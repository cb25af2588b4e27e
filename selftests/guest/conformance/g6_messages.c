// SPDX-License-Identifier: GPL-2.0
/* 9.6 Messages: from the counterpart in the parent, through a port of ours */
#include <hvpart/message.h>
#include "parent.h"

#define VEC		0x70
#define SINT		4
/* Longer than the retry timer, which is of the order of milliseconds. */
#define QUIET_US	20000

static volatile struct hv_message *slot;
static u64 irqs_before;
static s32 port;

/* Listens on SINT and has the parent connect to it. */
static bool ready(u64 sint_bits)
{
	slot = sim_on(page_alloc()) + SINT;
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC | sint_bits);
	irqs_before = cpu()->irqs[VEC];
	port = parent_connect_message(0, SINT);
	return port >= 0;
}

static u64 irqs(void)
{
	return cpu()->irqs[VEC] - irqs_before;
}

/* All that comes by itself has come. */
static void quiet(void)
{
	irq_on();
	delay_us(QUIET_US);
	irq_off();
}

static u32 type(void)
{
	return slot->header.message_type;
}

static u64 number(void)
{
	return slot->u.payload[0];
}

static u32 pending(void)
{
	return slot->header.message_flags.msg_pending;
}

static void free_slot(void)
{
	slot->header.message_type = HVMSG_NONE;
	smp_mb();
}

static void holds(u64 n)
{
	CHECK(type() == 1 && number() == n,
	      "the slot has type %#x, number %llu, not message %llu", type(),
	      type() ? number() : 0, n);
}

static bool filled(void)
{
	struct timeout t = timeout_ms(SOON_MS);

	while (!type()) {
		if (expired(t))
			return false;
		pause();
	}
	return true;
}

/* Message 0 in the slot, noticed; message 1 behind it. */
static bool two_messages(u64 sint_bits)
{
	if (!ready(sint_bits))
		return false;
	parent_send(port, 0);
	quiet();
	parent_send(port, 1);
	return true;
}

static void t081_type_at_0(void)
{
	u8 none = 0;

	if (!ready(0))
		return;
	same("status", parent_post(port, 0x12345678, 0, &none), 0);
	same("bytes 0 to 3", *(volatile u32 *)slot, 0x12345678);
}

static void t082_size_and_flags(void)
{
	u8 bytes[33];

	for (u32 i = 0; i < sizeof(bytes); i++)
		bytes[i] = i + 1;
	if (!ready(0))
		return;
	same("status", parent_post(port, 1, sizeof(bytes), bytes), 0);
	same("byte 4", ((volatile u8 *)slot)[4], sizeof(bytes));
	same("byte 5", ((volatile u8 *)slot)[5], 0);
	same("bytes 6 and 7", ((volatile u16 *)slot)[3], 0);
	CHECK(!memcmp((void *)slot->u.bytes, bytes, sizeof(bytes)),
	      "the payload differs");
}

static void t083_slot_of_each_sint(void)
{
	volatile struct hv_message *sim = sim_on(page_alloc());

	for (u32 n = 1; n < 16; n++) {
		wrmsr(HV_X64_MSR_SINT0 + n, VEC);
		port = parent_connect_message(0, n);
		if (port < 0)
			return;
		parent_send(port, 1000 + n);
		for (u32 i = 0; i < 16; i++)
			same("the type in a slot",
			     ((volatile u32 *)sim)[64 * i], i && i <= n);
		same("the number", sim[n].u.payload[0], 1000 + n);
		parent_close(port);
	}
}

/* The VP is stopped in the mailbox, spins, is halted. */
static void t084_one_interrupt(void)
{
	s32 work;

	if (!ready(0))
		return;
	parent_send(port, 0);
	quiet();
	same("interrupts, VP stopped", irqs(), 1);

	free_slot();
	work = parent_stream(port, 1, QUIET_US);
	irq_on();
	wait_for(&cpu()->irqs[VEC], irqs_before + 2, SOON_MS);
	quiet();
	parent_join(work, 1);
	same("interrupts, VP running", irqs(), 2);

	free_slot();
	work = parent_stream(port, 1, QUIET_US);
	heartbeat();
	for (u32 i = 0; i < SOON_MS / 1000 && irqs() < 3; i++)
		irq_on_halt();
	quiet();
	parent_join(work, 1);
	same("interrupts, VP halted", irqs(), 3);
}

static void t085_busy_slot(void)
{
	struct hv_message was;

	if (!two_messages(0))
		return;
	memcpy(&was, (void *)slot, sizeof(was));
	was.header.message_flags.msg_pending = 1;
	quiet();
	holds(0);
	CHECK(!memcmp(&was, (void *)slot, sizeof(was)),
	      "more than the pending flag has changed");
	same("interrupts", irqs(), 1);
}

static void t086_pending_flag(void)
{
	if (!ready(0))
		return;
	parent_send(port, 0);
	same("the flag of a message that is alone", pending(), 0);
	parent_send(port, 1);
	same("the flag with one behind it", pending(), 1);
	holds(0);
}

static void t087_eom(void)
{
	if (!ready(0))
		return;
	for (u64 n = 0; n < 100; n += 2) {
		parent_send(port, n);
		parent_send(port, n + 1);
		holds(n);
		free_slot();
		wrmsr(HV_X64_MSR_EOM, 0);
		holds(n + 1);
		free_slot();
	}
}

static u64 handler_saw;

static void free_then_eoi(struct regs *r)
{
	(void)r;
	free_slot();
	apic_eoi();
	handler_saw = type() ? number() : ~0ULL;
	irq_set(VEC, NULL);
}

static void free_then_msr_eoi(struct regs *r)
{
	(void)r;
	free_slot();
	wrmsr(HV_X64_MSR_EOI, 0);
	handler_saw = type() ? number() : ~0ULL;
	irq_set(VEC, NULL);
}

static void eoi_delivers(irq_fn *handler)
{
	for (u64 n = 0; n < 100; n += 2) {
		parent_send(port, n);
		parent_send(port, n + 1);
		handler_saw = 0;
		irq_set(VEC, handler);
		irq_on();
		wait_for(&cpu()->irqs[VEC], irqs_before + n + 2, SOON_MS);
		irq_off();
		same("the message after the EOI", handler_saw, n + 1);
		same("interrupts", irqs(), n + 2);
		free_slot();
	}
}

static void t088_eoi(void)
{
	if (!ready(0))
		return;
	eoi_delivers(free_then_eoi);
	irqs_before = cpu()->irqs[VEC];
	eoi_delivers(free_then_msr_eoi);
}

static void t089_rescan_interrupts(void)
{
	if (!two_messages(0))
		return;
	same("interrupts before", irqs(), 1);
	free_slot();
	wrmsr(HV_X64_MSR_EOM, 0);
	quiet();
	holds(1);
	same("interrupts", irqs(), 2);
}

static void t090_without_eom(void)
{
	if (!two_messages(0))
		return;
	/* Nothing that exits from here on. */
	free_slot();
	CHECK(filled(), "no message after %u ms", SOON_MS);
	holds(1);
	quiet();
	same("interrupts", irqs(), 2);
}

/* The loop that the specification has for guests. */
static void take(void)
{
	free_slot();
	if (pending())
		wrmsr(HV_X64_MSR_EOM, 0);
}

static void t091_order(void)
{
	const u32 count = 2000;
	s32 work;

	if (!ready(0))
		return;
	work = parent_stream(port, count, 0);
	for (u64 n = 0; n < count; n++) {
		REQUIRE(filled(), "message %llu does not come", n);
		REQUIRE(number() == n, "message %llu comes after %llu",
			number(), n - 1);
		take();
	}
	parent_join(work, count);
}

static void t092_eom_on_busy(void)
{
	if (!two_messages(0))
		return;
	for (u32 i = 0; i < 100; i++)
		wrmsr(HV_X64_MSR_EOM, 0);
	quiet();
	holds(0);
	same("interrupts", irqs(), 1);
}

static void t093_masked(void)
{
	if (!ready(HV_SYNIC_SINT_MASKED))
		return;
	parent_send(port, 7);
	quiet();
	holds(7);
	same("interrupts", irqs(), 0);
}

static u64 in_service;

static void look_at_isr(struct regs *r)
{
	(void)r;
	in_service += apic_bit(X2APIC_ISR, VEC);
}

static void t094_auto_eoi(void)
{
	if (!ready(HV_SYNIC_SINT_AUTO_EOI))
		return;
	in_service = 0;
	irq_set(VEC, look_at_isr);
	parent_send(port, 0);
	quiet();
	same("interrupts", irqs(), 1);
	same("in service", in_service, 0);
	/* The same handler, without it, finds the bit. */
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC);
	free_slot();
	parent_send(port, 1);
	quiet();
	same("interrupts", irqs(), 2);
	same("in service without auto-EOI", in_service, 1);
}

static void no_eoi(struct regs *r)
{
	(void)r;
}

static void t095_auto_eoi_again(void)
{
	if (!ready(HV_SYNIC_SINT_AUTO_EOI))
		return;
	irq_set(VEC, no_eoi);
	for (u64 n = 0; n < 10; n++) {
		parent_send(port, n);
		quiet();
		holds(n);
		same("interrupts", irqs(), n + 1);
		free_slot();
	}
}

static void t096_polling(void)
{
	if (!ready(HV_SYNIC_SINT_POLLING))
		return;
	parent_send(port, 7);
	quiet();
	holds(7);
	same("interrupts", irqs(), 0);
}

static void t097_last_of_a_burst(void)
{
	const u64 count = 10;

	if (!ready(0))
		return;
	for (u64 n = 0; n < count; n++)
		parent_send(port, n);
	for (u64 n = 0; n < count; n++) {
		REQUIRE(filled(), "message %llu does not come", n);
		holds(n);
		same("the pending flag", pending(), n < count - 1);
		free_slot();
		wrmsr(HV_X64_MSR_EOM, 0);
	}
	quiet();
	same("the type after the last", type(), HVMSG_NONE);
}

/* --- 98: at full speed ------------------------------------------------------ */

static struct {
	u64 next, limit;
	bool wrong;
} flood;

static void take_one(void)
{
	if (!type())
		return;
	flood.wrong |= number() != flood.next;
	WRITE_ONCE(flood.next, flood.next + 1);
	take();
}

static void take_in_handler(struct regs *r)
{
	(void)r;
	take_one();
	apic_eoi();
}

/* On the CPU that receives. The second half without interrupts. */
static void receive(void *arg)
{
	struct timeout t = timeout_ms(4 * SOON_MS);
	u64 last = 0;

	(void)arg;
	heartbeat();
	while (flood.next < flood.limit && !flood.wrong) {
		if (flood.next < flood.limit / 2) {
			irq_on_halt();
			irq_off();
		} else {
			take_one();
			pause();
		}
		if (flood.next != last)
			t = timeout_ms(4 * SOON_MS);
		else if (expired(t))
			break;
		last = flood.next;
	}
}

static void receiver_on(void *arg)
{
	slot = sim_on(arg) + SINT;
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC);
}

static void t098_never_stalls(void)
{
	void *page = page_alloc();
	u64 begin = ref_time(), spent;
	s32 work;

	NEED_CPUS(2);
	flood.next = 0;
	flood.limit = loops;
	flood.wrong = false;
	run_on(1, receiver_on, page);
	irq_set(VEC, take_in_handler);
	port = parent_connect_message(1, SINT);
	if (port < 0)
		return;
	run_async(1, receive, NULL);
	/* This VP waits in the parent: two CPUs for the two that matter. */
	work = parent_stream(port, loops, 0);
	parent_join(work, loops);
	run_wait(1);
	spent = (ref_time() - begin) / REF_MS;
	print("# 98: %llu messages in %llu ms\n", flood.next, spent);
	CHECK(!flood.wrong, "message %llu is another one", flood.next - 1);
	CHECK(flood.next == loops, "stalls after %llu", flood.next);
}

const struct test group6[] = {
	T(81, IN_PORTS, t081_type_at_0, "the type is at offset 0"),
	T(82, IN_PORTS, t082_size_and_flags,
	  "the size is at offset 4, the flags at 5"),
	T(83, IN_PORTS, t083_slot_of_each_sint,
	  "a message for SINT n is at offset 256 n"),
	T(84, IN_PORTS, t084_one_interrupt,
	  "delivery into a free slot interrupts once"),
	T(85, IN_PORTS, t085_busy_slot,
	  "a second message leaves a busy slot alone"),
	T(86, IN_PORTS, t086_pending_flag,
	  "the pending flag says that another one waits"),
	T(87, IN_PORTS, t087_eom, "EOM delivers the waiting message"),
	T(88, IN_PORTS, t088_eoi, "an EOI delivers the waiting message"),
	T(89, IN_PORTS, t089_rescan_interrupts,
	  "a message that waited interrupts again"),
	T(90, IN_PORTS, t090_without_eom,
	  "a waiting message comes without EOM or EOI"),
	T(91, IN_PORTS, t091_order, "messages come in the order of posting"),
	T(92, IN_PORTS, t092_eom_on_busy, "EOM with a busy slot does nothing"),
	T(93, IN_PORTS, t093_masked,
	  "a masked SINT takes messages without an interrupt"),
	T(94, IN_PORTS, t094_auto_eoi,
	  "with auto-EOI nothing is in service in the handler"),
	T(95, IN_PORTS, t095_auto_eoi_again,
	  "with auto-EOI the next message interrupts without an EOI"),
	T(96, IN_PORTS, t096_polling,
	  "with polling a message comes without an interrupt"),
	T(97, IN_PORTS, t097_last_of_a_burst,
	  "the last message of a burst has pending flag 0"),
	T(98, IN_PORTS, t098_never_stalls,
	  "back-to-back messages never stall"),
	{ 0 }
};
