// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "guest_memory.h"
#include "ram_pages.h"

#define CR0_WP		(1ULL << 16)
#define CR0_PG		(1ULL << 31)
#define CR4_PSE		(1ULL << 4)
#define CR4_PAE		(1ULL << 5)
#define CR4_LA57	(1ULL << 12)
#define CR4_SMAP	(1ULL << 21)
#define EFER_LMA	(1ULL << 10)
#define EFER_NXE	(1ULL << 11)
#define RFLAGS_AC	(1ULL << 18)

#define PTE_P		0x01ULL
#define PTE_W		0x02ULL
#define PTE_U		0x04ULL
#define PTE_A		0x20ULL
#define PTE_D		0x40ULL
#define PTE_PS		0x80ULL
#define PTE_NX		(1ULL << 63)
#define ADDR_MASK	0x000FFFFFFFFFF000ULL

#define NO_MEMORY	(~0U)

/* How a mode's tables look. */
struct shape {
	unsigned int levels;
	unsigned int bits;	/* of the address, per level */
	unsigned int size;	/* of an entry */
};

struct walk {
	const struct ram *ram;
	const struct paging *p;
	enum access access;
	uint64_t rights;	/* W and U as all levels allow, NX as any has */
	uint32_t error;
	uint64_t missing;	/* where a table is not */
};

static struct shape paging_shape(const struct paging *p)
{
	if (!(p->cr4 & CR4_PAE))
		return (struct shape){ 2, 10, 4 };
	if (!(p->efer & EFER_LMA))
		return (struct shape){ 3, 9, 8 };
	return (struct shape){ p->cr4 & CR4_LA57 ? 5 : 4, 9, 8 };
}

/* Entries change under our eyes: each is read once. */
static uint64_t load(const void *p, unsigned int size)
{
	return size == 8 ? __atomic_load_n((const uint64_t *)p,
					   __ATOMIC_RELAXED) :
			   __atomic_load_n((const uint32_t *)p,
					   __ATOMIC_RELAXED);
}

/* Both bits lie in the first byte, whatever the entry's size. */
static void set_bits(void *p, uint64_t entry, uint64_t bits)
{
	if ((entry & bits) != bits)
		__atomic_or_fetch((uint8_t *)p, (uint8_t)bits,
				  __ATOMIC_RELAXED);
}

static int fault(struct walk *w, uint32_t error)
{
	if (w->access == ACCESS_WRITE)
		error |= PF_WRITE;
	if (w->access == ACCESS_FETCH && (w->p->efer & EFER_NXE))
		error |= PF_FETCH;
	if (w->p->user)
		error |= PF_USER;
	w->error = error;
	return -EFAULT;
}

static bool allowed(const struct walk *w)
{
	const struct paging *p = w->p;

	if (p->user && !(w->rights & PTE_U))
		return false;
	if (w->access == ACCESS_WRITE && !(w->rights & PTE_W) &&
	    (p->user || (p->cr0 & CR0_WP)))
		return false;
	if (w->access == ACCESS_FETCH)
		return !(w->rights & PTE_NX) || !(p->efer & EFER_NXE);
	return p->user || !(p->cr4 & CR4_SMAP) || !(w->rights & PTE_U) ||
	       (p->rflags & RFLAGS_AC);
}

static bool is_leaf(const struct paging *p, unsigned int level,
		    const struct shape *s, uint64_t entry)
{
	if (!level)
		return true;
	if (!(entry & PTE_PS))
		return false;
	if (s->size == 4)
		return p->cr4 & CR4_PSE;
	return level == 1 || (level == 2 && s->levels > 3);
}

/* Where a leaf of @level points to for this address. */
static uint64_t leaf_address(const struct shape *s, unsigned int level,
			     uint64_t entry, uint64_t gva)
{
	uint64_t low = (1ULL << (12 + level * s->bits)) - 1;
	uint64_t base = entry & ADDR_MASK;

	/* PSE-36: address bits 39:32 are in 20:13 of a 4 MiB entry. */
	if (s->size == 4 && level == 1)
		base = (entry & 0xFFC00000) | (entry >> 13 & 0xFF) << 32;
	return (base & ~low) | (gva & low);
}

