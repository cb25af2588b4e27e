/* SPDX-License-Identifier: GPL-2.0 */
/* Text of the guest's, little-endian UTF-16 in buffers with an end, as UTF-8. */
#ifndef PARTWP_UTF16_H
#define PARTWP_UTF16_H

#include <stddef.h>

/* Bytes of UTF-8, zero included, that @size bytes of UTF-16 may need. */
#define UTF8_MAX(size)	((size) / 2 * 3 + 1)

/**
 * utf16_to_utf8() - read
 * @out: UTF8_MAX(@size) bytes; gets a zero at its end
 * @in: need not be aligned
 * @size: bytes to read; fewer when a zero comes first. An odd one is left out
 *
 * A half of a surrogate pair becomes U+FFFD.
 *
 * Return: bytes in @out without the zero.
 */
size_t utf16_to_utf8(char *out, const void *in, size_t size);

/**
 * utf16_from_utf8() - write
 * @out: gets the text and a zero
 * @max: bytes that it has
 * @in: UTF-8
 *
 * Return: bytes with the zero; -EILSEQ: it is no UTF-8; -E2BIG: it is too long.
 */
int utf16_from_utf8(void *out, size_t max, const char *in);

#endif
