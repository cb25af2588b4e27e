/* SPDX-License-Identifier: GPL-2.0 */
/* Requests and answers of the key-value component, as text. */
#ifndef PARTWP_KVP_MESSAGE_H
#define PARTWP_KVP_MESSAGE_H

#include <stdbool.h>

#include <hvpart/ic.h>

#include "utf16.h"

struct kvp_item {
	char key[UTF8_MAX(IC_KVP_KEY_SIZE)];
	char value[UTF8_MAX(IC_KVP_VALUE_SIZE)];
};

/**
 * kvp_write() - make a request
 * @m: filled in, all of it
 * @operation: IC_KVP_SET, _DELETE or _ENUMERATE
 * @pool: IC_KVP_POOL_*
 * @index: ENUMERATE: which
 * @key: UTF-8, but for ENUMERATE
 * @value: SET: UTF-8
 *
 * Return: 0; -EINVAL: an empty key or another operation; -EILSEQ: not UTF-8;
 * -E2BIG: too long.
 */
int kvp_write(struct ic_kvp *m, __u8 operation, __u8 pool, __u32 index,
	      const char *key, const char *value);

/**
 * kvp_read() - take the answer to ENUMERATE apart
 * @item: filled in
 * @data: the answer; need not be aligned
 * @size: bytes that there are
 *
 * Return: false: too short, a length beyond its field, or a type that is not
 * known.
 */
bool kvp_read(struct kvp_item *item, const void *data, __u32 size);

#endif
