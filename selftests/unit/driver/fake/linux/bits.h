/* SPDX-License-Identifier: GPL-2.0 */
/* What pure files of the Linux half take from the kernel's header. */
#ifndef FAKE_BITS_H
#define FAKE_BITS_H

#define BIT_ULL(n)	(1ULL << (n))

#endif
