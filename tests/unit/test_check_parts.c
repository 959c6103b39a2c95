/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of mm/'s checker one by one: what each of them has to know by itself, though in a whole
 * check another part may come first.
 */
#include "check_scene.h"

#define TEXT_PHYS KEEL_U64(0x1000000)

/* A kernel's scene with its tables, and a check of it. */
static struct scene *built(struct mm_check *check)
{
	struct scene *s = scene_qemu(2);

	check_ok(scene_plan(s));
	scene_tables(s);
	*check = scene_checked(s, NULL);
	check->work = zalloc(mm_check_work_bytes(check));
	return s;
}

static void drop(struct scene *s, struct mm_check *check)
{
	free(check->work);
	scene_free(s);
}

static void expect(bool good, const struct mm_check_report *report, enum mm_violation violation,
		   uint64_t address)
{
	assert_false(good);
	if (report->violation != violation || report->address != address)
		fail_msg("\"%s\" at 0x%" PRIx64 ", expected \"%s\" at 0x%" PRIx64,
			 mm_violation_text(report->violation), report->address,
			 mm_violation_text(violation), address);
}

/* Some executable frames, one range inside another, and one mapping besides. */
static bool frames_with(struct keel_mapping m, struct mm_check_report *report)
{
	struct keel_mapping items[] = {
		{ .virt = KEEL_TEXT_START,
		  .phys = TEXT_PHYS,
		  .bytes = 0x10000,
		  .rights = KEEL_RIGHTS_RX },
		{ .virt = KEEL_TEXT_START + KEEL_SIZE_2M,
		  .phys = TEXT_PHYS + 0x4000,
		  .bytes = 0x1000,
		  .rights = KEEL_RIGHTS_RX },
		{ .virt = KEEL_EFI_START,
		  .phys = TEXT_PHYS + 0x20000,
		  .bytes = KEEL_ESPFIX_WINDOW_BYTES,
		  .rights = KEEL_RIGHTS_FIRMWARE_RWX,
		  .repeat_pages = 2 },
		m,
	};
	uint64_t work[16];
	const struct mm_plan plan = { .mappings = items, .count = 4 };
	const struct mm_check check = { .plan = &plan, .work = work };

	return mm_check_frames(&check, report);
}

/* Of a repeated window only the pages that are repeated count, not all addresses it takes. */
static void frames(void **state)
{
	const struct keel_mapping window = { .virt = KEEL_ESPFIX_START,
					     .bytes = KEEL_ESPFIX_WINDOW_BYTES,
					     .rights = KEEL_RIGHTS_RW };
	struct keel_mapping m = window;
	struct mm_check_report report;

	(void)state;
	m.phys = TEXT_PHYS - 0x1000, m.repeat_pages = 1;
	assert_true(frames_with(m, &report));
	m.repeat_pages = 2;
	expect(frames_with(m, &report), &report, MM_CHECK_FRAME, m.virt + 0x1000);
	assert_int_equal(report.value, TEXT_PHYS);
	m.phys = TEXT_PHYS + 0xf000;
	expect(frames_with(m, &report), &report, MM_CHECK_FRAME, m.virt);
	m.phys = TEXT_PHYS + 0x10000, m.repeat_pages = 16;
	assert_true(frames_with(m, &report));
	m.rights = KEEL_RIGHTS_R, m.phys = TEXT_PHYS;
	assert_true(frames_with(m, &report));
	m = window, m.bytes = 0x1000, m.phys = TEXT_PHYS + 0x21000;
	expect(frames_with(m, &report), &report, MM_CHECK_FRAME, m.virt);
	m.phys = TEXT_PHYS + 0x22000;
	assert_true(frames_with(m, &report));
}

/* One large leaf from 0 on would have both fixed-range MTRRs and others in it. */
static void large_leaf_at_zero(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);

	(void)state;
	*scene_entry(s, KEEL_DIRECT_MAP_START, KEEL_LEVEL_PD) =
		KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D | KEEL_PTE_PS | KEEL_PTE_G |
		KEEL_PTE_NX;
	expect(mm_check_entries(&check, &report), &report, MM_CHECK_BOUNDARY,
	       KEEL_DIRECT_MAP_START);
	drop(s, &check);
}

/* A run may go on into the next row where that is a region too; the plan has to know of it. */
static void run_over_two_regions(void **state)
{
	const uint64_t bits = KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D | KEEL_PTE_PS |
			      KEEL_PTE_G | KEEL_PTE_NX;
	const uint64_t virt = KEEL_MODULES_START - KEEL_SIZE_2M;
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);

	(void)state;
	*scene_entry(s, virt, KEEL_LEVEL_PD) = bits | KEEL_SIZE_1G;
	*scene_entry(s, KEEL_MODULES_START, KEEL_LEVEL_PD) = bits | (KEEL_SIZE_1G + KEEL_SIZE_2M);
	assert_true(mm_check_entries(&check, &report));
	assert_true(mm_check_rows(&check, &report));
	expect(mm_check_plan(&check, &report), &report, MM_CHECK_UNPLANNED, virt);
	drop(s, &check);
}

