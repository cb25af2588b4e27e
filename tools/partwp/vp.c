// SPDX-License-Identifier: GPL-2.0
/* A VP's thread: run, handle the message, run again. */
#include <errno.h>
#include <unistd.h>

#include <hvpart/status.h>

#include "cold.h"
#include "extcall.h"
#include "guest.h"
#include "log.h"
#include "mmio.h"
#include "pio.h"
#include "ram_pages.h"

typedef unsigned long long ull;

/* How often memory is asked for that the machine does not have. */
#define MEMORY_RETRY_US		50000

static int fail(const struct guest_vp *vp, const struct hv_message *msg,
		const char *what)
{
	const struct hv_x64_intercept_message_header *h =
		(const void *)msg->u.payload;

	return log_error("VP %u: %s (message %#x, RIP %#llx)", vp->vcpu.index,
			 what, msg->header.message_type, (ull)h->rip);
}

/*
 * A page that the guest has only called unused must not read as anything else but
 * memory. Its VP stands still for as long as the machine has none.
 */
static void wait_for_memory(struct guest_vp *vp, uint64_t gpa)
{
	struct guest *g = vp->guest;
	bool told = false;

	while (!guest_end_reason(g) && ram_is_dropped(&g->ram, gpa)) {
		if (host_memory_spare(&g->host_memory) >= RAM_GRANULE &&
		    ram_touch(&g->ram, gpa, false) >= 0)
			return;
		if (!told)
			log_info("VP %u: waits for memory that it has given back",
				 vp->vcpu.index);
		told = true;
		usleep(MEMORY_RETRY_US);
	}
}

/*
 * An access to a page that has no memory now brings it back, and the instruction
 * runs again. Where that fails it is as with any address that has no memory.
 */
static int access_memory(struct guest_vp *vp,
			 const struct hv_x64_memory_intercept_message *m)
{
	uint64_t gpa = m->guest_physical_address;

	wait_for_memory(vp, gpa);
	if (ram_touch(&vp->guest->ram, gpa, true) == 1)
		return 0;
	return mmio_handle(&vp->vcpu, m);
}

struct hint {
	struct guest *g;
	const uint64_t *range;
	unsigned int nr, done, status;
};

static void do_hint(void *arg)
{
	struct hint *h = arg;

	h->status = cold_discard(&h->g->dynmem.resize, h->range, h->nr, &h->done);
}

static unsigned int discard(void *ctx, const uint64_t *range, unsigned int nr,
			    unsigned int *done)
{
	struct hint h = {
		.g = ctx,
		.range = range,
		.nr = nr,
		.done = *done,
		.status = HV_STATUS_OPERATION_DENIED,
	};

	/* If it is not done the guest has ended. */
	errands_run(&h.g->errands, do_hint, &h);
	*done = h.done;
	return h.status;
}

static bool offered(void *ctx)
{
	const struct guest *g = ctx;

	return g->config->page_reporting;
}

static const struct extcall_ops extcall_ops = {
	.offered = offered,
	.discard = discard,
};

/* Zero, or a negative errno: this VP cannot go on. */
static int handle(struct guest_vp *vp, const struct hv_message *msg)
{
	const void *payload = msg->u.payload;

	switch (msg->header.message_type) {
	case HVMSG_X64_IO_PORT_INTERCEPT:
		return pio_handle(&vp->vcpu, payload);
	case HVMSG_UNMAPPED_GPA:
	case HVMSG_GPA_INTERCEPT:
		return access_memory(vp, payload);
	case HVMSG_HYPERCALL_INTERCEPT:
		return extcall_handle(&vp->vcpu, payload, &extcall_ops,
				      vp->guest);
	case HVMSG_UNRECOVERABLE_EXCEPTION:
		guest_end(vp->guest, PART_REASON_TRIPLE_FAULT);
		return 0;
	case HVMSG_HVPART_RESET:
		guest_end(vp->guest, PART_REASON_RESET);
		return 0;
	case HVMSG_INVALID_VP_REGISTER_VALUE:
		return fail(vp, msg, "its registers make no sense");
	case HVMSG_UNSUPPORTED_FEATURE:
		return fail(vp, msg, "does what the hypervisor cannot");
	default:
		return fail(vp, msg, "unexpected exit");
	}
}

void *vp_thread(void *arg)
{
	struct guest_vp *vp = arg;
	struct guest *g = vp->guest;
	struct hv_message msg;
	int ret;

	while (!guest_end_reason(g)) {
		ret = part_vp_run(vp->vp, &msg);
		if (ret == -EINTR)
			continue;
		if (ret)
			log_error("VP %u: %s", vp->vcpu.index,
				  part_strerror(ret));
		else
			ret = handle(vp, &msg);
		if (ret)
			guest_end(g, PART_REASON_ERROR);
	}
	return NULL;
}
