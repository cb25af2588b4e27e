// SPDX-License-Identifier: GPL-2.0
/* Kernel files: real ones, and what a liar would write. */
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "bytes.h"
#include "bzimage.h"
#include "elf_image.h"
#include "payload.h"
#include "test.h"

#define MIB	(1ULL << 20)

/* --------------------------------------------------------------- bzImage */

#define BZ_SIZE		4096
#define BZ_PAYLOAD	(2 * 512 + 64)

static struct blob make_bzimage(void)
{
	struct blob b;
	uint8_t *d;

	CHECK(!blob_alloc(&b, BZ_SIZE));
	d = b.data;
	d[0x1f1] = 1;
	put_le16(d + 0x1fe, 0xaa55);
	memcpy(d + 0x202, "HdrS", 4);
	put_le16(d + 0x206, 0x20f);
	d[0x211] = 1;
	put_le32(d + 0x22c, 0x7fffffff);
	put_le32(d + 0x238, 2047);
	put_le32(d + 0x248, 64);
	put_le32(d + 0x24c, 256);
	put_le32(d + BZ_PAYLOAD + 252, 12345);
	return b;
}

static void bzimage_good(void)
{
	struct blob b = make_bzimage();
	struct bzimage bz;

	CHECK(!bzimage_parse(&b, &bz));
	CHECK_EQ(bz.payload_offset, BZ_PAYLOAD);
	CHECK_EQ(bz.payload_size, 256);
	CHECK_EQ(bz.unpacked_size, 12345);
	CHECK_EQ(bz.cmdline_max, 2047);
	CHECK_EQ(bz.initrd_max, 0x7fffffff);
	/* setup_sects 0 means 4 */
	b.data[0x1f1] = 0;
	CHECK(!bzimage_parse(&b, &bz));
	CHECK_EQ(bz.payload_offset, 5 * 512 + 64);
	blob_free(&b);
}

/* One field wrong at a time. */
static void bzimage_hostile(void)
{
	static const struct { unsigned int at, size; uint32_t value; } bad[] = {
		{ 0x1f1, 1, 255 },		/* payload beyond the file */
		{ 0x1fe, 2, 0x55aa },
		{ 0x202, 4, 0 },
		{ 0x206, 2, 0x0209 },		/* too old */
		{ 0x211, 1, 0 },		/* zImage */
		{ 0x248, 4, 0 },
		{ 0x248, 4, BZ_SIZE },
		{ 0x248, 4, 0xffffffff },
		{ 0x24c, 4, 0 },
		{ 0x24c, 4, 7 },
		{ 0x24c, 4, BZ_SIZE },
		{ 0x24c, 4, 0xffffffff },
	};
	struct bzimage bz;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct blob b = make_bzimage();

		memcpy(b.data + bad[i].at, &bad[i].value, bad[i].size);
		CHECK(bzimage_parse(&b, &bz) < 0);
		blob_free(&b);
	}
}

static void bzimage_truncated(void)
{
	struct blob b = make_bzimage(), part;
	struct bzimage bz;
	size_t size;

	for (size = 0; size < BZ_PAYLOAD + 256; size += 7) {
		/* A copy of its own, so that the sanitizer sees its end. */
		part.data = malloc(size ? size : 1);
		part.size = size;
		memcpy(part.data, b.data, size);
		CHECK(bzimage_parse(&part, &bz) < 0);
		free(part.data);
	}
	blob_free(&b);
}

/* --------------------------------------------------------------- payload */

#define TEXT_SIZE	100000

static void make_text(uint8_t *text)
{
	unsigned int i;

	for (i = 0; i < TEXT_SIZE; i++)
		text[i] = (uint8_t)(i * i >> 7);
}

/* As the kernel does it: x86 BCJ filter, CRC32. */
static size_t pack_xz(const uint8_t *text, uint8_t *to, size_t size)
{
	lzma_options_lzma opt;
	lzma_filter filters[] = {
		{ LZMA_FILTER_X86, NULL },
		{ LZMA_FILTER_LZMA2, &opt },
		{ LZMA_VLI_UNKNOWN, NULL },
	};
	size_t pos = 0;

	CHECK(!lzma_lzma_preset(&opt, 6));
	CHECK_EQ(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL,
					   text, TEXT_SIZE, to, &pos, size),
		 LZMA_OK);
	return pos;
}

static size_t pack_zstd(const uint8_t *text, uint8_t *to, size_t size)
{
	size_t n = ZSTD_compress(to, size, text, TEXT_SIZE, 3);

	CHECK(!ZSTD_isError(n));
	return n;
}

