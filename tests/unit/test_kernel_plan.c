/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mm_plan_kernel as a whole: that its capacity suffices for requests made to be awkward, that it
 * repeats itself exactly, and that random machines get the tables that their descriptors call for.
 */
#include "machine_model.h"

#define RUNTIME KEEL_EFI_MEMORY_RUNTIME

static void build(struct scene *s)
{
	check_ok(scene_plan(s));
	check_coalesced(&s->plan);
	scene_tables(s);
	model_check_edges(&s->tables.pool, s->root, s->plan.mappings, s->plan.count, true);
}

static void every_region(void **state)
{
	struct scene *s = scene_qemu(4);
	bool seen[KEEL_REGION_COUNT] = { false };

	(void)state;
	build(s);
	for (uint64_t i = 0; i < s->plan.count; i++) {
		const struct keel_mapping *m = &s->plan.mappings[i];
		const struct keel_layout_row *row = &keel_layout[m->region];

		seen[m->region] = true;
		assert_true(m->virt >= row->start && m->virt + (m->bytes - 1) <= row->last);
	}
	for (int r = 0; r < KEEL_REGION_COUNT; r++)
		assert_int_equal(seen[r], keel_layout[r].kind == KEEL_ROW_REGION);
	scene_free(s);
}

/* A stale map key: the same again, into the same memory, has to give the same. */
static void repeatable(void **state)
{
	struct scene *s = scene_qemu(3);
	struct keel_mapping *first;
	uint64_t count;

	(void)state;
	check_ok(scene_plan(s));
	count = s->plan.count;
	first = zalloc(count * sizeof(*first));
	memcpy(first, s->plan.mappings, count * sizeof(*first));
	memset(s->plan.mappings, 0x77, s->plan.capacity * sizeof(*first));
	memset(s->work, 0x66, s->plan.capacity * sizeof(*first));
	s->plan.count = 0;
	check_ok(mm_plan_kernel(&s->plan, &s->request, s->work, &s->outcome));
	assert_int_equal(s->plan.count, count);
	for (uint64_t i = 0; i < count; i++) {
		const struct keel_mapping *a = &first[i], *b = &s->plan.mappings[i];

		assert_true(a->virt == b->virt && a->bytes == b->bytes && a->rights == b->rights &&
			    a->memory_type == b->memory_type && a->region == b->region &&
			    a->level == b->level && a->repeat_pages == b->repeat_pages);
		assert_true(a->rights == KEEL_RIGHTS_NONE || a->phys == b->phys);
	}
	free(first);
	scene_free(s);
}

/* An array that is too small, by every number of mappings: an error, and no write past its end. */
static void try_capacities(struct scene *s)
{
	uint64_t enough = 0;

	check_ok(scene_map(s));
	for (uint64_t capacity = 0; !enough; capacity++) {
		struct keel_mapping *items = malloc((capacity + 1) * sizeof(*items));
		struct keel_mapping *work = malloc((capacity + 1) * sizeof(*work));
		struct mm_plan plan = { .mappings = items,
					.capacity = capacity,
					.machine = &s->machine };
		struct mm_result result;

		memset(&items[capacity], 0xdd, sizeof(*items));
		memset(&work[capacity], 0xdd, sizeof(*work));
		result = mm_plan_kernel(&plan, &s->request, work, &s->outcome);
		assert_int_equal(items[capacity].virt, KEEL_U64(0xdddddddddddddddd));
		assert_int_equal(work[capacity].virt, KEEL_U64(0xdddddddddddddddd));
		if (result.error == MM_OK)
			enough = capacity;
		else
			check_error(result, MM_ERR_PLAN_FULL, capacity);
		free(items);
		free(work);
	}
	assert_true(enough <= mm_plan_capacity(&s->request));
	scene_free(s);
}

/* It ends in each region in turn; in the direct map only where memory is in many pieces. */
static void plan_too_small(void **state)
{
	struct mm_descriptors pieces = { .stride = 48 };

	(void)state;
	try_capacities(scene_qemu(2));
	descriptors_add(&pieces, 7, 0x1000000, 0x2000, 0xf);
	for (uint64_t i = 0; i < 100; i++)
		descriptors_add(&pieces, 7, KEEL_U64(0x100000000) + i * 0x3000, 1, 0xf);
	try_capacities(scene_new(pieces, 2));
}

/* Every page of runtime code with other rights than the page before it. */
static struct mm_descriptors striped_attributes(uint64_t phys, uint64_t pages)
{
	struct mm_descriptors table = { .stride = 48 };

	for (uint64_t i = 0; i < pages; i += 2) /* and every other page is not in it */
		descriptors_add(&table, 5, phys + i * 4096, 1,
				RUNTIME | (i % 4 ? KEEL_EFI_MEMORY_XP : KEEL_EFI_MEMORY_RO));
	return table;
}

/* Many memory types, in steps that are not those of descriptors. */
static void many_boundaries(struct mm_machine *machine, uint64_t *boundaries, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		boundaries[i] = 0x3000 + i * KEEL_U64(0x123000);
	machine->boundaries = boundaries;
	machine->boundary_count = count;
}

