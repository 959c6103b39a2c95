/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct map: all memory, nothing that is not memory, read-only where a frame is executable
 * elsewhere, and the framebuffer.
 */
#include "regions.h"
#include "scene.h"

#define RUNTIME KEEL_EFI_MEMORY_RUNTIME
#define MIB	KEEL_U64(0x100000)
#define TIB	KEEL_U64(0x10000000000)
#define SIZE	(KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1)

/* A scene with 32 MiB of ordinary memory for the kernel, and one more range. */
static struct scene *scene_with(uint32_t type, uint64_t phys, uint64_t pages, uint64_t attribute)
{
	struct mm_descriptors d = { .stride = 48 };

	descriptors_add(&d, 7, 16 * MIB, 8192, 0xf);
	descriptors_add(&d, type, phys, pages, attribute);
	return scene_new(d, 1);
}

static void build(struct scene *s)
{
	check_ok(scene_plan(s));
	check_coalesced(&s->plan);
	scene_tables(s);
	model_check_edges(&s->tables.pool, s->root, s->plan.mappings, s->plan.count, true);
}

/* Exactly this at the direct-map address of phys: leaf bits without the address. */
static void expect_bits(const struct scene *s, uint64_t phys, uint64_t bits)
{
	struct model_walk w = scene_walk(s, KEEL_DIRECT_MAP(phys));
	uint64_t found = w.entry & ~(MODEL_ADDRESS & ~KEEL_U64(0x1000));

	if (w.level == 1)
		found &= ~KEEL_U64(0x1000); /* an address bit there, PAT above */
	if (!w.present || w.phys != phys || found != bits)
		fail_msg("0x%" PRIx64 ": entry 0x%" PRIx64 " of level %u, expected bits 0x%" PRIx64,
			 phys, w.entry, w.level, bits);
}

static void expect_absent(const struct scene *s, uint64_t phys)
{
	assert_false(scene_walk(s, KEEL_DIRECT_MAP(phys)).present);
}

static const struct keel_memory_range *range_at(const struct scene *s, uint64_t phys)
{
	for (uint64_t i = 0; i < s->map.count; i++)
		if (phys - s->map.ranges[i].phys < s->map.ranges[i].bytes)
			return &s->map.ranges[i];
	fail_msg("no range at 0x%" PRIx64, phys);
	return NULL;
}

/* The region by itself: what is executable comes first, in a plan of its own. */
static struct mm_result plan_alone(struct scene *s)
{
	struct keel_mapping items[64], work[128];
	struct mm_plan text = { .mappings = items, .capacity = 64, .machine = &s->machine };

	check_ok(mm_plan_efi_region(&text, &s->request, s->work, &s->outcome));
	check_ok(mm_plan_kernel_text(&text, &s->request));
	s->outcome = (struct mm_outcome){ 0 };
	return mm_plan_direct_map(&s->plan, &s->request, &text, work, &s->outcome);
}

/* By itself it gives what it gives as a part of the whole plan. */
static void direct_map_alone(void **state)
{
	struct scene *whole = scene_qemu(1), *s = scene_qemu(1);
	uint64_t found = 0;

	(void)state;
	build(whole);
	check_ok(scene_map(s));
	scene_empty_plan(s);
	check_ok(plan_alone(s));
	check_ok(mm_plan_finish(&s->plan, s->work));
	for (uint64_t i = 0; i < whole->plan.count; i++) {
		const struct keel_mapping *m = &whole->plan.mappings[i];
		const struct keel_mapping *same = scene_find(s, m->virt);

		if (m->region != KEEL_REGION_DIRECT_MAP)
			continue;
		found++;
		assert_non_null(same);
		assert_true(same->virt == m->virt && same->phys == m->phys &&
			    same->bytes == m->bytes && same->rights == m->rights &&
			    same->memory_type == m->memory_type && same->region == m->region);
	}
	assert_true(found > 5);
	assert_int_equal(s->plan.count, found);
	scene_free(whole);
	scene_free(s);
}

