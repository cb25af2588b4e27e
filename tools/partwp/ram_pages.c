// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ram_pages.h"

#define WORD		64

/* Pages of a slot, by number. */
struct span {
	uint64_t first, end;
};

static struct span span_of(const struct ram_slot *s, uint64_t gpa, uint64_t len)
{
	return (struct span){
		.first = (gpa - s->gpa) / RAM_PAGE,
		.end = (gpa - s->gpa + len + RAM_PAGE - 1) / RAM_PAGE,
	};
}

static bool get(const uint64_t *map, uint64_t i)
{
	return map && map[i / WORD] >> i % WORD & 1;
}

static void put(uint64_t *map, uint64_t i, bool on)
{
	if (on)
		map[i / WORD] |= 1ULL << i % WORD;
	else
		map[i / WORD] &= ~(1ULL << i % WORD);
}

/* The first page from @i on, below @end, that is @on; @end: there is none. */
static uint64_t find(const uint64_t *map, uint64_t i, uint64_t end, bool on)
{
	uint64_t word;

	if (!map)
		return on ? end : i;
	while (i < end) {
		word = (on ? map[i / WORD] : ~map[i / WORD]) >> i % WORD;
		if (word) {
			i += (uint64_t)__builtin_ctzll(word);
			break;
		}
		i = (i / WORD + 1) * WORD;
	}
	return i < end ? i : end;
}

static uint64_t set(uint64_t *map, struct span p, bool on)
{
	uint64_t i, changed = 0;

	for (i = find(map, p.first, p.end, !on); i < p.end;
	     i = find(map, i + 1, p.end, !on)) {
		put(map, i, on);
		changed++;
	}
	return changed;
}


/* Both maps, once a slot needs one. */
static int make_maps(struct ram_slot *s)
{
	size_t words = (s->size / RAM_PAGE + WORD - 1) / WORD;

	if (!s->absent)
		s->absent = calloc(words, sizeof(uint64_t));
	if (!s->ballooned)
		s->ballooned = calloc(words, sizeof(uint64_t));
	return s->absent && s->ballooned ? 0 : -ENOMEM;
}

bool ram_pages_absent(const struct ram_slot *s, uint64_t gpa, uint64_t len)
{
	struct span p = span_of(s, gpa, len);

	return s->absent && find(s->absent, p.first, p.end, true) < p.end;
}

bool ram_is_ballooned(const struct ram *ram, uint64_t gpa, uint64_t len)
{
	const struct ram_slot *s = ram_find(ram, gpa, len);
	struct span p;

	if (!s || !s->ballooned)
		return false;
	p = span_of(s, gpa, len);
	return find(s->ballooned, p.first, p.end, true) < p.end;
}

void ram_pages_forget(struct ram *ram, struct ram_slot *s, uint64_t size)
{
	struct span p = span_of(s, s->gpa + size, s->size - size);

	if (!s->absent)
		return;
	ram->absent -= set(s->absent, p, false);
	ram->ballooned -= set(s->ballooned, p, false);
}

/*
 * Their memory goes to the host; under the lock. Of what cannot be discarded
 * some may be gone from the guest all the same: it comes back when it is touched.
 */
static int discard(struct ram *ram, struct ram_slot *s, struct span p)
{
	ram->absent += set(s->absent, p, true);
	return ram->backing->discard(ram->ctx, s->gpa + p.first * RAM_PAGE,
				     (p.end - p.first) * RAM_PAGE);
}

/* On an error those that are back stay. */
static int restore(struct ram *ram, struct ram_slot *s, struct span p)
{
	struct span run;
	int ret;

	for (run.first = find(s->absent, p.first, p.end, true);
	     run.first < p.end;
	     run.first = find(s->absent, run.end, p.end, true)) {
		run.end = find(s->absent, run.first, p.end, false);
		ret = ram->backing->restore(ram->ctx,
					    s->gpa + run.first * RAM_PAGE,
					    (run.end - run.first) * RAM_PAGE);
		if (ret)
			return ret;
		ram->absent -= set(s->absent, run, false);
	}
	return 0;
}

