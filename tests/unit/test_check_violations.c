/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each violation that the checker of mm/ knows, made on purpose: found, and at the right address.
 */
#include "check_scene.h"

struct wrong {
	enum mm_violation violation;
	uint64_t address;
	void (*make)(struct scene *s, struct mm_check *check);
};

#define STACK (KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES)
#define LARGE KEEL_DIRECT_MAP(KEEL_U64(0x1000000)) /* lies in a 2 MiB leaf */

static void wrong_root(struct scene *s, struct mm_check *check)
{
	check->root = s->tables.pool.used;
}

static void wrong_absent(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, 0, KEEL_LEVEL_PML4) = KEEL_PTE_RW;
}

static void wrong_outside(struct scene *s, struct mm_check *check)
{
	uint64_t *entry = scene_entry(s, KEEL_STACKS_START, KEEL_LEVEL_PML4);

	(void)check;
	*entry = (*entry & ~KEEL_PTE_ADDRESS) | mm_pool_phys(&s->tables.pool, s->tables.pool.used);
}

static void wrong_twice(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_STACKS_START + (KEEL_U64(9) << 39), KEEL_LEVEL_PML4) =
		*scene_entry(s, KEEL_STACKS_START + (KEEL_U64(3) << 39), KEEL_LEVEL_PML4);
}

static void wrong_reserved(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, STACK, KEEL_LEVEL_PT) |= KEEL_U64(1) << s->machine.phys_bits;
}

static void wrong_table_bits(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, STACK, KEEL_LEVEL_PD) |= KEEL_PTE_NX;
}

static void wrong_user_path(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_DIRECT_MAP_START, KEEL_LEVEL_PML4) |= KEEL_PTE_US;
}

static void wrong_user_leaf(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_VSYSCALL_START, KEEL_LEVEL_PD) &= ~KEEL_PTE_US;
}

static void wrong_user_path_last(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_VSYSCALL_START, KEEL_LEVEL_PT) = 0;
}

static void wrong_leaf_bits(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_VSYSCALL_START, KEEL_LEVEL_PT) |= KEEL_PTE_D;
}

/* A page of the EFI region that has a leaf of its own. */
static uint64_t page_of_efi(const struct scene *s)
{
	for (uint64_t n = 0; n < s->plan.count; n++) {
		const struct keel_mapping *m = &s->plan.mappings[n];

		if (m->region == KEEL_REGION_EFI && m->rights && m->bytes < KEEL_SIZE_2M)
			return m->virt;
	}
	return 0;
}

static void wrong_used_bits(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, page_of_efi(s), KEEL_LEVEL_PT) |= KEEL_PTE_A;
}

static void wrong_leaf_level(struct scene *s, struct mm_check *check)
{
	(void)check;
	s->machine.largest_leaf_level = KEEL_LEVEL_PT;
}

static void wrong_leaf_align(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, LARGE, KEEL_LEVEL_PD) |= 0x2000;
}

static void wrong_leaf_type(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, LARGE, KEEL_LEVEL_PD) |= KEEL_PTE_PAT_LARGE;
}

static void wrong_leaf_global(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, STACK, KEEL_LEVEL_PT) &= ~KEEL_PTE_G;
}

static void wrong_boundary(struct scene *s, struct mm_check *check)
{
	static const uint64_t inside[] = { 0x800000, 0x1001000 };

	(void)check;
	s->machine.boundaries = inside;
	s->machine.boundary_count = 2;
}

static void wrong_row(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_HOLE_VSYSCALL_START, KEEL_LEVEL_PT) =
		*scene_entry(s, STACK, KEEL_LEVEL_PT);
}

/* The run that begins in the row before goes on. */
static void wrong_row_end(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_HOLE_VSYSCALL_START, KEEL_LEVEL_PT) =
		*scene_entry(s, KEEL_VSYSCALL_START, KEEL_LEVEL_PT) + KEEL_PAGE_SIZE;
}

static void wrong_user(struct scene *s, struct mm_check *check)
{
	const uint64_t virt = KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC);

	(void)check;
	*scene_entry(s, virt, KEEL_LEVEL_PD) |= KEEL_PTE_US;
	*scene_entry(s, virt, KEEL_LEVEL_PT) |= KEEL_PTE_US;
}

static void wrong_write_execute(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, STACK, KEEL_LEVEL_PT) &= ~KEEL_PTE_NX;
}

