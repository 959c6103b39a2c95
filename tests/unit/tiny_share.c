/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several roots in one pool, in the small geometry: a half that a plan leaves empty is the half of
 * the root it shares with, and nothing that was there is written again. And pools that are too
 * small, by every number of pages.
 */
#include "tiny.h"

/* A plan of a few ranges in one half, at random places; returns the number of tables in use. */
static void random_half(struct tiny *t, uint64_t *random, unsigned int half)
{
	static const uint8_t rights[] = { KEEL_RIGHTS_R, KEEL_RIGHTS_RW, KEEL_RIGHTS_RX,
					  KEEL_RIGHTS_NONE, KEEL_RIGHTS_FIRMWARE_RWX };
	unsigned int page = half;

	while (page < half + TINY_HALF) {
		unsigned int left = half + TINY_HALF - page;
		unsigned int pages = 1 + (unsigned int)random_below(random, left < 40 ? left : 40);
		struct tiny_range r = {
			.page = page,
			.pages = pages,
			.phys_page = 0x800 + page + random_below(random, 2) * 4,
			.rights = rights[random_below(random, 5)],
			.memory_type = random_below(random, 3) ? KEEL_MEMORY_WB : KEEL_MEMORY_WP,
		};

		if (r.rights == KEEL_RIGHTS_NONE) {
			r.memory_type = KEEL_MEMORY_WB;
			r.level = (uint8_t)(1 + random_below(random, 3));
		}
		if (random_below(random, 3))
			tiny_add(t, r);
		page += pages;
	}
}

static void random_machine(struct tiny *t, uint64_t *random)
{
	uint64_t page = 0x800;

	t->machine.largest_leaf_level = (uint32_t)(2 + random_below(random, 2));
	t->machine.boundary_count = (uint32_t)random_below(random, 5);
	for (int i = 0; i < 4; i++)
		t->boundaries[i] = (page += 1 + random_below(random, 60)) << 12;
}

/* A copy of the pool's tables, to see later that nobody wrote to them. */
static void expect_unchanged(const struct tiny *t, const uint64_t *before, uint64_t used)
{
	assert_memory_equal(t->tables.pool.base, before, used * 4 * sizeof(uint64_t));
}

/* Kernel root first, with one half; then a second root with the other half, sharing the first. */
static void share_once(struct tiny *t, uint64_t *random, unsigned int kernel_half)
{
	uint64_t before[2 * TINY_ALL_TABLES * 4];
	struct tiny_page kernel[TINY_PAGES];
	unsigned int other = TINY_HALF - kernel_half;
	uint64_t kernel_root, used;

	random_machine(t, random);
	tiny_clear(t);
	random_half(t, random, kernel_half);
	tiny_try(t);
	kernel_root = t->root;
	used = t->tables.pool.used;
	memcpy(kernel, t->want, sizeof(kernel));
	memcpy(before, t->tables.pool.base, used * 4 * sizeof(uint64_t));

	tiny_clear(t);
	random_half(t, random, other);
	tiny_build(t, kernel_root);
	expect_unchanged(t, before, used);
	if (t->plan.count)
		for (int i = 0; i < 2; i++) {
			unsigned int slot = (kernel_half ? 2 : 0) + (unsigned int)i;

			assert_int_equal(t->tables.pool.base[t->root * 4 + slot],
					 before[kernel_root * 4 + slot]);
		}
	for (unsigned int i = kernel_half; i < kernel_half + TINY_HALF; i++)
		t->want[i] = kernel[i];
	tiny_check_table(t, t->root, 4, 0);
}

static void share_either_half(void **state)
{
	uint64_t random = random_seed("share");
	struct tiny *t = tiny_new();

	(void)state;
	guarded_pool_free(&t->tables);
	t->tables = guarded_pool_new(2 * TINY_ALL_TABLES, TINY_POOL_PHYS);
	for (int i = 0; i < 20000; i++) {
		t->global = i % 3 == 0;
		share_once(t, &random, i % 2 ? TINY_HALF : 0);
	}
	tiny_free(t);
}

