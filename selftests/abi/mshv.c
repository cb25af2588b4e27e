// SPDX-License-Identifier: GPL-2.0
/*
 * Is <linux/hvpart_mshv.h> the stock mshv.h? Both are included here; what differs
 * does not compile. The program only prints what the compiler has proved, as TAP.
 */
/* The stock header is the kernel's own copy and not cleaned for programs. */
#define __packed	__attribute__((packed))

#include MSHV_H
#include <linux/hvpart.h>

#include <stddef.h>
#include <stdio.h>

/* A constant: its value. For an ioctl that is direction, size, magic, number. */
#define N(ours, theirs) \
	_Static_assert((unsigned long)(ours) == (unsigned long)(theirs), \
		       #ours " is not " #theirs);
#define C(name)		N(HVPART_##name, MSHV_##name)
#define S(name) \
	_Static_assert(sizeof(struct hvpart_##name) == \
		       sizeof(struct mshv_##name), #name ": size");
#define E(name, field) \
	_Static_assert(offsetof(struct hvpart_##name, field) == \
		       offsetof(struct mshv_##name, field), \
		       #name "." #field ": offset");
/* Same type too, so that signedness and element size cannot differ. */
#define F(name, field) \
	E(name, field) \
	_Static_assert(__builtin_types_compatible_p( \
		       __typeof__(((struct hvpart_##name *)0)->field), \
		       __typeof__(((struct mshv_##name *)0)->field)), \
		       #name "." #field ": type");
#include "mshv.def"

/* The one type that the macros cannot compare: an array of a structure. */
_Static_assert(sizeof(((struct hvpart_user_irq_table *)0)->entries[0]) ==
	       sizeof(((struct mshv_user_irq_table *)0)->entries[0]),
	       "user_irq_table.entries: element");

/* The numbers as mshv's clients send them, should both headers go wrong. */
_Static_assert(HVPART_CREATE_PARTITION == 0x4010b800, "CREATE_PARTITION");
_Static_assert(HVPART_INITIALIZE_PARTITION == 0x0000b800, "INITIALIZE");
_Static_assert(HVPART_CREATE_VP == 0x4004b801, "CREATE_VP");
_Static_assert(HVPART_SET_GUEST_MEMORY == 0x4020b802, "SET_GUEST_MEMORY");
_Static_assert(HVPART_IRQFD == 0x4010b803, "IRQFD");
_Static_assert(HVPART_IOEVENTFD == 0x4020b804, "IOEVENTFD");
_Static_assert(HVPART_SET_MSI_ROUTING == 0x4008b805, "SET_MSI_ROUTING");
_Static_assert(HVPART_GET_GPAP_ACCESS_BITMAP == 0xc020b806, "GPAP_ACCESS");
_Static_assert(HVPART_ROOT_HVCALL == 0xc020b807, "ROOT_HVCALL");
_Static_assert(HVPART_RUN_VP == 0x8100b800, "RUN_VP");
_Static_assert(HVPART_GET_VP_STATE == 0xc010b801, "GET_VP_STATE");
_Static_assert(HVPART_SET_VP_STATE == 0xc010b802, "SET_VP_STATE");

/* Our own must not fall on any of mshv's, which share the descriptors. */
_Static_assert(HVPART_IOCTL != MSHV_IOCTL, "magic");

#ifdef WRONG
/* Negative control: run builds with -DWRONG=... and expects a failure. */
_Static_assert(WRONG, "deliberately wrong");
#endif

#undef N
#undef C
#undef S
#undef E
#undef F
#define N(ours, theirs)	"constant " #theirs,
#define C(name)		"constant MSHV_" #name,
#define S(name)		"size of struct mshv_" #name,
#define E(name, field)	"offset of mshv_" #name "." #field,
#define F(name, field)	"offset and type of mshv_" #name "." #field,

static const char *const proved[] = {
#include "mshv.def"
};

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(proved) / sizeof(proved[0]); i++)
		printf("%s\n", proved[i]);
	return 0;
}
