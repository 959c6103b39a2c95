/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The small geometry: 4 entries a table, 256 pages of virtual addresses, half of them up. Small
 * enough to hold the expected and the built state of every page in arrays, and to compare them
 * after each of millions of plans.
 */
#ifndef TESTS_TINY_H
#define TESTS_TINY_H

#define POOL_GUARD_ENTRIES 16
#include "check.h"
#include "guarded_pool.h"
#include "model.h"

_Static_assert(MM_INDEX_BITS == 2, "compile this and mm/ with -DMM_INDEX_BITS=2");

#define TINY_PAGES	256
#define TINY_HALF	128 /* the first page of the upper half */
#define TINY_POOL_PHYS	UINT64_C(0x700000000)
#define TINY_ALL_TABLES 85 /* 1 + 4 + 16 + 64: every table that the geometry has */

/* One page. A page with rights NONE is absent, but its tables down to `level` are there. */
struct tiny_page {
	bool planned; /* some mapping names it */
	uint8_t rights, memory_type, level;
	uint64_t phys;
};

struct tiny {
	struct mm_machine machine;
	uint64_t boundaries[4];
	struct tiny_page want[TINY_PAGES];
	struct keel_mapping items[64], work[64];
	struct mm_plan plan;
	struct guarded_pool tables;
	uint64_t root;
	bool global;
	uint64_t cases;
};

static inline uint64_t tiny_virt(unsigned int page)
{
	uint64_t virt = (uint64_t)page << 12;

	return page < TINY_HALF ? virt : virt | ~UINT64_C(0xfffff);
}

static inline struct tiny *tiny_new(void)
{
	struct tiny *t = zalloc(sizeof(*t));

	t->machine = (struct mm_machine){ .phys_bits = 36,
					  .largest_leaf_level = 3,
					  .boundaries = t->boundaries };
	t->tables = guarded_pool_new(TINY_ALL_TABLES, TINY_POOL_PHYS);
	return t;
}

static inline void tiny_free(struct tiny *t)
{
	guarded_pool_free(&t->tables);
	free(t);
}

/* An empty plan. The pool keeps its tables. */
static inline void tiny_clear(struct tiny *t)
{
	memset(t->want, 0, sizeof(t->want));
	t->plan = (struct mm_plan){ .mappings = t->items, .capacity = 64, .machine = &t->machine };
}

struct tiny_range {
	unsigned int page, pages;
	uint64_t phys_page;
	uint8_t rights, memory_type, level;
};

/* Into the plan, and into the expectation. */
static inline void tiny_add(struct tiny *t, struct tiny_range r)
{
	struct keel_mapping m = {
		.virt = tiny_virt(r.page),
		.phys = r.rights == KEEL_RIGHTS_NONE ? 0 : r.phys_page << 12,
		.bytes = (uint64_t)r.pages << 12,
		.rights = r.rights,
		.memory_type = r.memory_type,
		.level = r.level,
		/* The rows of the layout in which the two halves lie. */
		.region = r.page < TINY_HALF ? KEEL_REGION_USER : KEEL_REGION_HOLE_ERR_PTR,
	};

	check_ok(mm_plan_add(&t->plan, &m));
	for (unsigned int i = 0; i < r.pages; i++)
		t->want[r.page + i] = (struct tiny_page){ true, r.rights, r.memory_type, r.level,
							  (r.phys_page + i) << 12 };
}

static inline bool tiny_cut(const struct tiny *t, uint64_t phys, uint64_t bytes)
{
	for (uint32_t i = 0; i < t->machine.boundary_count; i++)
		if (t->boundaries[i] > phys && t->boundaries[i] < phys + bytes)
			return true;
	return phys < 0x100000 && phys + bytes > 0x100000;
}

/* Can these pages be one leaf: all alike, one after the other, aligned, and no boundary inside? */
static inline bool tiny_is_leaf(const struct tiny *t, unsigned int page, unsigned int pages)
{
	const struct tiny_page *first = &t->want[page];

	if (first->rights == KEEL_RIGHTS_NONE || (first->phys >> 12) % pages)
		return false;
	for (unsigned int i = 1; i < pages; i++) {
		const struct tiny_page *p = &first[i];

		if (p->rights != first->rights || p->memory_type != first->memory_type ||
		    p->phys != first->phys + ((uint64_t)i << 12))
			return false;
	}
	return !tiny_cut(t, first->phys, (uint64_t)pages << 12);
}

/* Tables that one entry of that level needs below it, by trying; 4 pages a level 2 entry, ... */
static inline uint64_t tiny_minimum(const struct tiny *t, unsigned int level, unsigned int page)
{
	unsigned int pages = 1u << (2 * (level - 1));
	uint64_t tables = 1;
	bool needed = false;

	if (level == 1)
		return 0;
	for (unsigned int i = page; i < page + pages && !needed; i++)
		needed = t->want[i].planned &&
			 (t->want[i].rights != KEEL_RIGHTS_NONE || t->want[i].level < level);
	if (!needed || (level <= t->machine.largest_leaf_level && tiny_is_leaf(t, page, pages)))
		return 0;
	for (unsigned int i = 0; i < 4; i++)
		tables += tiny_minimum(t, level - 1, page + i * pages / 4);
	return tables;
}

