// SPDX-License-Identifier: GPL-2.0
/* UTF-16, requests and answers of KVP, and its queue. */
#include <errno.h>
#include <string.h>

#include "hooks.h"
#include "ic_child.h"
#include "test.h"

static const struct ic_version v3 = { 3, 0 }, v4 = { 4, 0 };

/* --- text ---------------------------------------------------------------- */

static bool reads(const void *in, size_t size, const char *want)
{
	char *out = malloc(UTF8_MAX(size)), *odd = malloc(size + 1);
	size_t len;
	bool same;

	/* Where no 16-bit number may begin; and the sanitizer guards the end. */
	memcpy(odd + 1, in, size);
	len = utf16_to_utf8(out, odd + 1, size);
	same = len == strlen(want) && !strcmp(out, want);
	free(out);
	free(odd);
	return same;
}

static void utf16_read(void)
{
	const uint16_t text[] = { 'a', 0xE9, 0x20AC, 0xD83D, 0xDE00, 0, 'x' };
	const uint16_t high[] = { 0xD83D, 'a', 0xD83D };
	const uint16_t low[] = { 0xDE00, 0xD83D, 0xD83D, 0xDE00 };
	const uint16_t most[] = { 0xFFFF, 0xFFFF, 0xDBFF, 0xDFFF };

	CHECK(reads(text, sizeof(text), "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
	CHECK(reads(text, 4, "a\xC3\xA9"));	/* no zero at the end */
	CHECK(reads(text, 5, "a\xC3\xA9"));
	CHECK(reads(text, 1, ""));
	CHECK(reads(text, 0, ""));
	CHECK(reads(high, sizeof(high), "\xEF\xBF\xBD" "a\xEF\xBF\xBD"));
	CHECK(reads(low, sizeof(low), "\xEF\xBF\xBD\xEF\xBF\xBD\xF0\x9F\x98\x80"));
	CHECK(reads(most, sizeof(most),
		    "\xEF\xBF\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF"));
}

static void utf16_written(void)
{
	static const char *const bad[] = {
		"\x80", "\xC3", "a\xC3(", "\xE2\x82", "\xF0\x9F\x98", "\xFF",
		"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80",	/* too long */
		"\xED\xA0\x80", "\xED\xBF\xBF",			/* surrogates */
		"\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
	};
	const uint16_t want[] = { 'a', 0xE9, 0x20AC, 0xD83D, 0xDE00, 0 };
	uint16_t out[6];
	size_t i;

	CHECK_EQ(utf16_from_utf8(out, sizeof(out),
			"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 12);
	CHECK(!memcmp(out, want, 12));
	CHECK_EQ(utf16_from_utf8(out, 2, ""), 2);
	CHECK_EQ(utf16_from_utf8(out, 1, ""), -E2BIG);
	CHECK_EQ(utf16_from_utf8(out, 11,
			"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), -E2BIG);
	CHECK_EQ(utf16_from_utf8(out, 12, "abcde"), 12);
	CHECK_EQ(utf16_from_utf8(out, 12, "abcdef"), -E2BIG);
	CHECK_EQ(utf16_from_utf8(out, 2, "abcdef\xFF"), -EILSEQ);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(utf16_from_utf8(out, sizeof(out), bad[i]), -EILSEQ);
}

/* --- messages ------------------------------------------------------------ */

static struct ic_kvp_value item_of(const char *key, const char *value)
{
	struct ic_kvp_value v;

	memset(&v, 0, sizeof(v));
	v.type = IC_KVP_STRING;
	v.key_size = (uint32_t)utf16_from_utf8(v.key, sizeof(v.key), key);
	v.value_size = (uint32_t)utf16_from_utf8(v.value, sizeof(v.value),
						 value);
	return v;
}

static void kvp_written(void)
{
	struct ic_kvp m;
	char big[1025];

	memset(big, 'x', sizeof(big));
	big[1024] = 0;
	CHECK_EQ(kvp_write(&m, IC_KVP_SET, 0, 0, "key", "v"), 0);
	CHECK_EQ(m.operation, IC_KVP_SET);
	CHECK_EQ(m.u.item.key_size, 8);
	CHECK_EQ(m.u.item.value_size, 4);
	CHECK_EQ(m.u.item.type, IC_KVP_STRING);
	CHECK_EQ(kvp_write(&m, IC_KVP_SET, 0, 0, "key", ""), 0);
	CHECK_EQ(kvp_write(&m, IC_KVP_SET, 0, 0, "key", big), -E2BIG);
	big[1023] = 0;
	CHECK_EQ(kvp_write(&m, IC_KVP_SET, 0, 0, "key", big), 0);
	CHECK_EQ(kvp_write(&m, IC_KVP_DELETE, 0, 0, big + 767, ""), -E2BIG);
	CHECK_EQ(kvp_write(&m, IC_KVP_DELETE, 0, 0, big + 768, ""), 0);
	CHECK_EQ(kvp_write(&m, IC_KVP_SET, 0, 0, "", ""), -EINVAL);
	CHECK_EQ(kvp_write(&m, IC_KVP_DELETE, 0, 0, "", ""), -EINVAL);
	CHECK_EQ(kvp_write(&m, IC_KVP_DELETE, 0, 0, "k", ""), 0);
	CHECK_EQ(m.u.gone.key_size, 4);
	CHECK_EQ(kvp_write(&m, IC_KVP_ENUMERATE, 2, 7, "", ""), 0);
	CHECK_EQ(m.u.at.index, 7);
	CHECK_EQ(m.pool, 2);
	CHECK_EQ(kvp_write(&m, IC_KVP_GET, 0, 0, "k", ""), -EINVAL);
}

static bool read_back(const struct ic_kvp_value *v, uint32_t size,
		      struct kvp_item *item)
{
	uint8_t *raw = malloc(8 + sizeof(*v));
	bool ok;

	memset(raw, 0, 8);
	memcpy(raw + 8, v, sizeof(*v));
	raw = realloc(raw, size);
	ok = kvp_read(item, raw, size);
	free(raw);
	return ok;
}

static void kvp_answers(void)
{
	struct ic_kvp_value v = item_of("key", "value");
	const uint32_t whole = 8 + sizeof(v);
	struct kvp_item item;
	const uint64_t number = 0x123456789ULL;

	CHECK(read_back(&v, whole, &item));
	CHECK(!strcmp(item.key, "key") && !strcmp(item.value, "value"));
	CHECK(!read_back(&v, whole - 1, &item));
	CHECK(!read_back(&v, 8, &item));
	CHECK(!kvp_read(&item, &v, sizeof(v)));

	v.key_size = IC_KVP_KEY_SIZE + 1;
	CHECK(!read_back(&v, whole, &item));
	v.key_size = 0xFFFFFFFF;
	CHECK(!read_back(&v, whole, &item));
	/* All full, and no zero anywhere. */
	memset(v.key, 'x', sizeof(v.key));
	memset(v.value, 'x', sizeof(v.value));
	v.key_size = sizeof(v.key);
	v.value_size = sizeof(v.value);
	CHECK(read_back(&v, whole, &item));
	CHECK_EQ(strlen(item.key), 256 * 3);
	CHECK_EQ(strlen(item.value), 1024 * 3);
	v.value_size = IC_KVP_VALUE_SIZE + 1;
	CHECK(!read_back(&v, whole, &item));
	v.value_size = 0;
	CHECK(read_back(&v, whole, &item));
	CHECK(!*item.value);

	memcpy(v.value, &number, 8);
	v.type = IC_KVP_U32;
	CHECK(read_back(&v, whole, &item));
	CHECK(!strcmp(item.value, "591751049"));
	v.type = IC_KVP_U64;
	CHECK(read_back(&v, whole, &item));
	CHECK(!strcmp(item.value, "4886718345"));
	v.type = 7;
	CHECK(!read_back(&v, whole, &item));
}

static bool wrote_mac(const char *mac, const char *want)
{
	struct ic_kvp_addresses m;
	char text[UTF8_MAX(IC_KVP_ADAPTER_SIZE)];

	if (kvp_write_addresses(&m, mac))
		return false;
	utf16_to_utf8(text, m.adapter, sizeof(m.adapter));
	return m.operation == IC_KVP_GET_ADDRESSES && !m.pool &&
	       !strcmp(text, want);
}

static void kvp_cards(void)
{
	static const char *const bad[] = {
		"", "0", "00:15:5d:01:02", "00:15:5d:01:02:0",
		"00:15:5d:01:02:0g", "00:15:5d:01:02:03:", "00:15:5d:01:02:03 ",
		"00.15.5d.01.02.03", "0015:5d:01:02:03:", "eth0",
		"\xFF\xFF:15:5d:01:02:03",
	};
	struct ic_kvp_addresses m;
	size_t i;

	CHECK(wrote_mac("00:15:5D:01:02:03", "00:15:5D:01:02:03"));
	CHECK(wrote_mac("ab-cd-ef-01-23-45", "AB:CD:EF:01:23:45"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(kvp_write_addresses(&m, bad[i]), -EINVAL);
}

static void kvp_card_answers(void)
{
	static struct ic_kvp_addresses m;
	struct kvp_addresses a;
	uint8_t *raw;

	utf16_from_utf8(m.address, sizeof(m.address), "10.9.8.7;fe80::1");
	utf16_from_utf8(m.mask, sizeof(m.mask), "255.0.0.0;/64");
	m.dhcp = 255;
	/* No zero anywhere. */
	memset(m.gateway, 0xFF, sizeof(m.gateway));
	memset(m.dns, 0xD8, sizeof(m.dns));
	raw = malloc(sizeof(m));
	memcpy(raw, &m, sizeof(m));
	CHECK(kvp_read_addresses(&a, raw, sizeof(m)));
	CHECK(!strcmp(a.address, "10.9.8.7;fe80::1"));
	CHECK(!strcmp(a.mask, "255.0.0.0;/64"));
	CHECK_EQ(strlen(a.gateway), 3 * IC_KVP_GATEWAY_SIZE / 2);
	CHECK_EQ(strlen(a.dns), 3 * IC_KVP_ADDRESS_SIZE / 2);
	CHECK(a.dhcp);
	raw = realloc(raw, sizeof(m) - 1);
	CHECK(!kvp_read_addresses(&a, raw, sizeof(m) - 1));
	CHECK(!kvp_read_addresses(&a, raw, 0));
	free(raw);
}

/* --- the provider -------------------------------------------------------- */

static int ask(struct ic_child *c, const char *op, const char *pool,
	       const char *key, const char *value)
{
	struct json_object *request = json_object_new_object();
	struct json_object *reply = json_object_new_object();
	const char *const members[] = { "op", op, "pool", pool, "key", key,
					"value", value };
	unsigned int i;
	int ret;

	for (i = 0; i < 8; i += 2) {
		if (members[i + 1])
			json_object_object_add(request, members[i],
				json_object_new_string(members[i + 1]));
	}
	ret = kvp_vsp.request(c->g, "kvp", request, reply);
	CHECK(ret || json_object_object_get_ex(reply, "id", NULL));
	json_object_put(request);
	json_object_put(reply);
	return ret;
}

/* The last event has @member, as that text. */
static bool event_has(const char *member, const char *text)
{
	struct json_object *value;

	return test_event &&
	       json_object_object_get_ex(test_event, member, &value) &&
	       !strcmp(json_object_get_string(value), text);
}

/* Answers what was read with an item, or with a status. */
static void give(struct ic_child *c, const char *key, const char *value)
{
	struct ic_kvp *m = (struct ic_kvp *)c->data;

	m->u.at.item = item_of(key, value);
	ic_child_answer(c, 0, m, sizeof(*m));
}

static void deny(struct ic_child *c, uint32_t status)
{
	ic_child_answer(c, status, c->data, sizeof(struct ic_kvp));
}

static const struct ic_kvp *request_of(struct ic_child *c, uint8_t operation)
{
	const struct ic_kvp *m = (const struct ic_kvp *)c->data;

	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.type, IC_KVP);
	CHECK_EQ(c->h.size, sizeof(*m));
	CHECK_EQ(m->operation, operation);
	return m;
}

/* The daemon is there and has said two things about its guest. */
static struct ic_child *with_kvp(void)
{
	struct ic_child *c = ic_child_new(&kvp_vsp);
	const struct ic_kvp *m;

	CHECK_EQ(ask(c, "list", NULL, NULL, NULL), -EOPNOTSUPP);
	ic_child_open(c);
	/* A minute later. */
	test_clock_ms += 60000;
	CHECK_EQ(ask(c, "list", NULL, NULL, NULL), -EOPNOTSUPP);
	ic_child_choose(c, v3, v4);
	m = request_of(c, IC_KVP_ENUMERATE);
	CHECK_EQ(m->pool, IC_KVP_POOL_AUTO);
	CHECK_EQ(m->u.at.index, 0);
	give(c, "OSName", "Debian");
	CHECK_EQ(request_of(c, IC_KVP_ENUMERATE)->u.at.index, 1);
	CHECK(!info_says(c->g, &kvp_vsp, "guest", "OSName", "Debian"));
	give(c, "OSVersion", "13");
	CHECK_EQ(request_of(c, IC_KVP_ENUMERATE)->u.at.index, 2);
	deny(c, IC_STATUS_NO_MORE);
	CHECK(info_says(c->g, &kvp_vsp, "guest", "OSName", "Debian"));
	CHECK(info_says(c->g, &kvp_vsp, "guest", "OSVersion", "13"));
	CHECK(!ic_child_read(c));
	CHECK_EQ(test_events, 0);
	return c;
}

static void done(struct ic_child *c)
{
	ic_child_free(c, &kvp_vsp);
	json_object_put(test_event);
	test_event = NULL;
}

static void kvp_facts(void)
{
	struct ic_child *c = with_kvp();

	kvp_vsp.timer(c->g);
	request_of(c, IC_KVP_ENUMERATE);
	deny(c, IC_STATUS_FAILED);		/* the daemon has died */
	CHECK(!info_says(c->g, &kvp_vsp, "guest", "OSName", "Debian"));
	kvp_vsp.timer(c->g);
	request_of(c, IC_KVP_ENUMERATE);
	give(c, "OSName", "other");
	request_of(c, IC_KVP_ENUMERATE);
	deny(c, IC_STATUS_NO_MORE);
	CHECK(info_says(c->g, &kvp_vsp, "guest", "OSName", "other"));
	CHECK(!info_says(c->g, &kvp_vsp, "guest", "OSVersion", "13"));
	ic_child_close(c);
	CHECK(!info_says(c->g, &kvp_vsp, "guest", "OSName", "other"));
	CHECK_EQ(test_events, 0);
	done(c);
}

static void kvp_requests(void)
{
	struct ic_child *c = with_kvp();
	const struct ic_kvp *m;

	/* Linux does not give values by GET: look through the pool. */
	CHECK_EQ(ask(c, "get", NULL, "key", NULL), 0);
	CHECK_EQ(request_of(c, IC_KVP_ENUMERATE)->pool, IC_KVP_POOL_EXTERNAL);
	give(c, "kex", "other");
	CHECK_EQ(request_of(c, IC_KVP_ENUMERATE)->u.at.index, 1);
	CHECK_EQ(test_events, 0);
	give(c, "key", "value");
	CHECK(event_has("ok", "true") && event_has("value", "value"));
	CHECK(!event_has("items", "{ }"));
	CHECK_EQ(ask(c, "get", "guest", "none", NULL), 0);
	CHECK_EQ(request_of(c, IC_KVP_ENUMERATE)->pool, IC_KVP_POOL_GUEST);
	deny(c, IC_STATUS_NO_MORE);
	CHECK(event_has("ok", "false") && event_has("errno", "2"));
	CHECK_EQ(ask(c, "get", "auto", "none", NULL), 0);
	CHECK_EQ(request_of(c, IC_KVP_ENUMERATE)->pool, IC_KVP_POOL_AUTO);
	deny(c, IC_STATUS_FAILED);
	CHECK(event_has("errno", "5"));
	CHECK_EQ(ask(c, "set", NULL, "k", "v"), 0);
	m = request_of(c, IC_KVP_SET);
	CHECK_EQ(m->u.item.value_size, 4);
	give(c, "k", "v");
	CHECK(event_has("ok", "true") && !event_has("value", "v"));
	CHECK_EQ(ask(c, "delete", NULL, "k", NULL), 0);
	request_of(c, IC_KVP_DELETE);
	deny(c, IC_STATUS_NO_MORE);
	CHECK(event_has("errno", "2"));
	CHECK_EQ(ask(c, "list", "guest", NULL, NULL), 0);
	CHECK_EQ(request_of(c, IC_KVP_ENUMERATE)->pool, IC_KVP_POOL_GUEST);
	deny(c, IC_STATUS_NO_MORE);
	CHECK(event_has("ok", "true") && event_has("items", "{ }"));
	CHECK_EQ(test_events, 6);
	CHECK(!ic_child_read(c));
	done(c);
}

static void kvp_refusals(void)
{
	struct ic_child *c = with_kvp();
	char big[1025];
	int i;

	memset(big, 'x', sizeof(big));
	big[1024] = 0;
	CHECK_EQ(ask(c, NULL, NULL, "k", NULL), -EINVAL);
	CHECK_EQ(ask(c, "put", NULL, "k", NULL), -EINVAL);
	CHECK_EQ(ask(c, "get", "pool", "k", NULL), -EINVAL);
	CHECK_EQ(ask(c, "get", NULL, NULL, NULL), -EINVAL);
	CHECK_EQ(ask(c, "get", NULL, "", NULL), -EINVAL);
	CHECK_EQ(ask(c, "set", NULL, "k", NULL), -EINVAL);
	CHECK_EQ(ask(c, "set", "guest", "k", "v"), -EPERM);
	CHECK_EQ(ask(c, "delete", "auto", "k", NULL), -EPERM);
	CHECK_EQ(ask(c, "set", NULL, "k", big), -E2BIG);
	CHECK_EQ(ask(c, "set", NULL, "k\xFF", "v"), -EILSEQ);
	CHECK(!ic_child_read(c));
	for (i = 0; i < KVP_JOBS; i++)
		CHECK_EQ(ask(c, "get", NULL, "k", NULL), 0);
	CHECK_EQ(ask(c, "get", NULL, "k", NULL), -EBUSY);
	/* One after the other. */
	request_of(c, IC_KVP_ENUMERATE);
	CHECK(!ic_child_read(c));
	give(c, "k", "v");
	request_of(c, IC_KVP_ENUMERATE);
	CHECK_EQ(test_events, 1);
	/* The driver goes: each of them is told. */
	ic_child_close(c);
	CHECK_EQ(test_events, KVP_JOBS);
	CHECK(event_has("errno", "32"));
	CHECK_EQ(ask(c, "get", NULL, "k", NULL), -EOPNOTSUPP);
	done(c);
}

static void kvp_asks_for_addresses(void)
{
	struct ic_child *c = with_kvp();
	struct ic_kvp_addresses *m = (struct ic_kvp_addresses *)c->data;
	struct json_object *items;

	CHECK_EQ(ask(c, "ip", NULL, NULL, NULL), -EINVAL);
	CHECK_EQ(ask(c, "ip", NULL, "eth0", NULL), -EINVAL);
	CHECK(!ic_child_read(c));
	CHECK_EQ(ask(c, "ip", NULL, "00-15-5d-01-02-03", NULL), 0);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.size, sizeof(*m));
	CHECK_EQ(m->operation, IC_KVP_GET_ADDRESSES);
	utf16_from_utf8(m->address, sizeof(m->address), "10.9.8.7");
	ic_child_answer(c, 0, m, sizeof(*m));
	CHECK(event_has("ok", "true"));
	CHECK(json_object_object_get_ex(test_event, "items", &items));
	CHECK(!strcmp(json_object_get_string(json_object_object_get(items,
						"addresses")), "10.9.8.7"));
	CHECK(!strcmp(json_object_get_string(json_object_object_get(items,
						"dhcp")), "no"));
	/* No such card; it refuses; it says less than it should. */
	CHECK_EQ(ask(c, "ip", NULL, "00:15:5D:01:02:04", NULL), 0);
	CHECK(ic_child_read(c));
	ic_child_answer(c, IC_STATUS_NO_MORE, m, sizeof(*m));
	CHECK(event_has("errno", "2") && !event_has("items", "{ }"));
	CHECK_EQ(ask(c, "ip", NULL, "00:15:5D:01:02:04", NULL), 0);
	CHECK(ic_child_read(c));
	ic_child_answer(c, IC_STATUS_FAILED, m, sizeof(*m));
	CHECK(event_has("errno", "5"));
	CHECK_EQ(ask(c, "ip", NULL, "00:15:5D:01:02:04", NULL), 0);
	CHECK(ic_child_read(c));
	ic_child_answer(c, 0, m, sizeof(*m) - 1);
	CHECK(event_has("errno", "5"));
	/* What comes next is asked as ever. */
	CHECK_EQ(ask(c, "get", NULL, "k", NULL), 0);
	request_of(c, IC_KVP_ENUMERATE);
	give(c, "k", "v");
	CHECK(event_has("value", "v"));
	CHECK_EQ(test_events, 5);
	done(c);
}

static void kvp_silence(void)
{
	struct ic_child *c = with_kvp();

	CHECK_EQ(ask(c, "get", NULL, "k", NULL), 0);
	CHECK_EQ(ask(c, "set", NULL, "k", "v"), 0);
	request_of(c, IC_KVP_ENUMERATE);
	kvp_vsp.timer(c->g);
	CHECK(event_has("errno", "110"));
	give(c, "k", "late");
	CHECK_EQ(test_events, 1);
	CHECK_EQ(c->g->kvp.ic.strays, 1);
	request_of(c, IC_KVP_SET);
	give(c, "k", "v");
	CHECK(event_has("ok", "true"));
	done(c);
}

/* A list has an end, whatever the guest says; nonsense in it is left out. */
static void kvp_endless(void)
{
	struct ic_child *c = with_kvp();
	struct json_object *items;
	struct ic_kvp *m = (struct ic_kvp *)c->data;
	char key[16], value[801];
	unsigned int i;

	memset(value, 'x', 800);
	value[800] = 0;
	CHECK_EQ(ask(c, "list", NULL, NULL, NULL), 0);
	for (i = 0; !test_events; i++) {
		request_of(c, IC_KVP_ENUMERATE);
		CHECK_EQ(m->u.at.index, i);
		if (i % 4 == 1) {
			m->u.at.item = item_of("bad", "bad");
			m->u.at.item.key_size = 1000;
			ic_child_answer(c, 0, m, sizeof(*m));
		} else if (i % 4 == 3) {
			ic_child_answer(c, 0, m, 20);
		} else {
			snprintf(key, sizeof(key), "k%u", i);
			give(c, key, "v");
		}
	}
	CHECK_EQ(i, KVP_ITEMS_MAX);
	CHECK(json_object_object_get_ex(test_event, "items", &items));
	CHECK_EQ((unsigned int)json_object_object_length(items),
		 KVP_ITEMS_MAX / 2);
	/* One who looks for a key does not look for ever, either. */
	CHECK_EQ(ask(c, "get", NULL, "none", NULL), 0);
	for (i = 0; test_events == 1; i++) {
		request_of(c, IC_KVP_ENUMERATE);
		give(c, "k", value);
	}
	CHECK_EQ(i, KVP_ITEMS_MAX);
	CHECK(event_has("errno", "2"));
	CHECK_EQ(ask(c, "list", NULL, NULL, NULL), 0);
	for (i = 0; test_events == 2; i++) {
		request_of(c, IC_KVP_ENUMERATE);
		snprintf(key, sizeof(key), "k%u", i);
		give(c, key, value);
	}
	CHECK(i < KVP_ITEMS_MAX && i > 100);
	done(c);
}

const struct test kvp_tests[] = {
	TEST(utf16_read), TEST(utf16_written), TEST(kvp_written),
	TEST(kvp_answers), TEST(kvp_facts), TEST(kvp_requests),
	TEST(kvp_refusals), TEST(kvp_cards), TEST(kvp_card_answers),
	TEST(kvp_asks_for_addresses), TEST(kvp_silence), TEST(kvp_endless), TESTS_END
};
