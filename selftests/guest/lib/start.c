// SPDX-License-Identifier: GPL-2.0
/* From the PVH start info to guest_main(). */
#include "apic.h"
#include "guest.h"
#include "hyperv.h"

#define START_MAGIC	0x336ec578

struct start_info {
	u32 magic, version, flags, nr_modules;
	u64 modules, cmdline, rsdp, memmap;
};

#define PIC1_DATA	0x21
#define PIC2_DATA	0xA1

/* Without a hypervisor that says; timeouts need no more than the order. */
#define TSC_HZ_GUESS	2000000000ULL

u64 tsc_hz = TSC_HZ_GUESS;
static char line[1024];

void guest_entry(const struct start_info *si);

const char *cmdline(void)
{
	return line;
}

const char *option(const char *key)
{
	u32 len = strlen(key);

	for (const char *p = line; *p; p++)
		if ((p == line || p[-1] == ' ') && !memcmp(p, key, len))
			return p + len;
	return NULL;
}

u64 option_number(const char *key, u64 otherwise)
{
	const char *p = option(key);
	u64 n = 0;

	if (!p)
		return otherwise;
	for (; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + *p - '0';
	return n;
}

bool option_is(const char *key, const char *value)
{
	const char *p = option(key);
	u32 len = strlen(value);

	return p && !memcmp(p, value, len) && (!p[len] || p[len] == ' ');
}

static void copy_cmdline(const struct start_info *si)
{
	const char *from = (const char *)si->cmdline;

	if (si->magic != START_MAGIC || !from)
		return;
	for (u32 i = 0; i < sizeof(line) - 1 && from[i]; i++)
		line[i] = from[i];
}

/* The frequency MSR is there for guests that may not measure (no PIT). */
static void find_tsc_hz(void)
{
	u64 hz;

	if (hv_present() && !rdmsr_safe(HV_X64_MSR_TSC_FREQUENCY, &hz) && hz)
		tsc_hz = hz;
}

void guest_entry(const struct start_info *si)
{
	trap_init_cpu(&cpus[0]);
	copy_cmdline(si);
	find_tsc_hz();
	/* Where there is a PIC (not in a child), it must not disturb. */
	outb(PIC1_DATA, 0xFF);
	outb(PIC2_DATA, 0xFF);
	apic_init_cpu();
	guest_main();
	poweroff();
}
