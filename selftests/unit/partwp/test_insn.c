// SPDX-License-Identifier: GPL-2.0
/* Every form that may touch a device, and some that may not. */
#include <string.h>

#include "insn.h"
#include "test.h"

#define R(n, size)		{ n, size, 0 }
#define HIGH(n)			{ n, 1, 8 }

/* What the decoder must make of some bytes. */
static const struct expectation {
	const char *text;
	enum insn_mode mode;
	uint8_t bytes[12];
	uint8_t length, mem_size;
	enum insn_kind kind;
	bool sign, immediate;
	struct insn_reg reg;
	uint64_t value;
} good[] = {
	/* readl(), writel() of a 64-bit kernel */
	{ "mov eax, [rdi]", INSN_64, { 0x8b, 0x07 }, 2, 4, INSN_LOAD,
	  false, false, R(0, 4), 0 },
	{ "mov [rdi], esi", INSN_64, { 0x89, 0x37 }, 2, 4, INSN_STORE,
	  false, false, R(6, 4), 0 },
	{ "mov r9d, [rax+16]", INSN_64, { 0x44, 0x8b, 0x48, 0x10 }, 4, 4,
	  INSN_LOAD, false, false, R(9, 4), 0 },
	{ "mov [rax+rcx*4+0x12345678], r15d", INSN_64,
	  { 0x44, 0x89, 0xbc, 0x88, 0x78, 0x56, 0x34, 0x12 }, 8, 4,
	  INSN_STORE, false, false, R(15, 4), 0 },
	{ "mov rax, [rdi]", INSN_64, { 0x48, 0x8b, 0x07 }, 3, 8, INSN_LOAD,
	  false, false, R(0, 8), 0 },
	{ "mov [rdi], r8", INSN_64, { 0x4c, 0x89, 0x07 }, 3, 8, INSN_STORE,
	  false, false, R(8, 8), 0 },
	{ "mov ax, [rdi]", INSN_64, { 0x66, 0x8b, 0x07 }, 3, 2, INSN_LOAD,
	  false, false, R(0, 2), 0 },
	{ "mov [rdi], cx", INSN_64, { 0x66, 0x89, 0x0f }, 3, 2, INSN_STORE,
	  false, false, R(1, 2), 0 },
	{ "mov al, [rdi]", INSN_64, { 0x8a, 0x07 }, 2, 1, INSN_LOAD,
	  false, false, R(0, 1), 0 },
	{ "mov [rdi], bl", INSN_64, { 0x88, 0x1f }, 2, 1, INSN_STORE,
	  false, false, R(3, 1), 0 },
	{ "mov ah, [rdi]", INSN_64, { 0x8a, 0x27 }, 2, 1, INSN_LOAD,
	  false, false, HIGH(0), 0 },
	{ "mov [rdi], bh", INSN_64, { 0x88, 0x3f }, 2, 1, INSN_STORE,
	  false, false, HIGH(3), 0 },
	{ "mov [rdi], sil (REX)", INSN_64, { 0x40, 0x88, 0x37 }, 3, 1,
	  INSN_STORE, false, false, R(6, 1), 0 },
	{ "mov r11b, [rdi]", INSN_64, { 0x44, 0x8a, 0x1f }, 3, 1, INSN_LOAD,
	  false, false, R(11, 1), 0 },
	/* constants */
	{ "mov dword [rdi], 0x12345678", INSN_64,
	  { 0xc7, 0x07, 0x78, 0x56, 0x34, 0x12 }, 6, 4, INSN_STORE, false,
	  true, { 0 }, 0x12345678 },
	{ "mov qword [rdi], -1", INSN_64,
	  { 0x48, 0xc7, 0x07, 0xff, 0xff, 0xff, 0xff }, 7, 8, INSN_STORE,
	  false, true, { 0 }, ~0ULL },
	{ "mov word [rdi], 0x1234", INSN_64, { 0x66, 0xc7, 0x07, 0x34, 0x12 },
	  5, 2, INSN_STORE, false, true, { 0 }, 0x1234 },
	{ "mov byte [rdi], 0x5a", INSN_64, { 0xc6, 0x07, 0x5a }, 3, 1,
	  INSN_STORE, false, true, { 0 }, 0x5a },
	/* accumulator and absolute address */
	{ "mov eax, [moffs32]", INSN_32, { 0xa1, 0x10, 0x00, 0xc0, 0xfe }, 5,
	  4, INSN_LOAD, false, false, R(0, 4), 0 },
	{ "mov [moffs64], al", INSN_64,
	  { 0xa2, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0 }, 9, 1, INSN_STORE, false,
	  false, R(0, 1), 0 },
	/* extensions */
	{ "movzx eax, byte [rdi]", INSN_64, { 0x0f, 0xb6, 0x07 }, 3, 1,
	  INSN_LOAD, false, false, R(0, 4), 0 },
	{ "movzx eax, word [rdi]", INSN_64, { 0x0f, 0xb7, 0x07 }, 3, 2,
	  INSN_LOAD, false, false, R(0, 4), 0 },
	{ "movzx r10, byte [rdi]", INSN_64, { 0x4c, 0x0f, 0xb6, 0x17 }, 4, 1,
	  INSN_LOAD, false, false, R(10, 8), 0 },
	{ "movsx edx, byte [rdi]", INSN_64, { 0x0f, 0xbe, 0x17 }, 3, 1,
	  INSN_LOAD, true, false, R(2, 4), 0 },
	{ "movsx rdx, word [rdi]", INSN_64, { 0x48, 0x0f, 0xbf, 0x17 }, 4, 2,
	  INSN_LOAD, true, false, R(2, 8), 0 },
	{ "movsxd rax, [rdi]", INSN_64, { 0x48, 0x63, 0x07 }, 3, 4,
	  INSN_LOAD, true, false, R(0, 8), 0 },
	/* other modes */
	{ "mov eax, [edi] (32)", INSN_32, { 0x8b, 0x07 }, 2, 4, INSN_LOAD,
	  false, false, R(0, 4), 0 },
	{ "mov ax, [bx] (16)", INSN_16, { 0x8b, 0x07 }, 2, 2, INSN_LOAD,
	  false, false, R(0, 2), 0 },
	{ "mov eax, [bx] (16)", INSN_16, { 0x66, 0x8b, 0x07 }, 3, 4,
	  INSN_LOAD, false, false, R(0, 4), 0 },
};