/* Where nothing is global, a global leaf is as wrong as the other way round. */
static void nothing_global(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);

	(void)state;
	check.global = false;
	assert_false(mm_check_entries(&check, &report));
	assert_int_equal(report.violation, MM_CHECK_LEAF_GLOBAL);
	s->tables.pool.used = 0;
	check_ok(mm_tables_build(&s->tables.pool, &s->plan, false, MM_NO_ROOT, &check.root));
	assert_true(mm_check_kernel(&check, &report));
	drop(s, &check);
}

/* Equal entries on both sides of the root's middle are two places, and not one repeated. */
static void one_table_in_both_halves(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);

	(void)state;
	/* Not global, so that the lower half is nothing worse than a copy. */
	s->tables.pool.used = 0;
	check.global = false;
	check_ok(mm_tables_build(&s->tables.pool, &s->plan, false, MM_NO_ROOT, &check.root));
	*scene_entry(s, KEEL_USER_LAST, KEEL_LEVEL_PML4) =
		*scene_entry(s, KEEL_DIRECT_MAP_START, KEEL_LEVEL_PML4);
	expect(mm_check_entries(&check, &report), &report, MM_CHECK_TWICE, KEEL_DIRECT_MAP_START);
	drop(s, &check);
}

/* The same table twice in the root, side by side: once planned, found at two addresses. */
static void one_table_side_by_side(void **state)
{
	const uint64_t stack = KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES;
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);

	(void)state;
	*scene_entry(s, KEEL_STACKS_START + MM_LEVEL_BYTES(KEEL_LEVEL_PML4), KEEL_LEVEL_PML4) =
		*scene_entry(s, KEEL_STACKS_START, KEEL_LEVEL_PML4);
	expect(mm_check_plan(&check, &report), &report, MM_CHECK_REPEAT, stack);
	assert_int_equal(report.value, 2);
	drop(s, &check);
}

/* The second page of every step leads elsewhere: the first one is right. */
static void half_of_a_window(void **state)
{
	struct mm_check_report report;
	struct mm_check check = { 0 };
	struct scene *s = scene_qemu(KEEL_ESPFIX_STACKS_PER_PAGE + 1);

	(void)state;
	check_ok(scene_plan(s));
	scene_tables(s);
	check = scene_checked(s, NULL);
	assert_true(mm_check_plan(&check, &report));
	*scene_entry(s, KEEL_ESPFIX_START + KEEL_PAGE_SIZE, KEEL_LEVEL_PT) += KEEL_PAGE_SIZE;
	expect(mm_check_plan(&check, &report), &report, MM_CHECK_PHYS,
	       KEEL_ESPFIX_START + KEEL_PAGE_SIZE);
	scene_free(s);
}

/* Each right by itself: the tables stay, the plan is another. */
static void rights(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);

	(void)state;
	assert_true(mm_check_plan(&check, &report));
	for (int i = 0; i < 2; i++) {
		const uint64_t virt = i ? s->segments[0].virt : KEEL_VSYSCALL_START;
		struct keel_mapping *m = (struct keel_mapping *)scene_find(s, virt);
		const uint8_t planned = m->rights;

		for (uint8_t other = KEEL_RIGHTS_R; other < KEEL_RIGHTS_COUNT; other++) {
			m->rights = other;
			if (other == planned)
				assert_true(mm_check_plan(&check, &report));
			else
				expect(mm_check_plan(&check, &report), &report, MM_CHECK_RIGHTS,
				       m->virt);
		}
		m->rights = planned;
	}
	drop(s, &check);
}

/* Its page is planned, but gone: the table is in vain all the same. */
static void table_without_its_page(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);

	(void)state;
	*scene_entry(s, KEEL_VSYSCALL_START, KEEL_LEVEL_PT) = 0;
	expect(mm_check_tables(&check, &report), &report, MM_CHECK_WASTED,
	       KEEL_VSYSCALL_START & -KEEL_SIZE_2M);
	assert_int_equal(report.value, 1);
	assert_int_equal(report.minimum, report.tables - 1);
	drop(s, &check);
}

/* The plan wants tables here, but only those above it. Of two needless ones the first is told. */
static void tables_below_what_is_wanted(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);
	struct mm_pool *pool = &s->tables.pool;

	(void)state;
	/* One stands in the guard behind the pool, the other has lost its page. */
	memset(mm_pool_table(pool, pool->used), 0, KEEL_PAGE_SIZE);
	*scene_entry(s, KEEL_MODULES_START, KEEL_LEVEL_PD) =
		mm_pool_phys(pool, pool->used) | KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D;
	pool->used++;
	s->plan.tables++;
	*scene_entry(s, KEEL_VSYSCALL_START, KEEL_LEVEL_PT) = 0;
	expect(mm_check_tables(&check, &report), &report, MM_CHECK_WASTED, KEEL_MODULES_START);
	assert_int_equal(report.value, 2);
	drop(s, &check);
}