static void wrong_unplanned(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_FIXMAP_SLOT(200), KEEL_LEVEL_PT) =
		*scene_entry(s, STACK, KEEL_LEVEL_PT);
}

static void wrong_missing(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, STACK + 0x3000, KEEL_LEVEL_PT) = 0;
}

static void wrong_missing_last(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_VSYSCALL_START, KEEL_LEVEL_PT) = 0;
	for (unsigned int level = KEEL_LEVEL_PD; level <= KEEL_LEVEL_PML4; level++)
		*scene_entry(s, KEEL_VSYSCALL_START, level) &= ~KEEL_PTE_US;
}

static void wrong_phys(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, STACK + 0x1000, KEEL_LEVEL_PT) += 0x10000;
}

static void wrong_rights(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, s->segments[1].virt, KEEL_LEVEL_PT) &= ~KEEL_PTE_NX;
}

static void wrong_type(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, STACK, KEEL_LEVEL_PT) |= KEEL_PTE_PCD | KEEL_PTE_PWT;
}

static void wrong_repeat(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_ESPFIX_START + 511 * KEEL_SIZE_2M, KEEL_LEVEL_PD) = 0;
}

static void wrong_in_place(struct scene *s, struct mm_check *check)
{
	(void)check;
	*scene_entry(s, KEEL_FIXMAP_START, KEEL_LEVEL_PD) = 0;
}

/* Kernel text as a stack: in the plan as well, so that only the frames tell. */
static void wrong_frame(struct scene *s, struct mm_check *check)
{
	s->request.area.stacks_phys = s->segments[0].phys + KEEL_PAGE_SIZE;
	check_ok(scene_plan(s));
	scene_tables(s);
	*check = scene_checked(s, check->work);
}

static struct keel_memory_range *first_of(struct scene *s, uint32_t type)
{
	for (uint64_t i = 0; i < s->map.count; i++)
		if (s->map.ranges[i].type == type)
			return &s->map.ranges[i];
	fail_msg("no range of type %u", type);
	return NULL;
}

static void wrong_direct_missing(struct scene *s, struct mm_check *check)
{
	(void)check;
	first_of(s, KEEL_MEMORY_TYPE_RESERVED)->type = KEEL_MEMORY_TYPE_PERSISTENT;
}

static void wrong_direct_foreign(struct scene *s, struct mm_check *check)
{
	(void)check;
	first_of(s, KEEL_MEMORY_TYPE_ACPI_NVS)->type = KEEL_MEMORY_TYPE_UNACCEPTED;
}

static void wrong_direct_last(struct scene *s, struct mm_check *check)
{
	struct keel_memory_range *last = &s->map.ranges[s->map.count - 1];

	(void)check;
	*last = (struct keel_memory_range){ .phys = KEEL_U64(0x200000000),
					    .bytes = KEEL_PAGE_SIZE,
					    .type = KEEL_MEMORY_TYPE_CONVENTIONAL };
}

static void wrong_direct_phys(struct scene *s, struct mm_check *check)
{
	struct keel_mapping *m = (struct keel_mapping *)scene_find(s, LARGE);

	m->phys += KEEL_SIZE_1G;
	scene_tables(s);
	*check = scene_checked(s, check->work);
}

static void wrong_table_count(struct scene *s, struct mm_check *check)
{
	(void)check;
	s->plan.tables++;
}

/* Two halves of a block, kept apart by a boundary that goes away afterwards. */
static void wrong_wasted(struct scene *s, struct mm_check *check)
{
	static const uint64_t inside[] = { 0x1001000 };

	s->machine.boundaries = inside;
	s->machine.boundary_count = 1;
	check_ok(scene_plan(s));
	scene_tables(s);
	s->machine.boundary_count = 0;
	*check = scene_checked(s, check->work);
}

/* An empty table in a hole, and planned; the guard behind the pool is where it stands. */
static void wrong_empty(struct scene *s, struct mm_check *check)
{
	struct mm_pool *pool = &s->tables.pool;

	(void)check;
	memset(mm_pool_table(pool, pool->used), 0, 4096);
	*scene_entry(s, KEEL_HOLE_STACKS_START, KEEL_LEVEL_PML4) =
		mm_pool_phys(pool, pool->used) | KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D;
	pool->used++;
	s->plan.tables++;
}

#define ANY 1 /* the address is not what the case is about */