/* The first mapping that has no room is the end. */
static void no_room(void **state)
{
	struct scene *s = scene_qemu(1);
	uint64_t needed;

	(void)state;
	check_ok(scene_map(s));
	scene_empty_plan(s);
	check_ok(plan_alone(s));
	needed = s->plan.count;
	for (uint64_t capacity = 0; capacity < needed; capacity++) {
		s->plan.capacity = capacity;
		s->plan.count = 0;
		check_error(plan_alone(s), MM_ERR_PLAN_FULL, capacity);
		assert_int_equal(s->plan.count, capacity);
	}
	scene_free(s);
}

/* Each type once, four 4 KiB pages of it. */
static void which_types(void **state)
{
	static const uint32_t memory[] = { 1, 2, 3, 4, 6, 7, 9, 10, 14 };
	static const uint32_t other[] = { 0, 8, 11, 12, 13, 15 };
	const uint64_t at = 0x80001000;

	(void)state;
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		struct scene *s = scene_with(memory[i], at, 4, 0xf);

		build(s);
		expect_bits(s, at, KEEL_U64(0x8000000000000163));
		expect_bits(s, at + 0x3fff, KEEL_U64(0x8000000000000163));
		expect_absent(s, at - 1);
		expect_absent(s, at + 0x4000);
		assert_int_equal(range_at(s, at)->virt, KEEL_DIRECT_MAP(at));
		scene_free(s);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct scene *s = scene_with(other[i], at, 4, 0xf);

		build(s);
		expect_absent(s, at);
		expect_absent(s, at + 0x3fff);
		assert_int_equal(range_at(s, at)->virt, 0);
		scene_free(s);
	}
}

/* RUNTIME does not make memory of what is none. */
static void runtime_mmio_is_not_memory(void **state)
{
	struct scene *s = scene_with(0, 0x80000000, 512, RUNTIME | 0xf);

	(void)state;
	build(s);
	expect_absent(s, 0x80000000);
	assert_int_equal(range_at(s, 0x80000000)->virt, 0);
	scene_free(s);
}

/* Memory is cached as the firmware says that it can be. */
static void memory_types(void **state)
{
	static const struct {
		uint64_t attribute, bits;
		bool note;
	} rows[] = {
		{ 0xf, KEEL_U64(0x8000000000000163), false },
		{ 0x8, KEEL_U64(0x8000000000000163), false },
		{ 0x1, KEEL_U64(0x800000000000017b), false }, /* UC: PWT, PCD */
		{ 0x2, KEEL_U64(0x800000000000016b), false }, /* WC: PWT */
		{ 0x4, KEEL_U64(0x80000000000001fb), false }, /* WT: PAT, PWT, PCD */
		{ 0x0, KEEL_U64(0x800000000000017b), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_with(4, 0x80001000, 4, rows[i].attribute);

		build(s);
		expect_bits(s, 0x80001000, rows[i].bits);
		assert_int_equal(s->log.count[MM_NOTE_NO_CACHE_BIT] > 0, rows[i].note);
		scene_free(s);
	}
}

/* Neighbours of different types are one mapping, and get the largest pages that fit. */
static void largest_pages(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 0, 0x80, 0xf);		  /* 0 to 512 KiB */
	descriptors_add(&d, 7, 16 * MIB, 0x3f000, 0xf);	  /* to 1 GiB */
	descriptors_add(&d, 4, 0x40000000, 0x30000, 0xf); /* to 1.75 GiB */
	descriptors_add(&d, 9, 0x70000000, 0x10000, 0xf); /* to 2 GiB */
	s = scene_new(d, 1);
	build(s);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(0)).level, 1);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(0x3ff00000)).level, 2);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(0x40000000)).level, 3);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(0x7fffffff)).level, 3);
	scene_free(s);
}

/* Every frame of a segment that executes is read-only here; the others are writable. */
static void alias_of_kernel_text(void **state)
{
	struct scene *s = scene_with(7, 0x80000000, 1, 0xf);
	const struct keel_segment *text = &s->segments[0];

	(void)state;
	build(s);
	for (uint64_t at = 0; at < text->bytes; at += 4096) {
		struct model_walk w = scene_walk(s, KEEL_DIRECT_MAP(text->phys + at));

		assert_true(w.present && !w.writable && !w.executable);
		assert_false(w.entry & 0x40); /* dirty and read-only would be a shadow stack */
	}
	assert_true(scene_walk(s, KEEL_DIRECT_MAP(text->phys - 1)).writable);
	assert_true(scene_walk(s, KEEL_DIRECT_MAP(text->phys + text->bytes)).writable);
	assert_true(scene_walk(s, KEEL_DIRECT_MAP(s->segments[1].phys)).writable);
	assert_true(scene_walk(s, KEEL_DIRECT_MAP(s->segments[2].phys)).writable);
	scene_free(s);
}