/* Gigabytes in 2 MiB leaves are fine on a machine that has no larger ones. */
static void no_larger_leaves(void **state)
{
	struct scene *s = scene_new(map_file_read("tests/maps/qemu-ovmf-mixed-3g.map", 48), 1);

	(void)state;
	s->machine.largest_leaf_level = KEEL_LEVEL_PD;
	check_ok(scene_plan(s));
	scene_tables(s);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(KEEL_SIZE_1G)).level, KEEL_LEVEL_PD);
	assert_int_equal(scene_check(s).violation, MM_CHECK_OK);
	scene_free(s);
}

/* 2 MiB, aligned in virtual but not in physical memory: no larger leaf could stand for it. */
static void unaligned_frames(void **state)
{
	struct scene *s = scene_qemu(1);

	(void)state;
	s->segments[2].phys += 0x1000;
	check_ok(scene_plan(s));
	scene_tables(s);
	assert_int_equal(scene_walk(s, s->segments[2].virt).level, 1);
	assert_int_equal(scene_check(s).violation, MM_CHECK_OK);
	scene_free(s);
}

static struct keel_memory_range *range_of(struct scene *s, uint32_t type)
{
	for (uint64_t i = 0; i < s->map.count; i++)
		if (s->map.ranges[i].type == type)
			return &s->map.ranges[i];
	fail_msg("no range of type %u", type);
	return NULL;
}

/* Only a framebuffer that lies there and is write-combining explains what is not memory. */
static void foreign_and_framebuffer(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);
	struct keel_memory_range *r = range_of(s, KEEL_MEMORY_TYPE_ACPI_NVS);
	const struct mm_framebuffer places[] = {
		{ 0, 0 },
		{ r->phys, 0 },
		{ r->phys + KEEL_PAGE_SIZE, r->bytes },
		{ r->phys - KEEL_PAGE_SIZE, KEEL_PAGE_SIZE },
		{ r->phys, r->bytes },
	};

	(void)state;
	assert_true(mm_check_direct_map(&check, &report));
	r->type = KEEL_MEMORY_TYPE_UEFI_COUNT; /* a type that nobody has given a meaning */
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct mm_framebuffer framebuffers[MM_FRAMEBUFFERS_MOST] = { [7] = places[i] };

		check.framebuffers = framebuffers;
		check.framebuffers_mapped = (uint32_t)(places[i].bytes != 0) << 7;
		expect(mm_check_direct_map(&check, &report), &report, MM_CHECK_DIRECT_FOREIGN,
		       KEEL_DIRECT_MAP(r->phys));
	}
	drop(s, &check);
}

/* The transition root has the same direct map, and other things below it. */
static void direct_map_of_another_root(void **state)
{
	struct mm_check_report report;
	struct mm_check check;
	struct scene *s = built(&check);
	struct mm_plan plan = { .capacity = s->plan.capacity };
	struct guarded_pool pool;
	uint64_t kernel_root;

	(void)state;
	plan.mappings = zalloc(plan.capacity * sizeof(*plan.mappings));
	check_ok(mm_plan_transition(&plan, &s->request, s->work));
	pool = guarded_pool_new(s->plan.tables + plan.tables, s->allocations[1].phys);
	check_ok(mm_tables_build(&pool.pool, &s->plan, true, MM_NO_ROOT, &kernel_root));
	check_ok(mm_tables_build(&pool.pool, &plan, true, kernel_root, &check.root));
	check.pool = &pool.pool;
	assert_true(mm_check_direct_map(&check, &report));
	check.plan = &plan;
	expect(mm_check_plan(&check, &report), &report, MM_CHECK_UNPLANNED, KEEL_DIRECT_MAP_START);
	guarded_pool_free(&pool);
	free(plan.mappings);
	drop(s, &check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames),
		cmocka_unit_test(large_leaf_at_zero),
		cmocka_unit_test(run_over_two_regions),
		cmocka_unit_test(nothing_global),
		cmocka_unit_test(one_table_in_both_halves),
		cmocka_unit_test(one_table_side_by_side),
		cmocka_unit_test(half_of_a_window),
		cmocka_unit_test(rights),
		cmocka_unit_test(table_without_its_page),
		cmocka_unit_test(tables_below_what_is_wanted),
		cmocka_unit_test(no_larger_leaves),
		cmocka_unit_test(unaligned_frames),
		cmocka_unit_test(foreign_and_framebuffer),
		cmocka_unit_test(direct_map_of_another_root),
	};

	return cmocka_run_group_tests_name("parts of the check", tests, NULL, NULL);
}
