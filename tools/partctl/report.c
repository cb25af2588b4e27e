// SPDX-License-Identifier: GPL-2.0
/*
 * Errors, and values in a form for people.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libpart.h"
#include "partctl.h"

int exit_code(int err)
{
	switch (-err) {
	case 0:
		return EXIT_OK;
	case ENOENT:
		return EXIT_NOT_FOUND;
	case EOPNOTSUPP:
	case ENOTTY:
	case ENODEV:
	case ENXIO:
	case EPROTO:
		return EXIT_NOT_SUPPORTED;
	case EBUSY:
	case EEXIST:
	case EAGAIN:
		return EXIT_BUSY;
	case EPERM:
	case EACCES:
		return EXIT_DENIED;
	default:
		return EXIT_FAILED;
	}
}

static void vcomplain(const char *fmt, va_list args)
{
	fflush(stdout);
	fputs("partctl: ", stderr);
	vfprintf(stderr, fmt, args);
}

void complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vcomplain(fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

int fail(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vcomplain(fmt, args);
	va_end(args);
	fprintf(stderr, ": %s\n", part_strerror(err));
	return exit_code(err);
}

int print_json(struct json_object *object)
{
	const char *text = object ? json_object_to_json_string_ext(object,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
		JSON_C_TO_STRING_NOSLASHESCAPE) : NULL;
	int ret = EXIT_OK;

	if (!text || puts(text) < 0 || fflush(stdout))
		ret = EXIT_FAILED;
	json_object_put(object);
	return ret;
}

/* A guest wrote it: no escape sequence of its may reach the terminal. */
void print_untrusted(const char *text, const char *indent)
{
	bool begin = true;

	for (; *text; text++) {
		if (begin)
			fputs(indent, stdout);
		begin = *text == '\n';
		putchar(*text == '\n' || *text == '\t' ||
			isprint((unsigned char)*text) ? *text : '.');
	}
	if (!begin)
		putchar('\n');
}

void print_pair(const char *key, const char *value, const char *indent)
{
	char *line;

	if (asprintf(&line, "%s: %s", key, value) < 0)
		return;
	print_untrusted(line, indent);
	free(line);
}

void format_size(char *buf, unsigned long long bytes)
{
	if (bytes >> 30 && !(bytes & ((1ULL << 30) - 1)))
		snprintf(buf, FORMAT_MAX, "%lluG", bytes >> 30);
	else if (bytes >> 20)
		snprintf(buf, FORMAT_MAX, "%lluM", bytes >> 20);
	else
		snprintf(buf, FORMAT_MAX, "%lluK", bytes >> 10);
}

void format_time(char *buf, unsigned long long ms)
{
	unsigned long long s = ms / 1000;

	if (s >= 86400)
		snprintf(buf, FORMAT_MAX, "%llud%02lluh", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		snprintf(buf, FORMAT_MAX, "%lluh%02llum", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(buf, FORMAT_MAX, "%llum%02llus", s / 60, s % 60);
	else
		snprintf(buf, FORMAT_MAX, "%llu.%llus", s, ms / 100 % 10);
}

const char *json_text(struct json_object *object, const char *member,
		      const char *otherwise)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, member, &value) ||
	    !json_object_is_type(value, json_type_string))
		return otherwise;
	return json_object_get_string(value);
}

unsigned long long json_number(struct json_object *object, const char *member)
{
	struct json_object *value;

	return json_object_object_get_ex(object, member, &value) ?
		json_object_get_uint64(value) : 0;
}
