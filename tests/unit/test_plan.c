/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mm_plan_add and mm_plan_finish: what a plan may hold, what it refuses and with which address,
 * how it sorts and merges. The regions have tests of their own.
 */
#include "check.h"
#include "guarded_pool.h"
#include "minimum.h"
#include "model.h"

#define MOST 64

static const struct mm_machine machine = { .phys_bits = 40, .largest_leaf_level = KEEL_LEVEL_PDPT };

struct fixture {
	struct keel_mapping items[MOST], work[MOST];
	struct mm_plan plan;
};

static int setup(void **state)
{
	struct fixture *f = zalloc(sizeof(*f));

	f->plan = (struct mm_plan){ .mappings = f->items, .capacity = MOST, .machine = &machine };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* Adds and finishes; the first error of either. */
static struct mm_result try_mapping(struct fixture *f, struct keel_mapping m)
{
	struct mm_result result;

	f->plan.count = 0;
	result = mm_plan_add(&f->plan, &m);
	if (result.error == MM_OK)
		result = mm_plan_finish(&f->plan, f->work);
	return result;
}

static struct keel_mapping direct(uint64_t phys, uint64_t bytes)
{
	return (struct keel_mapping){ .virt = KEEL_DIRECT_MAP_START + phys,
				      .phys = phys,
				      .bytes = bytes,
				      .rights = KEEL_RIGHTS_RW,
				      .region = KEEL_REGION_DIRECT_MAP };
}

static void add(struct fixture *f, struct keel_mapping m)
{
	check_ok(mm_plan_add(&f->plan, &m));
}

static void empty_plan(void **state)
{
	struct fixture *f = *state;

	check_ok(mm_plan_finish(&f->plan, f->work));
	assert_int_equal(f->plan.count, 0);
	assert_int_equal(mm_tables_count(&f->plan), 1);
}

static void no_bytes(void **state)
{
	struct keel_mapping m = direct(0x200000, 0);

	check_error(try_mapping(*state, m), MM_ERR_EMPTY, m.virt);
}

static void unaligned(void **state)
{
	struct keel_mapping m = direct(0x200000, 0x1000);

	m.virt += 8;
	check_error(try_mapping(*state, m), MM_ERR_UNALIGNED, m.virt);
	m = direct(0x200000, 0x1000);
	m.phys += 0x800;
	check_error(try_mapping(*state, m), MM_ERR_UNALIGNED, m.phys);
	m = direct(0x200000, 0x1001);
	check_error(try_mapping(*state, m), MM_ERR_UNALIGNED, m.bytes);
	m = direct(0x200000, 0xfff);
	check_error(try_mapping(*state, m), MM_ERR_UNALIGNED, m.bytes);
}

static void beyond_phys_bits(void **state)
{
	const uint64_t end = UINT64_C(1) << 40;
	struct keel_mapping m = direct(end, 0x1000);

	assert_int_equal(try_mapping(*state, m).error, MM_ERR_PHYS_BITS);
	assert_int_equal(try_mapping(*state, m).address, end);
	m = direct(end - 0x1000, 0x2000);
	assert_int_equal(try_mapping(*state, m).error, MM_ERR_PHYS_BITS);
	m = direct(0, 0x1000);
	m.phys = UINT64_C(0xfffffffffffff000);
	assert_int_equal(try_mapping(*state, m).error, MM_ERR_PHYS_BITS);
	m.bytes = 0x2000;
	assert_int_not_equal(try_mapping(*state, m).error, MM_OK);
	check_ok(try_mapping(*state, direct(end - 0x1000, 0x1000)));
}

/* The first and the last page of every row are inside; one page more is outside. */
static void outside_the_row(void **state)
{
	for (int r = 0; r < KEEL_REGION_COUNT; r++) {
		const struct keel_layout_row *row = &keel_layout[r];
		struct keel_mapping m = { .virt = row->start,
					  .phys = 0x1000,
					  .bytes = 0x1000,
					  .rights = KEEL_RIGHTS_R,
					  .region = (uint8_t)r };

		if (r == KEEL_REGION_NONCANONICAL) {
			check_error(try_mapping(*state, m), MM_ERR_NON_CANONICAL, m.virt);
			continue;
		}
		check_ok(try_mapping(*state, m));
		m.virt = row->last + 1 - 0x1000;
		check_ok(try_mapping(*state, m));
		m.virt = row->last + 1;
		assert_int_not_equal(try_mapping(*state, m).error, MM_OK);
		m.virt = row->start - 0x1000;
		assert_int_not_equal(try_mapping(*state, m).error, MM_OK);
	}
}

static void outside_the_row_says_where(void **state)
{
	struct keel_mapping m = direct(0, 0x2000);

	m.virt = KEEL_FIXMAP_START - 0x1000; /* ends inside */
	m.region = KEEL_REGION_FIXMAP;
	check_error(try_mapping(*state, m), MM_ERR_OUTSIDE_REGION, m.virt);
	m.virt = KEEL_VSYSCALL_START; /* begins inside */
	m.region = KEEL_REGION_VSYSCALL;
	check_error(try_mapping(*state, m), MM_ERR_OUTSIDE_REGION, m.virt);
	m.virt = KEEL_TEXT_START;
	m.region = KEEL_REGION_MODULES;
	check_error(try_mapping(*state, m), MM_ERR_OUTSIDE_REGION, m.virt);
}

/* Such a mapping leaves its row too; either error is the truth. */
static void past_the_end_of_everything(void **state)
{
	struct keel_mapping m = direct(0, 0x2000);
	struct mm_result result;

	m.virt = UINT64_C(0xfffffffffffff000);
	m.region = KEEL_REGION_HOLE_ERR_PTR;
	result = try_mapping(*state, m);
	assert_true(result.error == MM_ERR_WRAP || result.error == MM_ERR_OUTSIDE_REGION);
	assert_int_equal(result.address, m.virt);
	m.virt = KEEL_DIRECT_MAP_START;
	m.bytes = UINT64_C(0xfffffffffffff000);
	m.region = KEEL_REGION_DIRECT_MAP;
	result = try_mapping(*state, m);
	assert_true(result.error == MM_ERR_WRAP || result.error == MM_ERR_OUTSIDE_REGION);
	assert_int_equal(result.address, m.virt);
	m.virt = UINT64_C(0xfffffffffffff000); /* the last page there is */
	m.bytes = 0x1000;
	m.region = KEEL_REGION_HOLE_ERR_PTR;
	check_ok(try_mapping(*state, m));
}

/* mm_plan_finish does not trust the array: what did not come through mm_plan_add is checked. */
static void finish_checks_everything(void **state)
{
	struct fixture *f = *state;
	static const struct {
		uint64_t virt, bytes;
		enum mm_error error;
		uint64_t address;
	} rows[] = {
		{ KEEL_U64(0xfffffffffffff000), 0x2000, MM_ERR_WRAP, KEEL_U64(0xfffffffffffff000) },
		{ KEEL_U64(0x800000000000), 0x1000, MM_ERR_NON_CANONICAL,
		  KEEL_U64(0x800000000000) },
		{ KEEL_U64(0xffff7ffffffff000), 0x1000, MM_ERR_NON_CANONICAL,
		  KEEL_U64(0xffff7ffffffff000) },
		{ 0x1000, 0, MM_ERR_EMPTY, 0x1000 },
		{ 0x1800, 0x1000, MM_ERR_UNALIGNED, 0x1800 },
		{ 0x1000, 0x1800, MM_ERR_UNALIGNED, 0x1800 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f->plan.count = 1;
		f->items[0] = direct(0, rows[i].bytes);
		f->items[0].virt = rows[i].virt;
		check_error(mm_plan_finish(&f->plan, f->work), rows[i].error, rows[i].address);
	}
	f->plan.count = 1; /* over the edge of the lower half */
	f->items[0] = direct(0, 0x2000);
	f->items[0].virt = KEEL_USER_LAST + 1 - 0x1000;
	assert_int_equal(mm_plan_finish(&f->plan, f->work).error, MM_ERR_NON_CANONICAL);
}

static void meaningless_mappings(void **state)
{
	const struct keel_mapping good = direct(0x200000, 0x1000);
	struct keel_mapping m[12];
	int n = 0;

	m[n] = good, m[n++].rights = KEEL_RIGHTS_COUNT;
	m[n] = good, m[n++].rights = 0xff;
	m[n] = good, m[n++].memory_type = 8;
	m[n] = good, m[n++].memory_type = 4; /* in the PAT, but only to repeat others */
	m[n] = good, m[n++].memory_type = 6;
	m[n] = good, m[n++].level = KEEL_LEVEL_PT; /* levels are for NONE */
	m[n] = good, m[n].rights = KEEL_RIGHTS_NONE, m[n++].level = 0;
	m[n] = good, m[n].rights = KEEL_RIGHTS_NONE, m[n++].level = KEEL_LEVEL_PML4;
	m[n] = good, m[n++].repeat_pages = 1; /* not a window long */
	for (int i = 0; i < n; i++) {
		struct mm_result result = try_mapping(*state, m[i]);

		if (result.error != MM_ERR_BAD_MAPPING || result.address != good.virt)
			fail_msg("case %d: %s at 0x%" PRIx64, i, mm_error_text(result.error),
				 result.address);
	}
	m[0] = good;
	m[0].region = KEEL_REGION_COUNT;
	assert_int_not_equal(try_mapping(*state, m[0]).error, MM_OK);
}

static void repeated_windows(void **state)
{
	struct keel_mapping m = { .virt = KEEL_ESPFIX_START + KEEL_ESPFIX_WINDOW_BYTES,
				  .phys = 0x5000,
				  .bytes = KEEL_ESPFIX_WINDOW_BYTES,
				  .rights = KEEL_RIGHTS_R,
				  .region = KEEL_REGION_ESPFIX };

	for (m.repeat_pages = 1; m.repeat_pages <= 16; m.repeat_pages++)
		check_ok(try_mapping(*state, m));
	assert_int_equal(m.repeat_pages, 17);
	check_error(try_mapping(*state, m), MM_ERR_BAD_MAPPING, m.virt);
	m.repeat_pages = 2;
	m.bytes -= 0x1000;
	check_error(try_mapping(*state, m), MM_ERR_BAD_MAPPING, m.virt);
	m.bytes += 0x1000;
	m.virt += 0x40000000; /* a window starts where four PDPT entries do */
	check_error(try_mapping(*state, m), MM_ERR_BAD_MAPPING, m.virt);
	m.virt -= 0x40000000;
	m.phys = (UINT64_C(1) << 40) - 0x2000; /* its two pages are the last ones there are */
	check_ok(try_mapping(*state, m));
	m.repeat_pages = 3;
	check_error(try_mapping(*state, m), MM_ERR_PHYS_BITS, m.phys);
}

/* The address of an overlap is that of the mapping that comes second in address order. */
static void overlaps(void **state)
{
	static const struct {
		uint64_t start[2], bytes[2];
		bool overlap;
	} rows[] = {
		{ { 0x1000, 0x1000 }, { 0x1000, 0x1000 }, true },
		{ { 0x1000, 0x2000 }, { 0x2000, 0x1000 }, true },
		{ { 0x1000, 0x2000 }, { 0x9000, 0x1000 }, true },
		{ { 0x1000, 0x2000 }, { 0x1000, 0x1000 }, false },
		{ { 0x1000, 0x1000 }, { 0x1000, 0x5000 }, true },
		{ { 0x1000, 0x40000000 }, { 0x40000000, 0x1000 }, true },
		{ { 0x1000, 0x40001000 }, { 0x40000000, 0x1000 }, false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int first = 0; first < 2; first++) {
			struct mm_result result;

			f->plan.count = 0;
			for (int k = 0; k < 2; k++) {
				int n = k ^ first;

				add(f, direct(rows[i].start[n], rows[i].bytes[n]));
			}
			result = mm_plan_finish(&f->plan, f->work);
			if (rows[i].overlap)
				check_error(result, MM_ERR_OVERLAP,
					    KEEL_DIRECT_MAP_START + rows[i].start[1]);
			else
				check_ok(result);
		}
}

/* Tables that are to stay empty are a mapping too: nothing else may be put there. */
static void overlap_with_kept_tables(void **state)
{
	struct fixture *f = *state;
	struct keel_mapping none = direct(0, 0x10000);

	none.rights = KEEL_RIGHTS_NONE;
	none.level = KEEL_LEVEL_PD;
	add(f, none);
	add(f, direct(0x5000, 0x1000));
	check_error(mm_plan_finish(&f->plan, f->work), MM_ERR_OVERLAP,
		    KEEL_DIRECT_MAP_START + 0x5000);
}

static void merges_what_is_one(void **state)
{
	struct fixture *f = *state;

	for (uint64_t i = 0; i < 20; i++) /* 2 MiB on, in an order that is not sorted */
		add(f, direct(KEEL_SIZE_2M + i * 7 % 20 * 0x3000, 0x3000));
	check_ok(mm_plan_finish(&f->plan, f->work));
	assert_int_equal(f->plan.count, 1);
	assert_int_equal(f->items[0].virt, KEEL_DIRECT_MAP_START + KEEL_SIZE_2M);
	assert_int_equal(f->items[0].phys, KEEL_SIZE_2M);
	assert_int_equal(f->items[0].bytes, 20 * 0x3000);
}

static void keeps_what_differs(void **state)
{
	struct fixture *f = *state;
	struct keel_mapping m = direct(0x200000, 0x1000);

	add(f, m);
	m.virt += 0x1000, m.phys += 0x1000, m.rights = KEEL_RIGHTS_R;
	add(f, m);
	m.virt += 0x1000, m.phys += 0x1000, m.memory_type = KEEL_MEMORY_UC;
	add(f, m);
	m.virt += 0x1000, m.phys += 0x2000; /* a step in physical memory */
	add(f, m);
	m.virt += 0x2000, m.phys += 0x2000; /* a gap */
	add(f, m);
	m.virt += 0x1000, m.phys = 0, m.rights = KEEL_RIGHTS_NONE, m.memory_type = 0;
	m.level = KEEL_LEVEL_PT;
	add(f, m);
	m.virt += 0x1000, m.level = KEEL_LEVEL_PD;
	add(f, m);
	check_ok(mm_plan_finish(&f->plan, f->work));
	assert_int_equal(f->plan.count, 7);
	for (uint64_t i = 0; i < 7; i++)
		assert_int_equal(f->items[i].bytes, 0x1000);
}

/* Two windows that follow each other stay two: each is a ring of its own. */
static void windows_never_merge(void **state)
{
	struct fixture *f = *state;
	struct keel_mapping m = { .virt = KEEL_ESPFIX_START,
				  .phys = 0x100000,
				  .bytes = KEEL_ESPFIX_WINDOW_BYTES,
				  .repeat_pages = 16,
				  .rights = KEEL_RIGHTS_R,
				  .region = KEEL_REGION_ESPFIX };

	add(f, m);
	m.virt += m.bytes;
	m.phys += m.bytes;
	add(f, m);
	check_ok(mm_plan_finish(&f->plan, f->work));
	assert_int_equal(f->plan.count, 2);
}

/* Nor do a window and the plain mapping beside it, on whichever side that is. */
static void windows_and_plain_pages(void **state)
{
	struct fixture *f = *state;
	struct keel_mapping window = { .virt = KEEL_ESPFIX_START + KEEL_ESPFIX_WINDOW_BYTES,
				       .phys = 0x100000000,
				       .bytes = KEEL_ESPFIX_WINDOW_BYTES,
				       .repeat_pages = 2,
				       .rights = KEEL_RIGHTS_R,
				       .region = KEEL_REGION_ESPFIX };
	struct keel_mapping page = window;

	page.repeat_pages = 0;
	page.bytes = 0x1000;
	page.virt = window.virt - 0x1000;
	page.phys = window.phys - 0x1000;
	add(f, page);
	add(f, window);
	page.virt = window.virt + window.bytes;
	page.phys = window.phys + window.bytes;
	add(f, page);
	check_ok(mm_plan_finish(&f->plan, f->work));
	assert_int_equal(f->plan.count, 3);
	assert_int_equal(mm_tables_count(&f->plan), 2 + 2 + 2 * 2);
}

static void plan_full(void **state)
{
	struct fixture *f = *state;
	struct keel_mapping m = direct(0x200000, 0x1000);

	f->plan.capacity = 3;
	memset(&f->items[3], 0xdd, sizeof(f->items[3]));
	for (int i = 0; i < 3; i++, m.virt += 0x2000, m.phys += 0x2000)
		add(f, m);
	check_error(mm_plan_add(&f->plan, &m), MM_ERR_PLAN_FULL, 3);
	assert_int_equal(f->items[3].virt, KEEL_U64(0xdddddddddddddddd));
	check_ok(mm_plan_finish(&f->plan, f->work));
	assert_int_equal(f->plan.count, 3);
}

/* A mapping that is cut at boundaries needs room for its pieces, and says so too. */
static void plan_full_of_pieces(void **state)
{
	const uint64_t boundaries[] = { 0x301000, 0x302000, 0x303000 };
	const struct mm_machine cut = { .phys_bits = 40,
					.largest_leaf_level = 3,
					.boundaries = boundaries,
					.boundary_count = 3 };
	struct fixture *f = *state;
	struct keel_mapping m = direct(0x200000, 0x40000000);
	struct mm_result result;

	f->plan.machine = &cut;
	f->plan.capacity = 1;
	memset(&f->items[1], 0xdd, sizeof(f->items[1]));
	result = mm_plan_add(&f->plan, &m);
	if (result.error == MM_OK) /* cut later, then: there still is no room */
		result = mm_plan_finish(&f->plan, f->work);
	check_error(result, MM_ERR_PLAN_FULL, 1);
	assert_int_equal(f->items[1].virt, KEEL_U64(0xdddddddddddddddd));
}

static struct guarded_pool build(struct fixture *f, uint64_t *root)
{
	struct guarded_pool pool;

	check_ok(mm_plan_finish(&f->plan, f->work));
	check_coalesced(&f->plan);
	pool = guarded_pool_new(mm_tables_count(&f->plan), UINT64_C(0x5000000000));
	check_ok(mm_tables_build(&pool.pool, &f->plan, true, MM_NO_ROOT, root));
	guarded_pool_check(&pool);
	assert_int_equal(pool.pool.used, pool.pool.pages);
	assert_int_equal(pool.pool.used, minimum_tables(&f->plan));
	return pool;
}

/* The first 2 MiB are always small pages: fixed-range MTRRs end at 1 MiB. */
static void one_mib_is_a_boundary(void **state)
{
	struct fixture *f = *state;
	struct guarded_pool pool;
	uint64_t root;

	add(f, direct(0, 2 * KEEL_SIZE_1G));
	pool = build(f, &root);
	assert_int_equal(model_walk(&pool.pool, root, KEEL_DIRECT_MAP_START).level, 1);
	assert_int_equal(model_walk(&pool.pool, root, KEEL_DIRECT_MAP_START + 0x1ff000).level, 1);
	assert_int_equal(model_walk(&pool.pool, root, KEEL_DIRECT_MAP_START + KEEL_SIZE_2M).level,
			 2);
	assert_int_equal(model_walk(&pool.pool, root, KEEL_DIRECT_MAP_START + KEEL_SIZE_1G).level,
			 3);
	assert_int_equal(pool.pool.used, 4);
	guarded_pool_free(&pool);
}

/* A boundary inside a large page takes it apart as far as needed; one on its edge does not. */
static void boundaries_inside_large_pages(void **state)
{
	const uint64_t boundaries[] = { KEEL_SIZE_1G, 2 * KEEL_SIZE_1G + KEEL_SIZE_2M,
					3 * KEEL_SIZE_1G + 0x5000 };
	const struct mm_machine cut = { .phys_bits = 40,
					.largest_leaf_level = 3,
					.boundaries = boundaries,
					.boundary_count = 3 };
	struct fixture *f = *state;
	struct keel_mapping m = direct(KEEL_SIZE_1G, 4 * KEEL_SIZE_1G);
	const uint64_t g = KEEL_DIRECT_MAP_START;
	struct guarded_pool pool;
	uint64_t root;

	f->plan.machine = &cut;
	add(f, m);
	pool = build(f, &root);
	assert_int_equal(model_walk(&pool.pool, root, g + KEEL_SIZE_1G).level, 3);
	assert_int_equal(model_walk(&pool.pool, root, g + 2 * KEEL_SIZE_1G).level, 2);
	assert_int_equal(model_walk(&pool.pool, root, g + 3 * KEEL_SIZE_1G - 1).level, 2);
	assert_int_equal(model_walk(&pool.pool, root, g + 3 * KEEL_SIZE_1G).level, 1);
	assert_int_equal(model_walk(&pool.pool, root, g + 3 * KEEL_SIZE_1G + 0x5000).level, 1);
	assert_int_equal(model_walk(&pool.pool, root, g + 3 * KEEL_SIZE_1G + KEEL_SIZE_2M).level,
			 2);
	assert_int_equal(model_walk(&pool.pool, root, g + 4 * KEEL_SIZE_1G).level, 3);
	model_check_edges(&pool.pool, root, &m, 1, true);
	assert_int_equal(pool.pool.used, 5); /* PML4, PDPT, two PDs, one PT */
	guarded_pool_free(&pool);
}

/* VA and PA that are both aligned to 2 MiB, but not alike to 1 GiB. */
static void alignment_of_both(void **state)
{
	struct fixture *f = *state;
	struct keel_mapping m = direct(KEEL_SIZE_1G, 2 * KEEL_SIZE_1G);
	struct guarded_pool pool;
	uint64_t root;

	m.phys += KEEL_SIZE_2M;
	add(f, m);
	pool = build(f, &root);
	for (uint64_t at = 0; at < m.bytes; at += KEEL_SIZE_2M)
		assert_int_equal(model_walk(&pool.pool, root, m.virt + at).level, 2);
	model_check_edges(&pool.pool, root, &m, 1, true);
	guarded_pool_free(&pool);

	f->plan.count = 0;
	m.phys += 0x1000;
	m.bytes = 3 * KEEL_SIZE_2M;
	add(f, m);
	pool = build(f, &root);
	for (uint64_t at = 0; at < m.bytes; at += 0x1000)
		assert_int_equal(model_walk(&pool.pool, root, m.virt + at).level, 1);
	model_check_edges(&pool.pool, root, &m, 1, true);
	guarded_pool_free(&pool);
}

static void every_text(void **state)
{
	(void)state;
	for (int i = 0; i < MM_ERR_COUNT; i++)
		assert_true(strlen(mm_error_text((enum mm_error)i)) > 1);
	for (int i = 1; i < MM_ERR_COUNT; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(mm_error_text((enum mm_error)i),
						mm_error_text((enum mm_error)k));
	for (int i = 0; i < MM_NOTE_COUNT; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(mm_note_text((enum mm_note)i),
						mm_note_text((enum mm_note)k));
	/* Numbers that are not in the enum come from memory that went bad: still a text. */
	assert_non_null(mm_error_text(MM_ERR_COUNT));
	assert_non_null(mm_note_text(MM_NOTE_COUNT));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(empty_plan),
		TEST(no_bytes),
		TEST(unaligned),
		TEST(beyond_phys_bits),
		TEST(outside_the_row),
		TEST(outside_the_row_says_where),
		TEST(past_the_end_of_everything),
		TEST(finish_checks_everything),
		TEST(meaningless_mappings),
		TEST(repeated_windows),
		TEST(overlaps),
		TEST(overlap_with_kept_tables),
		TEST(merges_what_is_one),
		TEST(keeps_what_differs),
		TEST(windows_never_merge),
		TEST(windows_and_plain_pages),
		TEST(plan_full),
		TEST(plan_full_of_pieces),
		TEST(one_mib_is_a_boundary),
		TEST(boundaries_inside_large_pages),
		TEST(alignment_of_both),
		TEST(every_text),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
