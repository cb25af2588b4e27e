// SPDX-License-Identifier: GPL-2.0
#include <cpuid.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "acpi.h"
#include "bytes.h"
#include "log.h"

#include "dsdt.hex"

#define HEADER_SIZE	36
#define RSDP_SIZE	36
#define FADT_SIZE	276	/* revision 6 */
#define ENTROPY_SIZE	64

/* FADT */
#define FADT_WBINVD		(1U << 0)
#define FADT_NO_POWER_BUTTON	(1U << 4)
#define FADT_NO_SLEEP_BUTTON	(1U << 5)
#define FADT_RESET_REG		(1U << 10)
#define FADT_HW_REDUCED		(1U << 20)
#define FADT_BOOT_NO_VGA	(1U << 2)
#define SPACE_SYSTEM_IO		1
#define ACCESS_BYTE		1

/* MADT */
#define MADT_LAPIC		0
#define MADT_IOAPIC		1
#define MADT_X2APIC		9
#define MADT_ENABLED		1
#define LAPIC_ID_MAX		254

/* What dsdt.asl has in place of the upper window's base. */
#define WINDOW_MARKER		0x5642555300000000ULL

/* Tables are put one after the other, each 16-byte aligned. */
struct builder {
	struct ram *ram;
	uint64_t next;
};

static uint8_t checksum(const uint8_t *p, uint64_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum = (uint8_t)(sum + *p++);
	return (uint8_t)-sum;
}

/* Returns zeroed guest memory, or NULL when the reserved area is full. */
static uint8_t *place(struct builder *b, uint64_t size, uint64_t *gpa)
{
	uint8_t *p;

	if (size > GPA_ACPI_END - b->next) {
		log_error("ACPI: too many processors for the tables");
		return NULL;
	}
	p = ram_ptr(b->ram, b->next, size);
	if (!p) {
		log_error("memory: too small for ACPI tables");
		return NULL;
	}
	memset(p, 0, size);
	*gpa = b->next;
	b->next += (size + 15) & ~15ULL;
	return p;
}

static uint8_t *place_table(struct builder *b, const char *signature,
			    uint8_t revision, uint64_t size, uint64_t *gpa)
{
	uint8_t *t = place(b, size, gpa);

	if (!t)
		return NULL;
	memcpy(t, signature, 4);
	put_le32(t + 4, (uint32_t)size);
	t[8] = revision;
	memcpy(t + 10, "HVPART", 6);
	memcpy(t + 16, "HVPARTWP", 8);
	put_le32(t + 24, 1);
	memcpy(t + 28, "HVPT", 4);
	put_le32(t + 32, 1);
	return t;
}

static void finish(uint8_t *table)
{
	table[9] = 0;
	table[9] = checksum(table, get_le32(table + 4));
}

uint64_t acpi_window_base(void)
{
	unsigned int eax, ebx, ecx, edx, bits = 36;

	if (__get_cpuid(0x80000008, &eax, &ebx, &ecx, &edx))
		bits = eax & 0xff;
	if (bits > 46)
		bits = 46;	/* as far as 4-level page tables map */
	/* The last 12 GiB below 1 TiB are not usable on many AMD machines. */
	return (1ULL << bits) - 4 * ACPI_WINDOW_SIZE;
}

/* Descriptor fields from the marker on: minimum, maximum, translation, length */
static int patch_window(uint8_t *dsdt, size_t size)
{
	uint64_t base = acpi_window_base();
	unsigned int found = 0;
	size_t i;

	for (i = HEADER_SIZE; i + 32 <= size; i++) {
		if (get_le64(dsdt + i) != WINDOW_MARKER)
			continue;
		put_le64(dsdt + i, base);
		put_le64(dsdt + i + 8, base + ACPI_WINDOW_SIZE - 1);
		put_le64(dsdt + i + 24, ACPI_WINDOW_SIZE);
		found++;
	}
	return found == 1 ? 0 : log_error("ACPI: DSDT has %u windows", found);
}

static int add_dsdt(struct builder *b, uint64_t *gpa)
{
	uint8_t *t = place(b, sizeof(dsdt_aml_code), gpa);
	int ret;

	if (!t)
		return -ENOMEM;
	memcpy(t, dsdt_aml_code, sizeof(dsdt_aml_code));
	ret = patch_window(t, sizeof(dsdt_aml_code));
	finish(t);
	return ret;
}

static void put_io_register(uint8_t *gas, uint16_t port)
{
	gas[0] = SPACE_SYSTEM_IO;
	gas[1] = 8;
	gas[3] = ACCESS_BYTE;
	put_le64(gas + 4, port);
}

