// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "ram_pages.h"
#include "resize.h"

/* Memory that is added or given back with one request. */
#define ADD_STEP	(256ULL << 20)
#define GIVE_STEP	(64ULL << 20)
/* Pages that are asked for with one. */
#define BALLOON_STEP	(4ULL << 30)

static void next(struct resize *rz);

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t resize_assigned(const struct resize *rz)
{
	return rz->ram->size + rz->ram->added - rz->ram->ballooned * RAM_PAGE;
}

/* The first job is over. The owner may look at the next one already. */
static void finish(struct resize *rz, int error)
{
	struct resize_job job = rz->job[0];

	job.error = error;
	rz->nr--;
	memmove(rz->job, rz->job + 1, rz->nr * sizeof(job));
	rz->started = false;
	rz->ops->ended(rz->ctx, &job);
}

static void fail_all(struct resize *rz, int error)
{
	while (rz->nr)
		finish(rz, error);
}

/* A request goes out now. */
static void asking(struct resize *rz)
{
	rz->started = true;
	rz->asked_ms = rz->ops->now(rz->ctx);
}

/* -- adding ----------------------------------------------------------- */

/* Large adds in larger steps, so that slots suffice. */
static uint64_t add_step(const struct resize *rz, const struct resize_job *job)
{
	uint64_t step = ADD_STEP, align = rz->dm.alignment;

	if (job->size / 64 > step)
		step = job->size / 64;
	step = (step + align - 1) & ~(align - 1);
	/* As many pages as a range can have. */
	step = min(step, 32ULL << 30);
	return min(step, job->size - job->done);
}

static int may_add(const struct resize *rz, uint64_t size, uint64_t gpa)
{
	uint64_t have = rz->ram->size + rz->ram->added;

	if (size > rz->limit || have > rz->limit - size)
		return -ENOMEM;
	return gpa ? ram_fits(rz->ram, gpa, size, rz->top) : 0;
}

static void add_more(struct resize *rz, struct resize_job *job)
{
	uint64_t step = add_step(rz, job), gpa;
	bool first = !rz->started;
	int ret = 0;

	if (first && !job->gpa)
		job->gpa = ram_place(rz->ram, rz->dm.alignment);
	gpa = job->gpa + job->done;
	/* What was true when it was asked for may have changed. */
	if (first)
		ret = may_add(rz, job->size, gpa);
	if (!ret && rz->ops->spare(rz->ctx) < step)
		ret = -ENOMEM;
	if (!ret)
		ret = ram_add(rz->ram, gpa, step);
	if (ret) {
		finish(rz, ret);
		return;
	}
	rz->step_gpa = gpa;
	rz->step_size = step;
	asking(rz);
	dm_add(&rz->dm, gpa / RAM_PAGE, (uint32_t)(step / RAM_PAGE),
	       job->gpa / RAM_PAGE,
	       first ? (uint32_t)(min(job->size, 32ULL << 30) / RAM_PAGE) : 0);
}

static void added(void *ctx, uint64_t pages, bool never)
{
	struct resize *rz = ctx;
	uint64_t bytes = pages * RAM_PAGE, align = rz->dm.alignment;
	bool all = bytes == rz->step_size;

	/* Of a unit that the guest has begun it sees all pages. */
	ram_trim(rz->ram, rz->step_gpa, (bytes + align - 1) & ~(align - 1));
	rz->never |= never;
	if (rz->mute) {
		rz->mute = false;
	} else {
		rz->job[0].done += bytes;
		if (!all)
			finish(rz, never ? -EOPNOTSUPP : -EAGAIN);
		else if (rz->job[0].done == rz->job[0].size)
			finish(rz, 0);
	}
	next(rz);
}

/* -- ballooning ------------------------------------------------------- */

/* The first megabyte has the boot's structures and code that we need. */
bool resize_may_take(const struct resize *rz, uint64_t gpa, uint64_t len)
{
	return gpa >= GPA_ONE_MEG && !rz->ops->lent(rz->ctx, gpa, len);
}

/*
 * In pieces of 2 MiB, which is what guests give at most; one that has a page
 * which is not to be had stays with the guest as a whole.
 */
static void take_range(void *ctx, uint64_t pfn, uint64_t pages)
{
	struct resize *rz = ctx;
	uint64_t gpa = pfn * RAM_PAGE, end = gpa + pages * RAM_PAGE, len;

	for (; gpa < end; gpa += len) {
		len = min(end - gpa, RAM_GRANULE - gpa % RAM_GRANULE);
		if (resize_may_take(rz, gpa, len) && !ram_take(rz->ram, gpa, len))
			rz->given += len;
		else
			rz->kept += len / RAM_PAGE;
	}
}

static void ballooned(void *ctx)
{
	struct resize *rz = ctx;

	if (rz->mute) {
		rz->mute = false;
	} else {
		rz->job[0].done += rz->given;
		/* It has nothing left that it would give. */
		if (!rz->given)
			finish(rz, -ENOSPC);
	}
	next(rz);
}

static void take_more(struct resize *rz, uint64_t bytes)
{
	rz->given = 0;
	asking(rz);
	dm_balloon(&rz->dm, (uint32_t)(min(bytes, BALLOON_STEP) / RAM_PAGE));
}

