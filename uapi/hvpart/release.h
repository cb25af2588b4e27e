/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The release of this tree: the one place that names it. The image, the module
 * and the tools include it; libpart/Makefile reads the three numbers.
 */
#ifndef _HVPART_RELEASE_H
#define _HVPART_RELEASE_H

#define HVPART_RELEASE_MAJOR	0
#define HVPART_RELEASE_MINOR	1
#define HVPART_RELEASE_PATCH	0

/* As a number (hvpart_info.build), and as "MAJOR.MINOR.PATCH" */
#define HVPART_RELEASE	(HVPART_RELEASE_MAJOR << 16 | \
			 HVPART_RELEASE_MINOR << 8 | HVPART_RELEASE_PATCH)

#define _HVPART_RELEASE_TEXT(major, minor, patch) #major "." #minor "." #patch
#define _HVPART_RELEASE_TEXT_OF(...)	_HVPART_RELEASE_TEXT(__VA_ARGS__)
#define HVPART_RELEASE_TEXT	_HVPART_RELEASE_TEXT_OF(HVPART_RELEASE_MAJOR, \
							HVPART_RELEASE_MINOR, \
							HVPART_RELEASE_PATCH)

#endif /* _HVPART_RELEASE_H */
