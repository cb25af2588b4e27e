// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "bytes.h"
#include "log.h"
#include "pvh.h"

#define START_MAGIC	0x336ec578
#define START_SIZE	56
#define MODULE_SIZE	32
#define MAP_ENTRY_SIZE	24

#define MAP_RAM		1
#define MAP_RESERVED	2

/* Returns the number of entries written. */
static unsigned int write_map(struct ram *ram, uint8_t *to)
{
	struct { uint64_t start, end; uint32_t type; } map[] = {
		{ 0, GPA_RESERVED, MAP_RAM },
		{ GPA_RESERVED, GPA_ONE_MEG, MAP_RESERVED },
		{ GPA_ONE_MEG, ram_low_end(ram), MAP_RAM },
		{ GPA_4G, ram_end(ram), MAP_RAM },
	};
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		uint8_t *e = to + n * MAP_ENTRY_SIZE;

		if (map[i].end <= map[i].start)
			continue;
		memset(e, 0, MAP_ENTRY_SIZE);
		put_le64(e, map[i].start);
		put_le64(e + 8, map[i].end - map[i].start);
		put_le32(e + 16, map[i].type);
		n++;
	}
	return n;
}

int pvh_write(struct ram *ram, const struct pvh_boot *boot)
{
	size_t len = strlen(boot->cmdline) + 1;
	uint8_t *si = ram_ptr(ram, GPA_START_INFO, START_SIZE);
	uint8_t *module = ram_ptr(ram, GPA_MODULE_LIST, MODULE_SIZE);
	uint8_t *map = ram_ptr(ram, GPA_MEMORY_MAP, 4 * MAP_ENTRY_SIZE);

	if (len > COMMAND_LINE_SIZE)
		return log_error("command line: longer than %d bytes",
				 COMMAND_LINE_SIZE - 1);
	if (!si || !module || !map ||
	    ram_write(ram, GPA_COMMAND_LINE, boot->cmdline, len))
		return log_error("memory: too small for boot parameters");

	memset(si, 0, START_SIZE);
	put_le32(si, START_MAGIC);
	put_le32(si + 4, 1);
	if (boot->initrd_size) {
		memset(module, 0, MODULE_SIZE);
		put_le64(module, boot->initrd_gpa);
		put_le64(module + 8, boot->initrd_size);
		put_le32(si + 12, 1);
		put_le64(si + 16, GPA_MODULE_LIST);
	}
	put_le64(si + 24, GPA_COMMAND_LINE);
	put_le64(si + 32, boot->rsdp_gpa);
	put_le64(si + 40, GPA_MEMORY_MAP);
	put_le32(si + 48, write_map(ram, map));
	return 0;
}

struct reg_list {
	uint32_t *names;
	union hv_register_value *values;
	size_t n;
};

static void add(struct reg_list *l, uint32_t name, uint64_t value)
{
	l->names[l->n] = name;
	l->values[l->n] = (union hv_register_value){ .reg64 = value };
	l->n++;
}

static void add_segment(struct reg_list *l, uint32_t name, uint16_t selector,
			uint32_t limit, uint16_t attributes)
{
	l->names[l->n] = name;
	l->values[l->n] = (union hv_register_value){ .segment = {
		.limit = limit,
		.selector = selector,
		.attributes = attributes,
	} };
	l->n++;
}

static void add_table(struct reg_list *l, uint32_t name)
{
	l->names[l->n] = name;
	l->values[l->n] = (union hv_register_value){ .table = { .limit = 0 } };
	l->n++;
}

#define FLAT_CODE	0xC09B	/* 32-bit, execute/read, accessed */
#define FLAT_DATA	0xC093	/* 32-bit, read/write, accessed */
#define BUSY_TSS	0x008B

size_t pvh_entry_regs(uint32_t entry, uint32_t names[PVH_REGS],
		      union hv_register_value values[PVH_REGS])
{
	static const uint32_t data[] = {
		HV_X64_REGISTER_DS, HV_X64_REGISTER_ES, HV_X64_REGISTER_SS,
		HV_X64_REGISTER_FS, HV_X64_REGISTER_GS,
	};
	struct reg_list l = { names, values, 0 };
	size_t i;

	/* Modes first: what segments mean depends on them. */
	add(&l, HV_X64_REGISTER_EFER, 0);
	add(&l, HV_X64_REGISTER_CR0, 0x11);	/* PE, ET */
	add(&l, HV_X64_REGISTER_CR3, 0);
	add(&l, HV_X64_REGISTER_CR4, 0);
	add_segment(&l, HV_X64_REGISTER_CS, 0x10, 0xFFFFFFFF, FLAT_CODE);
	for (i = 0; i < sizeof(data) / sizeof(data[0]); i++)
		add_segment(&l, data[i], 0x18, 0xFFFFFFFF, FLAT_DATA);
	add_segment(&l, HV_X64_REGISTER_TR, 0, 0x67, BUSY_TSS);
	add_segment(&l, HV_X64_REGISTER_LDTR, 0, 0, 0);
	add_table(&l, HV_X64_REGISTER_GDTR);
	add_table(&l, HV_X64_REGISTER_IDTR);
	add(&l, HV_X64_REGISTER_RBX, GPA_START_INFO);
	add(&l, HV_X64_REGISTER_RFLAGS, 2);
	add(&l, HV_X64_REGISTER_RIP, entry);
	return l.n;
}
