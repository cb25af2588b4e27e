// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes pages of the hypervisor through the kernel's direct map, as
 * a broken or hostile root kernel would.
 *
 *   insmod hvp_hidden.ko pfn=N,N,...
 *
 * For each page prints "@@hidden PFN read R write W of 4": R is "zeros" or
 * "SECRET", W the kinds of write that took #GP. Refuses to stay loaded, so that
 * it can be inserted again. Without hvpart these pages are Linux's own: then it
 * does harm.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/asm.h>

#define MAX_PAGES	16

static unsigned long pfn[MAX_PAGES];
static unsigned int nr_pfn;
module_param_array(pfn, ulong, &nr_pfn, 0);
MODULE_PARM_DESC(pfn, "pages to try");

/*
 * An exception-table entry turns the fault into "not written", as with
 * wrmsr_safe(). Each kind of write is decoded in a path of its own.
 */
#define TRY(instruction, ...) ({					\
	bool written_ = true;						\
	asm volatile("1: " instruction "\n"				\
		     "   jmp 3f\n"					\
		     "2: movb $0, %[written]\n"				\
		     "3:\n"						\
		     _ASM_EXTABLE(1b, 2b)				\
		     : [written] "+m"(written_), ##__VA_ARGS__);	\
	written_;							\
})

static bool write_byte(void *p)
{
	return TRY("movb $0x5a, (%[p])", [p] "+r"(p) : : "memory");
}

static bool write_quad(void *p)
{
	return TRY("movq $0x5a, (%[p])", [p] "+r"(p) : : "memory");
}

static bool write_locked(void *p)
{
	return TRY("lock orq $1, (%[p])", [p] "+r"(p) : : "memory", "cc");
}

static bool write_string(void *p)
{
	unsigned long n = 64;

	return TRY("rep stosb", "+D"(p), "+c"(n) : "a"(0x5a) : "memory");
}

static bool (*const writes[])(void *p) = {
	write_byte, write_quad, write_locked, write_string,
};

static void try_page(unsigned long n)
{
	void *page = __va(n << PAGE_SHIFT);
	bool zeros = !memchr_inv(page, 0, PAGE_SIZE);
	unsigned int i, refused = 0;

	/* At several places: the page is read-only as a whole or not at all. */
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		refused += !writes[i](page + i * (PAGE_SIZE / 4));
	zeros = zeros && !memchr_inv(page, 0, PAGE_SIZE);
	pr_info("@@hidden %lu read %s write %u of %zu\n", n,
		zeros ? "zeros" : "SECRET", refused, ARRAY_SIZE(writes));
}

static int __init hvp_hidden_init(void)
{
	unsigned int i;

	for (i = 0; i < nr_pfn; i++)
		if (pfn_valid(pfn[i]))
			try_page(pfn[i]);
	return -ENODEV;		/* done: nothing to keep loaded */
}
module_init(hvp_hidden_init);

MODULE_DESCRIPTION("hvpart: touches hidden pages");
MODULE_LICENSE("GPL");