static size_t pack_gzip(const uint8_t *text, uint8_t *to, size_t size)
{
	z_stream s = {
		.next_in = (uint8_t *)text, .avail_in = TEXT_SIZE,
		.next_out = to, .avail_out = (uInt)size,
	};

	CHECK_EQ(deflateInit2(&s, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
	CHECK_EQ(deflate(&s, Z_FINISH), Z_STREAM_END);
	deflateEnd(&s);
	return size - s.avail_out;
}

static void unpack_with(size_t (*pack)(const uint8_t *, uint8_t *, size_t))
{
	static uint8_t text[TEXT_SIZE], packed[2 * TEXT_SIZE];
	struct blob out;
	size_t n, i;

	make_text(text);
	n = pack(text, packed, sizeof(packed) - 4);
	put_le32(packed + n, TEXT_SIZE);	/* as the kernel appends it */

	CHECK(!payload_unpack(packed, n + 4, &out, TEXT_SIZE));
	CHECK_EQ(out.size, TEXT_SIZE);
	CHECK(!memcmp(out.data, text, TEXT_SIZE));
	blob_free(&out);
	/* Neither less nor more than promised */
	CHECK(payload_unpack(packed, n + 4, &out, TEXT_SIZE + 1) < 0);
	CHECK(payload_unpack(packed, n + 4, &out, TEXT_SIZE - 1) < 0);
	CHECK(payload_unpack(packed, n + 4, &out, 0) < 0);
	CHECK(payload_unpack(packed, n + 4, &out, PAYLOAD_MAX + 1) < 0);
	for (i = 0; i < n - 1; i += n / 37 + 1)
		CHECK(payload_unpack(packed, i, &out, TEXT_SIZE) < 0);
	/* Damage may go unnoticed by formats without a sum, but never harm. */
	for (i = 6; i < n; i += n / 101 + 1) {
		packed[i] ^= 0x5a;
		if (!payload_unpack(packed, n, &out, TEXT_SIZE))
			blob_free(&out);
		packed[i] ^= 0x5a;
	}
}

static void payload_xz(void)
{
	unpack_with(pack_xz);
}

static void payload_zstd(void)
{
	unpack_with(pack_zstd);
}

static void payload_gzip(void)
{
	unpack_with(pack_gzip);
}

static void payload_unknown(void)
{
	static const uint8_t lz4[16] = { 0x02, 0x21, 0x4c, 0x18 };
	struct blob out;

	CHECK(payload_unpack(lz4, sizeof(lz4), &out, 100) < 0);
	CHECK(payload_unpack(lz4, 0, &out, 100) < 0);
}

/* ------------------------------------------------------------------- ELF */

#define ELF_FILE	8192
#define ELF_ENTRY	(MIB + 0x10)

struct elf {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[4];
	struct {
		Elf64_Nhdr nh;
		char name[4];
		uint32_t desc[2];
	} note;
};

/* Two segments and a note; @file is the whole ELF_FILE bytes. */
static void make_elf(struct blob *b, struct elf **elf)
{
	struct elf *e;

	CHECK(!blob_alloc(b, ELF_FILE));
	e = *elf = (struct elf *)b->data;
	memcpy(e->eh.e_ident, ELFMAG, SELFMAG);
	e->eh.e_ident[EI_CLASS] = ELFCLASS64;
	e->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	e->eh.e_machine = EM_X86_64;
	e->eh.e_type = ET_EXEC;
	e->eh.e_phoff = offsetof(struct elf, ph);
	e->eh.e_phentsize = sizeof(Elf64_Phdr);
	e->eh.e_phnum = 3;
	e->ph[0] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_offset = 4096,
		.p_paddr = MIB, .p_filesz = 4096, .p_memsz = 8192 };
	e->ph[1] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_offset = 4096,
		.p_paddr = 2 * MIB, .p_filesz = 16, .p_memsz = 16 };
	e->ph[2] = (Elf64_Phdr){ .p_type = PT_NOTE,
		.p_offset = offsetof(struct elf, note),
		.p_filesz = sizeof(e->note) };
	e->note.nh = (Elf64_Nhdr){ 4, 8, 18 };
	memcpy(e->note.name, "Xen", 4);
	e->note.desc[0] = ELF_ENTRY;
	memset(b->data + 4096, 0xcc, 4096);
}

static void elf_good(void)
{
	struct elf_image img;
	struct elf *e;
	struct blob b;
	struct ram ram;

	make_elf(&b, &e);
	CHECK(!elf_image_parse(&b, &img));
	CHECK_EQ(img.nr, 2);
	CHECK_EQ(img.entry, ELF_ENTRY);
	CHECK_EQ(img.start, MIB);
	CHECK_EQ(img.end, 2 * MIB + 16);
	CHECK(!ram_create(&ram, 4 * MIB));
	CHECK(!elf_image_load(&b, &img, &ram));
	CHECK_EQ(*(uint8_t *)ram_ptr(&ram, MIB + 4095, 1), 0xcc);
	CHECK_EQ(*(uint8_t *)ram_ptr(&ram, MIB + 4096, 1), 0);
	CHECK_EQ(*(uint8_t *)ram_ptr(&ram, 2 * MIB, 1), 0xcc);
	ram_destroy(&ram);
	blob_free(&b);
}

