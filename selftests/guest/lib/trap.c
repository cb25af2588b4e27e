// SPDX-License-Identifier: GPL-2.0
/* Exceptions and interrupts. */
#include "apic.h"
#include "guest.h"

struct gate {
	u16 offset0, selector;
	u8 ist, type;
	u16 offset1;
	u32 offset2, reserved;
};

struct table {
	u16 limit;
	u64 base;
} __attribute__((packed));

struct ex_entry {
	u64 insn, next;
};

extern const u8 vector_stubs[256][16];
extern const struct ex_entry ex_table_start[], ex_table_end[];

void load_gdt(const struct table *gdtr);
u64 escape_call(u64 *saved, void (*fn)(void *), void *arg);
void escape_jump(u64 *saved) __attribute__((noreturn));
void user_enter(u64 rip, u64 rsp, u64 rcx, u64 rdx) __attribute__((noreturn));
void trap(struct regs *r);

#define GATE_INTERRUPT	0x8E
#define GATE_USER	0xEE
#define IST_NMI		1
#define IST_DF		2

static struct gate idt[256] __attribute__((aligned(16)));
static irq_fn *irq_fns[256];
static bool (*exception_fn)(struct regs *r);

static void idt_build(void)
{
	for (u32 i = 0; i < 256; i++) {
		u64 p = (u64)vector_stubs[i];

		idt[i] = (struct gate){
			.offset0 = p,
			.offset1 = p >> 16,
			.offset2 = p >> 32,
			.selector = SEL_CODE64,
			.type = i == VEC_USER_EXIT ? GATE_USER : GATE_INTERRUPT,
			.ist = i == X86_NMI ? IST_NMI :
			       i == X86_DF ? IST_DF : 0,
		};
	}
}

static void gdt_build(struct cpu *c)
{
	u64 base = (u64)&c->tss;

	c->gdt[SEL_CODE64 / 8] = 0x00AF9B000000FFFFULL;
	c->gdt[SEL_DATA / 8] = 0x00CF93000000FFFFULL;
	c->gdt[SEL_CODE32 / 8] = 0x00CF9B000000FFFFULL;
	c->gdt[SEL_USER_CODE / 8] = 0x00AFFB000000FFFFULL;
	c->gdt[SEL_USER_DATA / 8] = 0x00CFF3000000FFFFULL;
	c->gdt[SEL_TSS / 8] = (sizeof(c->tss) - 1) | (base & 0xFFFFFF) << 16 |
			      0x89ULL << 40 | (base >> 24 & 0xFF) << 56;
	c->gdt[SEL_TSS / 8 + 1] = base >> 32;
	c->tss.rsp[0] = (u64)c->trap_stack + sizeof(c->trap_stack);
	c->tss.ist[IST_NMI - 1] = (u64)c->nmi_stack + sizeof(c->nmi_stack);
	c->tss.ist[IST_DF - 1] = (u64)c->df_stack + sizeof(c->df_stack);
	c->tss.iomap = sizeof(c->tss) << 16;
}

/* On the CPU itself, first thing it does. */
void trap_init_cpu(struct cpu *c)
{
	struct table gdtr = { sizeof(c->gdt) - 1, (u64)c->gdt };
	struct table idtr = { sizeof(idt) - 1, (u64)idt };

	c->self = c;
	c->escape = 0;
	if (!idt[0].offset0)
		idt_build();
	gdt_build(c);
	load_gdt(&gdtr);
	asm volatile("lidt %0" :: "m"(idtr));
	asm volatile("ltr %w0" :: "r"(SEL_TSS));
	wrmsr(0xC0000101, (u64)c);
}

void irq_set(u8 vector, irq_fn *fn)
{
	irq_fns[vector] = fn;
	smp_mb();
}

void irq_reset(void)
{
	memset(irq_fns, 0, sizeof(irq_fns));
}

void exception_set(bool (*fn)(struct regs *r))
{
	exception_fn = fn;
}

static bool fix_up(struct regs *r)
{
	for (const struct ex_entry *e = ex_table_start; e < ex_table_end; e++) {
		if (e->insn == r->rip) {
			r->rip = e->next;
			r->rdi = FAULT(r->vector);
			return true;
		}
	}
	return false;
}

static void remember(struct cpu *c, const struct regs *r)
{
	c->fault = (struct fault){ r->vector, r->error, r->rip, read_cr2() };
}

static void exception(struct regs *r)
{
	struct cpu *c = cpu();

	if (exception_fn && exception_fn(r))
		return;
	remember(c, r);
	if (!(r->cs & 3) && fix_up(r))
		return;
	if (c->escape)
		escape_jump(&c->escape);
	bail_out("CPU %u: exception %llu (error %#llx) at %#llx, CR2 %#llx, RSP %#llx",
		 c->index, r->vector, r->error, r->rip, read_cr2(), r->rsp);
}

void trap(struct regs *r)
{
	struct cpu *c = cpu();

	c->irqs[r->vector]++;
	if (r->vector == X86_NMI) {
		if (irq_fns[X86_NMI])
			irq_fns[X86_NMI](r);
	} else if (r->vector < 32) {
		exception(r);
	} else if (r->vector == VEC_USER_EXIT) {
		remember(c, r);
		escape_jump(&c->escape);
	} else if (irq_fns[r->vector]) {
		irq_fns[r->vector](r);
	} else if (r->vector != VEC_SPURIOUS) {
		apic_eoi();
	}
}

u32 trap_escape(void (*fn)(void *), void *arg)
{
	struct cpu *c = cpu();
	u64 outer = c->escape, faulted;

	faulted = escape_call(&c->escape, fn, arg);
	c->escape = outer;
	return faulted ? FAULT(c->fault.vector) : 0;
}

void trap_raise(const struct fault *f)
{
	struct cpu *c = cpu();

	c->fault = *f;
	if (c->escape)
		escape_jump(&c->escape);
	bail_out("CPU %u: exception %llu at %#llx elsewhere", c->index,
		 f->vector, f->rip);
}

struct user { u64 rip, rsp, rcx, rdx; };

static void user_go(void *arg)
{
	struct user *u = arg;

	user_enter(u->rip, u->rsp, u->rcx, u->rdx);
}

u32 user_run(u64 rip, u64 rcx, u64 rdx)
{
	u64 flags = irq_save();
	struct user u = { rip, (u64)page_alloc() + PAGE_SIZE - 64, rcx, rdx };
	u32 ret = trap_escape(user_go, &u);

	irq_restore(flags);
	return ret;
}