static void insn_good(void)
{
	struct insn i;
	size_t n;

	for (n = 0; n < sizeof(good) / sizeof(good[0]); n++) {
		const struct expectation *e = &good[n];

		/* with what follows in memory, and without */
		if (insn_decode(e->mode, e->bytes, sizeof(e->bytes), &i) ||
		    insn_decode(e->mode, e->bytes, e->length, &i)) {
			printf("# %s\n", e->text);
			CHECK(false);
		}
		CHECK(insn_decode(e->mode, e->bytes, e->length - 1, &i) < 0);
		CHECK(!insn_decode(e->mode, e->bytes, e->length, &i));
		if (i.length != e->length || i.mem_size != e->mem_size ||
		    i.kind != e->kind || i.sign_extend != e->sign ||
		    i.immediate != e->immediate ||
		    (!e->immediate && memcmp(&i.reg, &e->reg, sizeof(i.reg))) ||
		    (e->immediate && insn_source(&i, 0) !=
		     (e->value & (e->mem_size == 8 ? ~0ULL :
				  (1ULL << 8 * e->mem_size) - 1)))) {
			printf("# %s: reg %u size %u shift %u\n", e->text,
			       i.reg.number, i.reg.size, i.reg.shift);
			CHECK(false);
		}
	}
}