/* Whatever cuts mappings up, all of it at once. */
static void capacity_suffices(void **state)
{
	struct mm_descriptors table = striped_attributes(0x1f5ec000, 256);
	uint64_t *boundaries = zalloc(400 * sizeof(*boundaries));
	struct mm_fixmap_slot *slots = zalloc(768 * sizeof(*slots));
	struct keel_segment *segments = zalloc(200 * sizeof(*segments));
	struct scene *s = scene_qemu(300);

	(void)state;
	many_boundaries(&s->machine, boundaries, 400);
	for (uint32_t i = 0; i < 768; i++)
		slots[i] = (struct mm_fixmap_slot){ 0xd0000000 + i * 0x2000, 2 * i };
	for (uint64_t i = 0; i < 200; i++)
		segments[i] = (struct keel_segment){
			.virt = KEEL_TEXT_START + i * 0x5000,
			.bytes = 0x3000,
			.phys = s->segments[0].phys + (199 - i) * 0x3000,
			.rights = i % 2 ? KEEL_RIGHTS_RX : KEEL_RIGHTS_RW,
		};
	s->request.attributes = (struct mm_memory_attributes){ table.first, 128, 48 };
	s->request.slots = slots;
	s->request.slot_count = 768;
	s->request.segments = segments;
	s->request.segment_count = 200;
	s->request.framebuffers[0].phys = 0x30000000;
	s->request.framebuffers[0].bytes = 0x8000000;
	build(s);
	assert_true(s->outcome.framebuffers_mapped);
	assert_int_equal(s->log.count[MM_NOTE_ATTRIBUTES_BAD], 0);
	free(boundaries);
	free(slots);
	free(segments);
	descriptors_free(&table);
	scene_free(s);
}

/* No memory at all, no descriptors: still a plan. */
static void nothing_given(void **state)
{
	struct mm_descriptors none = { .stride = 40 };
	struct scene *s = scene_new(none, 1);

	(void)state;
	s->request.area = mm_cpu_area_layout(0x100000, 1, false);
	s->request.slot_count = 0;
	s->request.notes = NULL;
	build(s);
	assert_false(s->outcome.runtime_code_writable);
	assert_false(s->outcome.framebuffers_mapped);
	scene_free(s);
}

/* Sound descriptors up to some TiB: memory and devices, gaps, and runtime ranges of any type. */
static struct mm_descriptors random_descriptors(uint64_t *random)
{
	static const uint32_t types[] = { 7, 7, 4, 3, 2, 1, 7, 9, 10, 5, 6, 0, 11, 8, 14, 12 };
	struct mm_descriptors d = { .stride = 40 + 8 * random_below(random, 4) };
	uint64_t count = random_below(random, 120);
	uint64_t phys = random_below(random, 3) * 0x1000;

	for (uint64_t i = 0; i < count; i++) {
		uint32_t type = types[random_below(random, 16)];
		uint64_t pages = 1 + random_below(random, random_below(random, 3) ? 900 : 3);
		uint64_t attribute = type == 11 ? 1 : 0xf;

		if ((type == 7 || type == 14) && random_below(random, 4) == 0)
			pages <<= 9 * random_below(random, 3);
		if (type == 5 || type == 6 || random_below(random, 12) == 0)
			attribute |= RUNTIME;
		if (pages > 0x100000)
			attribute &= ~RUNTIME; /* the EFI region is not that large */
		if (random_below(random, 10) == 0)
			phys = (phys + KEEL_SIZE_1G - 1) & ~(KEEL_SIZE_1G - 1);
		descriptors_add(&d, type, phys, pages, attribute);
		phys += (pages + (random_below(random, 2) ? 0 : random_below(random, 600))) * 4096;
	}
	for (uint64_t i = count; i-- > 1 && random_below(random, 2);) { /* not quite sorted */
		uint64_t k = random_below(random, i + 1);
		struct keel_efi_descriptor swap = *mm_descriptor(&d, i);

		*mm_descriptor(&d, i) = *mm_descriptor(&d, k);
		*mm_descriptor(&d, k) = swap;
	}
	return d;
}

static void random_machines(void **state)
{
	uint64_t random = random_seed("random_machines");
	clock_t end = deadline();
	uint64_t boundaries[40], tried = 0;

	(void)state;
	do {
		struct scene *s =
			scene_new(random_descriptors(&random), 1 + random_below(&random, 70));

		if (!s->request.segment_count) { /* nowhere to put the kernel: only tables */
			s->request.area = mm_cpu_area_layout(0x100000, s->request.cpu_count, false);
			s->allocations[1].phys = 0x10000000;
		}
		if (random_below(&random, 2))
			many_boundaries(&s->machine, boundaries,
					(uint32_t)random_below(&random, 40));
		s->machine.largest_leaf_level = 2 + (uint32_t)random_below(&random, 2);
		if (!scene_shares_frames(s, scene_plan(s))) {
			build(s);
			check_descriptors(s);
			tried++;
		}
		scene_free(s);
	} while (clock() < end);
	print_message("# %" PRIu64 " machines\n", tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_region),	  cmocka_unit_test(repeatable),
		cmocka_unit_test(plan_too_small), cmocka_unit_test(capacity_suffices),
		cmocka_unit_test(nothing_given),  cmocka_unit_test(random_machines),
	};

	return cmocka_run_group_tests_name("kernel plan", tests, NULL, NULL);
}
