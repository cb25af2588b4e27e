// SPDX-License-Identifier: GPL-2.0
/*
 * Prints numbers and layouts, from uapi/hvpart or, with -DHYPERV_H, from Linux's
 * own include/hyperv. The two use the same names, so they cannot meet in one
 * program: this one is built twice, and what it prints is compared (see run).
 *
 * names.def is made by run: V(NAME) for each constant that both define.
 */
#ifdef HYPERV_H
#include HYPERV_H
#else
#include "hvpart/call_guest.h"
#include "hvpart/call_intercept.h"
#include "hvpart/call_interrupt.h"
#include "hvpart/call_memory.h"
#include "hvpart/call_partition.h"
#include "hvpart/call_vp.h"
#include "hvpart/cpuid.h"
#include "hvpart/hypercall.h"
#include "hvpart/message.h"
#include "hvpart/msr.h"
#include "hvpart/property.h"
#include "hvpart/register.h"
#include "hvpart/status.h"
#endif

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void image(const char *what, const void *p, size_t n)
{
	const unsigned char *b = p;
	size_t i;

	printf("%s:", what);
	for (i = 0; i < n; i++)
		if (b[i])
			printf(" %zu=%02x", i, b[i]);
	printf("\n");
}

#define V(name) \
	printf("%s = %#llx\n", #name, (unsigned long long)(name));
#define S(type) \
	printf("%s: %zu bytes\n", #type, sizeof(type));
#define F(type, field) \
	printf("%s.%s: at %zu, %zu bytes\n", #type, #field, \
	       offsetof(type, field), sizeof(((type *)0)->field));
#define O(type, field) \
	printf("%s.%s: at %zu\n", #type, #field, offsetof(type, field));
#define B(type, field) do { \
	type v; \
	memset(&v, 0, sizeof(v)); \
	v.field = ~0ULL; \
	image(#type "." #field, &v, sizeof(v)); \
} while (0);

int main(void)
{
#include "names.def"
#include "layout.def"
	return 0;
}
