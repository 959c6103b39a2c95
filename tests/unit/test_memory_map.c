/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map: what mm_memory_map_build makes of descriptors, case by case.
 * test_memory_map_random.c compares it with a model on random lists.
 */
#include "check.h"
#include "map_file.h"
#include "note_log.h"

#define RUNTIME KEEL_EFI_MEMORY_RUNTIME
#define WB	KEEL_U64(0xf) /* UC, WC, WT and WB offered, as RAM has it */

/* Types of OEMs and of OS loaders: UEFI 2.10, 7.2.1. */
static const uint32_t foreign[] = { 0x70000000, 0x70000001, 0x7fffffff, 0x80000000, 0xffffffff };

static const struct mm_machine machine = { .phys_bits = 40, .largest_leaf_level = KEEL_LEVEL_PDPT };

struct fixture {
	struct mm_descriptors d;
	struct mm_memory_map map;
	struct keel_memory_range allocations[4];
	uint64_t allocation_count;
	struct note_log log;
};

static int setup(void **state)
{
	struct fixture *f = zalloc(sizeof(*f));

	f->d.stride = 48;
	note_log_reset(&f->log);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	descriptors_free(&f->d);
	free(f->map.ranges);
	free(f);
	return 0;
}

/* Builds with exactly the capacity that always suffices, and checks that the input stays as is. */
static struct mm_result build(struct fixture *f)
{
	uint64_t inputs = mm_descriptor_count(&f->d) + f->allocation_count;
	void *before = zalloc(f->d.bytes);
	void *work = malloc(mm_memory_map_work_bytes(inputs) + 1);
	struct mm_result result;

	if (f->d.bytes)
		memcpy(before, f->d.first, f->d.bytes);
	free(f->map.ranges);
	f->map.capacity = 2 * inputs;
	f->map.ranges = malloc(f->map.capacity * sizeof(*f->map.ranges) + 1);
	memset(f->map.ranges, 0xdd, f->map.capacity * sizeof(*f->map.ranges));
	result = mm_memory_map_build(&f->map, &machine, &f->d, f->allocations, f->allocation_count,
				     work, &f->log.notes);
	if (f->d.bytes)
		assert_memory_equal(before, f->d.first, f->d.bytes);
	free(before);
	free(work);
	return result;
}

static void expect_count(const struct fixture *f, uint64_t count)
{
	if (f->map.count == count)
		return;
	for (uint64_t i = 0; i < f->map.count; i++)
		print_message("# 0x%" PRIx64 " 0x%" PRIx64 " type %u\n", f->map.ranges[i].phys,
			      f->map.ranges[i].bytes, f->map.ranges[i].type);
	fail_msg("%" PRIu64 " ranges, expected %" PRIu64, f->map.count, count);
}

static void expect_range(const struct fixture *f, uint64_t n, uint32_t type, uint64_t phys,
			 uint64_t bytes)
{
	const struct keel_memory_range *r = &f->map.ranges[n];

	assert_true(n < f->map.count);
	assert_int_equal(r->phys, phys);
	assert_int_equal(r->bytes, bytes);
	assert_int_equal(r->type, type);
	assert_int_equal(r->virt, 0);
	assert_int_equal(r->reserved, 0);
}

static void no_descriptors(void **state)
{
	struct fixture *f = *state;

	check_ok(build(f));
	expect_count(f, 0);
	assert_int_equal(f->log.total, 0);
}

static void one_descriptor(void **state)
{
	struct fixture *f = *state;

	descriptors_add(&f->d, 7, 0x1000, 3, WB);
	check_ok(build(f));
	expect_count(f, 1);
	expect_range(f, 0, 7, 0x1000, 0x3000);
	assert_int_equal(f->map.ranges[0].attribute, WB);
}

static void any_order_any_stride(void **state)
{
	struct fixture *f = *state;
	const uint64_t strides[] = { 40, 48, 64, 40 + 8 * 13 };

	for (size_t i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
		descriptors_free(&f->d);
		f->d.stride = strides[i];
		descriptors_add(&f->d, 7, 0x100000000, 0x100, WB);
		descriptors_add(&f->d, 4, 0x5000, 1, WB);
		descriptors_add(&f->d, 11, 0xffc00000, 1024, RUNTIME | 1);
		descriptors_add(&f->d, 7, 0x1000, 4, WB);
		descriptors_add(&f->d, 9, 0x800000, 1, WB);
		check_ok(build(f));
		expect_count(f, 5);
		expect_range(f, 0, 7, 0x1000, 0x4000);
		expect_range(f, 1, 4, 0x5000, 0x1000);
		expect_range(f, 2, 9, 0x800000, 0x1000);
		expect_range(f, 3, 11, 0xffc00000, 0x400000);
		expect_range(f, 4, 7, 0x100000000, 0x100000);
		assert_int_equal(f->map.ranges[3].attribute, RUNTIME | 1);
	}
	assert_int_equal(f->log.total, 0);
}

