/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walker and checker of mm/ in the small geometry: random plans are built and found good, page by
 * page; and then each bit of each entry is flipped, none of which may go unnoticed.
 */
#include "check/check.h"
#include "check/walk.h"
#include "tiny.h"

/* Those parts of the checker that know nothing of the layout. */
static enum mm_violation check_tiny(const struct tiny *t, uint8_t *work)
{
	const struct mm_check check = { .pool = &t->tables.pool,
					.root = t->root,
					.plan = &t->plan,
					.global = t->global,
					.work = work };
	struct mm_check_report report = { 0 };

	(void)(mm_check_entries(&check, &report) && mm_check_plan(&check, &report) &&
	       mm_check_in_place(&check, &report) && mm_check_tables(&check, &report));
	return report.violation;
}

/* The walker's runs against the array of pages. */
static void check_pages(const struct tiny *t)
{
	unsigned int page = 0;
	struct mm_walk walk;
	struct mm_run run;

	mm_walk_begin(&walk, &t->tables.pool, t->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN) {
		for (; tiny_virt(page) != run.virt; page++)
			assert_false(t->want[page].rights);
		for (uint64_t at = 0; at < run.bytes; at += 4096, page++) {
			const struct tiny_page *want = &t->want[page];

			if (!want->rights || want->phys != run.phys + at ||
			    want->memory_type != run.memory_type)
				tiny_fail(t, page, "the walker finds something else");
		}
	}
	for (; page < TINY_PAGES; page++)
		assert_false(t->want[page].rights);
}

static void random_plan(struct tiny *t, uint64_t *random)
{
	unsigned int page = (unsigned int)random_below(random, 60);

	tiny_clear(t);
	t->global = random_below(random, 2);
	t->machine.largest_leaf_level = 2 + (uint32_t)random_below(random, 2);
	t->boundaries[0] = random_below(random, 256) << 12;
	t->machine.boundary_count = (uint32_t)random_below(random, 2);
	while (page < TINY_PAGES) {
		const unsigned int half_end = page < TINY_HALF ? TINY_HALF : TINY_PAGES;
		unsigned int pages = 1 + (unsigned int)random_below(random, 40);
		struct tiny_range r = { .page = page };

		r.pages = pages < half_end - page ? pages : half_end - page;
		r.rights = (uint8_t)random_below(random, KEEL_RIGHTS_COUNT);
		r.memory_type = random_below(random, 2) ? KEEL_MEMORY_WB : KEEL_MEMORY_WT;
		r.phys_page = (page & 15) + 16 * random_below(random, 16);
		if (r.rights == KEEL_RIGHTS_NONE) {
			r.level = (uint8_t)(1 + random_below(random, 3));
			r.memory_type = 0;
		}
		tiny_add(t, r);
		page += r.pages + (unsigned int)random_below(random, 3) * 7;
	}
}

static void flip_all(struct tiny *t, uint8_t *work, uint64_t *flips)
{
	for (uint64_t i = 0; i < t->tables.pool.used * MM_ENTRIES; i++)
		for (unsigned int bit = 0; bit < 64; bit++) {
			t->tables.pool.base[i] ^= UINT64_C(1) << bit;
			if (check_tiny(t, work) == MM_CHECK_OK) {
				print_message("# entry %" PRIu64 " bit %u\n", i, bit);
				tiny_fail(t, 0, "a flipped bit is not noticed");
			}
			t->tables.pool.base[i] ^= UINT64_C(1) << bit;
			++*flips;
		}
}

static void plans(void **state)
{
	uint64_t random = random_seed("plans");
	struct tiny *t = tiny_new();
	uint8_t *work = zalloc(TINY_ALL_TABLES);
	clock_t end = deadline();
	uint64_t flips = 0;

	(void)state;
	do {
		random_plan(t, &random);
		tiny_try(t);
		if (check_tiny(t, work) != MM_CHECK_OK)
			tiny_fail(t, 0, mm_violation_text(check_tiny(t, work)));
		check_pages(t);
		if (t->cases % 16 == 1)
			flip_all(t, work, &flips);
	} while (clock() < end);
	print_message("# %" PRIu64 " plans, %" PRIu64 " flipped bits\n", t->cases, flips);
	free(work);
	tiny_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans),
	};

	return cmocka_run_group_tests_name("tiny walk", tests, NULL, NULL);
}