/* @s may be written: the pages lie in it, and it has its maps. */
static int check(struct ram *ram, uint64_t gpa, uint64_t len,
		 struct ram_slot **s)
{
	if (!len || (gpa | len) % RAM_PAGE)
		return -EFAULT;
	*s = ram_find(ram, gpa, len);
	return *s ? make_maps(*s) : -EFAULT;
}

static int take(struct ram *ram, struct ram_slot *s, struct span p)
{
	int ret;

	if (find(s->ballooned, p.first, p.end, true) < p.end)
		return -EALREADY;
	ret = discard(ram, s, p);
	if (!ret)
		ram->ballooned += set(s->ballooned, p, true);
	return ret;
}

static int drop(struct ram *ram, struct ram_slot *s, struct span p)
{
	if (find(s->ballooned, p.first, p.end, true) < p.end)
		return -EALREADY;
	if (find(s->absent, p.first, p.end, false) == p.end)
		return 0;
	return discard(ram, s, p);
}

static int give(struct ram *ram, struct ram_slot *s, struct span p)
{
	int ret;

	if (find(s->ballooned, p.first, p.end, false) < p.end)
		return -EFAULT;
	ret = restore(ram, s, p);
	if (!ret)
		ram->ballooned -= set(s->ballooned, p, false);
	return ret;
}

/* @fn of those pages, under the lock. @gone: how many have become absent. */
static int change(struct ram *ram, uint64_t gpa, uint64_t len,
		  int (*fn)(struct ram *ram, struct ram_slot *s, struct span p),
		  uint64_t *gone)
{
	struct ram_slot *s;
	uint64_t before;
	int ret;

	pthread_rwlock_wrlock(&ram->lock);
	before = ram->absent;
	ret = check(ram, gpa, len, &s);
	if (!ret)
		ret = fn(ram, s, span_of(s, gpa, len));
	if (!ret && gone)
		*gone = ram->absent - before;
	pthread_rwlock_unlock(&ram->lock);
	return ret;
}

int ram_take(struct ram *ram, uint64_t gpa, uint64_t len)
{
	return change(ram, gpa, len, take, NULL);
}

int ram_drop(struct ram *ram, uint64_t gpa, uint64_t len, uint64_t *pages)
{
	return change(ram, gpa, len, drop, pages);
}

int ram_give(struct ram *ram, uint64_t gpa, uint64_t len)
{
	return change(ram, gpa, len, give, NULL);
}

uint64_t ram_next_ballooned(const struct ram *ram, uint64_t *gpa, uint64_t max)
{
	uint64_t best = 0, at = UINT64_MAX;
	unsigned int i;

	/* Slots are in no order. */
	for (i = 0; i < ram->nr; i++) {
		const struct ram_slot *s = &ram->slot[i];
		uint64_t pages = s->size / RAM_PAGE, first = 0;

		if (!s->ballooned || s->gpa + s->size <= *gpa || s->gpa >= at)
			continue;
		if (*gpa > s->gpa)
			first = (*gpa - s->gpa) / RAM_PAGE;
		first = find(s->ballooned, first, pages, true);
		if (first == pages || s->gpa + first * RAM_PAGE >= at)
			continue;
		at = s->gpa + first * RAM_PAGE;
		if (pages > first + max / RAM_PAGE)
			pages = first + max / RAM_PAGE;
		best = (find(s->ballooned, first, pages, false) - first) *
		       RAM_PAGE;
	}
	if (best)
		*gpa = at;
	return best;
}

void ram_release(struct ram *ram)
{
	unsigned int i;

	pthread_rwlock_wrlock(&ram->lock);
	for (i = 0; i < ram->nr; i++) {
		struct ram_slot *s = &ram->slot[i];

		if (s->ballooned)
			set(s->ballooned, span_of(s, s->gpa, s->size), false);
	}
	ram->ballooned = 0;
	pthread_rwlock_unlock(&ram->lock);
}

