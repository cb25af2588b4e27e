// SPDX-License-Identifier: GPL-2.0
/* Rows: GPADL PFN list, SynIC pages in places where VMBus is. */
#include "attack.h"

static u64 list[2 * RING_PAGES];

static void ours(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = pfn_of(b.rings) + i;
}

/* At the beginning, in the middle and at the end of a list. */
static void not_ram(void)
{
	static const u64 nowhere[] = PFNS_NOWHERE;

	for (u32 i = 0; i < ARRAY_SIZE(nowhere); i++) {
		for (u32 at = 0; at < ARRAY_SIZE(list); at += 3) {
			u32 handle = vmbus_new_handle();

			ours();
			list[at] = nowhere[i];
			CHECK(vmbus_gpadl(b.relid, handle, list,
					  ARRAY_SIZE(list)) ==
			      VMBUS_STATUS_FAILED, "page %#llx at %u",
			      nowhere[i], at);
			/* Nothing is left of it. */
			vmbus_teardown_post(b.relid, handle);
		}
	}
	CHECK(vmbus_quiet(), "there is something to tear down");
	both_work("after pages that are no RAM");
}

/* Legal, and of no use: every page of the rings is the same one. */
static void one_page(void)
{
	u32 status;

	vmbus_close(&a);
	memset(a.rings, 0, PAGE_SIZE);
	for (u32 i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = pfn_of(a.rings);
	CHECK(vmbus_gpadl(a.relid, a.gpadl, list, ARRAY_SIZE(list)) == SUCCESS,
	      "GPADL");
	status = vmbus_open_raw(a.relid, a.gpadl, RING_PAGES, 0);
	CHECK(status != NO_ANSWER, "OPEN is not answered");
	for (u32 i = 0; i < 50; i++) {
		volatile u32 *word = (u32 *)a.rings;

		word[random() % 8] = (u32)random() & 0xFF8;
		vmbus_signal(a.connection, 0);
		CHECK(ping(&b), "the other channel is silent");
	}
	CHECK(reopen(&a), "it does not open again");
	both_work("after rings of one page");
}

/* Two channels, one memory. */
static void same_rings(void)
{
	u32 handle = vmbus_new_handle();

	vmbus_close(&a);
	CHECK(vmbus_gpadl_at(a.relid, handle, b.rings, b.pages) == SUCCESS,
	      "GPADL of lent pages");
	CHECK(vmbus_open_raw(a.relid, handle, RING_PAGES, 0) == SUCCESS,
	      "OPEN");
	for (u32 i = 0; i < 50; i++) {
		u64 data = random();

		vmbus_send(&b, VMBUS_PACKET_WANTS_COMPLETION, i, &data,
			   sizeof(data));
		vmbus_signal(a.connection, 0);
		vmbus_signal(b.connection, 0);
	}
	vmbus_relid_post(VMBUS_MSG_CLOSE, a.relid);
	vmbus_teardown(a.relid, handle);
	CHECK(reopen(&b), "the other one does not open again");
	CHECK(open_loopback(&a, 0, RING_PAGES), "it does not open again");
	both_work("after rings in common");
}

/* A page that is lent while the hypervisor's own lies over it. */
static void under(u32 msr)
{
	u64 before = rdmsr(msr);
	struct vmbus_packet p;
	u32 size;

	vmbus_close(&a);
	vmbus_clear(&a);
	CHECK(vmbus_gpadl_at(a.relid, a.gpadl, a.rings, a.pages) == SUCCESS,
	      "GPADL");
	wrmsr(msr, (u64)a.in.head | HV_X64_MSR_PAGE_ENABLE);
	CHECK(vmbus_open_raw(a.relid, a.gpadl, RING_PAGES, 0) == SUCCESS,
	      "OPEN");
	vmbus_signal(a.connection, 0);
	CHECK(ping(&b), "the other channel is silent");
	wrmsr(msr, before);
	/* The host has written below. */
	CHECK(vmbus_next(&a, &p, &size, 0, &size, 1000) &&
	      p.type == VMBUS_PACKET_INBAND, "no greeting under %#x", msr);
	CHECK(ping(&a), "it is silent when %#x has moved", msr);
}

static void overlays(void)
{
	under(HV_X64_MSR_SIEFP);
	under(HV_X64_MSR_REFERENCE_TSC);
	under(HV_X64_MSR_VP_ASSIST_PAGE);
	both_work("after overlays");
}

/*
 * SynIC pages at one place, and that is a ring; messages and flags go into the
 * hypervisor's page, packets into the memory below.
 */
static void synic_same_page(void)
{
	const struct vmbus_modify m = {
		.msg.type = VMBUS_MSG_MODIFY,
		.relid = a.relid,
	};
	struct hv_message msg;
	u64 simp = rdmsr(HV_X64_MSR_SIMP), siefp = rdmsr(HV_X64_MSR_SIEFP);

	for (u32 i = 0; i < 20; i++) {
		u8 *page = i & 1 ? (u8 *)a.in.head : a.in.data;

		wrmsr(HV_X64_MSR_SIMP, (u64)page | HV_X64_MSR_PAGE_ENABLE);
		wrmsr(HV_X64_MSR_SIEFP, (u64)page | HV_X64_MSR_PAGE_ENABLE);
		vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, a.relid);
		vmbus_post(&m, sizeof(m));
		vmbus_signal(a.connection, 0);
		wrmsr(HV_X64_MSR_SIEFP, siefp);
		wrmsr(HV_X64_MSR_SIMP, simp);
	}
	while (vmbus_receive(&msg, 300))
		;
	attach_again();
	both_work("after SynIC pages in one place");
}

/* Nobody can be answered: what is lost is lost, the host goes on. */
static void synic_off(void)
{
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = VMBUS_VERSION_5_3,
		.sint = VMBUS_SINT,
	};
	struct hv_message msg;

	for (u32 i = 0; i < 6; i++) {
		if (i % 3 == 0)
			wrmsr(HV_X64_MSR_SCONTROL, 0);
		else if (i % 3 == 1)
			wrmsr(HV_X64_MSR_SIMP, 0);
		else
			wrmsr(HV_X64_MSR_SINT0 + VMBUS_SINT,
			      VMBUS_VECTOR | BIT(16));
		for (u32 k = 0; k < 10; k++)
			vmbus_post(&m, sizeof(m));
		vmbus_signal(a.connection, 0);
		delay_us(50000);
		vmbus_synic_on();
		while (vmbus_receive(&msg, 300))
			;
		attach();
	}
	both_work("after a SynIC that is off");
}

const struct attack page_attacks[] = {
	{ "pages-not-ram", not_ram },
	{ "pages-one", one_page },
	{ "pages-of-two-channels", same_rings },
	{ "pages-under-overlays", overlays },
	{ "synic-same-page", synic_same_page },
	{ "synic-off", synic_off },
	{ NULL, NULL }
};
