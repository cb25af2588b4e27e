/* SPDX-License-Identifier: GPL-2.0 */
/* The ACPI tables of a child: hardware-reduced, no firmware behind them. */
#ifndef PARTWP_ACPI_H
#define PARTWP_ACPI_H

#include <stdint.h>

#include "ram.h"

/* System I/O ports that the FADT names; platform.c answers there. */
#define ACPI_SLEEP_CONTROL	0x600
#define ACPI_SLEEP_STATUS	0x601
#define ACPI_RESET_PORT		0xCF9
#define ACPI_RESET_VALUE	0x06

/* Sleep control: SLP_TYP as \_S5 in dsdt.asl says, and SLP_EN. */
#define ACPI_SLP_TYP_S5		5
#define ACPI_SLP_TYP(v)		((v) >> 2 & 7)
#define ACPI_SLP_EN		0x20

#define ACPI_WINDOW_SIZE	(4ULL << 30)

/* Writes all tables below 1 MiB; @rsdp is where they start. */
int acpi_write(struct ram *ram, unsigned int nr_vps, uint64_t *rsdp);

/* Where the upper VMBus window lies on this machine. */
uint64_t acpi_window_base(void);

#endif
