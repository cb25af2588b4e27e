// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "guest.h"
#include "kvp.h"
#include "log.h"

static void put_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

/* --- the queue ----------------------------------------------------------- */

static void drop_first(struct kvp *k)
{
	free(k->job[0].key);
	free(k->job[0].value);
	k->nr_jobs--;
	memmove(k->job, k->job + 1, k->nr_jobs * sizeof(k->job[0]));
	json_object_put(k->list);
	k->list = NULL;
	k->index = 0;
	k->bytes = 0;
}

static void begin_first(struct guest *g);

/* Tells whoever has asked. @value and list may be NULL. */
static void tell(struct guest *g, const struct kvp_job *job, int err,
		 const char *text, const char *value)
{
	struct json_object *event = json_object_new_object();

	put_text(event, "event", "kvp");
	json_object_object_add(event, "id", json_object_new_int64(job->id));
	json_object_object_add(event, "ok", json_object_new_boolean(!err));
	if (err) {
		json_object_object_add(event, "errno",
				       json_object_new_int(-err));
		put_text(event, "error", text);
	}
	if (value)
		put_text(event, "value", value);
	if (!err && g->kvp.list)
		json_object_object_add(event, "items",
				       json_object_get(g->kvp.list));
	control_server_event(g->control, event);
	json_object_put(event);
}

/* What nobody says any more is not known any more. */
static void keep_facts(struct kvp *k, int err)
{
	json_object_put(k->facts);
	k->facts = err ? NULL : json_object_get(k->list);
}

/* The first job is over; on to the next one. */
static void finish(struct guest *g, int err, const char *text,
		   const char *value)
{
	struct kvp *k = &g->kvp;

	if (k->job[0].id)
		tell(g, &k->job[0], err, text, value);
	else
		keep_facts(k, err);
	drop_first(k);
}

static int send_first(struct guest *g)
{
	struct kvp *k = &g->kvp;
	const struct kvp_job *job = &k->job[0];
	__u8 operation = job->operation == IC_KVP_GET ? IC_KVP_ENUMERATE :
							job->operation;
	struct ic_kvp_addresses a;
	struct ic_kvp m;
	int ret;

	if (operation == IC_KVP_GET_ADDRESSES) {
		ret = kvp_write_addresses(&a, job->key);
		return ret ? ret : ic_ask(&k->ic, &a, sizeof(a));
	}
	ret = kvp_write(&m, operation, job->pool, k->index, job->key,
			job->value);
	return ret ? ret : ic_ask(&k->ic, &m, sizeof(m));
}

static void begin_first(struct guest *g)
{
	struct kvp *k = &g->kvp;

	while (k->nr_jobs) {
		if (k->job[0].operation == IC_KVP_ENUMERATE && !k->list)
			k->list = json_object_new_object();
		if (!send_first(g)) {
			vsp_set_timer(g, &kvp_vsp, IC_PATIENCE_MS);
			return;
		}
		finish(g, -EIO, "the guest does not read its channel", NULL);
	}
	vsp_set_timer(g, &kvp_vsp, KVP_REFRESH_MS);
}

/* Takes over @key and @value, also on an error. */
static int add_job(struct guest *g, const struct kvp_job *job)
{
	struct kvp *k = &g->kvp;

	if (k->nr_jobs == KVP_JOBS) {
		free(job->key);
		free(job->value);
		return -EBUSY;
	}
	k->job[k->nr_jobs++] = *job;
	if (k->nr_jobs == 1)
		begin_first(g);
	return 0;
}

static void add_refresh(struct guest *g)
{
	const struct kvp_job job = {
		.operation = IC_KVP_ENUMERATE,
		.pool = IC_KVP_POOL_AUTO,
	};

	add_job(g, &job);
}

/* --- the guest's answers ------------------------------------------------- */

/* An item of the list; false: no more of them are wanted. */
static bool listed(struct kvp *k, const struct kvp_item *item)
{
	k->bytes += (__u32)(strlen(item->key) + strlen(item->value));
	if (k->bytes > KVP_BYTES_MAX)
		return false;
	put_text(k->list, item->key, item->value);
	return true;
}