/* Finishes the plan and writes it behind the tables that are there, sharing halves with `share`. */
static inline void tiny_build(struct tiny *t, uint64_t share)
{
	uint64_t before = t->tables.pool.used;
	uint64_t minimum = 1;

	check_ok(mm_plan_finish(&t->plan, t->work));
	check_ok(mm_tables_build(&t->tables.pool, &t->plan, t->global, share, &t->root));
	for (unsigned int i = 0; i < 4; i++)
		minimum += tiny_minimum(t, 4, i * 64);
	assert_int_equal(t->tables.pool.used - before, mm_tables_count(&t->plan));
	assert_int_equal(t->tables.pool.used - before, t->plan.tables);
	assert_int_equal(t->tables.pool.used - before, minimum);
	guarded_pool_check(&t->tables);
	t->cases++;
}

static inline void tiny_fail(const struct tiny *t, unsigned int page, const char *why)
{
	for (uint64_t i = 0; i < t->plan.count; i++)
		print_message("# virt 0x%" PRIx64 " phys 0x%" PRIx64 " bytes 0x%" PRIx64
			      " rights %d type %d level %d\n",
			      t->items[i].virt, t->items[i].phys, t->items[i].bytes,
			      t->items[i].rights, t->items[i].memory_type, t->items[i].level);
	fail_msg("page %u: %s (largest leaf %u, %u boundaries, first 0x%" PRIx64 ")", page, why,
		 t->machine.largest_leaf_level, t->machine.boundary_count, t->boundaries[0]);
}

/* One leaf, or one absent entry, against what its pages should be. */
static inline void tiny_check_leaf(const struct tiny *t, uint64_t entry, unsigned int level,
				   unsigned int page)
{
	unsigned int pages = 1u << (2 * (level - 1));
	bool global = t->global && page >= TINY_HALF;

	if (!(entry & 1) && entry != 0)
		tiny_fail(t, page, "an absent entry is not zero");
	for (unsigned int i = 0; i < pages; i++) {
		const struct tiny_page *want = &t->want[page + i];
		struct model_page p = { true, want->phys, want->rights, want->memory_type,
					want->rights == KEEL_RIGHTS_WATCHED_RWX };

		if (!(entry & 1)) {
			if (want->planned && (want->rights || want->level < level))
				tiny_fail(t, page + i, "a page or a table is missing");
		} else if (want->rights == KEEL_RIGHTS_NONE) {
			tiny_fail(t, page + i, "mapped, but should not be");
		} else if (entry != model_leaf(&p, level, global)) {
			tiny_fail(t, page + i, "the leaf's bits differ");
		} else if ((want->phys >> 12) % pages != i) {
			tiny_fail(t, page + i, "the leaf leads to other pages");
		}
	}
}

/* Is there a user page below an entry? Only then may US stand in it. */
static inline bool tiny_has_user(const struct tiny *t, unsigned int page, unsigned int pages)
{
	for (unsigned int i = page; i < page + pages; i++)
		if (t->want[i].rights == KEEL_RIGHTS_USER_R)
			return true;
	return false;
}

/* What a table, with those below it, makes of the pages from `page` on. */
static inline void tiny_check_table(const struct tiny *t, uint64_t table, unsigned int level,
				    unsigned int page)
{
	unsigned int pages = 1u << (2 * (level - 1)); /* of one entry */

	for (unsigned int i = 0; i < 4; i++, page += pages) {
		uint64_t entry = t->tables.pool.base[table * 4 + i];
		bool leaf = level == 1 || (level < 4 && (entry & 0x80));

		if (leaf || !(entry & 1)) {
			tiny_check_leaf(t, entry, level, page);
			continue;
		}
		if ((entry & ~MODEL_ADDRESS) != (tiny_has_user(t, page, pages) ? 0x67 : 0x63))
			tiny_fail(t, page, "flags of an entry that leads to a table");
		if (model_child(&t->tables.pool, entry) >= t->tables.pool.used)
			tiny_fail(t, page, "an entry leads to a table outside the pool");
		tiny_check_table(t, model_child(&t->tables.pool, entry), level - 1, page);
	}
}

/* The plan goes through all its stages, and every page of the address space is looked at. */
static inline void tiny_try(struct tiny *t)
{
	memset(t->tables.pool.base, 0xa5, t->tables.pool.used * 4 * sizeof(uint64_t));
	t->tables.pool.used = 0;
	tiny_build(t, MM_NO_ROOT);
	tiny_check_table(t, t->root, 4, 0);
}

#endif
