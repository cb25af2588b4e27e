/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that records what is asked of it: ioctl() of the library ends here
 * (ld --wrap), as do the allocators, so that each of them can fail.
 */
#ifndef TEST_FAKE_H
#define TEST_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "libpart.h"

#define FAKE_CALLS	512

struct fake_call {
	int fd;
	unsigned long request;
	uint8_t arg[128];		/* as it came in */
	uint8_t input[4096];		/* HVPART_ROOT_HVCALL: its block */
};

extern struct fake_call fake_calls[FAKE_CALLS];
extern int fake_nr;

/* Forget calls and failures, be a device that works. */
void fake_reset(void);

/* The n-th next ioctl with this number fails so; n = 1: the next one. */
void fake_fail(unsigned long request, int n, int err);

/* The next hypercalls answer this status after @reps elements. */
void fake_status(unsigned int status, unsigned int reps);

/* The driver's result of a refused hypercall: 0 or an errno (default EIO). */
void fake_status_errno(int err);

/* What hypercalls and out-structures return: copied over the answer. */
void fake_output(const void *data, size_t size);

/* The n-th next allocation (calloc, aligned_alloc, reallocarray, mmap). */
void fake_fail_alloc(int n);

/* The last call with this number, or NULL. */
const struct fake_call *fake_last(unsigned long request);

/* How many there were. */
int fake_count(unsigned long request);

/* A device, an initialised partition with @vps VPs allowed. */
struct part_dev *fake_device(void);
struct part *fake_partition(uint32_t vps);

/* TAP */
extern int tap_nr;
extern int tap_failed;
#define ok(cond, ...) do { \
	bool tap_ok = (cond); \
	printf("%sok %d - ", tap_ok ? "" : "not ", ++tap_nr); \
	printf(__VA_ARGS__); \
	putchar('\n'); \
	if (!tap_ok) { \
		tap_failed++; \
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
	} \
} while (0)

void test_error(void);
void test_device(void);
void test_partition(void);
void test_memory(void);
void test_discard(void);
void test_vp(void);
void test_regs(void);
void test_interrupt(void);
void test_port(void);
void test_connection(void);
void test_stats(void);
void test_announce(void);
void test_nl_open(void);
void test_nl_events(void);
void test_nl_dumps(void);
void test_vmbus_ring(void);
void test_vmbus_gpadl(void);
void test_vmbus_packet(void);
void test_vmbus_host(void);
void test_vmbus_channel(void);
void test_vmbus_traffic(void);

#endif /* TEST_FAKE_H */