static void wrong_strides(void **state)
{
	struct fixture *f = *state;
	const uint64_t strides[] = { 0, 8, 32, 36, 39, 41, 44, 47, 52 };

	descriptors_add(&f->d, 7, 0x1000, 4, WB);
	descriptors_add(&f->d, 7, 0x9000, 4, WB);
	for (size_t i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
		uint64_t work[64];
		struct keel_memory_range out[8];
		struct mm_memory_map map = { .ranges = out, .capacity = 8 };

		f->d.stride = strides[i];
		check_error(mm_memory_map_build(&map, &machine, &f->d, NULL, 0, work, NULL),
			    MM_ERR_STRIDE, strides[i]);
	}
}

/* Neighbours become one, in whatever order they come; a gap of one page keeps them apart. */
static void neighbours_merge(void **state)
{
	struct fixture *f = *state;

	descriptors_add(&f->d, 7, 0x3000, 2, WB);
	descriptors_add(&f->d, 7, 0x1000, 2, WB);
	descriptors_add(&f->d, 7, 0x6000, 1, WB);
	descriptors_add(&f->d, 7, 0x5000, 1, WB);
	descriptors_add(&f->d, 7, 0x8000, 1, WB);
	check_ok(build(f));
	expect_count(f, 2);
	expect_range(f, 0, 7, 0x1000, 0x6000);
	expect_range(f, 1, 7, 0x8000, 0x1000);
}

static void different_neighbours_stay(void **state)
{
	struct fixture *f = *state;

	descriptors_add(&f->d, 7, 0x1000, 1, WB);
	descriptors_add(&f->d, 4, 0x2000, 1, WB);	   /* other type */
	descriptors_add(&f->d, 4, 0x3000, 1, 1);	   /* other memory types */
	descriptors_add(&f->d, 4, 0x4000, 1, RUNTIME | 1); /* RUNTIME */
	descriptors_add(&f->d, 4, 0x5000, 1, RUNTIME | 1 | KEEL_EFI_MEMORY_XP);
	descriptors_add(&f->d, 4, 0x6000, 1, RUNTIME | 1 | KEEL_EFI_MEMORY_RO);
	check_ok(build(f));
	expect_count(f, 6);
	for (uint64_t i = 0; i < 6; i++)
		expect_range(f, i, i ? 4 : 7, 0x1000 * (i + 1), 0x1000);
	assert_int_equal(f->map.ranges[5].attribute, RUNTIME | 1 | KEEL_EFI_MEMORY_RO);
}