/* An item of the pool that a job goes through. */
static void passed(struct guest *g, const void *data, __u32 size)
{
	struct kvp *k = &g->kvp;
	const struct kvp_job *job = &k->job[0];
	struct kvp_item item;
	bool more = true;

	/* One that cannot be read has no claim to stop the others. */
	if (kvp_read(&item, data, size)) {
		if (job->operation == IC_KVP_ENUMERATE) {
			more = listed(k, &item);
		} else if (!strcmp(item.key, job->key)) {
			finish(g, 0, NULL, item.value);
			return;
		}
	}
	if (!more || ++k->index == KVP_ITEMS_MAX)
		finish(g, k->list ? 0 : -ENOENT, "there is no such key", NULL);
}

static void addressed(struct guest *g, const void *data, __u32 size)
{
	struct kvp *k = &g->kvp;
	struct kvp_addresses a;

	if (!kvp_read_addresses(&a, data, size)) {
		finish(g, -EIO, "the guest's answer is too short", NULL);
		return;
	}
	k->list = json_object_new_object();
	put_text(k->list, "addresses", a.address);
	put_text(k->list, "masks", a.mask);
	put_text(k->list, "gateways", a.gateway);
	put_text(k->list, "dns", a.dns);
	put_text(k->list, "dhcp", a.dhcp ? "yes" : "no");
	finish(g, 0, NULL, NULL);
}

static void answered(struct guest *g, __u32 status, const void *data,
		     __u32 size)
{
	__u8 operation = g->kvp.job[0].operation;
	bool list = operation == IC_KVP_ENUMERATE;

	if (!status && operation == IC_KVP_GET_ADDRESSES)
		addressed(g, data, size);
	else if (!status && (list || operation == IC_KVP_GET))
		passed(g, data, size);
	else if (!status || (list && status == IC_STATUS_NO_MORE))
		finish(g, 0, NULL, NULL);
	else if (status == IC_STATUS_NO_MORE)
		finish(g, -ENOENT, operation == IC_KVP_GET_ADDRESSES ?
		       "there is no such network card" : "there is no such key",
		       NULL);
	else
		finish(g, -EIO, operation == IC_KVP_GET_ADDRESSES ?
		       "the guest refuses, or has no such network card" :
		       "the guest refuses, or has no daemon for it", NULL);
}

static void answer(void *ctx, __u32 status, const void *data, __u32 size)
{
	struct guest *g = ctx;

	if (!g->kvp.nr_jobs)
		return;
	answered(g, status, data, size);
	begin_first(g);
}

static void ready(void *ctx)
{
	add_refresh(ctx);
}

static void timer(struct guest *g)
{
	struct kvp *k = &g->kvp;

	if (!k->nr_jobs) {
		add_refresh(g);
		return;
	}
	ic_forget(&k->ic);
	finish(g, -ETIMEDOUT, "the guest does not answer", NULL);
	begin_first(g);
}

static void forget_all(struct guest *g)
{
	struct kvp *k = &g->kvp;

	while (k->nr_jobs)
		finish(g, -EPIPE, "the guest's driver has gone away", NULL);
	json_object_put(k->facts);
	k->facts = NULL;
	vsp_set_timer(g, &kvp_vsp, 0);
}

static void gone(void *ctx)
{
	forget_all(ctx);
}

static const struct ic_version versions[] = { { 3, 0 }, { 4, 0 } };

static const struct ic_ops component = {
	.name = "kvp",
	.type = IC_KVP,
	.device = { {
		0xe7, 0xf4, 0xa0, 0xa9, 0x45, 0x5a, 0x96, 0x4d,
		0xb8, 0x27, 0x8a, 0x84, 0x1e, 0x8c, 0x03, 0xe6 } },
	.instance = { {
		0x19, 0xf9, 0x2f, 0x24, 0xdb, 0x07, 0x80, 0x41,
		0x9c, 0x2e, 0xb8, 0x6c, 0xb6, 0x8c, 0x8c, 0x55 } },
	.versions = versions,
	.nr_versions = sizeof(versions) / sizeof(versions[0]),
	.ready = ready,
	.answer = answer,
	.gone = gone,
};

static int offer(struct guest *g)
{
	memset(&g->kvp, 0, sizeof(g->kvp));
	return ic_offer(&g->kvp.ic, &component, g, g->vmbus.host);
}

