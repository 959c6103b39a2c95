/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two roots beside the kernel's: the transition root, in which firmware runs during
 * SetVirtualAddressMap, and the landing root, in which CR3 gets its last value.
 */
#include "scene.h"

#define RUNTIME KEEL_EFI_MEMORY_RUNTIME

static struct guarded_pool pool;
static uint64_t kernel_root, root;

/* Kernel plan and one more plan, in one pool, as the loader does it. */
static void build_beside_kernel(struct scene *s, struct mm_plan *plan)
{
	uint64_t pages = mm_tables_count(&s->plan) + mm_tables_count(plan);

	pool = guarded_pool_new(pages, s->allocations[1].phys);
	check_ok(mm_tables_build(&pool.pool, &s->plan, true, MM_NO_ROOT, &kernel_root));
	check_ok(mm_tables_build(&pool.pool, plan, true, kernel_root, &root));
	guarded_pool_check(&pool);
	assert_int_equal(pool.pool.used, pages);
}

static struct mm_plan transition_plan(struct scene *s)
{
	struct mm_plan plan = { .capacity = mm_plan_capacity(&s->request), .machine = &s->machine };

	plan.mappings = zalloc(plan.capacity * sizeof(*plan.mappings));
	check_ok(mm_plan_transition(&plan, &s->request, s->work));
	check_coalesced(&plan);
	assert_int_equal(mm_tables_count(&plan), minimum_tables(&plan));
	return plan;
}

/* Memory and runtime ranges at their physical addresses, writable and executable, not global. */
static void expect_identity(uint64_t phys, bool present, bool uncached)
{
	struct model_walk w = model_walk(&pool.pool, root, phys);

	assert_int_equal(w.present, present);
	if (!present)
		return;
	assert_int_equal(w.phys, phys);
	assert_true(w.writable && w.executable && !w.user);
	assert_false(w.entry & 0x100);
	assert_int_equal(w.entry & 0x18, uncached ? 0x18 : 0);
}

/* Is it all runtime memory, as the descriptors say? Or none of it: nothing is between. */
static bool is_runtime_only(const struct scene *s, const struct keel_mapping *m)
{
	uint64_t runtime_bytes = 0;

	for (uint64_t i = 0; i < mm_descriptor_count(&s->descriptors); i++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&s->descriptors, i);

		if (d->attribute & RUNTIME && d->phys >= m->phys && d->phys < m->phys + m->bytes)
			runtime_bytes += d->pages * 4096;
	}
	assert_true(!runtime_bytes || runtime_bytes == m->bytes);
	return runtime_bytes;
}

static void identity(void **state)
{
	struct scene *s = scene_qemu(1);
	struct mm_plan plan;

	(void)state;
	check_ok(scene_plan(s));
	plan = transition_plan(s);
	build_beside_kernel(s, &plan);
	for (uint64_t i = 0; i < mm_descriptor_count(&s->descriptors); i++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&s->descriptors, i);
		bool present = mm_type_is_memory(d->type) || d->attribute & RUNTIME;

		expect_identity(d->phys, present, d->type == 11);
		expect_identity(d->phys + d->pages * 4096 - 1, present, d->type == 11);
	}
	expect_identity(0, true, false); /* firmware that writes to page 0 */
	model_check_edges(&pool.pool, root, s->plan.mappings, s->plan.count, true);
	for (uint64_t i = 0; i < plan.count; i++) {
		assert_true(plan.mappings[i].virt <= KEEL_USER_LAST);
		assert_int_equal(plan.mappings[i].rights, is_runtime_only(s, plan.mappings + i)
								  ? KEEL_RIGHTS_FIRMWARE_RWX
								  : KEEL_RIGHTS_WATCHED_RWX);
	}
	guarded_pool_free(&pool);
	free(plan.mappings);
	scene_free(s);
}

/* The kernel half is one: the same PML4 entries in both roots. */
static void one_kernel_half(void **state)
{
	struct scene *s = scene_qemu(4);
	struct mm_plan plan;

	(void)state;
	check_ok(scene_plan(s));
	plan = transition_plan(s);
	build_beside_kernel(s, &plan);
	for (uint64_t i = 0; i < 256; i++)
		assert_int_equal(pool.pool.base[kernel_root * 512 + i], 0);
	assert_memory_equal(&pool.pool.base[kernel_root * 512 + 256],
			    &pool.pool.base[root * 512 + 256], 256 * 8);
	guarded_pool_free(&pool);
	free(plan.mappings);
	scene_free(s);
}

