// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading, by libkmod: it knows compressed modules, aliases and
 * dependencies as modprobe does.
 */
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stddef.h>

#include "module.h"

bool module_installed(const char *name)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_list *list = NULL;
	bool found;

	if (!ctx)
		return false;
	found = !kmod_module_new_from_lookup(ctx, name, &list) && list;
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return found;
}

static int load_name(struct kmod_ctx *ctx, const char *name)
{
	struct kmod_list *list = NULL;
	struct kmod_list *item;
	int ret;

	ret = kmod_module_new_from_lookup(ctx, name, &list);
	if (!ret && !list)
		ret = -ENOENT;
	kmod_list_foreach(item, list) {
		struct kmod_module *module = kmod_module_get_module(item);

		ret = kmod_module_probe_insert_module(module,
			KMOD_PROBE_FAIL_ON_LOADED, NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
		if (ret)
			break;
	}
	kmod_module_unref_list(list);
	/* Positive: a reason of libkmod's own, as a blacklist. */
	return ret > 0 ? -EPERM : ret;
}

int module_load(const char *name, const char *file)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *module;
	int ret;

	if (!ctx)
		return -ENOMEM;
	if (file) {
		ret = kmod_module_new_from_path(ctx, file, &module);
		if (!ret) {
			ret = kmod_module_insert_module(module, 0, NULL);
			kmod_module_unref(module);
		}
	} else {
		ret = load_name(ctx, name);
	}
	kmod_unref(ctx);
	return ret;
}

int module_unload(const char *name)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *module;
	int ret;

	if (!ctx)
		return -ENOMEM;
	ret = kmod_module_new_from_name(ctx, name, &module);
	if (!ret) {
		ret = kmod_module_remove_module(module, O_NONBLOCK);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	/* delete_module() says so to a module that somebody has open. */
	return ret == -EAGAIN || ret == -EWOULDBLOCK ? -EBUSY : ret;
}
