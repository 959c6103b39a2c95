/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model that mm/ has to agree with: what the CPU does with an address, given the tables, and
 * what a list of mappings says about it. Slow and plain; its numbers are those of SDM vol. 3A,
 * tables 4-15 to 4-20, written out here and not taken from paging.h, so that a wrong constant
 * there is noticed.
 */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "check.h"
#include "guarded_pool.h"

#define MODEL_NX      UINT64_C(0x8000000000000000)
#define MODEL_ADDRESS UINT64_C(0x000ffffffffff000)

/* What the CPU finds for one address. */
struct model_walk {
	bool present;
	bool writable, user, executable; /* effective: all levels taken together */
	unsigned int level;		 /* of the leaf, or of the entry that is absent */
	uint64_t phys;			 /* of the byte */
	uint64_t entry;
	const char *fault; /* a rule that an entry on the way breaks, or NULL */
};

static inline unsigned int model_shift(unsigned int level)
{
	return 12 + (level - 1) * MM_INDEX_BITS;
}

static inline bool model_canonical(uint64_t virt)
{
	unsigned int unused = 64 - (12 + 4 * MM_INDEX_BITS);

	return (uint64_t)((int64_t)(virt << unused) >> unused) == virt;
}

static inline bool model_upper(uint64_t virt)
{
	return virt >> 63;
}

/* The page table that an entry leads to, as an index into the pool. */
static inline uint64_t model_child(const struct mm_pool *pool, uint64_t entry)
{
	return ((entry & MODEL_ADDRESS) - pool->phys) >> 12;
}

static inline const char *model_table_fault(const struct mm_pool *pool, uint64_t entry)
{
	uint64_t flags = entry & ~MODEL_ADDRESS;

	/* P, RW, A, D; US on the way to the vsyscall page; the %esp fixup path may lack RW. */
	if (flags != 0x63 && flags != 0x67 && flags != 0x61)
		return "flags of an entry that leads to a table";
	if (model_child(pool, entry) >= pool->used)
		return "an entry leads to a table outside the pool";
	return NULL;
}

static inline struct model_walk model_walk(const struct mm_pool *pool, uint64_t root, uint64_t virt)
{
	struct model_walk w = { .writable = true, .user = true, .executable = true };
	uint64_t table = root;

	for (w.level = 4;; w.level--) {
		unsigned int shift = model_shift(w.level);
		uint64_t offset = (UINT64_C(1) << shift) - 1;

		w.entry = pool->base[table * MM_ENTRIES + ((virt >> shift) & (MM_ENTRIES - 1))];
		if (!(w.entry & 1)) {
			w.fault = w.entry ? "an absent entry is not zero" : NULL;
			return w;
		}
		w.writable &= (w.entry & 2) != 0;
		w.user &= (w.entry & 4) != 0;
		w.executable &= !(w.entry & MODEL_NX);
		if (w.level == 1 || (w.level < 4 && (w.entry & 0x80))) {
			w.present = true;
			w.phys = (w.entry & MODEL_ADDRESS & ~offset) | (virt & offset);
			return w;
		}
		w.fault = model_table_fault(pool, w.entry);
		if (w.fault)
			return w;
		table = model_child(pool, w.entry);
	}
}

/* What a list of mappings says about one address. */
struct model_page {
	bool present;
	uint64_t phys; /* of the byte */
	uint8_t rights;
	uint8_t memory_type;
	bool unused; /* its leaf begins with A and D clear */
};

static inline struct model_page model_lookup(const struct keel_mapping *list, uint64_t count,
					     uint64_t virt)
{
	for (uint64_t i = 0; i < count; i++) {
		const struct keel_mapping *m = &list[i];
		uint64_t offset = virt - m->virt;

		if (offset >= m->bytes || m->rights == KEEL_RIGHTS_NONE)
			continue;
		if (m->repeat_pages) {
			offset %= 65536;
			if (offset >= m->repeat_pages * UINT64_C(4096))
				break;
		}
		return (struct model_page){ true, m->phys + offset, m->rights, m->memory_type,
					    m->rights == KEEL_RIGHTS_WATCHED_RWX ||
						    (virt >= KEEL_EFI_START &&
						     virt <= KEEL_EFI_LAST) };
	}
	return (struct model_page){ 0 };
}

/* The only leaf that is right for such a page, if it is a leaf of that level. */
static inline uint64_t model_leaf(const struct model_page *page, unsigned int level, bool global)
{
	static const uint64_t rights[KEEL_RIGHTS_COUNT] = {
		[KEEL_RIGHTS_R] = MODEL_NX | 0x21,	/* P, A */
		[KEEL_RIGHTS_RW] = MODEL_NX | 0x63,	/* P, RW, A, D */
		[KEEL_RIGHTS_RX] = 0x21,		/* P, A */
		[KEEL_RIGHTS_USER_R] = MODEL_NX | 0x25, /* P, US, A */
		[KEEL_RIGHTS_FIRMWARE_RWX] = 0x63,	/* P, RW, A, D */
		[KEEL_RIGHTS_WATCHED_RWX] = 0x63,	/* P, RW, A, D */
	};
	uint64_t size = UINT64_C(1) << model_shift(level);
	uint64_t entry = rights[page->rights] | (page->phys & ~(size - 1));

	entry |= (uint64_t)(page->memory_type & 3) << 3; /* PWT, PCD */
	if (page->memory_type & 4)
		entry |= level == 1 ? 0x80 : 0x1000; /* PAT */
	if (level > 1)
		entry |= 0x80; /* PS */
	if (page->unused)
		entry &= ~UINT64_C(0x60); /* A, D */
	return entry | (global ? 0x100 : 0);
}

