// SPDX-License-Identifier: GPL-2.0
/* 9.9 Timers: message mode */
#include <hvpart/message.h>
#include "conf.h"

#define VEC		0x70
#define SINT		3
#define CONFIG(n)	(HV_X64_MSR_STIMER0_CONFIG + 2 * (n))
#define COUNT(n)	(HV_X64_MSR_STIMER0_COUNT + 2 * (n))
#define BY_MESSAGE	((u64)SINT << HV_STIMER_SINTX_SHIFT)

void t136_rewritten_with_sint_0(void);
void t143_message_header(void);
void t144_message_index(void);
void t145_message_expiration(void);
void t146_message_delivery(void);
void t147_busy_slot(void);
void t148_freed_slot(void);

static volatile struct hv_message *slot;
static u64 irqs_before;

static void sint_on(void)
{
	slot = sim_on(page_alloc()) + SINT;
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC);
	irqs_before = cpu()->irqs[VEC];
}

/* The reference time that it was to expire at; 0: there is no message. */
static u64 expire(u32 timer)
{
	struct timeout t = timeout_ms(SOON_MS);
	u64 when;

	slot->header.message_type = HVMSG_NONE;
	irq_on();
	wrmsr(CONFIG(timer), BY_MESSAGE | HV_STIMER_AUTOENABLE);
	when = ref_time() + 2 * REF_MS;
	wrmsr(COUNT(timer), when);
	while (slot->header.message_type == HVMSG_NONE) {
		if (expired(t)) {
			fail("timer %u: no message", timer);
			return 0;
		}
		pause();
	}
	/* The interrupt follows the message. */
	wait_for(&cpu()->irqs[VEC], irqs_before + 1, SOON_MS);
	irq_off();
	same("interrupts", cpu()->irqs[VEC] - irqs_before, 1);
	irqs_before = cpu()->irqs[VEC];
	return when;
}

static const volatile struct hv_timer_message_payload *payload(void)
{
	return (const volatile void *)slot->u.bytes;
}

void t136_rewritten_with_sint_0(void)
{
	sint_on();
	wrmsr(CONFIG(0), BY_MESSAGE | HV_STIMER_AUTOENABLE);
	wrmsr(COUNT(0), ~0ULL >> 2);
	same("Enable before", rdmsr(CONFIG(0)) & HV_STIMER_ENABLE,
	     HV_STIMER_ENABLE);
	wrmsr(CONFIG(0), HV_STIMER_ENABLE | HV_STIMER_AUTOENABLE);
	same("Enable", rdmsr(CONFIG(0)) & HV_STIMER_ENABLE, 0);
}

void t143_message_header(void)
{
	sint_on();
	if (!expire(1))
		return;
	same("type", slot->header.message_type, HVMSG_TIMER_EXPIRED);
	same("size", slot->header.payload_size,
	     sizeof(struct hv_timer_message_payload));
	same("originator", slot->header.sender, 0);
	same("flags", *((volatile u8 *)slot + 5), 0);
	same("reserved", *((volatile u16 *)slot + 3), 0);
}

void t144_message_index(void)
{
	sint_on();
	for (u32 timer = 0; timer < 4; timer++) {
		if (!expire(timer))
			return;
		same("timer index", payload()->timer_index, timer);
	}
}

void t145_message_expiration(void)
{
	sint_on();
	for (u32 i = 0; i < 4; i++) {
		u64 when = expire(i);

		if (!when)
			return;
		same("expiration time", payload()->expiration_time, when);
	}
}

void t146_message_delivery(void)
{
	sint_on();
	for (u32 i = 0; i < 10; i++) {
		u64 when = expire(i % 4), delivery;

		if (!when)
			return;
		delivery = payload()->delivery_time;
		CHECK(delivery >= when, "%llu before its expiration",
		      when - delivery);
		CHECK(delivery <= ref_time(), "in the future");
	}
}

static bool make_busy(void)
{
	struct timeout t = timeout_ms(SOON_MS);

	sint_on();
	slot->header.message_type = 1;
	irq_on();
	wrmsr(CONFIG(0), BY_MESSAGE | HV_STIMER_AUTOENABLE);
	wrmsr(COUNT(0), ref_time() + 2 * REF_MS);
	while (!slot->header.message_flags.msg_pending) {
		if (expired(t)) {
			irq_off();
			fail("the pending flag stays 0");
			return false;
		}
		pause();
	}
	delay_us(20000);
	irq_off();
	same("interrupts", cpu()->irqs[VEC] - irqs_before, 0);
	same("type in the slot", slot->header.message_type, 1);
	return true;
}

void t147_busy_slot(void)
{
	make_busy();
}

void t148_freed_slot(void)
{
	if (!make_busy())
		return;
	irq_on();
	slot->header.message_type = HVMSG_NONE;
	smp_mb();
	wrmsr(HV_X64_MSR_EOM, 0);
	wait_for(&cpu()->irqs[VEC], irqs_before + 1, SOON_MS);
	irq_off();
	same("interrupts", cpu()->irqs[VEC] - irqs_before, 1);
	same("type", slot->header.message_type, HVMSG_TIMER_EXPIRED);
	same("timer index", payload()->timer_index, 0);
	same("pending flag", slot->header.message_flags.msg_pending, 0);
}
