/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unaccepted memory: no mapping of the kernel's or the transition's leads to it, whatever else says
 * that it should. A guest ends that touches it (UEFI 2.10, 7.2, EfiUnacceptedMemoryType).
 */
#include "check_scene.h"

#define UNACCEPTED KEEL_MEMORY_TYPE_UNACCEPTED
#define RUNTIME	   KEEL_EFI_MEMORY_RUNTIME
#define MIB	   KEEL_U64(0x100000)
#define PHYS	   (64 * MIB) /* of the memory that is not accepted */
#define PAGES	   UINT64_C(16)
#define END	   (PHYS + PAGES * KEEL_PAGE_SIZE)

/* 32 MiB for the kernel; the memory that is not accepted; and what else there is. */
static struct scene *scene_with(uint64_t attribute, uint32_t type, uint64_t phys, uint64_t pages,
				uint64_t other_attribute)
{
	struct mm_descriptors d = { .stride = 48 };

	descriptors_add(&d, 7, 16 * MIB, 8192, 0xf);
	descriptors_add(&d, UNACCEPTED, PHYS, PAGES, attribute);
	descriptors_add(&d, type, phys, pages, other_attribute);
	return scene_new(d, 1);
}

static void expect_not_mapped(const struct mm_plan *plan)
{
	for (uint64_t n = 0; n < plan->count; n++) {
		const struct keel_mapping *m = plan->mappings + n;

		if (m->rights != KEEL_RIGHTS_NONE && m->phys < END && PHYS < m->phys + m->bytes &&
		    !m->repeat_pages)
			fail_msg("0x%" PRIx64 " is mapped at 0x%" PRIx64, m->phys, m->virt);
	}
}

/* The map with the firmware's tables in it. */
static void add_tables(struct scene *s)
{
	const uint64_t inputs = mm_descriptor_count(&s->descriptors) + 3;
	const uint64_t capacity = mm_memory_map_capacity(inputs, s->request.table_count);

	s->map.ranges = realloc(s->map.ranges, capacity * sizeof(*s->map.ranges));
	assert_non_null(s->map.ranges);
	s->map.capacity = capacity;
	check_ok(mm_memory_map_add_tables(&s->map, &s->request, &s->outcome));
	mm_memory_map_address(&s->map);
}

/* The kernel's plan and its tables, and then the transition's. */
static void build(struct scene *s)
{
	struct mm_plan transition;

	check_ok(scene_plan(s));
	expect_not_mapped(&s->plan);
	scene_tables(s);
	add_tables(s);
	assert_int_equal(scene_check(s).violation, MM_CHECK_OK);
	transition = (struct mm_plan){ .capacity = s->plan.capacity };
	transition.mappings = zalloc(transition.capacity * sizeof(*transition.mappings));
	check_ok(mm_plan_transition(&transition, &s->request, s->work));
	expect_not_mapped(&transition);
	free(transition.mappings);
}

static void expect_note(const struct scene *s, uint64_t index, uint64_t phys, uint64_t pages)
{
	assert_int_equal(s->log.count[MM_NOTE_UNACCEPTED], 1);
	for (uint64_t n = 0; n < s->log.total; n++) {
		const struct note_entry *e = s->log.entries + n;

		if (e->what != MM_NOTE_UNACCEPTED)
			continue;
		assert_int_equal(e->index, index);
		assert_int_equal(e->phys, phys);
		assert_int_equal(e->value, pages);
	}
}

/* By its own descriptor; the runtime range beside it gets its address as always. */
static void with_runtime_bit(void **state)
{
	struct scene *s = scene_with(0xf | RUNTIME, 6, END, 4, 0xf | RUNTIME);

	(void)state;
	build(s);
	expect_note(s, 1, PHYS, PAGES);
	assert_int_equal(mm_descriptor(&s->descriptors, 1)->virt, 0);
	assert_true(scene_walk(s, mm_descriptor(&s->descriptors, 2)->virt).present);
	assert_true(scene_walk(s, KEEL_DIRECT_MAP(END)).present);
	scene_free(s);
}