static void insn_refused(void)
{
	static const struct { enum insn_mode mode; uint8_t bytes[8]; } bad[] = {
		{ INSN_64, { 0x01, 0x07 } },			/* add */
		{ INSN_64, { 0x87, 0x07 } },			/* xchg */
		{ INSN_64, { 0xff, 0x30 } },			/* push */
		{ INSN_64, { 0xa4 } },				/* movsb */
		{ INSN_64, { 0xf3, 0x48, 0xab } },		/* rep stosq */
		{ INSN_64, { 0x8b, 0xc7 } },			/* reg, reg */
		{ INSN_64, { 0x8c, 0x07 } },			/* mov [], es */
		{ INSN_64, { 0x8e, 0x07 } },			/* mov es, [] */
		{ INSN_64, { 0x0f, 0x20, 0xc0 } },		/* mov rax, cr0 */
		{ INSN_64, { 0x0f, 0x6f, 0x07 } },		/* movq mm */
		{ INSN_64, { 0xf3, 0x0f, 0x6f, 0x07 } },	/* movdqu */
		{ INSN_64, { 0x0f, 0x0b } },			/* ud2 */
		{ INSN_64, { 0x06 } },				/* invalid */
		{ INSN_64, { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66 } },
	};
	struct insn i;
	size_t n;

	for (n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
		CHECK(insn_decode(bad[n].mode, bad[n].bytes, 8, &i) < 0);
	CHECK(insn_decode(INSN_64, bad[0].bytes, 0, &i) < 0);
}

static void insn_strings(void)
{
	static const struct {
		enum insn_mode mode;
		uint8_t bytes[4], length, address;
		int8_t segment;
	} s[] = {
		{ INSN_64, { 0x6c }, 1, 8, -1 },
		{ INSN_64, { 0xf3, 0x6e }, 2, 8, -1 },
		{ INSN_64, { 0x67, 0x6f }, 2, 4, -1 },
		{ INSN_64, { 0xf3, 0x65, 0x6e }, 3, 8, 5 },
		{ INSN_32, { 0x66, 0x6d }, 2, 4, -1 },
		{ INSN_32, { 0x26, 0x6f }, 2, 4, 0 },
		{ INSN_32, { 0x2e, 0x6f }, 2, 4, 1 },
		{ INSN_16, { 0x36, 0x6e }, 2, 2, 2 },
		{ INSN_16, { 0x67, 0x64, 0x6e }, 3, 4, 4 },
	};
	struct insn i;
	size_t n;

	for (n = 0; n < sizeof(s) / sizeof(s[0]); n++) {
		CHECK(!insn_decode(s[n].mode, s[n].bytes, 4, &i));
		CHECK_EQ(i.kind, INSN_STRING);
		CHECK_EQ(i.length, s[n].length);
		CHECK_EQ(i.address_size, s[n].address);
		CHECK_EQ((uint8_t)i.segment, (uint8_t)s[n].segment);
	}
}

static void insn_merging(void)
{
	const uint64_t old = 0x1122334455667788;
	struct insn i = { .mem_size = 1, .reg = R(0, 1) };

	CHECK_EQ(insn_merge(&i, old, 0xfff0), 0x11223344556677f0);
	i.reg.shift = 8;
	CHECK_EQ(insn_merge(&i, old, 0xf0), 0x112233445566f088);
	CHECK_EQ(insn_source(&i, old), 0x77);
	i = (struct insn){ .mem_size = 2, .reg = R(0, 2) };
	CHECK_EQ(insn_merge(&i, old, 0xabcd), 0x112233445566abcd);
	CHECK_EQ(insn_source(&i, old), 0x7788);
	i = (struct insn){ .mem_size = 4, .reg = R(0, 4) };
	CHECK_EQ(insn_merge(&i, old, ~0ULL), 0xffffffff);
	i.reg.size = 8;
	i.sign_extend = true;
	CHECK_EQ(insn_merge(&i, old, 0x80000000), 0xffffffff80000000);
	CHECK_EQ(insn_merge(&i, old, 0x7fffffff), 0x7fffffff);
	i = (struct insn){ .mem_size = 1, .reg = R(0, 2), .sign_extend = true };
	CHECK_EQ(insn_merge(&i, old, 0x80), 0x112233445566ff80);
	i.reg.size = 4;
	CHECK_EQ(insn_merge(&i, old, 0x80), 0xffffff80);
	i = (struct insn){ .mem_size = 8, .reg = R(0, 8), .sign_extend = true };
	CHECK_EQ(insn_merge(&i, old, 1ULL << 63), 1ULL << 63);
}

static void insn_random(void)
{
	struct insn i;
	unsigned int n, k;

	srandom(4);
	for (n = 0; n < 300000; n++) {
		size_t size = random() % 16;
		uint8_t *b = malloc(size ? size : 1);

		for (k = 0; k < size; k++)
			b[k] = (uint8_t)random();
		if (!insn_decode(random() % 3, b, size, &i)) {
			CHECK(i.length && i.length <= size);
			CHECK(i.reg.number < 16);
			CHECK(i.kind == INSN_STRING || i.mem_size == 1 ||
			      i.mem_size == 2 || i.mem_size == 4 ||
			      i.mem_size == 8);
		}
		free(b);
	}
}

const struct test insn_tests[] = {
	TEST(insn_good), TEST(insn_refused), TEST(insn_strings),
	TEST(insn_merging), TEST(insn_random),
	TESTS_END
};
