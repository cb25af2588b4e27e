// SPDX-License-Identifier: GPL-2.0
/* Lines of the hypervisor's log (log.h). */
#include <linux/build_bug.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "hvpart.h"
#include "image.h"
#include "log.h"
#include "partition.h"

/* --- the texts --------------------------------------------------------------- */

/* A section of the image's file that ends with a NUL; or none. */
struct texts {
	const char *start;
	size_t bytes;
};

static struct texts find_texts(void)
{
	const struct elf64_hdr *eh = hvp_image();
	const struct elf64_shdr *sh = hvp_image() + eh->e_shoff;
	const char *names = hvp_image() + sh[eh->e_shstrndx].sh_offset;
	unsigned int i;

	for (i = 1; i < eh->e_shnum; i++) {
		const char *start = hvp_image() + sh[i].sh_offset;

		if (strcmp(names + sh[i].sh_name, ".messages"))
			continue;
		if (sh[i].sh_size && !start[sh[i].sh_size - 1])
			return (struct texts){ start, sh[i].sh_size };
		break;
	}
	return (struct texts){ NULL, 0 };
}

static const char *text_at(const struct texts *t, u64 place)
{
	return place < t->bytes ? t->start + place : "?";
}

/* --- a line ------------------------------------------------------------------ */

static int put_arg(const struct texts *t, char *to, size_t room,
		   const char *conversion, u64 arg)
{
	switch (conversion[0]) {
	case 's':
		return scnprintf(to, room, "%s", text_at(t, arg));
	case 'u':
		return scnprintf(to, room, "%u", (u32)arg);
	case 'x':
		return scnprintf(to, room, "%x", (u32)arg);
	default:			/* llu, llx */
		return scnprintf(to, room, conversion[2] == 'x' ? "%llx" :
				 "%llu", arg);
	}
}

static void put_line(const struct texts *t, struct hvpart_log_record *to,
		     const struct hvpart_log_entry *from)
{
	const char *f = text_at(t, from->text);
	unsigned int arg = 0;
	size_t at = 0;

	memset(to, 0, sizeof(*to));
	to->tsc = from->tsc;
	to->cpu = from->cpu;
	to->level = *f >= '0' && *f <= '9' ? *f++ - '0' : HVPART_LOG_ERROR;
	while (*f && at < sizeof(to->text) - 1) {
		if (*f != '%' || arg == HVPART_LOG_ARGS) {
			to->text[at++] = *f++;
			continue;
		}
		f++;
		at += put_arg(t, to->text + at, sizeof(to->text) - at, f,
			      from->args[arg++]);
		f += !strncmp(f, "ll", 2) ? 3 : 1;
	}
}

/* Without the records that were overwritten while they were copied. */
static void make_lines(struct hvp_log_page *page,
			      const struct hvpart_output_read_log *out)
{
	const struct texts t = find_texts();
	u32 i;

	page->first = 0;
	page->next = out->next;
	page->count = 0;
	for (i = 0; i < out->count; i++) {
		const struct hvpart_log_entry *e = &out->records[i];

		if (!e->done || e->done > out->next)
			continue;
		if (!page->count)
			page->first = e->done - 1;
		put_line(&t, &page->records[page->count++], e);
	}
}

int hvp_read_log(u64 first, u32 max, struct hvp_log_page *page)
{
	const struct hvpart_input_read_log in = {
		.first = first,
		.max = min_t(u32, max, HVPART_READ_LOG_MAX),
	};
	struct hvpart_output_read_log *out;
	struct hvp_request r = {
		.code = HVCALL_HVPART_READ_LOG,
		.in = &in,
		.in_len = sizeof(in),
		.out_len = HV_HYP_PAGE_SIZE,
	};
	int ret;

	BUILD_BUG_ON(sizeof(*page) > HV_HYP_PAGE_SIZE);
	out = (void *)__get_free_page(GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	r.out = out;
	ret = hvp_request_run(&r);
	if (!ret && out->count > in.max)
		ret = -EIO;
	if (!ret)
		make_lines(page, out);
	free_page((unsigned long)out);
	return ret;
}