static int add_fadt(struct builder *b, uint64_t dsdt, uint64_t *gpa)
{
	uint8_t *t = place_table(b, "FACP", 6, FADT_SIZE, gpa);

	if (!t)
		return -ENOMEM;
	put_le32(t + 40, (uint32_t)dsdt);
	put_le16(t + 109, FADT_BOOT_NO_VGA);	/* no 8042, no legacy devices */
	put_le32(t + 112, FADT_WBINVD | FADT_NO_POWER_BUTTON |
		 FADT_NO_SLEEP_BUTTON | FADT_RESET_REG | FADT_HW_REDUCED);
	put_io_register(t + 116, ACPI_RESET_PORT);
	t[128] = ACPI_RESET_VALUE;
	t[131] = 3;				/* 6.3 */
	put_le64(t + 140, dsdt);
	put_io_register(t + 244, ACPI_SLEEP_CONTROL);
	put_io_register(t + 256, ACPI_SLEEP_STATUS);
	memcpy(t + 268, "HVPART", 6);		/* hypervisor vendor */
	finish(t);
	return 0;
}

/* Returns the size of the entry; writes it if there is somewhere to write. */
static unsigned int processor(uint8_t *e, uint32_t id)
{
	if (id <= LAPIC_ID_MAX) {
		if (e) {
			e[0] = MADT_LAPIC;
			e[1] = 8;
			e[2] = (uint8_t)id;	/* processor UID */
			e[3] = (uint8_t)id;
			put_le32(e + 4, MADT_ENABLED);
		}
		return 8;
	}
	if (e) {
		e[0] = MADT_X2APIC;
		e[1] = 16;
		put_le32(e + 4, id);
		put_le32(e + 8, MADT_ENABLED);
		put_le32(e + 12, id);
	}
	return 16;
}

static int add_madt(struct builder *b, unsigned int nr_vps, uint64_t *gpa)
{
	uint64_t size = HEADER_SIZE + 8 + 12;
	uint32_t id;
	uint8_t *t, *e;

	for (id = 0; id < nr_vps; id++)
		size += processor(NULL, id);
	t = place_table(b, "APIC", 5, size, gpa);
	if (!t)
		return -ENOMEM;
	put_le32(t + 36, (uint32_t)GPA_LAPIC);
	put_le32(t + 40, 0);		/* no 8259s */
	e = t + HEADER_SIZE + 8;
	for (id = 0; id < nr_vps; id++)
		e += processor(e, id);
	e[0] = MADT_IOAPIC;
	e[1] = 12;
	put_le32(e + 4, (uint32_t)GPA_IOAPIC);
	put_le32(e + 8, 0);		/* first interrupt */
	finish(t);
	return 0;
}

/* Hyper-V's way to give a guest a seed: mixed in by Linux since 6.2. */
static int add_entropy(struct builder *b, uint64_t *gpa)
{
	uint8_t *t = place_table(b, "OEM0", 1, HEADER_SIZE + ENTROPY_SIZE, gpa);

	if (!t)
		return -ENOMEM;
	memcpy(t + 16, "MICROSFT", 8);
	if (getrandom(t + HEADER_SIZE, ENTROPY_SIZE, 0) != ENTROPY_SIZE)
		return log_error("ACPI: no random numbers");
	finish(t);
	return 0;
}

static int add_xsdt(struct builder *b, const uint64_t *tables, unsigned int nr,
		    uint64_t *gpa)
{
	uint8_t *t = place_table(b, "XSDT", 1, HEADER_SIZE + 8 * nr, gpa);
	unsigned int i;

	if (!t)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		put_le64(t + HEADER_SIZE + 8 * i, tables[i]);
	finish(t);
	return 0;
}

static void fill_rsdp(uint8_t *r, uint64_t xsdt)
{
	memcpy(r, "RSD PTR ", 8);
	memcpy(r + 9, "HVPART", 6);
	r[15] = 2;
	put_le32(r + 20, RSDP_SIZE);
	put_le64(r + 24, xsdt);
	r[8] = checksum(r, 20);
	r[32] = checksum(r, RSDP_SIZE);
}

int acpi_write(struct ram *ram, unsigned int nr_vps, uint64_t *rsdp)
{
	struct builder b = { .ram = ram, .next = GPA_ACPI };
	uint64_t dsdt, table[3], xsdt;
	uint8_t *r;

	/* First, so that a guest that scans finds it at once. */
	r = place(&b, RSDP_SIZE, rsdp);
	if (!r || add_dsdt(&b, &dsdt) || add_fadt(&b, dsdt, &table[0]) ||
	    add_madt(&b, nr_vps, &table[1]) || add_entropy(&b, &table[2]) ||
	    add_xsdt(&b, table, 3, &xsdt))
		return -ENOMEM;
	fill_rsdp(r, xsdt);
	return 0;
}
