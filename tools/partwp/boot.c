// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acpi.h"
#include "boot.h"
#include "bzimage.h"
#include "elf_image.h"
#include "log.h"
#include "payload.h"
#include "pvh.h"

#define PAGE		4096ULL
#define INITRD_MAX	0x7fffffffU	/* what a bare vmlinux can take */

struct kernel {
	struct elf_image elf;
	uint32_t cmdline_max;
	uint32_t initrd_max;
};

static int file_size(int fd, const char *what, uint64_t max, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return log_errno(errno, "%s", what);
	if (!S_ISREG(st.st_mode))
		return log_error("%s: not a regular file", what);
	if ((uint64_t)st.st_size > max)
		return log_error("%s: %llu MiB are too much", what,
				 (unsigned long long)st.st_size >> 20);
	*size = (uint64_t)st.st_size;
	return 0;
}

/* Never mapped: another process may cut the file off while we read. */
static int read_all(int fd, const char *what, uint8_t *to, uint64_t size)
{
	uint64_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, to + done, size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return log_errno(errno, "%s", what);
		if (!n)
			return log_error("%s: became shorter while it was read",
					 what);
		done += (uint64_t)n;
	}
	return 0;
}

static int read_kernel(int fd, struct blob *file)
{
	uint64_t size;
	int ret = file_size(fd, "kernel", PAYLOAD_MAX, &size);

	if (!ret)
		ret = blob_alloc(file, size);
	if (ret)
		return ret;
	ret = read_all(fd, "kernel", file->data, size);
	if (ret)
		blob_free(file);
	return ret;
}

/* Replaces the file by what is packed in it. */
static int unpack(struct blob *file, struct kernel *k)
{
	struct bzimage bz;
	struct blob elf;
	int ret = bzimage_parse(file, &bz);

	if (!ret)
		ret = payload_unpack(file->data + bz.payload_offset,
				     bz.payload_size, &elf, bz.unpacked_size);
	if (ret)
		return ret;
	k->cmdline_max = bz.cmdline_max;
	k->initrd_max = bz.initrd_max;
	blob_free(file);
	*file = elf;
	return 0;
}

static int load_kernel(int fd, struct ram *ram, struct kernel *k)
{
	struct blob file;
	int ret = read_kernel(fd, &file);

	if (ret)
		return ret;
	k->cmdline_max = COMMAND_LINE_SIZE - 1;
	k->initrd_max = INITRD_MAX;
	if (bzimage_probe(&file))
		ret = unpack(&file, k);
	if (!ret)
		ret = elf_image_parse(&file, &k->elf);
	if (!ret)
		ret = elf_image_load(&file, &k->elf, ram);
	blob_free(&file);
	return ret;
}

/* As high as it may lie, so that the kernel has room to unpack itself. */
static int load_initrd(int fd, struct ram *ram, const struct kernel *k,
		       struct pvh_boot *pvh)
{
	uint64_t top = (uint64_t)k->initrd_max + 1, size;
	int ret;

	if (fd < 0)
		return 0;
	if (top > ram_low_end(ram))
		top = ram_low_end(ram);
	ret = file_size(fd, "initrd", top, &size);
	if (ret || !size)
		return ret;
	pvh->initrd_gpa = (top - size) & ~(PAGE - 1);
	pvh->initrd_size = size;
	if (pvh->initrd_gpa < k->elf.end)
		return log_error("initrd: %llu MiB do not fit above the kernel, which ends at %llu MiB of %llu",
				 (unsigned long long)size >> 20,
				 (unsigned long long)k->elf.end >> 20,
				 (unsigned long long)top >> 20);
	return read_all(fd, "initrd", ram_ptr(ram, pvh->initrd_gpa, size),
			size);
}

/*
 * Where there is no firmware, somebody must answer for it all the same: Linux
 * with hardware-reduced ACPI, not booted through EFI, does not use ACPI's reset
 * register (reboot_init() chooses EFI) but returns to real mode and jumps to
 * F000:FFF0. Code there that writes the register makes it end.
 */
static int write_reset_vector(struct ram *ram)
{
	static const uint8_t code[] = {
		0xba, ACPI_RESET_PORT & 0xff, ACPI_RESET_PORT >> 8, /* mov dx */
		0xb0, ACPI_RESET_VALUE,		/* mov al */
		0xee,				/* out dx, al */
		0xf4,				/* hlt */
		0xeb, 0xfd,			/* and again */
	};

	if (ram_write(ram, GPA_RESET_VECTOR, code, sizeof(code)))
		return log_error("memory: too small for the reset vector");
	return 0;
}

int boot_load(const struct boot *boot, struct ram *ram, uint32_t *entry)
{
	struct pvh_boot pvh = { .cmdline = boot->cmdline };
	struct kernel k;
	int ret;

	ret = load_kernel(boot->kernel_fd, ram, &k);
	if (ret)
		return ret;
	if (strlen(boot->cmdline) > k.cmdline_max)
		return log_error("command line: this kernel takes %u bytes",
				 k.cmdline_max);
	ret = load_initrd(boot->initrd_fd, ram, &k, &pvh);
	if (ret)
		return ret;
	ret = acpi_write(ram, boot->nr_vps, &pvh.rsdp_gpa);
	if (!ret)
		ret = write_reset_vector(ram);
	if (ret)
		return ret;
	*entry = k.elf.entry;
	return pvh_write(ram, &pvh);
}