/* Memory first, then the message. */
static void give_more(struct resize *rz, uint64_t bytes)
{
	uint64_t range[DM_UNBALLOON_RANGES], gpa = 0, len, sum = 0;
	uint32_t n = 0;
	int ret = 0;

	bytes = min(bytes, GIVE_STEP);
	if (rz->ops->spare(rz->ctx) < bytes)
		ret = -ENOMEM;
	while (!ret && n < DM_UNBALLOON_RANGES && sum < bytes) {
		len = ram_next_ballooned(rz->ram, &gpa, bytes - sum);
		if (!len)
			break;
		ret = ram_give(rz->ram, gpa, len);
		if (ret)
			break;
		range[n++] = DYNMEM_RANGE(gpa / RAM_PAGE, len / RAM_PAGE);
		gpa += len;
		sum += len;
	}
	if (!n) {
		finish(rz, ret ? ret : -ENOSPC);
		return;
	}
	rz->job[0].done += sum;
	asking(rz);
	dm_unballoon(&rz->dm, range, n);
}

static void unballooned(void *ctx)
{
	struct resize *rz = ctx;

	rz->mute = false;
	next(rz);
}

static void set_more(struct resize *rz, struct resize_job *job)
{
	uint64_t have = resize_assigned(rz);

	if (have > job->size)
		take_more(rz, have - job->size);
	else if (have < job->size)
		give_more(rz, job->size - have);
	else
		finish(rz, 0);
}

/* -- jobs ------------------------------------------------------------- */

/* Goes on with the first job, or begins it; and so with those that end at once */
static void next(struct resize *rz)
{
	while (rz->nr && dm_idle(&rz->dm)) {
		if (rz->job[0].kind == RESIZE_ADD)
			add_more(rz, &rz->job[0]);
		else
			set_more(rz, &rz->job[0]);
	}
	/* The guest has broken its ring: it does not even know what is there. */
	if (!rz->dm.broken)
		return;
	if (rz->dm.request == DM_ADD)
		ram_trim(rz->ram, rz->step_gpa, 0);
	resize_close(rz);
}

static int enqueue(struct resize *rz, enum resize_kind kind, uint64_t size,
		   uint64_t gpa, uint64_t *id)
{
	if (rz->nr == RESIZE_JOBS || rz->mute)
		return -EBUSY;
	*id = ++rz->last_id;
	rz->job[rz->nr++] = (struct resize_job){
		.id = *id,
		.kind = kind,
		.size = size,
		.gpa = gpa,
		.request_ms = rz->ops->now(rz->ctx),
	};
	next(rz);
	return 0;
}

int resize_add(struct resize *rz, uint64_t size, uint64_t gpa, uint64_t *id)
{
	uint64_t align = rz->dm.alignment;
	int ret;

	if (rz->dm.state != DM_READY)
		return -ENOTCONN;
	if (!rz->dm.can_add || rz->never)
		return -EOPNOTSUPP;
	if (!size || (size | gpa) & (align - 1) || (size | gpa) % RAM_GRANULE)
		return -EINVAL;
	ret = may_add(rz, size, gpa);
	return ret ? ret : enqueue(rz, RESIZE_ADD, size, gpa, id);
}

int resize_set(struct resize *rz, uint64_t size, uint64_t *id)
{
	if (rz->dm.state != DM_READY)
		return -ENOTCONN;
	if (!rz->dm.can_balloon)
		return -EOPNOTSUPP;
	if (!size || size % RAM_PAGE)
		return -EINVAL;
	if (size > rz->ram->size + rz->ram->added)
		return -ERANGE;
	return enqueue(rz, RESIZE_SET, size, 0, id);
}

/* -- the channel ------------------------------------------------------ */

static int send(void *ctx, const void *packet, uint32_t size)
{
	struct resize *rz = ctx;

	return rz->ops->send(rz->ctx, packet, size);
}

static void ready(void *ctx)
{
	struct resize *rz = ctx;

	dm_say_max(&rz->dm, rz->limit / RAM_PAGE);
}

static const struct dm_ops dm_ops = {
	.send = send,
	.ready = ready,
	.range = take_range,
	.ballooned = ballooned,
	.unballooned = unballooned,
	.added = added,
};

void resize_init(struct resize *rz, const struct resize_ops *ops, void *ctx,
		 struct ram *ram, uint64_t limit, uint64_t top)
{
	memset(rz, 0, sizeof(*rz));
	rz->ops = ops;
	rz->ctx = ctx;
	rz->ram = ram;
	rz->limit = limit;
	rz->top = top;
	dm_init(&rz->dm, &dm_ops, rz);
}

void resize_open(struct resize *rz)
{
	if (rz->dm.state != DM_CLOSED)
		resize_close(rz);
	rz->mute = false;
	rz->never = false;
	dm_open(&rz->dm);
}

/*
 * Nobody knows any more what is ballooned out: the next driver, perhaps of
 * another kernel, must not be told to take it back.
 */
void resize_close(struct resize *rz)
{
	dm_close(&rz->dm);
	rz->mute = false;
	fail_all(rz, -ECONNRESET);
	ram_release(rz->ram);
}

int resize_packet(struct resize *rz, const void *data, uint32_t size)
{
	int ret = dm_packet(&rz->dm, data, size);

	if (ret == -EPROTO)
		resize_close(rz);
	return ret;
}

void resize_room(struct resize *rz)
{
	dm_room(&rz->dm);
	next(rz);
}

bool resize_waits(const struct resize *rz)
{
	return rz->nr && rz->started;
}

/* The guest may still answer, and its memory will follow then. */
void resize_tick(struct resize *rz)
{
	if (!resize_waits(rz) ||
	    rz->ops->now(rz->ctx) - rz->asked_ms < RESIZE_PATIENCE_MS)
		return;
	rz->mute = true;
	fail_all(rz, -ETIMEDOUT);
}
