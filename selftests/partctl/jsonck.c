// SPDX-License-Identifier: GPL-2.0
/*
 * Is standard input one JSON value, and has it these members?
 *
 *	jsonck [PATH=VALUE]...
 *
 * PATH is member names and array indices with dots between; VALUE is compared
 * as text; "PATH" alone: it must be there.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON's null is NULL too, hence the second answer. */
static bool find(struct json_object *at, char *path,
		 struct json_object **value)
{
	char *part;

	for (part = strtok(path, "."); part; part = strtok(NULL, ".")) {
		if (json_object_is_type(at, json_type_array))
			at = json_object_array_get_idx(at, atoi(part));
		else if (!json_object_object_get_ex(at, part, &at))
			return false;
	}
	*value = at;
	return true;
}

int main(int argc, char **argv)
{
	static char text[1 << 20];
	struct json_tokener *tok = json_tokener_new();
	struct json_object *root, *value;
	const char *is;
	size_t len;
	int bad = 0;
	int i;

	len = fread(text, 1, sizeof(text) - 1, stdin);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tok, text, len + 1);
	if (json_tokener_get_error(tok) != json_tokener_success) {
		fprintf(stderr, "jsonck: not JSON: %s\n", text);
		return 1;
	}
	for (i = 1; i < argc; i++) {
		char *want = strchr(argv[i], '=');

		if (want)
			*want++ = '\0';
		if (!find(root, argv[i], &value)) {
			fprintf(stderr, "jsonck: %s is not there\n", argv[i]);
			bad = 1;
			continue;
		}
		is = value ? json_object_get_string(value) : "null";
		if (want && strcmp(is, want)) {
			fprintf(stderr, "jsonck: %s is %s\n", argv[i], is);
			bad = 1;
		}
	}
	json_object_put(root);
	json_tokener_free(tok);
	return bad;
}
