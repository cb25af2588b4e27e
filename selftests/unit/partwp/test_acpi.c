// SPDX-License-Identifier: GPL-2.0
/* The tables: sums, pointers, contents, and what iasl makes of them. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acpi.h"
#include "bytes.h"
#include "test.h"

#define MIB	(1ULL << 20)

static const uint8_t *at(const struct ram *ram, uint64_t gpa, uint64_t len)
{
	const uint8_t *p = ram_ptr(ram, gpa, len);

	CHECK(p);
	CHECK(gpa >= GPA_ACPI && gpa + len <= GPA_ACPI_END);
	return p;
}

static void check_sum(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	while (n--)
		sum = (uint8_t)(sum + *p++);
	CHECK_EQ(sum, 0);
}

/* The whole table at @gpa, its sum checked. */
static const uint8_t *table(const struct ram *ram, uint64_t gpa,
			    const char *signature)
{
	uint32_t size = get_le32(at(ram, gpa, 36) + 4);
	const uint8_t *t = at(ram, gpa, size);

	check_sum(t, size);
	CHECK(!memcmp(t, signature, 4));
	return t;
}

struct tables {
	struct ram ram;
	const uint8_t *xsdt, *fadt, *madt, *oem0, *dsdt;
};

static void build(struct tables *t, unsigned int nr_vps)
{
	const uint8_t *r;
	uint64_t rsdp;

	CHECK(!ram_create(&t->ram, 4 * MIB));
	CHECK(!acpi_write(&t->ram, nr_vps, &rsdp));
	CHECK_EQ(rsdp, 0xE0000);	/* where a guest that scans looks */
	r = at(&t->ram, rsdp, 36);
	check_sum(r, 20);
	check_sum(r, 36);
	CHECK_EQ(r[15], 2);
	t->xsdt = table(&t->ram, get_le64(r + 24), "XSDT");
	CHECK_EQ(get_le32(t->xsdt + 4), 36 + 3 * 8);
	t->fadt = table(&t->ram, get_le64(t->xsdt + 36), "FACP");
	t->madt = table(&t->ram, get_le64(t->xsdt + 44), "APIC");
	t->oem0 = table(&t->ram, get_le64(t->xsdt + 52), "OEM0");
	t->dsdt = table(&t->ram, get_le64(t->fadt + 140), "DSDT");
}

static void acpi_fadt(void)
{
	struct tables t;
	uint32_t flags;

	build(&t, 2);
	flags = get_le32(t.fadt + 112);
	CHECK(t.fadt[8] >= 5);
	CHECK(flags & 1 << 20);			/* HW_REDUCED_ACPI */
	CHECK(flags & 1 << 10);			/* RESET_REG_SUP */
	CHECK_EQ(get_le16(t.fadt + 109) & 2, 0);	/* no 8042 */
	CHECK(get_le16(t.fadt + 109) & 4);	/* no VGA */
	CHECK_EQ(get_le16(t.fadt + 109) & 32, 0);	/* there is a clock */
	CHECK_EQ(t.fadt[116], 1);
	CHECK_EQ(get_le64(t.fadt + 120), ACPI_RESET_PORT);
	CHECK_EQ(t.fadt[128], ACPI_RESET_VALUE);
	CHECK_EQ(t.fadt[244], 1);
	CHECK_EQ(get_le64(t.fadt + 248), ACPI_SLEEP_CONTROL);
	CHECK_EQ(get_le64(t.fadt + 260), ACPI_SLEEP_STATUS);
	CHECK_EQ(get_le32(t.fadt + 36), 0);	/* no FACS */
	ram_destroy(&t.ram);
}

