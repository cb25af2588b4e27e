/* SPDX-License-Identifier: GPL-2.0 */
/* Fills struct machine (percpu.h). */
#ifndef HV_MACHINE_H
#define HV_MACHINE_H

struct hvpart_boot_info;

void machine_init(const struct hvpart_boot_info *info);

#endif
