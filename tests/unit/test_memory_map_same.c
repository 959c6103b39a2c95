/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mm_memory_map_same: after an allocation the firmware's map differs, but its mappings do not. Two
 * maps are alike when the tables made from them would be.
 */
#include "check.h"

#define RUNTIME KEEL_EFI_MEMORY_RUNTIME

static struct keel_memory_range left[64], right[64];
static struct mm_memory_map a = { .ranges = left, .capacity = 64 };
static struct mm_memory_map b = { .ranges = right, .capacity = 64 };

static void add(struct mm_memory_map *map, uint32_t type, uint64_t phys, uint64_t bytes,
		uint64_t attribute)
{
	map->ranges[map->count++] = (struct keel_memory_range){
		.phys = phys,
		.bytes = bytes,
		.type = type,
		.attribute = attribute,
		.virt = mm_type_is_memory(type) ? KEEL_DIRECT_MAP(phys) : 0,
	};
}

/* The answer must not depend on which map is named first. */
static bool same(void)
{
	bool answer = mm_memory_map_same(&a, &b);

	assert_int_equal(mm_memory_map_same(&b, &a), answer);
	assert_true(mm_memory_map_same(&a, &a));
	assert_true(mm_memory_map_same(&b, &b));
	return answer;
}

static int empty_maps(void **state)
{
	(void)state;
	a.count = b.count = 0;
	return 0;
}

static void empty(void **state)
{
	(void)state;
	assert_true(same());
	add(&a, 7, 0x1000, 0x1000, 0xf);
	assert_false(same());
	a.count = 0;
	add(&a, 0, 0x1000, 0x1000, 0xf); /* reserved: mapped nowhere */
	assert_true(same());
}

/* Pool allocations turn conventional memory into other memory, and cut it up differently. */
static void types_of_memory_do_not_matter(void **state)
{
	(void)state;
	add(&a, 7, 0x100000, 0x100000, 0xf);
	add(&b, 4, 0x100000, 0x1000, 0xf);
	add(&b, 7, 0x101000, 0x5000, 0xf);
	add(&b, KEEL_MEMORY_TYPE_TABLES, 0x106000, 0xfa000, 0xf);
	assert_true(same());
	right[2].bytes -= 0x1000;
	assert_false(same());
	right[2].bytes += 0x2000;
	assert_false(same());
}

static void gap(void **state)
{
	(void)state;
	add(&a, 7, 0x100000, 0x100000, 0xf);
	add(&b, 7, 0x100000, 0x80000, 0xf);
	add(&b, 7, 0x181000, 0x7f000, 0xf);
	assert_false(same());
	add(&a, 7, 0x300000, 0x1000, 0xf);
	add(&b, 7, 0x300000, 0x1000, 0xf);
	assert_false(same());
}

static void memory_types_matter(void **state)
{
	(void)state;
	add(&a, 7, 0x100000, 0x100000, 0xf);
	add(&b, 7, 0x100000, 0x100000, 0x1);
	assert_false(same());
	right[0].attribute = 0x8; /* write-back as before, whatever else is offered */
	assert_true(same());
	left[0].attribute = 0x2;
	right[0].attribute = 0x4; /* write-combining and write-through */
	assert_false(same());
}

/* Other ranges count when firmware needs them: those with RUNTIME are in the identity half. */
static void runtime_ranges_matter(void **state)
{
	(void)state;
	add(&a, 7, 0x100000, 0x100000, 0xf);
	add(&b, 7, 0x100000, 0x100000, 0xf);
	add(&a, 11, 0xffc00000, 0x400000, RUNTIME | 1);
	assert_false(same());
	add(&b, 11, 0xffc00000, 0x400000, 1);
	assert_false(same());
	right[1].attribute |= RUNTIME;
	assert_true(same());
	right[1].bytes -= 0x1000;
	assert_false(same());
	right[1].bytes += 0x1000;
	add(&b, 11, 0xfffffc00000, 0x1000, 1); /* without it they do not */
	assert_true(same());
}

/* Between the firmware's types and Keel's, and above those, there is no memory. */
static void unknown_types(void **state)
{
	(void)state;
	add(&a, 7, 0x100000, 0x100000, 0xf);
	add(&b, 7, 0x100000, 0x100000, 0xf);
	add(&b, 16, 0x200000, 0x1000, 0xf);
	add(&b, 0xfff, 0x201000, 0x1000, 0xf);
	add(&b, KEEL_MEMORY_TYPE_KEEL_END, 0x202000, 0x1000, 0xf);
	add(&b, ~0u, 0x203000, 0x1000, 0xf);
	assert_true(same());
}

/* A frame that stops being memory, at the last place where one would look. */
static void one_page_less(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 30; i++) {
		add(&a, 7, i * 0x10000, 0x8000, 0xf);
		add(&b, i % 2 ? 4 : 9, i * 0x10000, 0x8000, 0xf);
	}
	assert_true(same());
	for (uint64_t i = 0; i < 30; i++) {
		right[i].type = 0;
		assert_false(same());
		right[i].type = 7;
	}
	b.count = 29;
	assert_false(same());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(empty, empty_maps),
		cmocka_unit_test_setup(types_of_memory_do_not_matter, empty_maps),
		cmocka_unit_test_setup(gap, empty_maps),
		cmocka_unit_test_setup(memory_types_matter, empty_maps),
		cmocka_unit_test_setup(runtime_ranges_matter, empty_maps),
		cmocka_unit_test_setup(unknown_types, empty_maps),
		cmocka_unit_test_setup(one_page_less, empty_maps),
	};

	return cmocka_run_group_tests_name("maps that are alike", tests, NULL, NULL);
}
