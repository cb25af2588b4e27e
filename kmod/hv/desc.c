// SPDX-License-Identifier: GPL-2.0
/* Descriptor tables: APM vol. 2, 4.8 (long-mode descriptors), 8.9, 12.2.5. */
#include "desc.h"
#include "percpu.h"

#define DESC_CODE64	0x00af9b000000ffffull
#define DESC_DATA	0x00cf93000000ffffull
#define DESC_TSS	0x0000890000000000ull
static_assert(HV_PERCPU_BASE + HV_MAX_CPUS * HV_PERCPU_STRIDE <= BIT(32),
	      "the TSS's address has 32 bits");
#define GATE_INTERRUPT	0x8e00

#define NR_VECTORS	32
#define STUB_BYTES	4		/* entry.S */

/* The second word is the upper half of an address: the image is below 2 GiB. */
struct gate {
	u64 low, high;
};

struct table_ptr {
	u16 limit;
	u64 base;
} __packed;

extern const u8 fault_stubs[];
extern const struct table_ptr desc_boot_gdtr;

/* In order: null, unused, code, data. The TSS is the CPU's own. */
static const u64 boot_gdt[] = { 0, 0, DESC_CODE64, DESC_DATA };
static struct gate idt[NR_VECTORS];

const struct table_ptr desc_boot_gdtr = {
	sizeof(boot_gdt) - 1, (u64)boot_gdt
};
const struct table_ptr desc_idtr = { sizeof(idt) - 1, (u64)idt };

static u8 ist_of(u32 vector)
{
	switch (vector) {
	case 2:
		return IST_NMI;
	case 8:
		return IST_DF;
	case 18:
		return IST_MC;
	}
	return 0;
}

void desc_init(void)
{
	for (u32 i = 0; i < NR_VECTORS; i++) {
		u64 stub = (u64)&fault_stubs[i * STUB_BYTES];

		idt[i].low = (stub & 0xffff) | HV_SEL_CODE << 16 |
			     (u64)(GATE_INTERRUPT | ist_of(i)) << 32 |
			     stub >> 16 << 48;
	}
}

void desc_build(struct cpu_desc *d)
{
	u64 tss = (u64)&d->tss, limit = sizeof(d->tss) - 1;

	memcpy(d->gdt, boot_gdt, sizeof(boot_gdt));
	/* Its second word stays 0: areas of CPUs are below 4 GiB. */
	d->gdt[HV_SEL_TSS / 8] = DESC_TSS | limit | (tss & 0xffffff) << 16 |
				 (tss >> 24) << 56;
	d->tss.iomap = sizeof(d->tss);
}

void desc_load_gdt(struct cpu_desc *d)
{
	struct table_ptr p = { sizeof(d->gdt) - 1, (u64)d->gdt };

	__asm__ volatile("lgdt %0" : : "m"(p));
}

void desc_load_task(void)
{
	struct cpu_desc *d = this_cpu()->desc;

	/* LTR wants an available TSS and marks it busy (12.2.3). */
	d->gdt[HV_SEL_TSS / 8] &= ~BIT(41);
	__asm__ volatile("ltr %w0" : : "r"(HV_SEL_TSS) : "memory");
}
