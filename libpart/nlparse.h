/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attributes of a netlink message into a structure, by a table.
 */
#ifndef LIBPART_NLPARSE_H
#define LIBPART_NLPARSE_H

#include <stddef.h>
#include <stdint.h>

#include "libpart_netlink.h"

struct nlattr;
struct nlmsghdr;

/* An attribute of @size bytes, which go to @offset. */
struct nl_field {
	uint16_t type;
	uint16_t size;
	uint16_t offset;
	bool text;		/* up to @size bytes and a NUL */
};

#define NL_FIELD(attr, structure, member) \
	{ attr, sizeof(((structure *)0)->member), \
	  offsetof(structure, member), false }
#define NL_TEXT(attr, structure, member) \
	{ attr, sizeof(((structure *)0)->member) - 1, \
	  offsetof(structure, member), true }

/* Is attribute @type among those that were there? */
#define NL_SEEN(seen, type)	((seen) >> (type) & 1)

/*
 * Up to @len bytes of attributes; those in none of the @n fields are skipped.
 * Returns a mask of the types that were there (all below 64), or -EPROTO.
 */
int64_t nl_parse(const struct nlattr *attr, size_t len,
		 const struct nl_field *fields, size_t n, void *out);

/* Messages of the family: 0 or -EPROTO. Structures are filled in whole. */
int nl_parse_event(const struct nlmsghdr *nlh, struct part_event *event);
int nl_parse_partition(const struct nlmsghdr *nlh,
		       struct part_nl_partition *p);
int nl_parse_vp(const struct nlmsghdr *nlh, struct part_nl_vp *vp);
int nl_parse_stats(const struct nlmsghdr *nlh, struct part_nl_stats *stats);

#endif /* LIBPART_NLPARSE_H */
