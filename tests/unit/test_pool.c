/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool that ends in the middle of the work: it cannot happen to a finished plan, whose tables are
 * counted before, so the count is made wrong here. An error, and nothing is written past the end.
 */
#include "scene.h"

static void check_untouched(const struct guarded_pool *g)
{
	const uint64_t end = POOL_GUARD_ENTRIES + g->pool.pages * MM_ENTRIES;

	assert_true(g->pool.used <= g->pool.pages);
	for (uint64_t i = 0; i < POOL_GUARD_ENTRIES; i++)
		assert_int_equal(g->block[i], POOL_POISON);
	for (uint64_t i = end; i < g->entries; i++)
		if (g->block[i] != POOL_POISON)
			fail_msg("written behind a pool of %" PRIu64 " pages", g->pool.pages);
}

/* As many pages as there are tables, of which each smaller number is tried. */
static void try_all(struct mm_plan *plan)
{
	const uint64_t needed = plan->tables;
	struct guarded_pool g = guarded_pool_new(needed, KEEL_U64(0x40000000));
	uint64_t root;

	for (uint64_t pages = 0; pages < needed; pages++) {
		guarded_pool_reset(&g);
		g.pool.pages = pages;
		plan->tables = pages;
		check_error(mm_tables_build(&g.pool, plan, true, MM_NO_ROOT, &root),
			    MM_ERR_POOL_FULL, pages);
		check_untouched(&g);
	}
	guarded_pool_reset(&g);
	g.pool.pages = needed;
	plan->tables = 1; /* wrong, but it does no harm: there is room */
	check_ok(mm_tables_build(&g.pool, plan, true, MM_NO_ROOT, &root));
	guarded_pool_check(&g);
	assert_int_equal(g.pool.used, needed);
	plan->tables = needed;
	guarded_pool_free(&g);
}

/* Every kind of table: of leaves, empty ones in place, two %esp fixup windows. */
static void kernel_plan(void **state)
{
	struct scene *s = scene_qemu(1500);

	(void)state;
	check_ok(scene_plan(s));
	try_all(&s->plan);
	scene_free(s);
}

/* Tables that are in place with nothing in them, and a window, are where it ends. */
static void ends_in(void **state)
{
	static const struct keel_mapping mappings[] = {
		{ .virt = KEEL_MODULES_START,
		  .bytes = KEEL_MODULES_LAST - KEEL_MODULES_START + 1,
		  .region = KEEL_REGION_MODULES,
		  .level = KEEL_LEVEL_PD },
		{ .virt = KEEL_STACKS_START,
		  .bytes = KEEL_STACKS_LAST - KEEL_STACKS_START + 1,
		  .region = KEEL_REGION_STACKS,
		  .level = KEEL_LEVEL_PDPT },
		{ .virt = KEEL_FIXMAP_START,
		  .bytes = KEEL_FIXMAP_LAST - KEEL_FIXMAP_START + 1,
		  .region = KEEL_REGION_FIXMAP,
		  .level = KEEL_LEVEL_PT },
		{ .virt = KEEL_ESPFIX_START,
		  .bytes = KEEL_ESPFIX_WINDOW_BYTES,
		  .rights = KEEL_RIGHTS_R,
		  .region = KEEL_REGION_ESPFIX,
		  .repeat_pages = 3 },
	};
	static const struct mm_machine machine = { .phys_bits = 40,
						   .largest_leaf_level = KEEL_LEVEL_PDPT };

	(void)state;
	for (size_t i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
		struct keel_mapping items[1], work[1];
		struct mm_plan plan = { .mappings = items, .capacity = 1, .machine = &machine };

		check_ok(mm_plan_add(&plan, &mappings[i]));
		check_ok(mm_plan_finish(&plan, work));
		try_all(&plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_plan),
		cmocka_unit_test(ends_in),
	};

	return cmocka_run_group_tests_name("pool that ends early", tests, NULL, NULL);
}
