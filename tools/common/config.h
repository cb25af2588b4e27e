/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a partition was asked for: what partctl's options say, kept as
 * config.json in the partition's directory, read by the worker.
 *
 * Integers that are masks are JSON strings in hexadecimal ("0x30"), because
 * JSON's numbers lose bits above 53 in many readers. Unknown members are
 * refused, so that an old worker does not ignore what a new partctl wants.
 */
#ifndef PART_CONFIG_H
#define PART_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

struct json_object;

#define CHILD_VPS_MAX		64
#define CHILD_LOOPBACKS_MAX	8
#define CHILD_MEMORY_MIN	(16ULL << 20)
#define CHILD_MEMORY_DEFAULT	(256ULL << 20)
#define CHILD_CMDLINE_DEFAULT	"console=ttyS0"

/**
 * struct child_config - a child as the user wants it
 * @name: of the partition
 * @kernel: absolute path, bzImage or ELF
 * @initrd: absolute path or NULL
 * @cmdline: the kernel's command line
 * @memory: bytes
 * @memory_max: bytes, with what is added while it runs; 0: what the host has
 * @vps: virtual processors
 * @page_reporting: 1: memory that the guest calls unused goes back; 0: it cannot
 * @on_poweroff: enum part_action
 * @on_reboot: enum part_action
 * @on_panic: enum part_action
 * @on_crash: enum part_action after a triple fault or an error
 * @has_privileges: @privileges is not the default
 * @privileges: leaf 0x40000003 EBX << 32 | EAX
 * @has_hints: @hints is not the default
 * @hints: leaf 0x40000004 EAX
 * @has_features_edx, @features_edx: leaf 0x40000003 EDX, if not the default
 * @debug_break: HVPART_BREAK_*
 * @debug_loopback: VMBus channels that give back what they get
 */
struct child_config {
	char *name;
	char *kernel;
	char *initrd;
	char *cmdline;
	uint64_t memory;
	uint64_t memory_max;
	uint32_t vps;
	uint32_t page_reporting;
	int on_poweroff;
	int on_reboot;
	int on_panic;
	int on_crash;
	bool has_privileges;
	uint64_t privileges;
	bool has_hints;
	uint32_t hints;
	bool has_features_edx;
	uint32_t features_edx;
	uint64_t debug_break;
	uint32_t debug_loopback;
};

/**
 * child_config_init() - the defaults
 * @config: to be given back with child_config_free()
 *
 * 256 MiB, 1 VP, page reporting, "console=ttyS0"; poweroff destroys, reboot restarts, panic
 * and crash preserve.
 *
 * Return: 0 or -ENOMEM.
 */
int child_config_init(struct child_config *config);

/**
 * child_config_free() - frees the strings
 * @config: from child_config_init() or child_config_load()
 */
void child_config_free(struct child_config *config);

/**
 * child_config_to_json() - as the file has it
 * @config: to be written
 *
 * Return: an object to be put, or NULL without memory.
 */
struct json_object *child_config_to_json(const struct child_config *config);

/**
 * child_config_save() - write @dir/config.json
 * @config: to be written
 * @dir: the partition's directory
 *
 * Return: 0 or -errno.
 */
int child_config_save(const struct child_config *config, const char *dir);

/**
 * child_config_load() - read @dir/config.json
 * @config: filled in; need not be initialised; to be freed on success
 * @dir: the partition's directory
 * @what: on -EINVAL: which member is wrong; static text
 *
 * Return: 0 or -errno.
 */
int child_config_load(struct child_config *config, const char *dir,
		      const char **what);

#endif /* PART_CONFIG_H */
