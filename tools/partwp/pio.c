// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "log.h"
#include "pio.h"

#define RAX	0
#define RCX	1
#define RSI	6
#define RDI	7

#define RFLAGS_DF	(1ULL << 10)
#define NO_MEMORY	(~0U)

/* A string instruction under way. */
struct string {
	struct vcpu *v;
	const struct hv_x64_io_port_intercept_message *m;
	struct paging paging;
	bool in, rep;
	unsigned int size;
	uint64_t mask;		/* of the address size */
	uint64_t base, limit;	/* of the segment */
	uint64_t count, index;
	unsigned int length;
};

static int handle_plain(struct vcpu *v,
			const struct hv_x64_io_port_intercept_message *m)
{
	const struct insn in = {
		.mem_size = m->access_info.access_size,
		.reg.size = m->access_info.access_size,
	};

	if (m->header.intercept_access_type == HV_INTERCEPT_ACCESS_WRITE)
		platform_out(v->platform, m->port_number, in.mem_size, m->rax);
	else
		vcpu_set_gpr(v, RAX, insn_merge(&in, m->rax,
						platform_in(v->platform,
							    m->port_number,
							    in.mem_size)));
	vcpu_advance(v, &m->header, m->header.instruction_length);
	return vcpu_commit(v);
}

static uint64_t mask_of(unsigned int bytes)
{
	return bytes >= 8 ? ~0ULL : (1ULL << (8 * bytes)) - 1;
}

/* INS always writes to ES; OUTS reads from DS unless a prefix says otherwise. */
static int get_segment(struct string *s, const struct insn *insn)
{
	uint32_t name = HV_X64_REGISTER_DS;
	union hv_register_value val;
	int ret;

	if (s->in)
		name = HV_X64_REGISTER_ES;
	else if (insn->segment >= 0)
		name = HV_X64_REGISTER_ES + (uint32_t)insn->segment;
	ret = s->v->ops->get(s->v->handle, &name, &val, 1);
	if (ret)
		return ret;
	s->base = val.segment.base;
	s->limit = val.segment.limit;
	if (vcpu_mode(&s->m->header) == INSN_64) {
		s->limit = ~0ULL;
		if (name != HV_X64_REGISTER_FS && name != HV_X64_REGISTER_GS)
			s->base = 0;
	}
	return 0;
}

static int string_begin(struct string *s)
{
	const struct hv_x64_io_port_intercept_message *m = s->m;
	struct insn insn;
	int ret;

	if (vcpu_decode(s->v, &m->header, m->instruction_bytes,
			m->instruction_byte_count, &insn) ||
	    insn.kind != INSN_STRING)
		return -EINVAL;
	s->in = m->header.intercept_access_type != HV_INTERCEPT_ACCESS_WRITE;
	s->rep = m->access_info.rep_prefix;
	s->size = m->access_info.access_size;
	s->length = insn.length;
	s->mask = mask_of(insn.address_size);
	s->count = s->rep ? m->rcx & s->mask : 1;
	s->index = (s->in ? m->rdi : m->rsi) & s->mask;
	ret = vcpu_get_paging(s->v, &m->header, &s->paging);
	return ret ? ret : get_segment(s, &insn);
}

/* One element; false after a fault, which has been injected. */
static bool string_step(struct string *s)
{
	struct vcpu *v = s->v;
	struct guest_fault f;
	uint64_t gva = s->base + s->index, data = 0;
	int ret;

	if (vcpu_mode(&s->m->header) != INSN_64)
		gva &= 0xFFFFFFFF;
	if (s->index > s->limit || s->limit - s->index < s->size - 1) {
		vcpu_inject_gp(v);
		return false;
	}
	/* What a port gave cannot be put back: see first if it can be stored. */
	ret = guest_read(v->ram, &s->paging, gva, &data, s->size,
			 s->in ? ACCESS_WRITE : ACCESS_READ, &f);
	if (!ret && s->in) {
		data = platform_in(v->platform, s->m->port_number, s->size);
		ret = guest_write(v->ram, &s->paging, gva, &data, s->size, &f);
	} else if (!ret) {
		platform_out(v->platform, s->m->port_number, s->size, data);
	}
	if (!ret)
		return true;
	if (f.error == NO_MEMORY)
		vcpu_inject_gp(v);
	else
		vcpu_inject_pf(v, f.gva, f.error);
	return false;
}

/* A 32-bit register's new value clears the upper half, a 16-bit one does not. */
static uint64_t put(const struct string *s, uint64_t old, uint64_t value)
{
	value &= s->mask;
	return s->mask == 0xFFFF ? (old & ~s->mask) | value : value;
}

static int handle_string(struct vcpu *v,
			 const struct hv_x64_io_port_intercept_message *m)
{
	struct string s = { .v = v, .m = m };
	unsigned int burst = PIO_BURST;
	int ret = string_begin(&s);
	bool fault = false;

	if (ret == -EINVAL) {
		log_guest("string I/O at %#llx that nobody can read",
			  (unsigned long long)m->header.rip);
		vcpu_inject_gp(v);
		return vcpu_commit(v);
	}
	if (ret)
		return ret;
	while (s.count && burst-- && !fault) {
		fault = !string_step(&s);
		if (fault)
			break;
		s.count--;
		s.index += m->header.rflags & RFLAGS_DF ?
			   -(uint64_t)s.size : s.size;
		s.index &= s.mask;
	}
	if (s.in)
		vcpu_set_gpr(v, RDI, put(&s, m->rdi, s.index));
	else
		vcpu_set_gpr(v, RSI, put(&s, m->rsi, s.index));
	if (s.rep)
		vcpu_set_gpr(v, RCX, put(&s, m->rcx, s.count));
	if (!s.count && !fault)
		vcpu_advance(v, &m->header, s.length);
	return vcpu_commit(v);
}

int pio_handle(struct vcpu *v,
	       const struct hv_x64_io_port_intercept_message *m)
{
	unsigned int size = m->access_info.access_size;

	if (size != 1 && size != 2 && size != 4)
		return log_error("VP %u: port access of %u bytes", v->index,
				 size);
	if (m->access_info.string_op)
		return handle_string(v, m);
	return handle_plain(v, m);
}
