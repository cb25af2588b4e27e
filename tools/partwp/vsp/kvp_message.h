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

/* What a network card has; each may be several, with ";" between them. */
struct kvp_addresses {
	char address[UTF8_MAX(IC_KVP_ADDRESS_SIZE)];
	char mask[UTF8_MAX(IC_KVP_ADDRESS_SIZE)];
	char gateway[UTF8_MAX(IC_KVP_GATEWAY_SIZE)];
	char dns[UTF8_MAX(IC_KVP_ADDRESS_SIZE)];
	bool dhcp;
};

/**
 * kvp_write_addresses() - ask for the addresses of a network card
 * @m: filled in, all of it
 * @mac: its address, six bytes in hexadecimal with ":" or "-" between them
 *
 * Return: 0; -EINVAL: that is none.
 */
int kvp_write_addresses(struct ic_kvp_addresses *m, const char *mac);

/* Takes the answer apart, as kvp_read() does. False: too short. */
bool kvp_read_addresses(struct kvp_addresses *a, const void *data, __u32 size);

#endif
