// SPDX-License-Identifier: GPL-2.0
/*
 * States, reasons and actions by name.
 */
#include <string.h>

#include "state.h"

static const char *const state_names[PART_STATE_COUNT] = {
	[PART_STATE_CREATED] = "created",
	[PART_STATE_RUNNING] = "running",
	[PART_STATE_PAUSED] = "paused",
	[PART_STATE_STOPPED] = "stopped",
	[PART_STATE_CRASHED] = "crashed",
	[PART_STATE_FAILED] = "failed",
};

static const char *const reason_names[PART_REASON_COUNT] = {
	[PART_REASON_NONE] = "none",
	[PART_REASON_POWEROFF] = "poweroff",
	[PART_REASON_RESET] = "reset",
	[PART_REASON_PANIC] = "panic",
	[PART_REASON_TRIPLE_FAULT] = "triple-fault",
	[PART_REASON_ERROR] = "error",
	[PART_REASON_KILLED] = "killed",
};

static const char *const action_names[PART_ACTION_COUNT] = {
	[PART_ACTION_DESTROY] = "destroy",
	[PART_ACTION_RESTART] = "restart",
	[PART_ACTION_PRESERVE] = "preserve",
};

static const char *name_of(const char *const *names, int count, int value)
{
	return value >= 0 && value < count ? names[value] : "?";
}

static int value_of(const char *const *names, int count, const char *name)
{
	int i;

	for (i = 0; name && i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

const char *part_state_name(int state)
{
	return name_of(state_names, PART_STATE_COUNT, state);
}

const char *part_reason_name(int reason)
{
	return name_of(reason_names, PART_REASON_COUNT, reason);
}

const char *part_action_name(int action)
{
	return name_of(action_names, PART_ACTION_COUNT, action);
}

int part_state_from_name(const char *name)
{
	return value_of(state_names, PART_STATE_COUNT, name);
}

int part_reason_from_name(const char *name)
{
	return value_of(reason_names, PART_REASON_COUNT, name);
}

int part_action_from_name(const char *name)
{
	return value_of(action_names, PART_ACTION_COUNT, name);
}