static void acpi_madt(void)
{
	unsigned int lapics = 0, x2apics = 0, ioapics = 0;
	const uint8_t *e, *end;
	struct tables t;

	build(&t, 300);
	CHECK_EQ(get_le32(t.madt + 36), 0xFEE00000);
	CHECK_EQ(get_le32(t.madt + 40) & 1, 0);	/* no PCAT_COMPAT */
	end = t.madt + get_le32(t.madt + 4);
	for (e = t.madt + 44; e < end; e += e[1]) {
		CHECK(e[1] >= 2 && e[1] <= end - e);
		switch (e[0]) {
		case 0:
			CHECK_EQ(e[3], lapics);
			CHECK_EQ(get_le32(e + 4), 1);
			lapics++;
			break;
		case 9:
			CHECK_EQ(get_le32(e + 4), 255 + x2apics);
			CHECK_EQ(get_le32(e + 8), 1);
			x2apics++;
			break;
		case 1:
			CHECK_EQ(get_le32(e + 4), 0xFEC00000);
			CHECK_EQ(get_le32(e + 8), 0);
			ioapics++;
			break;
		default:
			CHECK(false);
		}
	}
	CHECK(e == end);
	CHECK_EQ(lapics, 255);
	CHECK_EQ(x2apics, 45);
	CHECK_EQ(ioapics, 1);
	ram_destroy(&t.ram);
}

static void acpi_entropy(void)
{
	uint8_t first[64];
	struct tables t;

	build(&t, 1);
	CHECK(!memcmp(t.oem0 + 16, "MICROSFT", 8));
	memcpy(first, t.oem0 + 36, 64);
	ram_destroy(&t.ram);
	build(&t, 1);
	CHECK(memcmp(first, t.oem0 + 36, 64));
	ram_destroy(&t.ram);
}

static void acpi_limits(void)
{
	struct ram ram;
	uint64_t rsdp;

	CHECK(!ram_create(&ram, 4 * MIB));
	CHECK(acpi_write(&ram, 100000, &rsdp) < 0);
	CHECK(acpi_window_base() >= 1ULL << 34);
	CHECK_EQ(acpi_window_base() % ACPI_WINDOW_SIZE, 0);
	ram_destroy(&ram);
}

/* The disassembler's opinion: no complaint, and the words that matter. */
static void acpi_iasl(void)
{
	char dir[] = "/tmp/partwp-acpi-XXXXXX", cmd[256];
	static char text[65536];
	struct tables t;
	FILE *f;
	size_t n;

	if (system("command -v iasl >/dev/null"))
		SKIP("no iasl");
	CHECK(mkdtemp(dir));
	build(&t, 2);
	snprintf(cmd, sizeof(cmd), "%s/dsdt.dat", dir);
	f = fopen(cmd, "w");
	CHECK(f);
	n = get_le32(t.dsdt + 4);
	CHECK(fwrite(t.dsdt, 1, n, f) == n);
	fclose(f);
	snprintf(cmd, sizeof(cmd),
		 "iasl -p %s/out -d %s/dsdt.dat >%s/log 2>&1", dir, dir, dir);
	CHECK(!system(cmd));
	snprintf(cmd, sizeof(cmd), "%s/out.dsl", dir);
	f = fopen(cmd, "r");
	CHECK(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = 0;
	CHECK(strstr(text, "Name (_HID, \"VMBUS\")"));
	CHECK(strstr(text, "PNP0501"));
	CHECK(strstr(text, "Name (_S5"));
	CHECK(!strstr(text, "_S4"));
	CHECK(!strstr(text, "_S3"));
	CHECK(!strstr(text, "56425553"));	/* the marker is gone */
	snprintf(cmd, sizeof(cmd), "0x%016llX, // Range Minimum",
		 (unsigned long long)acpi_window_base());
	CHECK(strstr(text, cmd));
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	CHECK(!system(cmd));
	ram_destroy(&t.ram);
}

const struct test acpi_tests[] = {
	TEST(acpi_fadt), TEST(acpi_madt), TEST(acpi_entropy),
	TEST(acpi_limits), TEST(acpi_iasl),
	TESTS_END
};