/* What is dropped, why, and that the rest is kept. */
static void unsound_descriptors(void **state)
{
	struct fixture *f = *state;
	static const struct {
		uint32_t type;
		uint64_t phys, pages;
		enum mm_note why;
	} bad[] = {
		{ 7, 0x2000, 0, MM_NOTE_ZERO_PAGES },
		{ 7, 0x2800, 1, MM_NOTE_UNALIGNED },
		{ 7, 0x2001, 1, MM_NOTE_UNALIGNED },
		{ 7, KEEL_U64(0xfffffffffffff000), 2, MM_NOTE_WRAP },
		{ 7, 0x2000, KEEL_U64(0x10000000000000), MM_NOTE_WRAP },
		{ 7, 0x2000, KEEL_U64(0xfffffffffffff), MM_NOTE_WRAP },
		{ 7, 0x2000, KEEL_U64(0x10000000000001), MM_NOTE_WRAP },
		{ 7, 0x2000, ~KEEL_U64(0), MM_NOTE_WRAP },
		{ 7, KEEL_U64(0x10000000000), 1, MM_NOTE_PHYS_BITS },
		{ 7, KEEL_U64(0xfffffff000), 2, MM_NOTE_PHYS_BITS },
		{ 7, 0x2000, KEEL_U64(0xfffffff), MM_NOTE_PHYS_BITS },
		{ 16, 0x2000, 1, MM_NOTE_TYPE },
		{ 0x1000, 0x2000, 1, MM_NOTE_TYPE },
		{ 0x1004, 0x2000, 1, MM_NOTE_TYPE },
		{ 0x6fffffff, 0x2000, 1, MM_NOTE_TYPE },
	};
	const uint64_t count = sizeof(bad) / sizeof(bad[0]);

	for (uint64_t i = 0; i < count; i++) {
		enum mm_note why = MM_NOTE_COUNT;

		descriptors_add(&f->d, bad[i].type, bad[i].phys, bad[i].pages, WB);
		assert_false(mm_descriptor_is_sound(mm_descriptor(&f->d, i), 40, &why));
		assert_int_equal(why, bad[i].why);
	}
	descriptors_add(&f->d, 7, 0x1000, 5, WB);
	check_ok(build(f));
	expect_count(f, 1);
	expect_range(f, 0, 7, 0x1000, 0x5000);
	assert_int_equal(f->log.total, count);
	for (uint64_t i = 0; i < count; i++) {
		assert_int_equal(f->log.entries[i].what, bad[i].why);
		assert_int_equal(f->log.entries[i].index, i);
		assert_int_equal(f->log.entries[i].phys, bad[i].phys);
		assert_int_equal(f->log.entries[i].value, bad[i].pages);
	}
}

/*
 * The last page that the CPU can address, all of what it can, and every type that UEFI has or gives
 * away.
 */
static void sound_to_the_last_page(void **state)
{
	struct fixture *f = *state;
	enum mm_note why;

	descriptors_add(&f->d, 7, KEEL_U64(0xfffffff000), 1, WB);
	descriptors_add(&f->d, 7, 0, KEEL_U64(0x10000000), WB);
	descriptors_add(&f->d, 7, KEEL_U64(0xffffffffff000), 1, WB);
	assert_true(mm_descriptor_is_sound(mm_descriptor(&f->d, 0), 40, &why));
	assert_true(mm_descriptor_is_sound(mm_descriptor(&f->d, 1), 40, &why));
	assert_false(mm_descriptor_is_sound(mm_descriptor(&f->d, 1), 39, &why));
	assert_true(mm_descriptor_is_sound(mm_descriptor(&f->d, 2), 52, &why));
	assert_false(mm_descriptor_is_sound(mm_descriptor(&f->d, 2), 51, &why));
	for (uint32_t type = 0; type < 16; type++) {
		mm_descriptor(&f->d, 0)->type = type;
		assert_true(mm_descriptor_is_sound(mm_descriptor(&f->d, 0), 40, &why));
	}
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		mm_descriptor(&f->d, 0)->type = foreign[i];
		assert_true(mm_descriptor_is_sound(mm_descriptor(&f->d, 0), 40, &why));
	}
}

/* They stay what they are, one beside the other, and each is noted. */
static void foreign_types(void **state)
{
	struct fixture *f = *state;
	const size_t count = sizeof(foreign) / sizeof(foreign[0]);

	for (size_t i = 0; i < count; i++)
		descriptors_add(&f->d, foreign[i], 0x1000 + i * 0x2000, 2, RUNTIME | WB);
	descriptors_add(&f->d, 7, 0x1000 + count * 0x2000, 1, WB);
	check_ok(build(f));
	expect_count(f, count + 1);
	for (size_t i = 0; i < count; i++) {
		const struct note_entry *note = &f->log.entries[i];

		expect_range(f, i, foreign[i], 0x1000 + i * 0x2000, 0x2000);
		assert_int_equal(note->what, MM_NOTE_FOREIGN_TYPE);
		assert_int_equal(note->index, i);
		assert_int_equal(note->phys, 0x1000 + i * 0x2000);
		assert_int_equal(note->value, 2);
	}
	assert_int_equal(f->log.total, count);
	mm_memory_map_address(&f->map);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(f->map.ranges[i].virt, 0);
	assert_int_not_equal(f->map.ranges[count].virt, 0);
}

