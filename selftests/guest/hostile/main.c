// SPDX-License-Identifier: GPL-2.0
#include "hostile.h"

static const struct hostile *const files[] = {
	hcall_cases, page_cases, race_cases, cpu_cases, sweep_cases,
	interrupt_cases, end_cases,
};

static u8 scratch[PAGE_SIZE] __attribute__((aligned(4096)));

/* RAX, where instructions have an implied address, is a page of no use. */
static void jump(void *code)
{
	u64 a = (u64)scratch, c = 0, d = 0;

	asm volatile("call *%[code]" : "+a"(a), "+c"(c), "+d"(d)
		     : [code] "r"(code)
		     : "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory",
		       "cc");
}

u32 execute(const u8 *code, u32 size)
{
	u32 mark = page_mark();
	u8 *page = page_alloc();
	u32 fault;

	memcpy(page, code, size);
	page[size] = 0xC3;		/* RET */
	fault = trap_escape(jump, page);
	page_release(mark);
	return fault;
}

static void call(void *arg)
{
	((const struct hostile *)arg)->fn();
}

static const struct hostile *find(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(files); i++)
		for (const struct hostile *h = files[i]; h->name; h++)
			if (option_is("case=", h->name))
				return h;
	return NULL;
}

static void list(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(files); i++)
		for (const struct hostile *h = files[i]; h->name; h++)
			print("@@case %s\n", h->name);
}

void guest_main(void)
{
	const struct hostile *h = find();

	if (!h) {
		list();
		return;
	}
	hcall_setup(NULL);
	smp_start_all(option_number("cpus=", 2));
	attempt_begin(h->name);
	attempt(call, h);
	attempt_end(h->name);
}