/* Bits 63 to 56 of a canonical 4-level address are those of bit 47: entry 0 or the last one. */
static void above(void **state)
{
	uint64_t pml5[512 + 1];

	(void)state;
	memset(pml5, 0xa5, sizeof(pml5));
	mm_root_above(pml5, KEEL_U64(0x123456000));
	assert_int_equal(pml5[0], KEEL_U64(0x123456063));
	for (int i = 1; i < 511; i++)
		assert_int_equal(pml5[i], 0);
	assert_int_equal(pml5[511], KEEL_U64(0x123456063));
	assert_int_equal(pml5[512], KEEL_U64(0xa5a5a5a5a5a5a5a5));
}

/* Runtime memory below 1 MiB, far up, and with the framebuffer's window around. */
static void identity_of_odd_places(void **state)
{
	static const uint64_t places[] = { 0x9f000, 0xe0000, 0xdf200000, KEEL_U64(0xffc00000000) };
	struct mm_descriptors d = { .stride = 48 };
	struct mm_plan plan;
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 0x1000000, 0x8000, 0xf);
	for (int i = 0; i < 4; i++)
		descriptors_add(&d, i % 2 ? 0 : 6, places[i], 3, RUNTIME | (i == 3 ? 0 : 0xf));
	s = scene_new(d, 1);
	check_ok(scene_plan(s));
	plan = transition_plan(s);
	build_beside_kernel(s, &plan);
	for (int i = 0; i < 4; i++) {
		expect_identity(places[i], true, i == 3);
		expect_identity(places[i] + 0x2fff, true, i == 3);
		expect_identity(places[i] + 0x3000, false, false);
		expect_identity(places[i] - 1, false, false);
	}
	guarded_pool_free(&pool);
	free(plan.mappings);
	scene_free(s);
}

/*
 * The lower half ends at 128 TiB; memory up to there is in it, though the direct map ends before.
 */
static void identity_to_the_end(void **state)
{
	const uint64_t end = KEEL_USER_LAST + 1;
	struct mm_descriptors d = { .stride = 48 };
	struct mm_plan plan;
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 0x1000000, 0x8000, 0xf);
	descriptors_add(&d, 7, end - KEEL_SIZE_1G, KEEL_SIZE_1G / 4096, 0xf);
	s = scene_new(d, 1);
	s->machine.phys_bits = 52;
	check_ok(scene_plan(s));
	plan = transition_plan(s);
	build_beside_kernel(s, &plan);
	expect_identity(end - 1, true, false);
	expect_identity(end - KEEL_SIZE_1G, true, false);
	expect_identity(end - KEEL_SIZE_1G - 1, false, false);
	guarded_pool_free(&pool);
	free(plan.mappings);
	scene_free(s);
}

/* What the lower half cannot hold is cut off at its end, and what lies behind that is left out. */
static void identity_ends(void **state)
{
	const uint64_t end = KEEL_USER_LAST + 1;
	struct mm_descriptors d = { .stride = 48 };
	struct mm_plan plan;
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 0x1000000, 0x8000, 0xf);
	descriptors_add(&d, 7, end - KEEL_SIZE_1G, 2 * KEEL_SIZE_1G / 4096, 0xf);
	descriptors_add(&d, 7, end + 2 * KEEL_SIZE_1G, KEEL_SIZE_1G / 4096, 0xf);
	s = scene_new(d, 1);
	s->machine.phys_bits = 52;
	check_ok(scene_plan(s));
	plan = transition_plan(s);
	build_beside_kernel(s, &plan);
	expect_identity(end - 1, true, false);
	expect_identity(end - KEEL_SIZE_1G - 1, false, false);
	assert_int_equal(plan.mappings[plan.count - 1].virt, end - KEEL_SIZE_1G);
	assert_int_equal(plan.mappings[plan.count - 1].bytes, KEEL_SIZE_1G);
	guarded_pool_free(&pool);
	free(plan.mappings);
	scene_free(s);
}

/* Too few mappings, from none on. */
static void transition_without_room(void **state)
{
	struct scene *s = scene_qemu(1);
	struct mm_plan plan;
	uint64_t needed;

	(void)state;
	check_ok(scene_plan(s));
	plan = transition_plan(s);
	needed = plan.count;
	for (plan.capacity = 0; plan.capacity < needed; plan.capacity++)
		check_error(mm_plan_transition(&plan, &s->request, s->work), MM_ERR_PLAN_FULL,
			    plan.capacity);
	check_ok(scene_map(s));
	s->map.count = 0; /* not even page 0 */
	plan.capacity = 0;
	check_error(mm_plan_transition(&plan, &s->request, s->work), MM_ERR_PLAN_FULL, 0);
	free(plan.mappings);
	scene_free(s);
}

