/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A buffer between a stream and lines of JSON, for both ends of the control
 * protocol.
 */
#ifndef PART_LINE_H
#define PART_LINE_H

#include <json-c/json.h>
#include <stddef.h>

struct line_buffer {
	char *data;
	size_t len;
	size_t size;
};

/* Append; -ENOBUFS when there would be more than @max, -ENOMEM. */
int line_append(struct line_buffer *buf, const void *data, size_t len,
		size_t max);

/* Append an object and a newline. */
int line_append_json(struct line_buffer *buf, struct json_object *object,
		     size_t max);

/* Drop bytes at the front. */
void line_consume(struct line_buffer *buf, size_t len);

/*
 * Take the first line as an object: 1 and an object to be put; 0: no whole
 * line yet; -EPROTO: a line (now gone) that is no object.
 */
int line_take_json(struct line_buffer *buf, struct json_object **object);

void line_free(struct line_buffer *buf);

/* {"ok":false,"error":TEXT,"errno":N} or {"ok":true} into @reply. */
void line_set_result(struct json_object *reply, int err, const char *text);

#endif /* PART_LINE_H */
