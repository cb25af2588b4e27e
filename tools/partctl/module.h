/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel modules: hvpart's own, and those that it cannot live with. In test
 * builds module_fake.c takes the place of module_kmod.c.
 */
#ifndef PARTCTL_MODULE_H
#define PARTCTL_MODULE_H

#include <stdbool.h>

/* Is it in the kernel? (/sys/module; also what is built in.) */
bool module_loaded(const char *name);

/* Its users, or -1. */
int module_users(const char *name);

/* A parameter's first character, or '\0'. */
char module_parameter(const char *name, const char *parameter);

/* Could module_load(@name, NULL) find it? */
bool module_installed(const char *name);

/* Load by name, or from @file: 0 or -errno. */
int module_load(const char *name, const char *file);

/* Unload: 0 or -errno; -EBUSY: in use. */
int module_unload(const char *name);

#endif /* PARTCTL_MODULE_H */