/* Memory across the end of the direct map: mapped up to it, and the rest is counted. */
static void beyond_the_end(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 16 * MIB, 8192, 0xf);
	descriptors_add(&d, 7, SIZE - TIB, 2 * TIB / 4096, 0xf);
	descriptors_add(&d, 0, SIZE + 2 * TIB, TIB / 4096, 0xf); /* no memory: nothing to tell */
	descriptors_add(&d, 4, SIZE + 4 * TIB, 16, 0xf);
	s = scene_new(d, 1);
	s->machine.phys_bits = 52;
	build(s);
	assert_true(scene_walk(s, KEEL_DIRECT_MAP_LAST).present);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP_LAST).phys, SIZE - 1);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(SIZE - TIB)).level, 3);
	assert_false(scene_walk(s, KEEL_DIRECT_MAP_LAST + 1).present);
	assert_int_equal(s->outcome.left_out_bytes, TIB + 0x10000);
	assert_int_equal(s->log.value_sum[MM_NOTE_LEFT_OUT], TIB + 0x10000);
	assert_int_equal(note_log_first(&s->log, MM_NOTE_LEFT_OUT)->phys, SIZE);
	assert_int_equal(range_at(s, SIZE + 4 * TIB)->virt, 0);
	scene_free(s);
}

/* The note says where the memory is, not where the direct map ends. */
static void left_out_far_away(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 16 * MIB, 8192, 0xf);
	descriptors_add(&d, 7, SIZE + 4 * TIB, 16, 0xf);
	descriptors_add(&d, 4, SIZE + 2 * TIB, 16, 0xf);
	s = scene_new(d, 1);
	s->machine.phys_bits = 52;
	build(s);
	assert_int_equal(s->log.count[MM_NOTE_LEFT_OUT], 1);
	assert_int_equal(note_log_first(&s->log, MM_NOTE_LEFT_OUT)->phys, SIZE + 2 * TIB);
	assert_int_equal(s->outcome.left_out_bytes, 0x20000);
	scene_free(s);
}

static void nothing_left_out(void **state)
{
	struct scene *s = scene_with(7, SIZE - TIB, TIB / 4096, 0xf);

	(void)state;
	s->machine.phys_bits = 52;
	build(s);
	assert_int_equal(s->outcome.left_out_bytes, 0);
	assert_int_equal(s->log.count[MM_NOTE_LEFT_OUT], 0);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP_LAST).phys, SIZE - 1);
	scene_free(s);
}

static struct scene *with_framebuffer(uint64_t phys, uint64_t bytes)
{
	struct scene *s = scene_with(7, 0x80000000, 16, 0xf);

	s->request.framebuffers[0].phys = phys;
	s->request.framebuffers[0].bytes = bytes;
	build(s);
	return s;
}

/* Write-combining, in whole pages around it, in another PML4 entry than memory if need be. */
static void framebuffer(void **state)
{
	static const uint64_t places[] = { 0xc0000000, 0xc0000400, 0xfc10000000, 0xc0001fff,
					   0x70000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const uint64_t phys = places[i], last = phys + 0x3e8fff;
		struct scene *s = with_framebuffer(phys, 0x3e9000);
		bool large = scene_walk(s, KEEL_DIRECT_MAP(phys)).level == 2;

		assert_true(s->outcome.framebuffers_mapped);
		assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 0);
		expect_bits(s, phys, KEEL_U64(0x800000000000016b) | (large ? 0x80 : 0));
		expect_bits(s, phys & ~KEEL_U64(0xfff),
			    KEEL_U64(0x800000000000016b) | (large ? 0x80 : 0));
		expect_bits(s, last | 0xfff, KEEL_U64(0x800000000000016b));
		expect_absent(s, (phys & ~KEEL_U64(0xfff)) - 1);
		expect_absent(s, (last | 0xfff) + 1);
		scene_free(s);
	}
}