/* Page 0 is there even where the firmware does not list it: some of it writes there. */
static void identity_of_page_zero(void **state)
{
	static const uint32_t types[] = { 7, 0, 11 };

	(void)state;
	for (int n = 0; n < 8; n++) {
		const uint64_t pages = 1 + n / 4;
		const int i = n % 4;
		struct mm_descriptors d = { .stride = 48 };
		struct mm_plan plan;
		struct scene *s;

		descriptors_add(&d, 7, 0x1000000, 0x8000, 0xf);
		if (i < 3)
			descriptors_add(&d, types[i], 0, pages, RUNTIME | 0xf);
		s = scene_new(d, 1);
		check_ok(scene_plan(s));
		plan = transition_plan(s);
		build_beside_kernel(s, &plan);
		assert_true(model_walk(&pool.pool, root, 0).present);
		assert_int_equal(model_walk(&pool.pool, root, 0).phys, 0);
		expect_identity(0x1000, i < 3 && pages == 2, i == 2);
		expect_identity(0x2000, false, false);
		guarded_pool_free(&pool);
		free(plan.mappings);
		scene_free(s);
	}
}

static void identity_of_nothing(void **state)
{
	struct scene *s = scene_new((struct mm_descriptors){ .stride = 48 }, 1);
	struct mm_plan plan;

	(void)state;
	check_ok(scene_map(s));
	scene_empty_plan(s);
	plan = transition_plan(s);
	assert_int_equal(plan.count, 1);
	assert_int_equal(plan.mappings[0].virt, 0);
	assert_int_equal(plan.mappings[0].phys, 0);
	assert_int_equal(plan.mappings[0].bytes, 0x1000);
	free(plan.mappings);
	scene_free(s);
}

/* One or two pages of code at the kernel's entry, and nothing else in the upper half. */
static void landing(void **state)
{
	struct scene *s = scene_qemu(1);
	uint64_t virt = KEEL_TEXT_START + 0x1234000;

	(void)state;
	check_ok(scene_plan(s));
	for (uint64_t pages = 1; pages <= 2; pages++) {
		struct keel_mapping items[8], work[8];
		struct mm_plan plan = { .mappings = items, .capacity = 8, .machine = &s->machine };
		struct model_walk w;

		check_ok(mm_plan_landing(&plan, virt, pages * 4096, 0x5678000, work));
		build_beside_kernel(s, &plan);
		w = model_walk(&pool.pool, root, virt);
		assert_true(w.present && w.executable && !w.writable && !w.user);
		assert_int_equal(w.phys, 0x5678000);
		w = model_walk(&pool.pool, root, virt + 0x1000);
		assert_int_equal(w.present, pages == 2);
		assert_true(pages == 1 || w.phys == 0x5679000);
		assert_false(model_walk(&pool.pool, root, virt - 1).present);
		assert_false(model_walk(&pool.pool, root, virt + pages * 4096).present);
		assert_false(model_walk(&pool.pool, root, KEEL_DIRECT_MAP(0x100000)).present);
		guarded_pool_free(&pool);
	}
	scene_free(s);
}

static void landing_outside_the_text(void **state)
{
	struct mm_machine machine = { .phys_bits = 40, .largest_leaf_level = 3 };
	struct keel_mapping items[8], work[8];
	struct mm_plan plan = { .mappings = items, .capacity = 8, .machine = &machine };

	(void)state;
	check_error(mm_plan_landing(&plan, KEEL_MODULES_START - 0x1000, 0x2000, 0x1000, work),
		    MM_ERR_OUTSIDE_REGION, KEEL_MODULES_START - 0x1000);
	plan.count = 0;
	check_error(mm_plan_landing(&plan, KEEL_TEXT_START + 0x10, 0x1000, 0x1000, work),
		    MM_ERR_UNALIGNED, KEEL_TEXT_START + 0x10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity),
		cmocka_unit_test(one_kernel_half),
		cmocka_unit_test(above),
		cmocka_unit_test(identity_of_odd_places),
		cmocka_unit_test(identity_to_the_end),
		cmocka_unit_test(identity_ends),
		cmocka_unit_test(transition_without_room),
		cmocka_unit_test(identity_of_page_zero),
		cmocka_unit_test(identity_of_nothing),
		cmocka_unit_test(landing),
		cmocka_unit_test(landing_outside_the_text),
	};

	return cmocka_run_group_tests_name("other roots", tests, NULL, NULL);
}
