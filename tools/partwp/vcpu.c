// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "vcpu.h"

#define VECTOR_GP	13
#define VECTOR_PF	14

static struct hv_vp_register_page *valid_page(const struct vcpu *v)
{
	return v->page && v->page->isvalid ? v->page : NULL;
}

int vcpu_get_gpr(struct vcpu *v, unsigned int n, uint64_t *value)
{
	const struct hv_vp_register_page *page = valid_page(v);
	uint32_t name = HV_X64_REGISTER_RAX + n;
	union hv_register_value val;
	int ret;

	if (page) {
		*value = page->gp_registers[n];
		return 0;
	}
	ret = v->ops->get(v->handle, &name, &val, 1);
	*value = val.reg64;
	return ret;
}

static union hv_register_value *change(struct vcpu *v, uint32_t name)
{
	union hv_register_value *val = &v->values[v->changes];

	memset(val, 0, sizeof(*val));
	v->names[v->changes++] = name;
	return val;
}

void vcpu_set_gpr(struct vcpu *v, unsigned int n, uint64_t value)
{
	change(v, HV_X64_REGISTER_RAX + n)->reg64 = value;
}

void vcpu_advance(struct vcpu *v,
		  const struct hv_x64_intercept_message_header *h,
		  unsigned int length)
{
	uint64_t rip = h->rip + length;

	if (vcpu_mode(h) != INSN_64)
		rip &= 0xFFFFFFFF;
	change(v, HV_X64_REGISTER_RIP)->reg64 = rip;
	/* STI and MOV SS hold interrupts back for one instruction: this one. */
	if (h->execution_state.interrupt_shadow)
		change(v, HV_REGISTER_INTERRUPT_STATE)->reg64 = 0;
}

static void inject(struct vcpu *v, uint16_t vector, uint32_t error,
		   uint64_t parameter)
{
	union hv_x64_pending_exception_event *e =
		&change(v, HV_REGISTER_PENDING_EVENT0)->pending_exception_event;

	e->event_pending = 1;
	e->event_type = HV_X64_PENDING_EVENT_EXCEPTION;
	e->deliver_error_code = 1;
	e->vector = vector;
	e->error_code = error;
	e->exception_parameter = parameter;
}

void vcpu_inject_gp(struct vcpu *v)
{
	inject(v, VECTOR_GP, 0, 0);
}

void vcpu_inject_pf(struct vcpu *v, uint64_t gva, uint32_t error)
{
	inject(v, VECTOR_PF, error, gva);
}

static bool page_takes(uint32_t name)
{
	return name >= HV_X64_REGISTER_RAX && name <= HV_X64_REGISTER_RIP;
}

static void put_into_page(struct hv_vp_register_page *page, uint32_t name,
			  uint64_t value)
{
	if (name == HV_X64_REGISTER_RIP) {
		page->rip = value;
		page->dirty |= 1U << HV_X64_REGISTER_CLASS_IP;
	} else {
		page->gp_registers[name - HV_X64_REGISTER_RAX] = value;
		page->dirty |= 1U << HV_X64_REGISTER_CLASS_GENERAL;
	}
}

int vcpu_commit(struct vcpu *v)
{
	struct hv_vp_register_page *page = valid_page(v);
	size_t i, left = 0;

	for (i = 0; i < v->changes; i++) {
		if (page && page_takes(v->names[i])) {
			put_into_page(page, v->names[i], v->values[i].reg64);
			continue;
		}
		v->names[left] = v->names[i];
		v->values[left++] = v->values[i];
	}
	v->changes = 0;
	return left ? v->ops->set(v->handle, v->names, v->values, left) : 0;
}

int vcpu_get_paging(struct vcpu *v,
		    const struct hv_x64_intercept_message_header *h,
		    struct paging *p)
{
	static const uint32_t names[] = {
		HV_X64_REGISTER_CR0, HV_X64_REGISTER_CR3, HV_X64_REGISTER_CR4,
		HV_X64_REGISTER_EFER,
	};
	const struct hv_vp_register_page *page = valid_page(v);
	union hv_register_value values[4];
	int ret;

	p->rflags = h->rflags;
	p->user = h->execution_state.cpl == 3;
	if (page) {
		p->cr0 = page->cr0;
		p->cr3 = page->cr3;
		p->cr4 = page->cr4;
		p->efer = page->efer;
		return 0;
	}
	ret = v->ops->get(v->handle, names, values, 4);
	p->cr0 = values[0].reg64;
	p->cr3 = values[1].reg64;
	p->cr4 = values[2].reg64;
	p->efer = values[3].reg64;
	return ret;
}

enum insn_mode vcpu_mode(const struct hv_x64_intercept_message_header *h)
{
	if (h->execution_state.efer_lma && h->cs_segment._long)
		return INSN_64;
	return h->cs_segment._default ? INSN_32 : INSN_16;
}

/*
 * Up to INSN_MAX bytes at RIP. Fewer when the next page is not there: then the
 * instruction ends before it, or else the guest would not have got this far.
 */
static size_t fetch(struct vcpu *v,
		    const struct hv_x64_intercept_message_header *h,
		    uint8_t bytes[INSN_MAX])
{
	struct guest_fault f;
	struct paging p;
	uint64_t gva = h->rip;
	unsigned int first;

	if (vcpu_get_paging(v, h, &p))
		return 0;
	if (vcpu_mode(h) != INSN_64)
		gva = (h->cs_segment.base + gva) & 0xFFFFFFFF;
	if (!guest_read(v->ram, &p, gva, bytes, INSN_MAX, ACCESS_FETCH, &f))
		return INSN_MAX;
	first = 4096 - (unsigned int)(gva & 4095);
	if (first >= INSN_MAX ||
	    guest_read(v->ram, &p, gva, bytes, first, ACCESS_FETCH, &f))
		return 0;
	return first;
}

int vcpu_decode(struct vcpu *v,
		const struct hv_x64_intercept_message_header *h,
		const uint8_t *bytes, size_t size, struct insn *insn)
{
	uint8_t own[INSN_MAX];

	if (size && size <= INSN_MAX + 1 &&
	    !insn_decode(vcpu_mode(h), bytes, size, insn))
		return 0;
	/* The message may hold only the part of it on its first page. */
	size = fetch(v, h, own);
	return size ? insn_decode(vcpu_mode(h), own, size, insn) : -EINVAL;
}