static void no_framebuffer(void **state)
{
	struct scene *s = with_framebuffer(0, 0x100000);

	(void)state;
	assert_false(s->outcome.framebuffers_mapped);
	assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 0);
	expect_absent(s, 0);
	scene_free(s);

	s = with_framebuffer(0xc0000000, 0);
	assert_false(s->outcome.framebuffers_mapped);
	assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 0);
	expect_absent(s, 0xc0000000);
	scene_free(s);
}

/* Each has its own; one that shares a page with another is left out. */
static void framebuffers(void **state)
{
	static const struct mm_framebuffer places[MM_FRAMEBUFFERS_MOST] = {
		{ 0xd0000000, 0x1000 },
		{ 0xc0000400, 0x1000 }, /* below the first, on no page */
		{ 0xc0001000, 0x1000 }, /* in the last page of that */
		{ 0, 0x1000 },
		{ 0xd0000000, 0x1000 }, /* the first again */
		{ 0x80000000, 0x1000 }, /* memory */
		{ 0xd0001000, 0x1000 }, /* right behind the first */
		{ 0xfc10000000, 0x1000 },
	};
	struct scene *s = scene_with(7, 0x80000000, 16, 0xf);

	(void)state;
	memcpy(s->request.framebuffers, places, sizeof(places));
	build(s);
	assert_int_equal(s->outcome.framebuffers_mapped, 0xc3);
	assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 3);
	for (unsigned n = 0; n < MM_FRAMEBUFFERS_MOST; n++)
		if (s->outcome.framebuffers_mapped >> n & 1)
			expect_bits(s, places[n].phys, KEEL_U64(0x800000000000016b));
	expect_bits(s, 0xc0001000, KEEL_U64(0x800000000000016b));
	expect_absent(s, 0xc0002000);
	expect_absent(s, 0xd0002000);
	scene_free(s);
}

/* One page in memory is enough to refuse all of it: the same frame must not be WB and WC. */
static void framebuffer_in_memory(void **state)
{
	static const struct {
		uint64_t phys, bytes;
	} rows[] = {
		{ 0x80000000, 0x1000 },			    /* all of it */
		{ 0x7fff0000, 0x10001 },		    /* its last byte */
		{ 0x8000f800, 0x10000 },		    /* its first page */
		{ 0x70000000, 0x20000000 },		    /* memory inside it */
		{ SIZE - 0x1000, 0x2000 },		    /* leaves the direct map */
		{ SIZE, 0x1000 },			    /* outside of it */
		{ KEEL_U64(0xfffffffffff00000), 0x200000 }, /* leaves everything */
		{ KEEL_U64(0xfffffffffffff800), 0x800 },
		{ 0xc0000000, ~KEEL_U64(0) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = scene_with(7, 0x80000000, 16, 0xf);

		s->machine.phys_bits = 52;
		s->request.framebuffers[0].phys = rows[i].phys;
		s->request.framebuffers[0].bytes = rows[i].bytes;
		build(s);
		if (s->outcome.framebuffers_mapped)
			fail_msg("case %zu: mapped", i);
		assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 1);
		expect_bits(s, 0x80000000, KEEL_U64(0x8000000000000163));
		expect_absent(s, 0x7ffff000);
		expect_absent(s, 0x80010000);
		scene_free(s);
	}
}

/* Frames that are executable are not to be written through a framebuffer, memory or not. */
static void framebuffer_in_executable_frames(void **state)
{
	struct scene *s = scene_with(7, 0x80000000, 16, 0xf);

	(void)state;
	s->segments[0].phys = 0xc0000000;
	s->request.framebuffers[0].phys = s->segments[0].phys + s->segments[0].bytes - 1;
	s->request.framebuffers[0].bytes = 0x100000;
	build(s);
	assert_false(s->outcome.framebuffers_mapped);
	assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 1);
	expect_absent(s, s->request.framebuffers[0].phys);
	scene_free(s);
}

/* Beside memory is fine, and MMIO that the firmware lists there is what it usually is. */
static void framebuffer_beside_memory(void **state)
{
	struct scene *s = with_framebuffer(0x80010000, 0x10000);

	(void)state;
	assert_true(s->outcome.framebuffers_mapped);
	expect_bits(s, 0x8000ffff, KEEL_U64(0x8000000000000163));
	expect_bits(s, 0x80010000, KEEL_U64(0x800000000000016b));
	scene_free(s);

	s = scene_with(11, 0x80000000, 0x4000, 1);
	s->request.framebuffers[0].phys = 0x80000000;
	s->request.framebuffers[0].bytes = 0x4000000;
	build(s);
	assert_true(s->outcome.framebuffers_mapped);
	expect_bits(s, 0x80000000, KEEL_U64(0x80000000000001eb));
	scene_free(s);
}