/* By one that overlaps it at either end, in the middle or altogether. */
static void in_a_runtime_range(void **state)
{
	static const uint32_t types[] = { 5, 6, 0, 11, 0x70000000 };
	static const struct {
		uint64_t phys, pages;
	} ranges[] = {
		{ PHYS - 0x2000, 3 },	      { END - 0x1000, 3 }, { PHYS + 0x1000, 1 },
		{ PHYS - 0x1000, PAGES + 2 }, { PHYS, PAGES },
	};

	(void)state;
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (size_t n = 0; n < sizeof(ranges) / sizeof(ranges[0]); n++) {
			struct scene *s = scene_with(0xf, types[t], ranges[n].phys, ranges[n].pages,
						     0xf | RUNTIME);

			build(s);
			expect_note(s, 2, ranges[n].phys, ranges[n].pages);
			assert_int_equal(mm_descriptor(&s->descriptors, 2)->virt, 0);
			scene_free(s);
		}
}

/* Neighbours are not overlaps, and a descriptor that is no good says nothing. */
static void beside_a_runtime_range(void **state)
{
	struct scene *s = scene_with(0xf, 5, PHYS - 0x1000, 1, 0xf | RUNTIME);

	(void)state;
	descriptors_add(&s->descriptors, UNACCEPTED, PHYS - 0x1000 + 8, 1, 0xf);
	s->request.descriptors = s->descriptors;
	build(s);
	assert_int_equal(s->log.count[MM_NOTE_UNACCEPTED], 0);
	assert_true(scene_walk(s, mm_descriptor(&s->descriptors, 2)->virt).present);
	scene_free(s);
}

/* Screens are mapped wherever they are, but not there. */
static void framebuffer(void **state)
{
	struct scene *s = scene_with(0xf, 7, 80 * MIB, 16, 0xf);

	(void)state;
	s->request.framebuffers[0] = (struct mm_framebuffer){ END - 1, 0x100000 };
	s->request.framebuffers[1] = (struct mm_framebuffer){ END + 0x200000, 0x100000 };
	build(s);
	assert_int_equal(s->outcome.framebuffers_mapped, 2);
	assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 1);
	scene_free(s);
}

/* Firmware's tables, too: what of their pages is not accepted is cut out, device or not. */
static void tables(void **state)
{
	static const struct mm_table_pages pages[] = {
		{ PHYS - 0x2000, 0x4000, false },
		{ PHYS + 0x3000, 0x1000, true },
		{ END - 0x1000, 0x3000, true },
	};

	(void)state;
	for (uint32_t type = 10; type <= 11; type++) {
		struct scene *s = scene_with(0xf, type, PHYS + 0x3000, PAGES, 0xf);

		s->request.tables = pages;
		s->request.table_count = 3;
		build(s);
		assert_true(scene_walk(s, KEEL_DIRECT_MAP(PHYS - 0x1000)).present);
		assert_false(scene_walk(s, KEEL_DIRECT_MAP(PHYS)).present);
		assert_false(scene_walk(s, KEEL_DIRECT_MAP(END - 0x1000)).present);
		assert_true(scene_walk(s, KEEL_DIRECT_MAP(END)).present);
		assert_true(scene_walk(s, KEEL_DIRECT_MAP(END + 0x1000)).present);
		scene_free(s);
	}
}

/* Page 0 is mapped for the transition whatever the map says, but for that. */
static void page_0(void **state)
{
	const uint64_t attributes[] = { 0xf, 0xf | RUNTIME };

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		struct scene *s = scene_with(0xf, UNACCEPTED, 0, 1, attributes[n]);
		struct mm_plan plan;

		check_ok(scene_plan(s));
		plan = (struct mm_plan){ .capacity = s->plan.capacity };
		plan.mappings = zalloc(plan.capacity * sizeof(*plan.mappings));
		check_ok(mm_plan_transition(&plan, &s->request, s->work));
		for (uint64_t k = 0; k < plan.count; k++)
			assert_int_not_equal(plan.mappings[k].phys, 0);
		free(plan.mappings);
		scene_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_runtime_bit),
		cmocka_unit_test(in_a_runtime_range),
		cmocka_unit_test(beside_a_runtime_range),
		cmocka_unit_test(framebuffer),
		cmocka_unit_test(tables),
		cmocka_unit_test(page_0),
	};

	return cmocka_run_group_tests_name("unaccepted memory", tests, NULL, NULL);
}
