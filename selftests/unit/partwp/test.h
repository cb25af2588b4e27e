/* SPDX-License-Identifier: GPL-2.0 */
/* Host tests of the worker's rooms: each test is a function in a table. */
#ifndef PARTWP_TEST_H
#define PARTWP_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct test {
	const char *name;
	void (*run)(void);
};

#define TEST(fn)	{ #fn, fn }
#define TESTS_END	{ NULL, NULL }

/* A test that cannot run here says so and ends. */
#define SKIP_STATUS	4
#define SKIP(why) do {							\
	printf("# SKIP %s\n", why);					\
	fflush(stdout);							\
	_Exit(SKIP_STATUS);						\
} while (0)

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		fflush(stdout);						\
		_Exit(1);						\
	}								\
} while (0)

#define CHECK_EQ(a, b) do {						\
	unsigned long long a_ = (a), b_ = (b);				\
	if (a_ != b_) {							\
		printf("# %s:%d: %s is %#llx, not %#llx\n", __FILE__,	\
		       __LINE__, #a, a_, b_);				\
		fflush(stdout);						\
		_Exit(1);						\
	}								\
} while (0)

extern const struct test image_tests[], boot_tests[], acpi_tests[],
	uart_tests[], chipset_tests[], insn_tests[], paging_tests[],
	vcpu_tests[], ram_tests[], dynmem_tests[], balloon_tests[],
	life_tests[], ic_tests[], component_tests[], kvp_tests[],
	cold_tests[];

#endif