/* A ballooned page alone; else what is absent in its 2 MiB. */
static struct span around(const struct ram_slot *s, uint64_t gpa)
{
	const uint64_t n = RAM_GRANULE / RAM_PAGE;
	struct span p = span_of(s, gpa & ~(RAM_PAGE - 1), RAM_PAGE);
	uint64_t low = p.first / n * n, high = low + n;

	if (get(s->ballooned, p.first))
		return p;
	if (high > s->size / RAM_PAGE)
		high = s->size / RAM_PAGE;
	while (p.first > low && get(s->absent, p.first - 1) &&
	       !get(s->ballooned, p.first - 1))
		p.first--;
	while (p.end < high && get(s->absent, p.end) &&
	       !get(s->ballooned, p.end))
		p.end++;
	return p;
}

int ram_touch(struct ram *ram, uint64_t gpa, bool ballooned)
{
	struct ram_slot *s;
	uint64_t page;
	int ret = 0;

	pthread_rwlock_wrlock(&ram->lock);
	s = ram_find(ram, gpa, 1);
	if (s) {
		page = (gpa - s->gpa) / RAM_PAGE;
		if (!get(s->absent, page))
			ret = 0;	/* another thread was faster */
		else if (ballooned || !get(s->ballooned, page))
			ret = restore(ram, s, around(s, gpa));
		else
			s = NULL;
	}
	pthread_rwlock_unlock(&ram->lock);
	return s && !ret ? 1 : ret;
}

/* The first page from @i on, below @end, that is ballooned out but not absent. */
static uint64_t next_touched(const struct ram_slot *s, uint64_t i, uint64_t end)
{
	uint64_t word;

	for (; i < end; i = (i / WORD + 1) * WORD) {
		word = (s->ballooned[i / WORD] & ~s->absent[i / WORD]) >>
		       i % WORD;
		if (word)
			return i + (uint64_t)__builtin_ctzll(word);
	}
	return end;
}

uint64_t ram_touched(struct ram *ram)
{
	uint64_t n = 0;
	unsigned int i;

	pthread_rwlock_rdlock(&ram->lock);
	for (i = 0; i < ram->nr; i++) {
		const struct ram_slot *s = &ram->slot[i];
		uint64_t page, end = s->size / RAM_PAGE;

		if (!s->ballooned)
			continue;
		for (page = next_touched(s, 0, end); page < end;
		     page = next_touched(s, page + 1, end))
			n++;
	}
	pthread_rwlock_unlock(&ram->lock);
	return n;
}

uint64_t ram_dropped(struct ram *ram)
{
	uint64_t touched = ram_touched(ram);

	return ram->absent - (ram->ballooned - touched);
}

bool ram_is_dropped(struct ram *ram, uint64_t gpa)
{
	const struct ram_slot *s;
	uint64_t page;
	bool is = false;

	pthread_rwlock_rdlock(&ram->lock);
	s = ram_find(ram, gpa, 1);
	if (s) {
		page = (gpa - s->gpa) / RAM_PAGE;
		is = get(s->absent, page) && !get(s->ballooned, page);
	}
	pthread_rwlock_unlock(&ram->lock);
	return is;
}

void ram_retire(struct ram *ram)
{
	unsigned int i;

	pthread_rwlock_wrlock(&ram->lock);
	for (i = 0; i < ram->nr; i++) {
		struct ram_slot *s = &ram->slot[i];
		uint64_t end = s->size / RAM_PAGE;
		struct span p;

		if (!s->ballooned)
			continue;
		for (p.first = next_touched(s, 0, end); p.first < end;
		     p.first = next_touched(s, p.end, end)) {
			for (p.end = p.first + 1;
			     next_touched(s, p.end, end) == p.end &&
			     p.end < end; p.end++)
				;
			discard(ram, s, p);
		}
	}
	pthread_rwlock_unlock(&ram->lock);
}