/* One type over another, the two in either order: the restrictive one keeps its pages. */
static void overlap_of(struct fixture *f, uint32_t strong, uint32_t weak)
{
	for (int turn = 0; turn < 2; turn++) {
		descriptors_free(&f->d);
		note_log_reset(&f->log);
		if (turn)
			descriptors_add(&f->d, strong, 0x4000, 2, WB);
		descriptors_add(&f->d, weak, 0x1000, 9, WB);
		if (!turn)
			descriptors_add(&f->d, strong, 0x4000, 2, WB);
		check_ok(build(f));
		expect_count(f, 3);
		expect_range(f, 0, weak, 0x1000, 0x3000);
		expect_range(f, 1, strong, 0x4000, 0x2000);
		expect_range(f, 2, weak, 0x6000, 0x4000);
		assert_true(f->log.count[MM_NOTE_OVERLAP] > 0);
		assert_int_equal(f->log.count[MM_NOTE_OVERLAP] + f->log.count[MM_NOTE_RUNTIME_BIT] +
					 f->log.count[MM_NOTE_FOREIGN_TYPE],
				 f->log.total);
		if (turn == 0) { /* now the weak one lies inside: nothing of it is left */
			mm_descriptor(&f->d, 1)->phys = 0;
			mm_descriptor(&f->d, 1)->pages = 16;
			check_ok(build(f));
			expect_count(f, 1);
			expect_range(f, 0, strong, 0, 0x10000);
		}
	}
}

static void restrictive_type_wins(void **state)
{
	/* Groups, from the most restrictive on; within a group nothing is promised. */
	static const uint32_t groups[][4] = {
		{ 0, 8, 11, 0x70000001 }, { 5, 6 }, { 10 }, { 9 }, { 1, 2, 3, 4 }, { 7 },
	};
	static const uint32_t sizes[] = { 4, 2, 1, 1, 4, 1 };

	for (int strong = 0; strong < 6; strong++)
		for (int weak = strong + 1; weak < 6; weak++)
			for (uint32_t i = 0; i < sizes[strong]; i++)
				for (uint32_t k = 0; k < sizes[weak]; k++)
					overlap_of(*state, groups[strong][i], groups[weak][k]);
	overlap_of(*state, 9, 14); /* persistent memory */
	overlap_of(*state, 14, 7);
	/* Unaccepted memory must not be touched, not even where RUNTIME stands on the other one. */
	overlap_of(*state, 15, 7);
	overlap_of(*state, 15, 5);
	overlap_of(*state, 15, 0);
	overlap_of(*state, 15, 11);
	overlap_of(*state, 15, 0x70000000);
}

/* An overlap only at the edges, and three types at once. */
static void partial_overlaps(void **state)
{
	struct fixture *f = *state;

	descriptors_add(&f->d, 7, 0x1000, 8, WB);  /* 1000 to 9000 */
	descriptors_add(&f->d, 0, 0x8000, 4, WB);  /* 8000 to c000 */
	descriptors_add(&f->d, 10, 0x5000, 5, WB); /* 5000 to a000 */
	check_ok(build(f));
	expect_count(f, 3);
	expect_range(f, 0, 7, 0x1000, 0x4000);
	expect_range(f, 1, 10, 0x5000, 0x3000);
	expect_range(f, 2, 0, 0x8000, 0x4000);
}

/* The same descriptor twice is one range. */
static void doubled_descriptor(void **state)
{
	struct fixture *f = *state;

	descriptors_add(&f->d, 7, 0x1000, 8, WB);
	descriptors_add(&f->d, 7, 0x1000, 8, WB);
	check_ok(build(f));
	expect_count(f, 1);
	expect_range(f, 0, 7, 0x1000, 0x8000);
}

/* What Keel took for itself stands out from loader data and from boot services memory. */
static void own_ranges(void **state)
{
	struct fixture *f = *state;

	descriptors_add(&f->d, 7, 0x100000, 0x100, WB);
	descriptors_add(&f->d, 2, 0x200000, 0x100, WB);
	f->allocations[0] = (struct keel_memory_range){
		.phys = 0x280000, .bytes = 0x2000, .type = KEEL_MEMORY_TYPE_TABLES, .attribute = 9
	};
	f->allocations[1] = (struct keel_memory_range){
		.phys = 0x200000, .bytes = 0x3000, .type = KEEL_MEMORY_TYPE_KERNEL, .attribute = 8
	};
	f->allocation_count = 2;
	check_ok(build(f));
	expect_count(f, 5);
	expect_range(f, 0, 7, 0x100000, 0x100000);
	expect_range(f, 1, KEEL_MEMORY_TYPE_KERNEL, 0x200000, 0x3000);
	expect_range(f, 2, 2, 0x203000, 0x7d000);
	expect_range(f, 3, KEEL_MEMORY_TYPE_TABLES, 0x280000, 0x2000);
	expect_range(f, 4, 2, 0x282000, 0x7e000);
	/* That it lies inside a descriptor is normal and no overlap to complain of. */
	assert_int_equal(f->log.total, 0);
	/* Its attributes are those that Keel gives for it. */
	assert_int_equal(f->map.ranges[1].attribute, 8);
	assert_int_equal(f->map.ranges[3].attribute, 9);
}

