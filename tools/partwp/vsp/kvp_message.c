// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kvp_message.h"

static int write_key(__u8 *to, __u32 *size, const char *key)
{
	int ret = utf16_from_utf8(to, IC_KVP_KEY_SIZE, key);

	if (ret < 0)
		return ret;
	*size = (__u32)ret;
	return *key ? 0 : -EINVAL;
}

static int write_value(struct ic_kvp_value *item, const char *value)
{
	int ret = utf16_from_utf8(item->value, IC_KVP_VALUE_SIZE, value);

	if (ret < 0)
		return ret;
	item->type = IC_KVP_STRING;
	item->value_size = (__u32)ret;
	return 0;
}

int kvp_write(struct ic_kvp *m, __u8 operation, __u8 pool, __u32 index,
	      const char *key, const char *value)
{
	int ret;

	memset(m, 0, sizeof(*m));
	m->operation = operation;
	m->pool = pool;
	switch (operation) {
	case IC_KVP_ENUMERATE:
		m->u.at.index = index;
		return 0;
	case IC_KVP_DELETE:
		return write_key(m->u.gone.key, &m->u.gone.key_size, key);
	case IC_KVP_SET:
		ret = write_key(m->u.item.key, &m->u.item.key_size, key);
		return ret ? ret : write_value(&m->u.item, value);
	default:
		return -EINVAL;
	}
}

static bool read_value(char *out, size_t max, const struct ic_kvp_value *item)
{
	__u64 number = 0;

	switch (item->type) {
	case IC_KVP_STRING:
		utf16_to_utf8(out, item->value, item->value_size);
		return true;
	case IC_KVP_U32:
		memcpy(&number, item->value, 4);
		break;
	case IC_KVP_U64:
		memcpy(&number, item->value, 8);
		break;
	default:
		return false;
	}
	snprintf(out, max, "%llu", (unsigned long long)number);
	return true;
}

bool kvp_read(struct kvp_item *item, const void *data, __u32 size)
{
	struct ic_kvp answer;

	if (size < sizeof(answer))
		return false;
	memcpy(&answer, data, sizeof(answer));
	if (answer.u.at.item.key_size > IC_KVP_KEY_SIZE ||
	    answer.u.at.item.value_size > IC_KVP_VALUE_SIZE)
		return false;
	utf16_to_utf8(item->key, answer.u.at.item.key,
		      answer.u.at.item.key_size);
	return read_value(item->value, sizeof(item->value),
			  &answer.u.at.item);
}

#define MAC_BYTES	6

/* As Linux's daemon compares it: capitals, colons. */
static bool read_mac(char out[3 * MAC_BYTES], const char *mac)
{
	unsigned int i;

	for (i = 0; i < 3 * MAC_BYTES - 1; i++) {
		unsigned char c = (unsigned char)mac[i];

		if (i % 3 == 2 ? c != ':' && c != '-' : !isxdigit(c))
			return false;
		out[i] = (char)(i % 3 == 2 ? ':' : toupper(c));
	}
	out[i] = 0;
	return !mac[i];
}

int kvp_write_addresses(struct ic_kvp_addresses *m, const char *mac)
{
	char text[3 * MAC_BYTES];

	memset(m, 0, sizeof(*m));
	m->operation = IC_KVP_GET_ADDRESSES;
	if (!read_mac(text, mac))
		return -EINVAL;
	return utf16_from_utf8(m->adapter, sizeof(m->adapter), text) < 0 ?
		-EINVAL : 0;
}

bool kvp_read_addresses(struct kvp_addresses *a, const void *data, __u32 size)
{
	const struct ic_kvp_addresses *m = data;	/* bytes, nothing else */

	if (size < sizeof(*m))
		return false;
	utf16_to_utf8(a->address, m->address, sizeof(m->address));
	utf16_to_utf8(a->mask, m->mask, sizeof(m->mask));
	utf16_to_utf8(a->gateway, m->gateway, sizeof(m->gateway));
	utf16_to_utf8(a->dns, m->dns, sizeof(m->dns));
	a->dhcp = m->dhcp;
	return true;
}
