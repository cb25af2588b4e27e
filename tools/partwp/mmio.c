// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "log.h"
#include "mmio.h"

typedef unsigned long long ull;

static int load(struct vcpu *v, const struct insn *insn, uint64_t gpa)
{
	uint64_t old = 0, value;
	int ret = 0;

	value = platform_load(v->platform, gpa, insn->mem_size);
	if (insn->reg.size < 4)
		ret = vcpu_get_gpr(v, insn->reg.number, &old);
	vcpu_set_gpr(v, insn->reg.number, insn_merge(insn, old, value));
	return ret;
}

static int store(struct vcpu *v, const struct insn *insn, uint64_t gpa)
{
	uint64_t reg = 0;
	int ret = 0;

	if (!insn->immediate)
		ret = vcpu_get_gpr(v, insn->reg.number, &reg);
	if (!ret)
		platform_store(v->platform, gpa, insn->mem_size,
			       insn_source(insn, reg));
	return ret;
}

int mmio_handle(struct vcpu *v,
		const struct hv_x64_memory_intercept_message *m)
{
	const struct hv_x64_intercept_message_header *h = &m->header;
	uint64_t gpa = m->guest_physical_address;
	struct insn insn;
	int ret;

	if (h->intercept_access_type == HV_INTERCEPT_ACCESS_EXECUTE)
		return log_error("VP %u: executes at %#llx (RIP %#llx), where there is no memory",
				 v->index, (ull)gpa, (ull)h->rip);
	/* Not RIP's doing then, but an interrupt's on its way through the IDT. */
	if (h->execution_state.interruption_pending)
		return log_error("VP %u: event delivery touches %#llx, where there is no memory",
				 v->index, (ull)gpa);
	if (vcpu_decode(v, h, m->instruction_bytes, m->instruction_byte_count,
			&insn) || insn.kind == INSN_STRING) {
		/* The guest may think about it; nobody else is harmed. */
		log_guest("VP %u: instruction at %#llx cannot access %#llx",
			  v->index, (ull)h->rip, (ull)gpa);
		vcpu_inject_gp(v);
		return vcpu_commit(v);
	}
	ret = insn.kind == INSN_LOAD ? load(v, &insn, gpa) :
				       store(v, &insn, gpa);
	if (ret)
		return ret;
	vcpu_advance(v, h, insn.length);
	return vcpu_commit(v);
}
