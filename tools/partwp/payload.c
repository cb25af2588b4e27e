// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "log.h"
#include "payload.h"

/* Dictionaries of kernels are 128 MiB at most; so is zstd's own default. */
#define XZ_MEMORY	(256ULL << 20)

int blob_alloc(struct blob *blob, size_t size)
{
	void *p;

	blob->data = NULL;
	blob->size = 0;
	p = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return log_errno(errno, "kernel: %zu bytes", size);
	blob->data = p;
	blob->size = size;
	return 0;
}

void blob_free(struct blob *blob)
{
	if (blob->data)
		munmap(blob->data, blob->size ? blob->size : 1);
	blob->data = NULL;
	blob->size = 0;
}

/* Each unpacks to exactly out->size bytes or returns what is wrong. */

static const char *unpack_xz(const uint8_t *in, size_t in_size,
			     const struct blob *out)
{
	lzma_stream s = LZMA_STREAM_INIT;
	const char *error = NULL;
	lzma_ret ret;

	if (lzma_stream_decoder(&s, XZ_MEMORY, 0) != LZMA_OK)
		return "out of memory";
	s.next_in = in;
	s.avail_in = in_size;
	s.next_out = out->data;
	s.avail_out = out->size;
	ret = lzma_code(&s, LZMA_RUN);
	/* A full buffer may come before the decoder has seen its trailer. */
	if (ret == LZMA_OK && !s.avail_out)
		ret = lzma_code(&s, LZMA_FINISH);
	if (ret == LZMA_MEMLIMIT_ERROR)
		error = "needs too much memory";
	else if (ret != LZMA_STREAM_END)
		error = "damaged";
	else if (s.avail_out)
		error = "shorter than its header says";
	lzma_end(&s);
	return error;
}

static const char *unpack_zstd(const uint8_t *in, size_t in_size,
			       const struct blob *out)
{
	ZSTD_inBuffer src = { .src = in, .size = in_size };
	ZSTD_outBuffer dst = { .dst = out->data, .size = out->size };
	ZSTD_DStream *s = ZSTD_createDStream();
	const char *error = NULL;
	size_t ret = 1, last;

	if (!s)
		return "out of memory";
	do {
		last = src.pos + dst.pos;
		ret = ZSTD_decompressStream(s, &dst, &src);
		if (ZSTD_isError(ret))
			error = ZSTD_getErrorName(ret);
	} while (!error && ret && src.pos + dst.pos != last);
	if (!error && ret)
		error = "damaged";
	else if (!error && dst.pos != dst.size)
		error = "shorter than its header says";
	ZSTD_freeDStream(s);
	return error;
}

static const char *unpack_gzip(const uint8_t *in, size_t in_size,
			       const struct blob *out)
{
	z_stream s = {
		.next_in = (uint8_t *)in,
		.avail_in = (uInt)in_size,
		.next_out = out->data,
		.avail_out = (uInt)out->size,
	};
	const char *error = NULL;

	/* 16: a gzip header is expected, no zlib one. */
	if (inflateInit2(&s, 16 + MAX_WBITS) != Z_OK)
		return "out of memory";
	if (inflate(&s, Z_FINISH) != Z_STREAM_END)
		error = "damaged";
	else if (s.avail_out)
		error = "shorter than its header says";
	inflateEnd(&s);
	return error;
}

static const struct format {
	const char *name;
	uint8_t magic[6];
	size_t magic_size;
	const char *(*unpack)(const uint8_t *in, size_t in_size,
			      const struct blob *out);
} formats[] = {
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, unpack_xz },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, unpack_zstd },
	{ "gzip", { 0x1f, 0x8b, 0x08 }, 3, unpack_gzip },
};

static const struct format *find_format(const uint8_t *in, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (size >= formats[i].magic_size &&
		    !memcmp(in, formats[i].magic, formats[i].magic_size))
			return &formats[i];
	}
	return NULL;
}

int payload_unpack(const uint8_t *in, size_t in_size, struct blob *out,
		   size_t out_size)
{
	const struct format *f = find_format(in, in_size);
	const char *error;
	int ret;

	if (!f)
		return log_error("kernel: payload is neither xz nor zstd nor gzip");
	if (!out_size || out_size > PAYLOAD_MAX || in_size > PAYLOAD_MAX)
		return log_error("kernel: unpacked size of %zu bytes is nonsense",
				 out_size);
	ret = blob_alloc(out, out_size);
	if (ret)
		return ret;
	error = f->unpack(in, in_size, out);
	if (error) {
		blob_free(out);
		return log_error("kernel: %s payload: %s", f->name, error);
	}
	return 0;
}
