// SPDX-License-Identifier: GPL-2.0
/*
 * Intercept messages (TLFS 5.5). The page is the parent's: it is only ever
 * written, as a whole message, before the VP is marked suspended.
 */
#include "intercept.h"
#include "apic.h"
#include "partition.h"

static void get_segment(struct vp *vp, u32 name,
			struct hv_x64_segment_register *s)
{
	vendor_get_segments(&vp->v, name, s, 1);
}

static struct hv_message *begin(struct vp *vp, u32 type, u32 size)
{
	struct hv_message *m = &vp->vp_page->message;

	memset(m->u.bytes, 0, size);
	m->header = (struct hv_message_header) {
		.message_type = type,
		.payload_size = size,
		.sender = vp->partition->id,
	};
	vp->intercept_suspend = true;
	vp->stats.intercepts++;
	return m;
}

static void fill_header(struct vp *vp, struct hv_x64_intercept_message_header *h,
			u8 len, u8 access)
{
	u64 cr0 = vendor_cr0(&vp->v);
	union hv_x64_interrupt_state_register is = {
		.as_uint64 = vendor_interrupt_state(&vp->v)
	};

	h->vp_index = vp->index;
	h->instruction_length = len;
	h->cr8 = apic_get_tpr(vp) >> 4;
	h->intercept_access_type = access;
	/* In one: see union hv_x64_vp_execution_state. */
	h->execution_state.as_uint16 = vendor_cpl(&vp->v) |
		(cr0 & CR0_PE ? BIT(2) : 0) | (cr0 & CR0_AM ? BIT(3) : 0) |
		(vendor_efer(&vp->v) & EFER_LMA ? BIT(4) : 0) |
		vendor_event(&vp->v)->valid << 6 |
		is.interrupt_shadow << 12;
	get_segment(vp, HV_X64_REGISTER_CS, &h->cs_segment);
	h->rip = vp->v.regs.rip;
	h->rflags = vp->v.regs.rflags;
}

void intercept_io(struct vp *vp, const struct hv_exit *e)
{
	struct hv_message *msg = begin(vp, HVMSG_X64_IO_PORT_INTERCEPT,
				       sizeof(struct hv_x64_io_port_intercept_message));
	struct hv_x64_io_port_intercept_message *m = (void *)msg->u.payload;

	fill_header(vp, &m->header, e->insn_len, e->io.in ?
		    HV_INTERCEPT_ACCESS_READ : HV_INTERCEPT_ACCESS_WRITE);
	m->port_number = e->io.port;
	/* Size, then string and rep: bits 4 to 6, 2 and 3 of the record. */
	m->access_info.as_uint8 = (e->io.bits >> 4 & 7) | (e->io.bits << 1 & 0x18);
	m->rax = vp_gpr(vp, GPR_RAX);
	if (!e->io.string)
		return;
	get_segment(vp, HV_X64_REGISTER_ES + e->io.seg, &m->ds_segment);
	get_segment(vp, HV_X64_REGISTER_ES, &m->es_segment);
	m->rcx = vp_gpr(vp, GPR_RCX);
	m->rsi = vp_gpr(vp, GPR_RSI);
	m->rdi = vp_gpr(vp, GPR_RDI);
}

void intercept_memory(struct vp *vp, const struct hv_exit *e, bool unmapped)
{
	struct hv_message *msg = begin(vp, unmapped ? HVMSG_UNMAPPED_GPA :
				       HVMSG_GPA_INTERCEPT,
				       sizeof(struct hv_x64_memory_intercept_message));
	struct hv_x64_memory_intercept_message *m = (void *)msg->u.payload;
	u8 access = e->npf.fetch ? HV_INTERCEPT_ACCESS_EXECUTE :
		e->npf.write ? HV_INTERCEPT_ACCESS_WRITE :
		HV_INTERCEPT_ACCESS_READ;

	fill_header(vp, &m->header, 0, access);
	m->cache_type = HV_CACHE_TYPE_WRITE_BACK;
	m->tpr_priority = apic_get_tpr(vp) >> 4;
	if (e->npf.gva_valid) {
		m->memory_access_info.gva_valid = 1;
		m->memory_access_info.gva_gpa_valid = !e->npf.table_walk;
		m->guest_virtual_address = e->npf.gva;
	}
	m->guest_physical_address = e->npf.gpa;
	m->instruction_byte_count = MIN(e->npf.insn_bytes, 16);
	memcpy(m->instruction_bytes, e->npf.insn, m->instruction_byte_count);
}

void intercept_hypercall(struct vp *vp, u32 insn_len)
{
	/* The message has them in this order. */
	static const u8 gprs[] = { GPR_RAX, GPR_RBX, GPR_RCX, GPR_RDX, GPR_R8,
				   GPR_RSI, GPR_RDI };
	struct hv_message *msg = begin(vp, HVMSG_HYPERCALL_INTERCEPT,
				       sizeof(struct hv_x64_hypercall_intercept_message));
	struct hv_x64_hypercall_intercept_message *m = (void *)msg->u.payload;

	fill_header(vp, &m->header, insn_len, HV_INTERCEPT_ACCESS_EXECUTE);
	for (u32 i = 0; i < ARRAY_SIZE(gprs); i++)
		(&m->rax)[i] = vp_gpr(vp, gprs[i]);
}

void intercept_plain(struct vp *vp, u32 type)
{
	struct hv_message *m = begin(vp, type,
				     sizeof(struct hv_x64_intercept_message_header));

	fill_header(vp, (void *)m->u.payload, 0, HV_INTERCEPT_ACCESS_EXECUTE);
}

void intercept_invalid_state(struct vp *vp)
{
	struct hv_message *m = begin(vp, HVMSG_INVALID_VP_REGISTER_VALUE,
				     sizeof(struct hv_x64_invalid_vp_register_message));

	m->u.payload[0] = vp->index;
}

void intercept_unsupported(struct vp *vp, u32 code, u64 param)
{
	struct hv_message *m = begin(vp, HVMSG_UNSUPPORTED_FEATURE,
				     sizeof(struct hv_x64_unsupported_feature_message));
	struct hv_x64_unsupported_feature_message *u = (void *)m->u.payload;

	u->vp_index = vp->index;
	u->feature_code = code;
	u->feature_parameter = param;
}
