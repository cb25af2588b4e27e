// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <string.h>

#include "elf_image.h"
#include "bytes.h"
#include "log.h"

#define XEN_ELFNOTE_PHYS32_ENTRY	18
#define MAX_PROGRAM_HEADERS		64

typedef unsigned long long ull;

bool elf_image_probe(const struct blob *file)
{
	return file->size >= sizeof(Elf64_Ehdr) &&
	       !memcmp(file->data, ELFMAG, SELFMAG);
}

static bool in_file(const struct blob *file, uint64_t offset, uint64_t size)
{
	return offset <= file->size && size <= file->size - offset;
}

static int check_header(const struct blob *file, Elf64_Ehdr *eh)
{
	if (!elf_image_probe(file))
		return log_error("kernel: neither a bzImage nor an ELF file");
	memcpy(eh, file->data, sizeof(*eh));
	if (eh->e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh->e_machine != EM_X86_64)
		return log_error("kernel: ELF file is not for x86-64");
	if (eh->e_type != ET_EXEC && eh->e_type != ET_DYN)
		return log_error("kernel: ELF file is not an executable");
	if (eh->e_phentsize != sizeof(Elf64_Phdr) || !eh->e_phnum ||
	    eh->e_phnum > MAX_PROGRAM_HEADERS ||
	    !in_file(file, eh->e_phoff,
		     (uint64_t)eh->e_phnum * sizeof(Elf64_Phdr)))
		return log_error("kernel: ELF program headers make no sense");
	return 0;
}

static bool overlap(const struct elf_segment *a, const struct elf_segment *b)
{
	return a->gpa < b->gpa + b->mem_size && b->gpa < a->gpa + a->mem_size;
}

static int add_segment(const struct blob *file, const Elf64_Phdr *ph,
		       struct elf_image *img)
{
	struct elf_segment seg = {
		.gpa = ph->p_paddr,
		.mem_size = ph->p_memsz,
		.offset = ph->p_offset,
		.file_size = ph->p_filesz,
	};
	unsigned int i;

	if (!seg.mem_size)
		return 0;
	if (seg.file_size > seg.mem_size ||
	    !in_file(file, seg.offset, seg.file_size))
		return log_error("kernel: segment at %#llx is not in the file",
				 (ull)seg.gpa);
	if (seg.gpa < GPA_ONE_MEG || seg.gpa >= GPA_HOLE ||
	    seg.mem_size > GPA_HOLE - seg.gpa)
		return log_error("kernel: segment of %#llx bytes at %#llx is no place for a kernel",
				 (ull)seg.mem_size, (ull)seg.gpa);
	for (i = 0; i < img->nr; i++) {
		if (overlap(&img->segment[i], &seg))
			return log_error("kernel: segments at %#llx and %#llx overlap",
					 (ull)img->segment[i].gpa, (ull)seg.gpa);
	}
	if (img->nr == ELF_MAX_SEGMENTS)
		return log_error("kernel: more than %d segments",
				 ELF_MAX_SEGMENTS);
	img->segment[img->nr++] = seg;
	if (img->nr == 1 || seg.gpa < img->start)
		img->start = seg.gpa;
	if (seg.gpa + seg.mem_size > img->end)
		img->end = seg.gpa + seg.mem_size;
	return 0;
}

static uint64_t align4(uint64_t n)
{
	return (n + 3) & ~3ULL;
}

/* Looks for the PVH note; sizes are checked before they are added up. */
static int scan_notes(const struct blob *file, const Elf64_Phdr *ph,
		      struct elf_image *img)
{
	const uint8_t *p = file->data + ph->p_offset;
	uint64_t left = ph->p_filesz;

	while (left >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr nh;
		uint64_t name_size, desc_size;

		memcpy(&nh, p, sizeof(nh));
		name_size = align4(nh.n_namesz);
		desc_size = align4(nh.n_descsz);
		p += sizeof(nh);
		left -= sizeof(nh);
		/* The last note's padding may be missing. */
		if (name_size > left || nh.n_descsz > left - name_size)
			return log_error("kernel: ELF notes are damaged");
		if (nh.n_type == XEN_ELFNOTE_PHYS32_ENTRY &&
		    nh.n_namesz == 4 && !memcmp(p, "Xen", 4) &&
		    (nh.n_descsz == 4 || nh.n_descsz == 8)) {
			uint64_t entry = nh.n_descsz == 4 ?
				get_le32(p + name_size) :
				get_le64(p + name_size);

			if (entry > UINT32_MAX)
				return log_error("kernel: PVH entry above 4 GiB");
			img->entry = (uint32_t)entry;
		}
		if (desc_size > left - name_size)
			break;
		p += name_size + desc_size;
		left -= name_size + desc_size;
	}
	return 0;
}

static int check_entry(const struct elf_image *img)
{
	unsigned int i;

	if (!img->nr)
		return log_error("kernel: ELF file has nothing to load");
	if (!img->entry)
		return log_error("kernel: no PVH entry (CONFIG_PVH is not set?)");
	for (i = 0; i < img->nr; i++) {
		const struct elf_segment *s = &img->segment[i];

		if (img->entry - s->gpa < s->file_size)
			return 0;
	}
	return log_error("kernel: PVH entry %#x is in no segment", img->entry);
}

int elf_image_parse(const struct blob *file, struct elf_image *img)
{
	Elf64_Ehdr eh;
	unsigned int i;
	int ret;

	memset(img, 0, sizeof(*img));
	ret = check_header(file, &eh);
	for (i = 0; !ret && i < eh.e_phnum; i++) {
		Elf64_Phdr ph;

		memcpy(&ph, file->data + eh.e_phoff + i * sizeof(ph),
		       sizeof(ph));
		if (ph.p_type == PT_LOAD) {
			ret = add_segment(file, &ph, img);
		} else if (ph.p_type == PT_NOTE) {
			if (!in_file(file, ph.p_offset, ph.p_filesz))
				return log_error("kernel: ELF notes are not in the file");
			ret = scan_notes(file, &ph, img);
		}
	}
	return ret ? ret : check_entry(img);
}

int elf_image_load(const struct blob *file, const struct elf_image *img,
		   struct ram *ram)
{
	unsigned int i;

	for (i = 0; i < img->nr; i++) {
		const struct elf_segment *s = &img->segment[i];
		uint8_t *to = ram_ptr(ram, s->gpa, s->mem_size);

		if (!to)
			return log_error("kernel: it needs memory up to %#llx, there is %llu MiB",
					 (ull)img->end, (ull)ram->size >> 20);
		memcpy(to, file->data + s->offset, s->file_size);
	}
	return 0;
}