static int walk(struct walk *w, uint64_t gva, uint64_t *gpa)
{
	struct shape s = paging_shape(w->p);
	uint64_t table = w->p->cr3 & (s.levels == 3 ? 0xFFFFFFE0 : ADDR_MASK);
	unsigned int level = s.levels;

	while (level--) {
		unsigned int index = (unsigned int)(gva >> (12 + level * s.bits)) &
				     ((1U << s.bits) - 1);
		bool pdpte = s.levels == 3 && level == 2;
		uint64_t entry;
		void *p;

		if (pdpte)
			index &= 3;
		p = ram_ptr(w->ram, table + index * s.size, s.size);
		if (!p) {
			w->error = NO_MEMORY;
			w->missing = table + index * s.size;
			return -EFAULT;
		}
		entry = load(p, s.size);
		if (!(entry & PTE_P))
			return fault(w, 0);
		if (!pdpte)
			w->rights &= entry | PTE_NX;
		w->rights |= s.size == 8 ? entry & PTE_NX : 0;
		if (!pdpte && is_leaf(w->p, level, &s, entry)) {
			if (!allowed(w))
				return fault(w, PF_PRESENT);
			set_bits(p, entry, PTE_A | (w->access == ACCESS_WRITE ?
						    PTE_D : 0));
			*gpa = leaf_address(&s, level, entry, gva);
			return 0;
		}
		if (!pdpte)
			set_bits(p, entry, PTE_A);
		table = entry & (s.size == 8 ? ADDR_MASK : 0xFFFFF000);
	}
	return fault(w, 0);	/* not reached: level 0 is a leaf */
}

static int translate(const struct ram *ram, const struct paging *p,
		     uint64_t gva, enum access access, uint64_t *gpa,
		     struct guest_fault *f)
{
	struct walk w = {
		.ram = ram,
		.p = p,
		.access = access,
		.rights = PTE_W | PTE_U,
	};
	int ret;

	f->gva = gva;
	f->error = 0;
	if (!(p->cr0 & CR0_PG)) {
		*gpa = gva & 0xFFFFFFFF;
		return 0;
	}
	if (!(p->efer & EFER_LMA))
		gva &= 0xFFFFFFFF;
	ret = walk(&w, gva, gpa);
	f->error = w.error;
	f->gpa = w.missing;
	return ret;
}

/* One page's worth at a time: where it is in this process. */
static void *piece(const struct ram *ram, const struct paging *p, uint64_t gva,
		   unsigned int *len, enum access access,
		   struct guest_fault *f)
{
	unsigned int room = 4096 - (unsigned int)(gva & 4095);
	uint64_t gpa;
	void *host;

	if (*len > room)
		*len = room;
	if (translate(ram, p, gva, access, &gpa, f))
		return NULL;
	host = ram_ptr(ram, gpa, *len);
	if (!host) {
		f->error = NO_MEMORY;
		f->gpa = gpa;
	}
	return host;
}

static int copy_out(const struct ram *ram, const struct paging *p,
		    uint64_t gva, uint8_t *to, unsigned int len,
		    enum access access, struct guest_fault *f)
{
	while (len) {
		unsigned int n = len;
		const void *from = piece(ram, p, gva, &n, access, f);

		if (!from)
			return -EFAULT;
		memcpy(to, from, n);
		to += n;
		gva += n;
		len -= n;
	}
	return 0;
}

static int copy_in(const struct ram *ram, const struct paging *p,
		   uint64_t gva, const uint8_t *from, unsigned int len,
		   struct guest_fault *f)
{
	while (len) {
		unsigned int n = len;
		void *to = piece(ram, p, gva, &n, ACCESS_WRITE, f);

		if (!to)
			return -EFAULT;
		memcpy(to, from, n);
		from += n;
		gva += n;
		len -= n;
	}
	return 0;
}

/* From the start again, when what was missing is there now. */
static bool again(struct ram *ram, int ret, const struct guest_fault *f)
{
	return ret && f->error == NO_MEMORY && ram_touch(ram, f->gpa, true) == 1;
}

int guest_translate(struct ram *ram, const struct paging *p, uint64_t gva,
		    enum access access, uint64_t *gpa, uint32_t *error)
{
	struct guest_fault f;
	int ret;

	do {
		pthread_rwlock_rdlock(&ram->lock);
		ret = translate(ram, p, gva, access, gpa, &f);
		pthread_rwlock_unlock(&ram->lock);
	} while (again(ram, ret, &f));
	*error = f.error;
	return ret;
}

int guest_read(struct ram *ram, const struct paging *p, uint64_t gva,
	       void *buf, unsigned int len, enum access access,
	       struct guest_fault *f)
{
	int ret;

	do {
		pthread_rwlock_rdlock(&ram->lock);
		ret = copy_out(ram, p, gva, buf, len, access, f);
		pthread_rwlock_unlock(&ram->lock);
	} while (again(ram, ret, f));
	return ret;
}

int guest_write(struct ram *ram, const struct paging *p, uint64_t gva,
		const void *buf, unsigned int len, struct guest_fault *f)
{
	int ret;

	do {
		pthread_rwlock_rdlock(&ram->lock);
		ret = copy_in(ram, p, gva, buf, len, f);
		pthread_rwlock_unlock(&ram->lock);
	} while (again(ram, ret, f));
	return ret;
}
