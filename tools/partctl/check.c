// SPDX-License-Identifier: GPL-2.0
/*
 * check: the machine's facts, and what follows from them.
 */
#include <stdio.h>
#include <string.h>

#include "machine.h"
#include "module.h"
#include "partctl.h"

static const char *const level_names[] = {
	[FACT_OK] = "ok",
	[FACT_NOTE] = "note",
	[FACT_BUSY] = "busy",
	[FACT_MISSING] = "missing",
};

static int check_result(const struct fact *facts, int n)
{
	enum fact_level worst = FACT_OK;
	int i;

	for (i = 0; i < n; i++)
		if (facts[i].level > worst)
			worst = facts[i].level;
	return worst == FACT_MISSING ? EXIT_NOT_SUPPORTED :
	       worst == FACT_BUSY ? EXIT_BUSY : EXIT_OK;
}

static const char *summary(int code)
{
	if (module_loaded("hvpart") && code == EXIT_OK)
		return "hvpart is loaded: partitions can be run";
	switch (code) {
	case EXIT_OK:
		return "hvpart can be loaded: 'partctl enable'";
	case EXIT_BUSY:
		return "hvpart cannot be loaded now";
	default:
		return "hvpart does not work here";
	}
}

static int check_json(const struct fact *facts, int n, int code)
{
	struct json_object *root = json_object_new_object();
	struct json_object *list = json_object_new_array();
	int i;

	for (i = 0; i < n; i++) {
		struct json_object *fact = json_object_new_object();

		json_object_object_add(fact, "name",
			json_object_new_string(facts[i].name));
		json_object_object_add(fact, "level",
			json_object_new_string(level_names[facts[i].level]));
		json_object_object_add(fact, "text",
			json_object_new_string(facts[i].text));
		if (*facts[i].todo)
			json_object_object_add(fact, "todo",
				json_object_new_string(facts[i].todo));
		json_object_array_add(list, fact);
	}
	json_object_object_add(root, "usable",
			       json_object_new_boolean(code == EXIT_OK));
	json_object_object_add(root, "loaded",
			       json_object_new_boolean(module_loaded("hvpart")));
	json_object_object_add(root, "summary",
			       json_object_new_string(summary(code)));
	json_object_object_add(root, "facts", list);
	return print_json(root) ? EXIT_FAILED : code;
}

int cmd_check(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");
	struct fact facts[MACHINE_FACTS_MAX];
	int code;
	int n;
	int i;

	if (argc > 2 || (argc == 2 && !json))
		return usage("check");
	n = machine_facts(facts);
	code = check_result(facts, n);
	if (json)
		return check_json(facts, n, code);
	for (i = 0; i < n; i++) {
		printf("%-8s %-11s %s\n", level_names[facts[i].level],
		       facts[i].name, facts[i].text);
		if (*facts[i].todo)
			printf("%21s-> %s\n", "", facts[i].todo);
	}
	printf("\n%s\n", summary(code));
	return code;
}