/* --- requests of partctl ------------------------------------------------- */

static int refuse(struct json_object *reply, int err, const char *text)
{
	put_text(reply, "error", text);
	return err;
}

static const char *text_of(struct json_object *request, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(request, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static int operation_of(const char *op)
{
	static const char *const names[] = {
		[IC_KVP_GET] = "get", [IC_KVP_SET] = "set",
		[IC_KVP_DELETE] = "delete", [IC_KVP_ENUMERATE] = "list",
		[IC_KVP_GET_ADDRESSES] = "ip",
	};
	int i;

	for (i = IC_KVP_GET; op && i <= IC_KVP_GET_ADDRESSES; i++) {
		if (!strcmp(op, names[i]))
			return i;
	}
	return -EINVAL;
}

static int pool_of(const char *pool)
{
	if (!pool || !strcmp(pool, "external"))
		return IC_KVP_POOL_EXTERNAL;
	if (!strcmp(pool, "guest"))
		return IC_KVP_POOL_GUEST;
	return strcmp(pool, "auto") ? -EINVAL : IC_KVP_POOL_AUTO;
}

/* What the guest would be sent can be sent. */
static int check_job(const struct kvp_job *job, struct json_object *reply)
{
	bool writes = job->operation == IC_KVP_SET ||
		      job->operation == IC_KVP_DELETE;
	struct ic_kvp_addresses a;
	struct ic_kvp m;

	if (job->operation == IC_KVP_GET_ADDRESSES)
		return kvp_write_addresses(&a, job->key ? job->key : "") ?
			refuse(reply, -EINVAL,
			       "it needs the card's address, as 00:15:5D:01:02:03") :
			0;
	if (writes && job->pool != IC_KVP_POOL_EXTERNAL)
		return refuse(reply, -EPERM,
			      "only the external pool is the host's");
	/* DELETE has the same to say about a key as GET would. */
	switch (kvp_write(&m, job->operation == IC_KVP_GET ? IC_KVP_DELETE :
			  job->operation, job->pool, 0,
			  job->key ? job->key : "",
			  job->value ? job->value : "")) {
	case 0:
		return 0;
	case -E2BIG:
		return refuse(reply, -E2BIG,
			      "keys have at most 255 characters, values 1023");
	case -EILSEQ:
		return refuse(reply, -EILSEQ, "that is not UTF-8");
	default:
		return refuse(reply, -EINVAL, "it needs a key");
	}
}

static char *copy_of(const char *text)
{
	return text ? strdup(text) : NULL;
}

static int request(struct guest *g, const char *cmd,
		   struct json_object *request, struct json_object *reply)
{
	struct kvp *k = &g->kvp;
	const char *key = text_of(request, "key");
	const char *value = text_of(request, "value");
	int operation = operation_of(text_of(request, "op"));
	int pool = pool_of(text_of(request, "pool"));
	struct kvp_job job;
	int ret;

	if (strcmp(cmd, "kvp"))
		return -ENOSYS;
	if (operation < 0 || pool < 0 || (operation == IC_KVP_SET && !value))
		return -EINVAL;
	job = (struct kvp_job){ 0, (__u8)operation, (__u8)pool,
				(char *)key, (char *)value };
	ret = check_job(&job, reply);
	if (ret)
		return ret;
	if (k->ic.state != IC_READY || guest_end_reason(g))
		return refuse(reply, -EOPNOTSUPP,
			      "the guest has no driver (hv_utils) or no daemon (hv_kvp_daemon) for it, or has not come so far yet");
	if (!++k->last_id)
		k->last_id++;
	job.id = k->last_id;
	job.key = copy_of(key ? key : "");
	job.value = copy_of(value ? value : "");
	json_object_object_add(reply, "id", json_object_new_int64(job.id));
	ret = add_job(g, &job);
	return ret ? refuse(reply, ret, "too much is asked at once") : 0;
}

static void info(struct guest *g, struct json_object *reply)
{
	if (g->kvp.facts)
		json_object_object_add(reply, "guest",
				       json_object_get(g->kvp.facts));
}

const struct vsp_ops kvp_vsp = {
	.name = "kvp",
	.open = offer,
	.close = forget_all,
	.timer = timer,
	.info = info,
	.request = request,
};
