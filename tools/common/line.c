// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of JSON out of and into a stream.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

/* Requests, replies and events are flat; hostile nesting ends here. */
#define LINE_DEPTH	8

int line_append(struct line_buffer *buf, const void *data, size_t len,
		size_t max)
{
	size_t size = buf->size ? buf->size : 1024;
	char *more;

	if (len > max || buf->len > max - len)
		return -ENOBUFS;
	while (size < buf->len + len)
		size *= 2;
	if (size != buf->size) {
		more = realloc(buf->data, size);
		if (!more)
			return -ENOMEM;
		buf->data = more;
		buf->size = size;
	}
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	return 0;
}

int line_append_json(struct line_buffer *buf, struct json_object *object,
		     size_t max)
{
	const char *text;
	size_t len;
	int ret;

	text = json_object_to_json_string_length(object,
						 JSON_C_TO_STRING_PLAIN, &len);
	if (!text)
		return -ENOMEM;
	ret = line_append(buf, text, len, max);
	return ret ? ret : line_append(buf, "\n", 1, max + 1);
}

void line_consume(struct line_buffer *buf, size_t len)
{
	buf->len -= len;
	memmove(buf->data, buf->data + len, buf->len);
}

int line_take_json(struct line_buffer *buf, struct json_object **object)
{
	struct json_tokener *tok;
	char *newline;
	size_t len;

	newline = buf->len ? memchr(buf->data, '\n', buf->len) : NULL;
	if (!newline)
		return 0;
	len = newline - buf->data;
	*object = NULL;
	tok = json_tokener_new_ex(LINE_DEPTH);
	if (tok) {
		/* With the newline, so that a bare number would end too. */
		*object = json_tokener_parse_ex(tok, buf->data, len + 1);
		if (json_tokener_get_error(tok) != json_tokener_success ||
		    json_tokener_get_parse_end(tok) < len) {
			json_object_put(*object);
			*object = NULL;
		}
		json_tokener_free(tok);
	}
	line_consume(buf, len + 1);
	if (json_object_is_type(*object, json_type_object))
		return 1;
	json_object_put(*object);
	*object = NULL;
	return -EPROTO;
}

void line_free(struct line_buffer *buf)
{
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

void line_set_result(struct json_object *reply, int err, const char *text)
{
	json_object_object_add(reply, "ok", json_object_new_boolean(!err));
	if (!err)
		return;
	/* The request's own words are better than the number's. */
	if (text || !json_object_object_get_ex(reply, "error", NULL))
		json_object_object_add(reply, "error",
			json_object_new_string(text ? text : strerror(-err)));
	json_object_object_add(reply, "errno", json_object_new_int(-err));
}