/* The firmware's claims stay above Keel's: what is not memory must not become memory. */
static void own_ranges_lose(void **state)
{
	static const uint32_t above[] = { 0, 8, 11, 5, 6, 10, 9 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		descriptors_free(&f->d);
		descriptors_add(&f->d, above[i], 0x100000, 4, WB);
		f->allocations[0] = (struct keel_memory_range){ .phys = 0x100000,
								.bytes = 0x2000,
								.type = KEEL_MEMORY_TYPE_MODULE };
		f->allocation_count = 1;
		check_ok(build(f));
		expect_count(f, 1);
		expect_range(f, 0, above[i], 0x100000, 0x4000);
	}
}

static void output_too_small(void **state)
{
	struct fixture *f = *state;

	for (uint64_t i = 0; i < 10; i++)
		descriptors_add(&f->d, 7, i * 0x10000, 4, WB);
	for (uint64_t capacity = 0; capacity < 10; capacity++) {
		struct keel_memory_range out[10];
		struct mm_memory_map map = { .ranges = out, .capacity = capacity };
		void *work = zalloc(mm_memory_map_work_bytes(10));

		memset(out, 0xdd, sizeof(out));
		check_error(mm_memory_map_build(&map, &machine, &f->d, NULL, 0, work, NULL),
			    MM_ERR_MAP_FULL, capacity);
		for (uint64_t i = capacity; i < 10; i++)
			assert_int_equal(out[i].phys, KEEL_U64(0xdddddddddddddddd));
		free(work);
	}
	f->map.capacity = 10;
	check_ok(build(f));
	expect_count(f, 10);
}

/* The same when the ranges come out of overlaps, of which every number is tried. */
static void output_too_small_for_overlaps(void **state)
{
	struct fixture *f = *state;

	descriptors_add(&f->d, 7, 0, 0x100, WB);
	for (uint64_t i = 0; i < 8; i++)
		descriptors_add(&f->d, 0, i * 0x10000 + 0x4000, 4, WB);
	for (uint64_t capacity = 0; capacity <= 17; capacity++) {
		struct keel_memory_range out[18];
		struct mm_memory_map map = { .ranges = out, .capacity = capacity };
		void *work = zalloc(mm_memory_map_work_bytes(9));
		struct mm_result result;

		memset(out, 0xdd, sizeof(out));
		result = mm_memory_map_build(&map, &machine, &f->d, NULL, 0, work, NULL);
		if (capacity < 17)
			check_error(result, MM_ERR_MAP_FULL, capacity);
		else
			check_ok(result);
		assert_int_equal(out[capacity].phys, KEEL_U64(0xdddddddddddddddd));
		free(work);
	}
}

/*
 * A hundred thousand descriptors, in the orders that are hard on sorting. No clock here: with
 * quadratic work this would take minutes.
 */
static void very_many(void **state)
{
	struct fixture *f = *state;
	const uint64_t count = 100000;

	for (int order = 0; order < 4; order++) {
		uint64_t random = 5;

		descriptors_free(&f->d);
		f->d.bytes = count * f->d.stride;
		f->d.first = zalloc(f->d.bytes);
		for (uint64_t i = 0; i < count; i++) {
			uint64_t place = i * 7919 % count; /* scattered */

			if (order == 1)
				place = count - 1 - i; /* falling */
			if (order == 2)
				place = i % 2 ? i : count - 2 - i; /* one up, one down */
			*mm_descriptor(&f->d, i) = (struct keel_efi_descriptor){
				.type = 7, .phys = place * 0x3000, .pages = 1, .attribute = WB
			};
			if (order == 3) { /* every descriptor reaches over many others */
				mm_descriptor(&f->d, i)->pages = 3 + random_below(&random, 30000);
				mm_descriptor(&f->d, i)->type = (uint32_t)(i % 15);
			}
		}
		check_ok(build(f));
		if (order != 3)
			expect_count(f, count);
		for (uint64_t i = 0; order != 3 && i < count; i++)
			expect_range(f, i, 7, i * 0x3000, 0x1000);
	}
}

