/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line of run and create.
 */
#ifndef PARTCTL_OPTIONS_H
#define PARTCTL_OPTIONS_H

#include "config.h"

/* EXIT_OK and a configuration to be freed, or complains. */
int options_parse(int argc, char **argv, struct child_config *config);

/* "256M", "2G", "512" (MiB): 0 or -EINVAL. */
int options_size(const char *text, uint64_t *bytes);

#endif /* PARTCTL_OPTIONS_H */