static inline bool model_is_rwx(uint8_t rights)
{
	return rights == KEEL_RIGHTS_FIRMWARE_RWX || rights == KEEL_RIGHTS_WATCHED_RWX;
}

/* Do the tables say the same about an address as the list? NULL, or where they differ. */
static inline const char *model_fault(const struct mm_pool *pool, uint64_t root,
				      const struct keel_mapping *list, uint64_t count,
				      uint64_t virt, bool global)
{
	struct model_walk walk = model_walk(pool, root, virt);
	struct model_page page = model_lookup(list, count, virt);

	if (walk.fault)
		return walk.fault;
	if (walk.present != page.present)
		return page.present ? "a page is missing" : "a page is there that should not be";
	if (!page.present)
		return NULL;
	if (walk.phys != page.phys)
		return "the physical address differs";
	if (walk.entry != model_leaf(&page, walk.level, global && model_upper(virt)))
		return "the leaf's bits differ";
	if (walk.user != (page.rights == KEEL_RIGHTS_USER_R))
		return "effective US differs";
	if (walk.writable != (page.rights == KEEL_RIGHTS_RW || model_is_rwx(page.rights)))
		return "effective RW differs";
	if (walk.executable != (page.rights == KEEL_RIGHTS_RX || model_is_rwx(page.rights)))
		return "effective NX differs";
	return NULL;
}

/* Fails the test unless tables and list agree about the address; no such address is fine too. */
static inline void model_check(const struct mm_pool *pool, uint64_t root,
			       const struct keel_mapping *list, uint64_t count, uint64_t virt,
			       bool global)
{
	const char *fault;

	if (!model_canonical(virt))
		return;
	fault = model_fault(pool, root, list, count, virt, global);
	if (fault)
		fail_msg("%s at 0x%" PRIx64 ": entry 0x%" PRIx64 " of level %u", fault, virt,
			 model_walk(pool, root, virt).entry, model_walk(pool, root, virt).level);
}

/* Both sides of both edges of every mapping, to the byte and to the page, and its middle. */
static inline void model_check_edges(const struct mm_pool *pool, uint64_t root,
				     const struct keel_mapping *list, uint64_t count, bool global)
{
	static const int64_t steps[] = { -4097, -4096, -4095, -1, 0, 1, 4095, 4096, 4097 };

	for (uint64_t i = 0; i < count; i++) {
		uint64_t middle = list[i].virt + list[i].bytes / 2;

		for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
			uint64_t step = (uint64_t)steps[s];

			model_check(pool, root, list, count, list[i].virt + step, global);
			model_check(pool, root, list, count, list[i].virt + list[i].bytes + step,
				    global);
		}
		model_check(pool, root, list, count, middle, global);
		model_check(pool, root, list, count, middle & ~UINT64_C(0x1fffff), global);
		model_check(pool, root, list, count, middle | UINT64_C(0x1fffff), global);
	}
}

/* One leaf of the tables, with effective rights. */
struct model_leaf_info {
	uint64_t virt;
	uint64_t phys;
	uint64_t bytes;
	bool writable, executable;
};

/* Lists every leaf below a table. The array is the caller's; *count says how many it holds. */
static inline void model_leaves(const struct mm_pool *pool, uint64_t table, unsigned int level,
				uint64_t virt, struct model_leaf_info *leaves, uint64_t capacity,
				uint64_t *count)
{
	unsigned int shift = model_shift(level);

	for (uint64_t i = 0; i < MM_ENTRIES; i++) {
		uint64_t entry = pool->base[table * MM_ENTRIES + i];
		uint64_t at = virt + (i << shift);

		if (level == 4 && i >= MM_ENTRIES / 2)
			at |= ~UINT64_C(0) << (12 + 4 * MM_INDEX_BITS - 1);
		if (!(entry & 1))
			continue;
		if (level > 1 && !(entry & 0x80)) {
			model_leaves(pool, model_child(pool, entry), level - 1, at, leaves,
				     capacity, count);
			continue;
		}
		assert_true(*count < capacity);
		leaves[(*count)++] = (struct model_leaf_info){
			at,
			entry & MODEL_ADDRESS & ~((UINT64_C(1) << shift) - 1),
			UINT64_C(1) << shift,
			(entry & 2) != 0,
			!(entry & MODEL_NX),
		};
	}
}

#endif
