// SPDX-License-Identifier: GPL-2.0
/* Shutdown and time synchronisation. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "hooks.h"
#include "ic_child.h"
#include "test.h"

static const struct ic_version v3 = { 3, 0 }, v32 = { 3, 2 }, v4 = { 4, 0 };

static int stop(struct ic_child *c, bool reboot)
{
	struct json_object *request = json_object_new_object();
	struct json_object *reply = json_object_new_object();
	int ret;

	json_object_object_add(request, "reboot",
			       json_object_new_boolean(reboot));
	ret = shutdown_vsp.request(c->g, "stop", request, reply);
	json_object_put(request);
	json_object_put(reply);
	return ret;
}

static struct ic_child *with_shutdown(void)
{
	struct ic_child *c = ic_child_new(&shutdown_vsp);

	CHECK_EQ(stop(c, false), -EOPNOTSUPP);
	ic_child_open(c);
	CHECK_EQ(stop(c, false), -EOPNOTSUPP);
	ic_child_choose(c, v3, v32);
	CHECK(!ic_child_read(c));
	return c;
}

/* The event that came last says so. */
static bool told(bool accepted)
{
	struct json_object *value;
	bool yes = json_object_object_get_ex(test_event, "accepted", &value) &&
		   json_object_get_boolean(value);

	json_object_put(test_event);
	test_event = NULL;
	return yes == accepted;
}

static void shutdown_asks(void)
{
	struct ic_child *c = with_shutdown();
	struct ic_shutdown data;

	CHECK_EQ(stop(c, false), 0);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.type, IC_SHUTDOWN);
	CHECK_EQ(c->h.size, sizeof(data));
	memcpy(&data, c->data, sizeof(data));
	CHECK_EQ(data.flags, 0);
	CHECK_EQ(stop(c, false), -EBUSY);
	CHECK_EQ(test_events, 0);
	ic_child_answer(c, 0, c->data, sizeof(data));
	CHECK_EQ(test_events, 1);
	CHECK(told(true));
	CHECK_EQ(stop(c, false), -EBUSY);
	CHECK(!ic_child_read(c));
	/* As a driver that is unloaded: nobody is told a second thing. */
	ic_child_close(c);
	CHECK_EQ(test_events, 1);
	CHECK_EQ(stop(c, false), -EOPNOTSUPP);
	ic_child_free(c, &shutdown_vsp);
}

static void shutdown_reboots(void)
{
	struct ic_child *c = with_shutdown();
	struct ic_shutdown data;

	CHECK_EQ(stop(c, true), 0);
	CHECK(ic_child_read(c));
	memcpy(&data, c->data, sizeof(data));
	CHECK_EQ(data.flags, IC_SHUTDOWN_REBOOT);
	ic_child_free(c, &shutdown_vsp);
}

static void shutdown_refused(void)
{
	struct ic_child *c = with_shutdown();

	CHECK_EQ(stop(c, false), 0);
	CHECK(ic_child_read(c));
	ic_child_answer(c, IC_STATUS_FAILED, NULL, 0);
	CHECK_EQ(test_events, 1);
	CHECK(told(false));
	/* Once more, then the driver goes without a word. */
	CHECK_EQ(stop(c, false), 0);
	CHECK(ic_child_read(c));
	ic_child_close(c);
	CHECK_EQ(test_events, 2);
	CHECK(told(false));
	ic_child_free(c, &shutdown_vsp);
}

static void shutdown_other_requests(void)
{
	struct ic_child *c = with_shutdown();
	struct json_object *o = json_object_new_object();

	CHECK_EQ(shutdown_vsp.request(c->g, "stopp", o, o), -ENOSYS);
	/* Without a word about rebooting: power off. */
	CHECK_EQ(shutdown_vsp.request(c->g, "stop", o, o), 0);
	json_object_put(o);
	ic_child_free(c, &shutdown_vsp);
}

static struct ic_child *with_time(struct ic_version version)
{
	struct ic_child *c = ic_child_new(&timesync_vsp);

	ic_child_open(c);
	ic_child_choose(c, v3, version);
	return c;
}

static uint64_t now(void)
{
	return IC_TIME_UNIX_EPOCH + (uint64_t)time(NULL) * 10000000;
}

static void answer_time(struct ic_child *c)
{
	ic_child_answer(c, 0, c->data, c->h.size);
	timesync_vsp.timer(c->g);
	CHECK(ic_child_read(c));
}

static void time_with_reference(void)
{
	struct ic_time_reference t = { 0 };
	struct ic_child *c;
	uint64_t late;

	test_reference_time = 123456789;
	c = with_time(v4);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.type, IC_TIME_SYNC);
	CHECK_EQ(c->h.size, IC_TIME_REFERENCE_SIZE);
	memcpy(&t, c->data, IC_TIME_REFERENCE_SIZE);
	CHECK_EQ(t.flags, IC_TIME_SYNC_NOW);
	CHECK_EQ(t.reference, 123456789);
	late = t.parent - now();
	CHECK(late < 2 * 10000000ULL);
	CHECK_EQ(t.leap, 0);

	/* Not a second time, but when the two clocks have moved apart. */
	answer_time(c);
	memcpy(&t, c->data, IC_TIME_REFERENCE_SIZE);
	CHECK_EQ(t.flags, IC_TIME_SAMPLE);
	test_reference_time += 60000000;
	answer_time(c);
	memcpy(&t, c->data, IC_TIME_REFERENCE_SIZE);
	CHECK_EQ(t.flags, IC_TIME_SYNC_NOW);
	test_reference_time -= 60000000;
	answer_time(c);
	CHECK_EQ(c->data[16], IC_TIME_SYNC_NOW);
	answer_time(c);
	CHECK_EQ(c->data[16], IC_TIME_SAMPLE);
	CHECK_EQ(c->g->timesync.syncs, 3);
	CHECK_EQ(c->g->timesync.samples, 2);
	ic_child_free(c, &timesync_vsp);
}

static void time_old(void)
{
	struct ic_child *c = with_time(v3);
	struct ic_time t = { 0 };

	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.size, IC_TIME_SIZE);
	memcpy(&t, c->data, IC_TIME_SIZE);
	CHECK_EQ(t.flags, IC_TIME_SYNC_NOW);
	CHECK_EQ(t.round_trip, 0);
	CHECK(t.parent - now() < 2 * 10000000ULL);
	answer_time(c);
	CHECK_EQ(c->data[24], IC_TIME_SAMPLE);
	ic_child_free(c, &timesync_vsp);
}

static void time_unknown(void)
{
	struct ic_child *c;

	test_property_result = -EIO;
	c = with_time(v4);
	CHECK(!ic_child_read(c));
	test_property_result = 0;
	timesync_vsp.timer(c->g);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->data[16], IC_TIME_SYNC_NOW);
	/* A driver that comes again is set again. */
	ic_child_close(c);
	ic_child_open(c);
	ic_child_choose(c, v3, v4);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->data[16], IC_TIME_SYNC_NOW);
	ic_child_free(c, &timesync_vsp);
}

const struct test component_tests[] = {
	TEST(shutdown_asks), TEST(shutdown_reboots), TEST(shutdown_refused),
	TEST(shutdown_other_requests), TEST(time_with_reference),
	TEST(time_old), TEST(time_unknown), TESTS_END
};