/* With both halves in the plan there is nothing to share; with none, everything is. */
static void share_nothing_or_all(void **state)
{
	struct tiny *t = tiny_new();
	uint64_t kernel_root;

	(void)state;
	tiny_clear(t);
	tiny_add(t, (struct tiny_range){ 130, 9, 0x900, KEEL_RIGHTS_RW, 0, 0 });
	tiny_add(t, (struct tiny_range){ 3, 70, 0x903, KEEL_RIGHTS_R, 0, 0 });
	tiny_try(t);
	kernel_root = t->root;

	tiny_clear(t);
	tiny_add(t, (struct tiny_range){ 200, 9, 0x900, KEEL_RIGHTS_RW, 0, 0 });
	tiny_add(t, (struct tiny_range){ 100, 3, 0x903, KEEL_RIGHTS_R, 0, 0 });
	tiny_build(t, kernel_root);
	tiny_check_table(t, t->root, 4, 0);

	tiny_clear(t);
	tiny_build(t, kernel_root);
	assert_memory_equal(&t->tables.pool.base[t->root * 4],
			    &t->tables.pool.base[kernel_root * 4], 4 * sizeof(uint64_t));

	tiny_clear(t);
	tiny_build(t, MM_NO_ROOT);
	tiny_check_table(t, t->root, 4, 0);
	tiny_free(t);
}

static void root_outside_the_pool(void **state)
{
	const uint64_t wrong[] = { 0, 3, 4, 1000, UINT64_C(1) << 60, ~UINT64_C(0) - 1 };
	struct tiny *t = tiny_new();
	uint64_t root;

	(void)state;
	tiny_clear(t);
	tiny_add(t, (struct tiny_range){ 144, 16, 0x810, KEEL_RIGHTS_RW, 0, 0 });
	tiny_try(t);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint64_t used = t->tables.pool.used;
		uint64_t share = wrong[i] < used ? used : wrong[i];

		check_error(mm_tables_build(&t->tables.pool, &t->plan, false, share, &root),
			    MM_ERR_ROOT, share);
		assert_int_equal(t->tables.pool.used, used);
		guarded_pool_check(&t->tables);
	}
	tiny_free(t);
}

/* One page less than needed, and every number below: an error, and nothing is written. */
static void pool_too_small(void **state)
{
	uint64_t random = random_seed("pool_too_small");
	struct tiny *t = tiny_new();

	(void)state;
	for (int i = 0; i < 500; i++) {
		uint64_t needed, root;

		tiny_clear(t);
		random_machine(t, &random);
		random_half(t, &random, 0);
		random_half(t, &random, TINY_HALF);
		check_ok(mm_plan_finish(&t->plan, t->work));
		needed = mm_tables_count(&t->plan);
		for (uint64_t pages = 0; pages < needed; pages++) {
			struct guarded_pool small = guarded_pool_new(pages, TINY_POOL_PHYS);

			check_error(mm_tables_build(&small.pool, &t->plan, true, MM_NO_ROOT, &root),
				    MM_ERR_POOL_FULL, needed);
			assert_int_equal(small.pool.used, 0);
			guarded_pool_check(&small);
			guarded_pool_free(&small);
		}
	}
	tiny_free(t);
}

/* The root's room counts too when other tables are there already. */
static void pool_partly_used(void **state)
{
	struct tiny *t = tiny_new();
	uint64_t used, root;

	(void)state;
	tiny_clear(t);
	tiny_add(t, (struct tiny_range){ 130, 20, 0x802, KEEL_RIGHTS_RW, 0, 0 });
	tiny_try(t);
	used = t->tables.pool.used;
	t->tables.pool.pages = 2 * used - 1;
	assert_int_equal(mm_tables_build(&t->tables.pool, &t->plan, true, MM_NO_ROOT, &root).error,
			 MM_ERR_POOL_FULL);
	assert_int_equal(t->tables.pool.used, used);
	guarded_pool_check(&t->tables);
	t->tables.pool.pages = 2 * used;
	check_ok(mm_tables_build(&t->tables.pool, &t->plan, true, MM_NO_ROOT, &root));
	assert_int_equal(t->tables.pool.used, 2 * used);
	guarded_pool_check(&t->tables);
	tiny_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share_either_half),	 cmocka_unit_test(share_nothing_or_all),
		cmocka_unit_test(root_outside_the_pool), cmocka_unit_test(pool_too_small),
		cmocka_unit_test(pool_partly_used),
	};

	return cmocka_run_group_tests_name("roots and pools", tests, NULL, NULL);
}