static const struct wrong wrongs[] = {
	{ MM_CHECK_ROOT, ANY, wrong_root },
	{ MM_CHECK_ABSENT, 0, wrong_absent },
	{ MM_CHECK_OUTSIDE, KEEL_STACKS_START, wrong_outside },
	{ MM_CHECK_TWICE, KEEL_STACKS_START + (KEEL_U64(9) << 39), wrong_twice },
	{ MM_CHECK_RESERVED, STACK, wrong_reserved },
	{ MM_CHECK_TABLE_BITS, KEEL_STACKS_START, wrong_table_bits },
	{ MM_CHECK_USER_PATH, KEEL_DIRECT_MAP_START, wrong_user_path },
	{ MM_CHECK_USER_PATH, KEEL_VSYSCALL_START, wrong_user_leaf },
	{ MM_CHECK_USER_PATH, KEEL_VSYSCALL_START, wrong_user_path_last },
	{ MM_CHECK_LEAF_BITS, KEEL_VSYSCALL_START, wrong_leaf_bits },
	{ MM_CHECK_LEAF_BITS, ANY, wrong_used_bits },
	{ MM_CHECK_LEAF_LEVEL, ANY, wrong_leaf_level },
	{ MM_CHECK_LEAF_ALIGN, LARGE, wrong_leaf_align },
	{ MM_CHECK_LEAF_TYPE, LARGE, wrong_leaf_type },
	{ MM_CHECK_LEAF_GLOBAL, STACK, wrong_leaf_global },
	{ MM_CHECK_BOUNDARY, LARGE, wrong_boundary },
	{ MM_CHECK_ROW, KEEL_HOLE_VSYSCALL_START, wrong_row },
	{ MM_CHECK_ROW, KEEL_HOLE_VSYSCALL_START, wrong_row_end },
	{ MM_CHECK_USER, KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC), wrong_user },
	{ MM_CHECK_WRITE_EXECUTE, STACK, wrong_write_execute },
	{ MM_CHECK_UNPLANNED, KEEL_FIXMAP_SLOT(200), wrong_unplanned },
	{ MM_CHECK_MISSING, STACK + 0x3000, wrong_missing },
	{ MM_CHECK_MISSING, KEEL_VSYSCALL_START, wrong_missing_last },
	{ MM_CHECK_PHYS, STACK + 0x1000, wrong_phys },
	{ MM_CHECK_RIGHTS, ANY, wrong_rights },
	{ MM_CHECK_TYPE, STACK, wrong_type },
	{ MM_CHECK_REPEAT, KEEL_ESPFIX_START, wrong_repeat },
	{ MM_CHECK_IN_PLACE, KEEL_FIXMAP_START, wrong_in_place },
	{ MM_CHECK_FRAME, STACK, wrong_frame },
	{ MM_CHECK_DIRECT_MISSING, ANY, wrong_direct_missing },
	{ MM_CHECK_DIRECT_FOREIGN, ANY, wrong_direct_foreign },
	{ MM_CHECK_DIRECT_MISSING, KEEL_U64(0x200000000), wrong_direct_last },
	{ MM_CHECK_DIRECT_PHYS, ANY, wrong_direct_phys },
	{ MM_CHECK_TABLE_COUNT, ANY, wrong_table_count },
	{ MM_CHECK_WASTED, LARGE, wrong_wasted },
	{ MM_CHECK_WASTED, KEEL_HOLE_STACKS_START, wrong_empty },
};

static void every_violation(void **state)
{
	bool seen[MM_CHECK_COUNT] = { [MM_CHECK_OK] = true };

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *w = &wrongs[i];
		struct scene *s = scene_qemu(2);
		struct mm_check_report report;
		struct mm_check check;
		void *work;

		check_ok(scene_plan(s));
		scene_tables(s);
		check = scene_checked(s, NULL);
		work = zalloc(2 * mm_check_work_bytes(&check));
		check.work = work;
		w->make(s, &check);
		assert_false(mm_check_kernel(&check, &report));
		if (report.violation != w->violation ||
		    (w->address != ANY && report.address != w->address))
			fail_msg("case %zu: \"%s\" at 0x%" PRIx64 ", expected \"%s\" at 0x%" PRIx64,
				 i, mm_violation_text(report.violation), report.address,
				 mm_violation_text(w->violation), w->address);
		seen[report.violation] = true;
		free(work);
		scene_free(s);
	}
	for (int violation = 0; violation < MM_CHECK_COUNT; violation++)
		if (!seen[violation])
			fail_msg("no case for: %s", mm_violation_text(violation));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_violation),
	};

	return cmocka_run_group_tests_name("check violations", tests, NULL, NULL);
}