/* To the last page of the direct map it is inside. */
static void framebuffer_at_the_end(void **state)
{
	struct scene *s = scene_with(7, 0x80000000, 16, 0xf);

	(void)state;
	s->machine.phys_bits = 52;
	s->request.framebuffers[0].phys = SIZE - 0x300000;
	s->request.framebuffers[0].bytes = 0x300000;
	build(s);
	assert_true(s->outcome.framebuffers_mapped);
	expect_bits(s, SIZE - 1, KEEL_U64(0x80000000000001eb));
	scene_free(s);
}

/* A place that the CPU cannot address is not worth stopping for. */
static void framebuffer_beyond_phys_bits(void **state)
{
	struct scene *s = scene_with(7, 0x80000000, 16, 0xf);

	(void)state;
	s->machine.phys_bits = 36;
	s->request.framebuffers[0].phys = KEEL_U64(0x1000000000);
	s->request.framebuffers[0].bytes = 0x100000;
	build(s);
	assert_false(s->outcome.framebuffers_mapped);
	assert_int_equal(s->log.count[MM_NOTE_FRAMEBUFFER], 1);
	scene_free(s);
}

/*
 * Memory that a guest has not accepted faults when it is touched, and a large leaf over it is
 * touched by speculation. It stays out even where the firmware gives it twice, and between memory
 * that would make one leaf with it.
 */
static void unaccepted_is_never_mapped(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 16 * MIB, 8192, 0xf);
	descriptors_add(&d, 7, 64 * MIB, 512, 0xf);
	descriptors_add(&d, 15, 65 * MIB, 1, 0xf); /* inside it */
	descriptors_add(&d, 15, 66 * MIB, 256, 0xf);
	descriptors_add(&d, 7, 67 * MIB, 256, 0xf);
	descriptors_add(&d, 15, 80 * MIB, 512, 0xf);
	s = scene_new(d, 1);
	build(s);
	expect_absent(s, 65 * MIB);
	expect_absent(s, 66 * MIB);
	expect_absent(s, 67 * MIB - KEEL_PAGE_SIZE);
	expect_absent(s, 80 * MIB);
	assert_true(scene_walk(s, KEEL_DIRECT_MAP(65 * MIB + KEEL_PAGE_SIZE)).present);
	assert_true(scene_walk(s, KEEL_DIRECT_MAP(67 * MIB)).present);
	for (uint64_t n = 0; n < s->plan.count; n++) {
		const struct keel_mapping *m = s->plan.mappings + n;

		if (m->rights == KEEL_RIGHTS_NONE || m->repeat_pages)
			continue;
		assert_false(m->phys < 67 * MIB && m->phys + m->bytes > 66 * MIB);
		assert_false(m->phys < 82 * MIB && m->phys + m->bytes > 80 * MIB);
	}
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direct_map_alone),
		cmocka_unit_test(no_room),
		cmocka_unit_test(which_types),
		cmocka_unit_test(unaccepted_is_never_mapped),
		cmocka_unit_test(runtime_mmio_is_not_memory),
		cmocka_unit_test(memory_types),
		cmocka_unit_test(largest_pages),
		cmocka_unit_test(alias_of_kernel_text),
		cmocka_unit_test(beyond_the_end),
		cmocka_unit_test(left_out_far_away),
		cmocka_unit_test(nothing_left_out),
		cmocka_unit_test(framebuffer),
		cmocka_unit_test(framebuffers),
		cmocka_unit_test(no_framebuffer),
		cmocka_unit_test(framebuffer_in_memory),
		cmocka_unit_test(framebuffer_in_executable_frames),
		cmocka_unit_test(framebuffer_beside_memory),
		cmocka_unit_test(framebuffer_at_the_end),
		cmocka_unit_test(framebuffer_beyond_phys_bits),
	};

	return cmocka_run_group_tests_name("direct map", tests, NULL, NULL);
}
