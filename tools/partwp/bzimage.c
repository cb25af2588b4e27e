// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "bzimage.h"
#include "bytes.h"
#include "log.h"

#define SECTOR			512
#define SETUP_SECTS		0x1f1
#define BOOT_FLAG		0x1fe
#define HEADER			0x202
#define VERSION			0x206
#define LOADFLAGS		0x211
#define INITRD_ADDR_MAX		0x22c
#define CMDLINE_SIZE		0x238
#define PAYLOAD_OFFSET		0x248
#define PAYLOAD_LENGTH		0x24c
#define HEADER_END		0x268	/* all of version 2.10 */

#define LOADED_HIGH		1	/* else it is a zImage */
#define VERSION_MIN		0x20a	/* 2.10, Linux 2.6.31 */

bool bzimage_probe(const struct blob *file)
{
	return file->size >= HEADER + 4 &&
	       get_le16(file->data + BOOT_FLAG) == 0xaa55 &&
	       !memcmp(file->data + HEADER, "HdrS", 4);
}

/* The payload's last four bytes say how much comes out of it. */
static int parse_payload(const struct blob *file, struct bzimage *bz)
{
	const uint8_t *d = file->data;
	uint64_t sects = d[SETUP_SECTS] ? d[SETUP_SECTS] : 4;
	uint64_t offset = (sects + 1) * SECTOR + get_le32(d + PAYLOAD_OFFSET);
	uint64_t size = get_le32(d + PAYLOAD_LENGTH);

	if (!get_le32(d + PAYLOAD_OFFSET) || size < 8)
		return log_error("kernel: bzImage without a payload");
	if (offset > file->size || size > file->size - offset)
		return log_error("kernel: bzImage is cut off (payload at %llu + %llu, file of %zu bytes)",
				 (unsigned long long)offset,
				 (unsigned long long)size, file->size);
	bz->payload_offset = offset;
	bz->payload_size = size;
	bz->unpacked_size = get_le32(d + offset + size - 4);
	return 0;
}

int bzimage_parse(const struct blob *file, struct bzimage *bz)
{
	const uint8_t *d = file->data;

	if (!bzimage_probe(file) || file->size < HEADER_END)
		return log_error("kernel: not a bzImage");
	bz->version = get_le16(d + VERSION);
	if (bz->version < VERSION_MIN)
		return log_error("kernel: boot protocol %u.%02u is older than 2.10",
				 bz->version >> 8, bz->version & 0xff);
	if (!(d[LOADFLAGS] & LOADED_HIGH))
		return log_error("kernel: a zImage, not a bzImage");
	bz->cmdline_max = get_le32(d + CMDLINE_SIZE);
	bz->initrd_max = get_le32(d + INITRD_ADDR_MAX);
	return parse_payload(file, bz);
}