static void elf_does_not_fit(void)
{
	struct elf_image img;
	struct elf *e;
	struct blob b;
	struct ram ram;

	make_elf(&b, &e);
	e->ph[1].p_memsz = 64 * MIB;
	CHECK(!elf_image_parse(&b, &img));
	CHECK(!ram_create(&ram, 4 * MIB));
	CHECK(elf_image_load(&b, &img, &ram) < 0);
	ram_destroy(&ram);
	blob_free(&b);
}

static void break_class(struct elf *e) { e->eh.e_ident[EI_CLASS] = 1; }
static void break_magic(struct elf *e) { e->eh.e_ident[0] = 0; }
static void break_machine(struct elf *e) { e->eh.e_machine = EM_386; }
static void break_type(struct elf *e) { e->eh.e_type = ET_REL; }
static void break_phoff(struct elf *e) { e->eh.e_phoff = ~0ULL; }
static void break_phoff_end(struct elf *e) { e->eh.e_phoff = ELF_FILE - 8; }
static void break_phnum(struct elf *e) { e->eh.e_phnum = 0xffff; }
static void break_no_headers(struct elf *e) { e->eh.e_phnum = 0; }
static void break_phentsize(struct elf *e) { e->eh.e_phentsize = 8; }
static void break_filesz(struct elf *e) { e->ph[0].p_filesz = 8193; }
static void break_offset(struct elf *e) { e->ph[0].p_offset = ~0ULL - 4000; }
static void break_offset_end(struct elf *e) { e->ph[0].p_offset = 4097; }
static void break_memsz(struct elf *e) { e->ph[0].p_memsz = ~0ULL; }
static void break_memsz_wrap(struct elf *e) { e->ph[0].p_memsz = -MIB; }
static void break_low(struct elf *e) { e->ph[0].p_paddr = 0x6000; }
static void break_high(struct elf *e) { e->ph[0].p_paddr = 0xfec00000; }
static void break_huge(struct elf *e) { e->ph[0].p_paddr = ~0ULL; }
static void break_overlap(struct elf *e) { e->ph[1].p_paddr = MIB + 8191; }
static void break_no_load(struct elf *e) { e->eh.e_phnum = 1;
					   e->ph[0] = e->ph[2]; }
static void break_no_note(struct elf *e) { e->eh.e_phnum = 2; }
static void break_note_name(struct elf *e) { e->note.name[0] = 'x'; }
static void break_note_type(struct elf *e) { e->note.nh.n_type = 19; }
static void break_note_namesz(struct elf *e) { e->note.nh.n_namesz = ~0U; }
static void break_note_descsz(struct elf *e) { e->note.nh.n_descsz = ~0U; }
static void break_note_long(struct elf *e) { e->note.nh.n_descsz = 9; }
static void break_note_offset(struct elf *e) { e->ph[2].p_offset = ~0ULL; }
static void break_note_size(struct elf *e) { e->ph[2].p_filesz = ~0ULL; }
static void break_entry(struct elf *e) { e->note.desc[0] = 3 * MIB; }
static void break_entry_bss(struct elf *e) { e->note.desc[0] = MIB + 4096; }
static void break_entry_high(struct elf *e) { e->note.desc[1] = 1; }

static void elf_hostile(void)
{
	static void (*const breaks[])(struct elf *) = {
		break_class, break_magic, break_machine, break_type,
		break_phoff, break_phoff_end, break_phnum, break_no_headers,
		break_phentsize, break_filesz, break_offset, break_offset_end,
		break_memsz, break_memsz_wrap, break_low, break_high,
		break_huge, break_overlap, break_no_load, break_no_note,
		break_note_name, break_note_type, break_note_namesz,
		break_note_descsz, break_note_long, break_note_offset,
		break_note_size, break_entry, break_entry_bss,
		break_entry_high,
	};
	struct elf_image img;
	size_t i;

	for (i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		struct elf *e;
		struct blob b;

		make_elf(&b, &e);
		breaks[i](e);
		if (elf_image_parse(&b, &img) >= 0) {
			printf("# break %zu was not noticed\n", i);
			CHECK(false);
		}
		blob_free(&b);
	}
}

/* Random bytes in the headers: anything may come out, but no crash. */
static void elf_random(void)
{
	struct elf_image img;
	unsigned int i, k;

	srandom(1);
	for (i = 0; i < 20000; i++) {
		struct elf *e;
		struct blob b, copy = { .size = ELF_FILE };

		make_elf(&b, &e);
		for (k = random() % 8; k--; )
			b.data[random() % sizeof(*e)] = (uint8_t)random();
		copy.data = malloc(ELF_FILE);
		memcpy(copy.data, b.data, ELF_FILE);
		elf_image_parse(&copy, &img);
		free(copy.data);
		blob_free(&b);
	}
}

const struct test image_tests[] = {
	TEST(bzimage_good), TEST(bzimage_hostile), TEST(bzimage_truncated),
	TEST(payload_xz), TEST(payload_zstd), TEST(payload_gzip),
	TEST(payload_unknown),
	TEST(elf_good), TEST(elf_does_not_fit), TEST(elf_hostile),
	TEST(elf_random),
	TESTS_END
};