/* The addresses come last: memory that begins in the direct map's 105 TiB has one. */
static void addresses(void **state)
{
	const uint64_t end = KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1;
	struct keel_memory_range ranges[] = {
		{ .phys = 0, .bytes = 0x1000, .type = 7 },
		{ .phys = 0x5000, .bytes = 0x1000, .type = 11 },
		{ .phys = 0x8000, .bytes = 0x1000, .type = KEEL_MEMORY_TYPE_BOOT_INFO },
		{ .phys = 0x9000, .bytes = 0x1000, .type = KEEL_MEMORY_TYPE_FIRMWARE_TABLE },
		{ .phys = end - 0x1000, .bytes = 0x1000, .type = 14 },
		{ .phys = end, .bytes = 0x1000, .type = 7 },
	};
	const uint64_t expected[] = { KEEL_U64(0xffff800000000000), 0,
				      KEEL_U64(0xffff800000008000), KEEL_U64(0xffff800000009000),
				      KEEL_U64(0xffffe8fffffff000), 0 };
	struct mm_memory_map map = { .ranges = ranges, .capacity = 6, .count = 6 };

	(void)state;
	mm_memory_map_address(&map);
	for (int i = 0; i < 6; i++)
		assert_int_equal(ranges[i].virt, expected[i]);
}

/* All of the bytes have to be there, in as many ranges as it takes. */
static void address_of_bytes(void **state)
{
	const uint64_t end = KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1;
	struct keel_memory_range ranges[] = {
		{ .phys = 0, .bytes = 0x2000, .type = 7 },
		{ .phys = 0x3000, .bytes = 0x1000, .type = 7 },
		{ .phys = 0x4000, .bytes = 0x1000, .type = KEEL_MEMORY_TYPE_FIRMWARE_TABLE },
		{ .phys = 0x5000, .bytes = 0x1000, .type = 0 },
		{ .phys = end - 0x1000, .bytes = 0x2000, .type = 7 },
	};
	static const struct {
		uint64_t phys, bytes;
		bool there;
	} rows[] = {
		{ 0, 1, false },
		{ 0x10, 0x1ff0, true },
		{ 0x10, 0x1ff1, false },
		{ 0x2fff, 1, false },
		{ 0x3000, 0x2000, true },
		{ 0x3000, 0x2001, false },
		{ 0x3fff, 2, true },
		{ 0x4000, 1, true },
		{ 0x5000, 1, false },
		{ end - 0x10, 0x10, true },
		{ end - 0x10, 0x11, false },
		{ end, 1, false },
		{ end - 1, UINT64_MAX, false },
		{ UINT64_MAX, 1, false },
		{ 0x9000, 1, false },
	};
	struct mm_memory_map map = { .ranges = ranges, .capacity = 5, .count = 5 };

	(void)state;
	mm_memory_map_address(&map);
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
		if (mm_memory_map_virt(&map, rows[n].phys, rows[n].bytes) !=
		    (rows[n].there ? KEEL_DIRECT_MAP(rows[n].phys) : 0))
			fail_msg("row %zu", n);
}

static void types_that_are_memory(void **state)
{
	/* Types 0 to 15: reserved, unusable, MMIO twice, PAL code and unaccepted are not memory. */
	static const bool memory[16] = { false, true, true, true,  true,  true,	 true, true,
					 false, true, true, false, false, false, true, false };

	(void)state;
	for (uint32_t type = 0; type < 16; type++)
		assert_int_equal(mm_type_is_memory(type), memory[type]);
	for (uint32_t type = 0x1000; type < KEEL_MEMORY_TYPE_FIRMWARE_TABLE; type++)
		assert_true(mm_type_is_memory(type));
	/* Mapped, but page by page, and not the kernel's to use. */
	assert_false(mm_type_is_memory(KEEL_MEMORY_TYPE_FIRMWARE_TABLE));
	assert_false(mm_type_is_memory(16));
	assert_false(mm_type_is_memory(0xfff));
	assert_false(mm_type_is_memory(KEEL_MEMORY_TYPE_KEEL_END));
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		assert_false(mm_type_is_memory(foreign[i]));
}

