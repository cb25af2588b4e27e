// SPDX-License-Identifier: GPL-2.0
/*
 * kvp: pairs of a key and a value that the guest's daemon keeps, and what
 * addresses a network card of the guest has.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control.h"
#include "partctl.h"

/* The guest's driver gives its daemon 30 s, and several may ask at once. */
#define ANSWER_MS	60000

struct kvp {
	const char *op;
	const char *name;
	const char *key;
	const char *value;
	const char *pool;
	bool json;
};

enum { OPT_POOL, OPT_JSON };

static const struct option long_options[] = {
	{ "pool", required_argument, NULL, OPT_POOL },
	{ "json", no_argument, NULL, OPT_JSON },
	{ NULL, 0, NULL, 0 },
};

static bool known_pool(const char *pool)
{
	return !strcmp(pool, "external") || !strcmp(pool, "guest") ||
	       !strcmp(pool, "auto");
}

/* Operation, name and what it needs; else NULL was given too little or much. */
static bool parse_words(int n, char **words, struct kvp *k)
{
	int wanted;

	if (n < 2)
		return false;
	/* The key of "ip" is a network card's address. */
	k->op = words[0];
	k->name = words[1];
	if (!strcmp(k->op, "list"))
		wanted = 2;
	else if (!strcmp(k->op, "get") || !strcmp(k->op, "delete") ||
		 !strcmp(k->op, "ip"))
		wanted = 3;
	else if (!strcmp(k->op, "set"))
		wanted = 4;
	else
		return false;
	k->key = n > 2 ? words[2] : NULL;
	k->value = n > 3 ? words[3] : NULL;
	return n == wanted;
}

static int parse(int argc, char **argv, struct kvp *k)
{
	int option;

	*k = (struct kvp){ .pool = NULL };
	while ((option = getopt_long(argc, argv, "", long_options,
				     NULL)) != -1) {
		switch (option) {
		case OPT_POOL:
			k->pool = optarg;
			if (known_pool(optarg))
				break;
			complain("--pool: %s: external, guest or auto", optarg);
			return EXIT_USAGE;
		case OPT_JSON:
			k->json = true;
			break;
		default:
			return usage("kvp");
		}
	}
	if (optind < argc && !strcmp(argv[optind], "set-ip")) {
		complain("kvp set-ip is not implemented: a guest's addresses can only be read");
		return EXIT_NOT_SUPPORTED;
	}
	if (!parse_words(argc - optind, argv + optind, k) ||
	    (k->pool && !strcmp(k->op, "ip")))
		return usage("kvp");
	return EXIT_OK;
}

static void put(struct json_object *o, const char *name, const char *text)
{
	if (text)
		json_object_object_add(o, name, json_object_new_string(text));
}

static int send_request(const struct kvp *k, struct control_client *client,
			unsigned long long *id)
{
	struct json_object *args = json_object_new_object();
	struct json_object *reply;
	int ret;

	put(args, "op", k->op);
	put(args, "pool", k->pool);
	put(args, "key", k->key);
	put(args, "value", k->value);
	ret = control_call(client, "kvp", args, &reply);
	json_object_put(args);
	if (ret)
		return partition_refused(k->name, reply, ret);
	*id = json_number(reply, "id");
	json_object_put(reply);
	return EXIT_OK;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* The event with our number; EXIT_OK or complains. */
static int wait_answer(const struct kvp *k, struct control_client *client,
		       unsigned long long id, struct json_object **answer)
{
	long long end = now_ms() + ANSWER_MS;
	int ret;

	for (;;) {
		long long left = end - now_ms();

		ret = control_event(client, left > 0 ? (int)left : 0, answer);
		if (ret == -EINTR)
			continue;
		if (ret == -EAGAIN) {
			complain("%s: no answer within %d s", k->name,
				 ANSWER_MS / 1000);
			return EXIT_TIMEOUT;
		}
		if (ret)
			return partition_refused(k->name, NULL, ret);
		if (!strcmp(json_text(*answer, "event", ""), "kvp") &&
		    json_number(*answer, "id") == id)
			return EXIT_OK;
		json_object_put(*answer);
	}
}

static void print_items(struct json_object *items)
{
	json_object_object_foreach(items, key, value)
		print_pair(key, json_object_get_string(value), "");
}

static int failed(const struct kvp *k, struct json_object *answer)
{
	int err = (int)json_number(answer, "errno");

	complain("%s: %s", k->name, json_text(answer, "error", "it failed"));
	return err == ETIMEDOUT ? EXIT_TIMEOUT : exit_code(-err);
}

static int show(const struct kvp *k, struct json_object *answer)
{
	struct json_object *value;

	if (!json_object_object_get_ex(answer, "ok", &value) ||
	    !json_object_get_boolean(value))
		return failed(k, answer);
	/* One of the two, or none. */
	if (!json_object_object_get_ex(answer, "items", &value) &&
	    !json_object_object_get_ex(answer, "value", &value))
		return EXIT_OK;
	if (k->json)
		return print_json(json_object_get(value));
	if (json_object_is_type(value, json_type_object))
		print_items(value);
	else
		print_untrusted(json_object_get_string(value), "");
	return EXIT_OK;
}

int cmd_kvp(int argc, char **argv)
{
	struct control_client *client;
	struct json_object *answer;
	char dir[RUNDIR_PATH_MAX];
	unsigned long long id = 0;
	struct kvp k;
	int ret = parse(argc, argv, &k);

	if (ret)
		return ret;
	ret = partition_connect(k.name, dir, &client);
	if (ret)
		return ret;
	/* Before the request, or the answer may be missed. */
	ret = partition_ask(client, k.name, "watch", NULL);
	if (!ret)
		ret = send_request(&k, client, &id);
	if (!ret)
		ret = wait_answer(&k, client, id, &answer);
	if (!ret) {
		ret = show(&k, answer);
		json_object_put(answer);
	}
	control_disconnect(client);
	return ret;
}
