/* SPDX-License-Identifier: GPL-2.0 */
/* Unpacking of compressed kernels. */
#ifndef PARTWP_PAYLOAD_H
#define PARTWP_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

/* No kernel is larger; a header that says so is lying. */
#define PAYLOAD_MAX	(1ULL << 30)

/* A file's contents or what was unpacked: private memory. */
struct blob {
	uint8_t *data;
	size_t size;
};

/* Anonymous memory of @size bytes; blob_free() gives it back. */
int blob_alloc(struct blob *blob, size_t size);
void blob_free(struct blob *blob);

/*
 * payload_unpack - decompress XZ (BCJ filters included), Zstandard or gzip
 *
 * @in may have bytes after the compressed stream. @out_size bytes must come
 * out, exactly; @out is allocated here.
 */
int payload_unpack(const uint8_t *in, size_t in_size, struct blob *out,
		   size_t out_size);

#endif