/* Nobody has to listen. */
static void notes_to_nobody(void **state)
{
	const struct mm_notes nobody = { .note = NULL };
	struct fixture *f = *state;
	struct keel_memory_range out[4];
	struct mm_memory_map map = { .ranges = out, .capacity = 4 };
	void *work = zalloc(mm_memory_map_work_bytes(2));

	descriptors_add(&f->d, 7, 0x1000, 0, WB);
	descriptors_add(&f->d, 7, 0x1000, 1, WB);
	check_ok(mm_memory_map_build(&map, &machine, &f->d, NULL, 0, work, &nobody));
	assert_int_equal(map.count, 1);
	free(work);
}

static void runtime_descriptors(void **state)
{
	(void)state;
	for (uint32_t type = 0; type < 16; type++) {
		struct keel_efi_descriptor d = { .type = type, .pages = 1, .attribute = WB };

		assert_int_equal(mm_descriptor_is_runtime(&d), type == 5 || type == 6);
		d.attribute |= RUNTIME;
		assert_true(mm_descriptor_is_runtime(&d));
	}
}

static void memory_types(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t attribute;
		enum keel_memory_type expected;
		bool no_cache_bit;
	} rows[] = {
		{ 7, 0xf, KEEL_MEMORY_WB, false },
		{ 7, 0x8, KEEL_MEMORY_WB, false },
		{ 7, 0x9, KEEL_MEMORY_WB, false },
		{ 6, RUNTIME | 0xf, KEEL_MEMORY_WB, false },
		{ 0, RUNTIME | 0xf, KEEL_MEMORY_WB, false },
		{ 7, 0x4, KEEL_MEMORY_WT, false },
		{ 7, 0x2, KEEL_MEMORY_WC, false },
		{ 7, 0x1, KEEL_MEMORY_UC, false },
		{ 7, 0x0, KEEL_MEMORY_UC, true },
		{ 0, RUNTIME, KEEL_MEMORY_UC, true },
		{ 7, RUNTIME | KEEL_EFI_MEMORY_XP | KEEL_EFI_MEMORY_RO, KEEL_MEMORY_UC, true },
		/* Boards offer write-back for configuration space and flash. */
		{ 11, RUNTIME | 0xf, KEEL_MEMORY_UC, false },
		{ 11, RUNTIME | 0x9, KEEL_MEMORY_UC, false },
		{ 11, RUNTIME | 0x8, KEEL_MEMORY_UC, false },
		{ 11, RUNTIME | 0x1, KEEL_MEMORY_UC, false },
		{ 11, RUNTIME, KEEL_MEMORY_UC, true },
		{ 12, 0xf, KEEL_MEMORY_UC, false },
		{ 0x70000000, RUNTIME | 0xf, KEEL_MEMORY_WB, false },
		{ 0x80000000, RUNTIME | 0x7, KEEL_MEMORY_WT, false },
		{ 0x80000000, RUNTIME | 0x3, KEEL_MEMORY_WC, false },
		{ ~0u, RUNTIME, KEEL_MEMORY_UC, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool no_cache_bit = false;

		assert_int_equal(mm_memory_type(rows[i].type, rows[i].attribute, &no_cache_bit),
				 rows[i].expected);
		assert_int_equal(no_cache_bit, rows[i].no_cache_bit);
		no_cache_bit = true; /* and it is never set back */
		mm_memory_type(rows[i].type, rows[i].attribute, &no_cache_bit);
		assert_true(no_cache_bit);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(no_descriptors),
		TEST(one_descriptor),
		TEST(any_order_any_stride),
		TEST(wrong_strides),
		TEST(neighbours_merge),
		TEST(foreign_types),
		TEST(different_neighbours_stay),
		TEST(unsound_descriptors),
		TEST(sound_to_the_last_page),
		TEST(restrictive_type_wins),
		TEST(partial_overlaps),
		TEST(doubled_descriptor),
		TEST(own_ranges),
		TEST(own_ranges_lose),
		TEST(output_too_small),
		TEST(output_too_small_for_overlaps),
		TEST(very_many),
		TEST(addresses),
		TEST(address_of_bytes),
		TEST(types_that_are_memory),
		TEST(notes_to_nobody),
		TEST(runtime_descriptors),
		TEST(memory_types),
	};

	return cmocka_run_group_tests_name("memory map", tests, NULL, NULL);
}
