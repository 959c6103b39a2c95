/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI region: the virtual addresses that runtime descriptors get, and what is mapped there.
 * What a Memory Attributes Table changes is in test_memory_attributes.c.
 */
#include "machine_model.h"

#define RUNTIME KEEL_EFI_MEMORY_RUNTIME
#define END	(KEEL_EFI_LAST + 1)
#define GARBAGE KEEL_U64(0xdeadbeefdead)

static const struct mm_machine machine = { .phys_bits = 46, .largest_leaf_level = KEEL_LEVEL_PDPT };

/* With exactly the memory that it asks for. */
static struct mm_result assign_on(const struct mm_descriptors *d, const struct mm_machine *on,
				  const struct mm_notes *notes)
{
	void *work = zalloc(mm_efi_assign_work_bytes(mm_descriptor_count(d)));
	struct mm_result result;

	for (uint64_t i = 0; i < mm_descriptor_count(d); i++)
		mm_descriptor(d, i)->virt = GARBAGE;
	result = mm_efi_assign(d, on, work, notes);
	free(work);
	return result;
}

static struct mm_result assign(const struct mm_descriptors *d)
{
	return assign_on(d, &machine, NULL);
}

/* The runtime descriptor with the highest physical address below that one; NULL: none is left. */
static const struct keel_efi_descriptor *highest_below(const struct mm_descriptors *d,
						       uint64_t phys)
{
	const struct keel_efi_descriptor *found = NULL;

	for (uint64_t i = 0; i < mm_descriptor_count(d); i++) {
		const struct keel_efi_descriptor *e = mm_descriptor(d, i);

		if (is_runtime(e) && e->phys < phys && (!found || e->phys > found->phys))
			found = e;
	}
	return found;
}

/*
 * In order of physical addresses from the highest one on, whatever the array's order, each as high
 * as fits below the one before it at an address that equals its physical one modulo 2 MiB. That
 * leaves one possible answer. No two may begin at the same address.
 */
static void check_assigned(const struct mm_descriptors *d)
{
	const struct keel_efi_descriptor *e = NULL;
	uint64_t top = END;
	uint64_t left = 0;

	for (uint64_t i = 0; i < mm_descriptor_count(d); i++) {
		if (is_runtime(mm_descriptor(d, i)))
			left++;
		else
			assert_int_equal(mm_descriptor(d, i)->virt, 0);
	}
	while ((e = highest_below(d, e ? e->phys : UINT64_MAX))) {
		uint64_t bytes = e->pages * 4096;

		assert_true(e->virt >= KEEL_EFI_START && e->virt + bytes <= top);
		assert_int_equal(e->virt % 0x200000, e->phys % 0x200000);
		assert_true(top - (e->virt + bytes) < 0x200000);
		top = e->virt;
		left--;
	}
	assert_int_equal(left, 0);
}

static void swap(const struct mm_descriptors *d, uint64_t i, uint64_t k)
{
	const struct keel_efi_descriptor held = *mm_descriptor(d, i);

	*mm_descriptor(d, i) = *mm_descriptor(d, k);
	*mm_descriptor(d, k) = held;
}

static void top_down(void **state)
{
	struct mm_descriptors d = { .stride = 48 };

	(void)state;
	descriptors_add(&d, 7, 0x100000, 0x1000, 0xf);
	descriptors_add(&d, 6, 0x1eaa0000, 258, RUNTIME | 0xf);
	descriptors_add(&d, 5, 0x1f5ec000, 256, RUNTIME | 0xf);
	descriptors_add(&d, 0, 0xb0000000, 0x10000, 1);
	descriptors_add(&d, 11, 0xffc00000, 1024, RUNTIME | 1);
	check_ok(assign(&d));
	check_assigned(&d);
	/* By hand: 4 MiB, 2 MiB aligned; then ...1ec000, then ...a0000. */
	assert_int_equal(mm_descriptor(&d, 4)->virt, END - 0x400000);
	assert_int_equal(mm_descriptor(&d, 2)->virt, END - 0x800000 + 0x1ec000);
	assert_int_equal(mm_descriptor(&d, 1)->virt, END - 0x800000 + 0xa0000);
	assert_int_equal(mm_descriptor(&d, 0)->virt, 0);
	assert_int_equal(mm_descriptor(&d, 3)->virt, 0);
	descriptors_free(&d);
}

/* Descriptors that touch in physical memory still touch: images are split into such pieces. */
static void neighbours_stay_neighbours(void **state)
{
	struct mm_descriptors d = { .stride = 40 };
	uint64_t phys = 0x7f1ff000;

	(void)state;
	for (uint64_t i = 0; i < 40; i++) {
		uint64_t pages = 1 + i * 37 % 600;

		descriptors_add(&d, i % 2 ? 5 : 6, phys, pages, RUNTIME | 0xf);
		phys += pages * 4096;
	}
	check_ok(assign(&d));
	check_assigned(&d);
	assert_int_equal(check_neighbours(&d), 39);
	descriptors_free(&d);
}

/* The order of physical addresses counts, not the firmware's; which stays what it was. */
static void any_order_gives_the_same(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	uint64_t random = 1;
	uint64_t phys = 0x7f1ff000;
	uint64_t virt[40];

	(void)state;
	for (uint64_t i = 0; i < 40; i++) {
		descriptors_add(&d, i % 3 ? i % 2 ? 5 : 6 : 0, phys, 1 + i, RUNTIME | 0xf);
		phys += (1 + i + (i % 5 == 0)) * 4096;
	}
	check_ok(assign(&d));
	check_assigned(&d);
	for (uint64_t i = 0; i < 40; i++)
		virt[i] = mm_descriptor(&d, i)->virt;
	for (unsigned round = 0; round < 100; round++) {
		for (uint64_t i = 39; i > 0; i--)
			swap(&d, i, round ? random_below(&random, i + 1) : 39 - i);
		check_ok(assign(&d));
		check_assigned(&d);
		assert_int_equal(check_neighbours(&d), 31);
		for (uint64_t i = 0; i < 40; i++)
			/* Which one it was: pages count up. */
			assert_int_equal(mm_descriptor(&d, i)->virt,
					 virt[mm_descriptor(&d, i)->pages - 1]);
	}
	descriptors_free(&d);
}

/* A map that does not ascend, of images that were split into code and data. */
static void split_images(void **state)
{
	struct mm_descriptors d = map_file_read("tests/maps/fragment-split-images.map", 48);

	(void)state;
	check_ok(assign(&d));
	check_assigned(&d);
	assert_int_equal(check_neighbours(&d), 4);
	descriptors_free(&d);
}

/* RUNTIME on any type; and the two runtime types without it (Dell IoT gateways), with a note. */
static void which_descriptors(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	struct note_log log;

	(void)state;
	for (uint32_t type = 0; type < 16; type++)
		descriptors_add(&d, type, 0x100000000 + type * 0x10000, 2, RUNTIME | 0xf);
	for (uint32_t type = 0; type < 16; type++)
		descriptors_add(&d, type, 0x200000000 + type * 0x10000, 2, 0xf);
	/* An OEM's and an OS loader's (UEFI 2.10, 7.2.1), with the bit and without. */
	descriptors_add(&d, 0x70000000, 0x300000000, 2, RUNTIME | 0xf);
	descriptors_add(&d, 0x80000000, 0x300010000, 2, RUNTIME | 0x1);
	descriptors_add(&d, 0x70000000, 0x300020000, 2, 0xf);
	descriptors_add(&d, 0xffffffff, 0x300030000, 2, 0xf);
	note_log_reset(&log);
	check_ok(assign_on(&d, &machine, &log.notes));
	check_assigned(&d);
	for (uint64_t i = 0; i < 15; i++)
		assert_int_not_equal(mm_descriptor(&d, i)->virt, 0);
	assert_int_equal(log.count[MM_NOTE_UNACCEPTED], 1);
	assert_int_not_equal(mm_descriptor(&d, 32)->virt, 0);
	assert_int_not_equal(mm_descriptor(&d, 33)->virt, 0);
	assert_int_equal(log.count[MM_NOTE_RUNTIME_BIT], 2);
	assert_in_range(note_log_first(&log, MM_NOTE_RUNTIME_BIT)->phys, 0x200050000, 0x200060000);
	descriptors_free(&d);
}

/* An unsound descriptor gets no address, whatever its type. */
static void unsound_gets_nothing(void **state)
{
	struct mm_descriptors d = { .stride = 48 };

	(void)state;
	descriptors_add(&d, 5, 0x100000800, 2, RUNTIME | 0xf);
	descriptors_add(&d, 6, 0x100000000, 0, RUNTIME | 0xf);
	descriptors_add(&d, 99, 0x100000000, 2, RUNTIME | 0xf);
	descriptors_add(&d, 6, KEEL_U64(1) << 46, 2, RUNTIME | 0xf);
	descriptors_add(&d, 6, 0x1000, KEEL_U64(0xfffffffffffff), RUNTIME | 0xf);
	check_ok(assign(&d));
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(mm_descriptor(&d, i)->virt, 0);
	descriptors_free(&d);
}

/* 64 GiB fit to the last page; one page more does not, and the error names the range. */
static void region_full(void **state)
{
	struct mm_descriptors d = { .stride = 48 };

	(void)state;
	descriptors_add(&d, 6, 0x4000000000, KEEL_U64(0x1000000), RUNTIME | 0xf);
	check_ok(assign(&d));
	assert_int_equal(mm_descriptor(&d, 0)->virt, KEEL_EFI_START);
	mm_descriptor(&d, 0)->pages++;
	check_error(assign(&d), MM_ERR_EFI_FULL, 0x4000000000);
	mm_descriptor(&d, 0)->pages =
		KEEL_U64(0xffffff); /* short enough, were it not to be aligned */
	mm_descriptor(&d, 0)->phys = 0x4000002000;
	check_error(assign(&d), MM_ERR_EFI_FULL, 0x4000002000);
	mm_descriptor(&d, 0)->phys = 0x4000000000;
	mm_descriptor(&d, 0)->pages = KEEL_U64(0xffffff); /* leaves one page, of the wrong place */
	mm_descriptor(&d, 0)->phys += 0x1000;
	descriptors_add(&d, 6, 0x2000001000, 1, RUNTIME | 0xf);
	check_error(assign(&d), MM_ERR_EFI_FULL, 0x2000001000);
	mm_descriptor(&d, 1)->phys = 0x8000000000; /* it takes the upper end */
	check_error(assign(&d), MM_ERR_EFI_FULL, 0x4000001000);
	mm_descriptor(&d, 1)->phys = 0x2000000000;
	mm_descriptor(&d, 0)->phys = 0x1000;
	mm_descriptor(&d, 0)->pages = KEEL_U64(0x2000000); /* 128 GiB: far below the region */
	check_error(assign(&d), MM_ERR_EFI_FULL, 0x1000);
	descriptors_free(&d);
}

/* The number of bytes can be such that the address wraps. */
static void far_too_large(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	const struct mm_machine wide = { .phys_bits = 52, .largest_leaf_level = 3 };

	(void)state;
	for (uint64_t i = 0; i < 5000; i++) /* 2^64 bytes and more in total */
		descriptors_add(&d, 6, 0x1000, KEEL_U64(0xfffffffff0), RUNTIME | 0xf);
	assert_int_equal(assign_on(&d, &wide, NULL).error, MM_ERR_EFI_FULL);
	descriptors_free(&d);
}

/* Descriptors around one another in a scene; the plan holds what their table says. */
static struct scene *scene_with(uint32_t type, uint64_t phys, uint64_t pages, uint64_t attribute)
{
	struct mm_descriptors d = map_file_read("tests/maps/qemu-q35-512m.map", 48);

	descriptors_add(&d, type, phys, pages, attribute);
	return scene_new(d, 1);
}

static const struct keel_mapping *mapping_of(const struct scene *s, uint64_t descriptor)
{
	const struct keel_mapping *m =
		scene_find(s, mm_descriptor(&s->descriptors, descriptor)->virt);

	assert_non_null(m);
	assert_int_equal(m->region, KEEL_REGION_EFI);
	return m;
}

static void one_kind(uint32_t type, uint64_t attribute, enum keel_rights rights,
		     enum keel_memory_type memory_type, bool no_cache_bit)
{
	struct scene *s = scene_with(type, KEEL_U64(0x3f80003000), 7, attribute);
	uint64_t last = mm_descriptor_count(&s->descriptors) - 1;
	const struct keel_mapping *m;

	check_ok(scene_plan(s));
	m = mapping_of(s, last);
	assert_int_equal(m->phys, KEEL_U64(0x3f80003000));
	assert_int_equal(m->bytes, 0x7000);
	assert_int_equal(m->virt, mm_descriptor(&s->descriptors, last)->virt);
	assert_int_equal(m->rights, rights);
	assert_int_equal(m->memory_type, memory_type);
	assert_int_equal(s->log.count[MM_NOTE_NO_CACHE_BIT] > 0, no_cache_bit);
	if (no_cache_bit)
		assert_int_equal(note_log_first(&s->log, MM_NOTE_NO_CACHE_BIT)->phys,
				 KEEL_U64(0x3f80003000));
	scene_free(s);
}

static void rights_and_memory_types(void **state)
{
	(void)state;
	one_kind(6, RUNTIME | 0xf, KEEL_RIGHTS_RW, KEEL_MEMORY_WB, false);
	one_kind(6, 0xf, KEEL_RIGHTS_RW, KEEL_MEMORY_WB, false);
	one_kind(5, RUNTIME | 0xf, KEEL_RIGHTS_FIRMWARE_RWX, KEEL_MEMORY_WB, false);
	one_kind(0, RUNTIME | 0xf, KEEL_RIGHTS_RW, KEEL_MEMORY_WB, false);
	one_kind(0, RUNTIME | 0x1, KEEL_RIGHTS_RW, KEEL_MEMORY_UC, false);
	one_kind(0, RUNTIME, KEEL_RIGHTS_RW, KEEL_MEMORY_UC, true);
	one_kind(11, RUNTIME | 0x1, KEEL_RIGHTS_RW, KEEL_MEMORY_UC, false);
	one_kind(11, RUNTIME | 0xf, KEEL_RIGHTS_RW, KEEL_MEMORY_UC, false);
	one_kind(11, RUNTIME, KEEL_RIGHTS_RW, KEEL_MEMORY_UC, true);
	one_kind(6, RUNTIME | 0x4, KEEL_RIGHTS_RW, KEEL_MEMORY_WT, false);
	one_kind(0x70000000, RUNTIME | 0xf, KEEL_RIGHTS_RW, KEEL_MEMORY_WB, false);
	one_kind(0x70000000, RUNTIME | 0x7, KEEL_RIGHTS_RW, KEEL_MEMORY_WT, false);
	one_kind(0x80000000, RUNTIME | 0x1, KEEL_RIGHTS_RW, KEEL_MEMORY_UC, false);
	one_kind(0xffffffff, RUNTIME, KEEL_RIGHTS_RW, KEEL_MEMORY_UC, true);
}

/* Of a type that is not known to be memory, other than write-back is worth a note. */
static void foreign_types(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t attribute, notes;
	} rows[] = {
		{ 0x70000000, RUNTIME | 0xf, 0 }, { 0x70000000, RUNTIME | 0x7, 1 },
		{ 0x80000000, RUNTIME | 0x1, 1 }, { 0x80000000, RUNTIME, 0 },
		{ 0x80000000, 0x1, 0 },		  { 0, RUNTIME | 0x1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s =
			scene_with(rows[i].type, KEEL_U64(0x3f80003000), 7, rows[i].attribute);

		check_ok(scene_plan(s));
		assert_int_equal(s->log.count[MM_NOTE_NO_WRITE_BACK], rows[i].notes);
		if (rows[i].notes)
			assert_int_equal(note_log_first(&s->log, MM_NOTE_NO_WRITE_BACK)->phys,
					 KEEL_U64(0x3f80003000));
		/* In the direct map there is nothing of it. */
		scene_tables(s);
		assert_false(scene_walk(s, KEEL_DIRECT_MAP(KEEL_U64(0x3f80003000))).present);
		scene_free(s);
	}
}

/* A map with such types, as a whole. */
static void map_with_foreign_types(void **state)
{
	struct scene *s = scene_new(map_file_read("tests/maps/fragment-oem-types.map", 48), 1);

	(void)state;
	check_ok(scene_plan(s));
	assert_int_equal(s->log.count[MM_NOTE_TYPE], 0);
	assert_int_equal(s->log.count[MM_NOTE_FOREIGN_TYPE], 2);
	scene_tables(s);
	check_descriptors(s);
	check_frames(s);
	scene_free(s);
}

/* A plan does not go on where the addresses did not suffice. */
static void no_plan_without_addresses(void **state)
{
	struct scene *s = scene_with(6, 0x4000000000, KEEL_U64(0x1000001), RUNTIME | 0xf);

	(void)state;
	check_error(scene_plan(s), MM_ERR_EFI_FULL, 0x4000000000);
	assert_int_equal(s->plan.count, 0);
	assert_int_equal(s->log.count[MM_NOTE_CODE_WRITABLE], 0);
	scene_free(s);
}

/* Without a table, code is writable and executable, and the outcome says so. */
static void code_without_a_table(void **state)
{
	struct scene *s = scene_qemu(1);
	uint64_t code = 0;

	(void)state;
	check_ok(scene_plan(s));
	assert_true(s->outcome.runtime_code_writable);
	assert_true(s->log.count[MM_NOTE_CODE_WRITABLE] > 0);
	for (uint64_t i = 0; i < s->plan.count; i++)
		if (s->plan.mappings[i].rights == KEEL_RIGHTS_FIRMWARE_RWX) {
			assert_int_equal(s->plan.mappings[i].region, KEEL_REGION_EFI);
			assert_int_equal(s->plan.mappings[i].phys, 0x1f5ec000);
			assert_int_equal(s->plan.mappings[i].bytes, 256 * 4096);
			code++;
		}
	assert_int_equal(code, 1);
	scene_free(s);
}

/* No runtime code, nothing to complain of. */
static void no_code_at_all(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 0x100000, 0x10000, 0xf);
	descriptors_add(&d, 6, 0x40000000, 0x100, RUNTIME | 0xf);
	s = scene_new(d, 1);
	check_ok(scene_plan(s));
	assert_false(s->outcome.runtime_code_writable);
	assert_int_equal(s->log.count[MM_NOTE_CODE_WRITABLE], 0);
	scene_free(s);
}

/* Adjacent pieces that are alike become one mapping, with large pages where both sides allow. */
static void pieces_merge(void **state)
{
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;
	const struct keel_mapping *m;

	(void)state;
	descriptors_add(&d, 7, 0x100000, 0x10000, 0xf);
	for (uint64_t i = 0; i < 64; i++)
		descriptors_add(&d, 6, 0x40000000 + i * 0x10000, 0x10, RUNTIME | 0xf);
	s = scene_new(d, 1);
	check_ok(scene_plan(s));
	m = mapping_of(s, 1);
	assert_int_equal(m->phys, 0x40000000);
	assert_int_equal(m->bytes, 64 * 0x10000);
	scene_tables(s);
	assert_int_equal(scene_walk(s, m->virt).level, 2);
	assert_int_equal(scene_walk(s, m->virt + 0x200000).level, 2);
	scene_free(s);
}

/* Two runtime descriptors beside those of the map; the error's address, or 0 for none. */
static void two_kinds(uint32_t type, uint64_t phys, uint32_t other_type, uint64_t other_phys,
		      uint64_t shared)
{
	struct mm_descriptors d = map_file_read("tests/maps/qemu-q35-512m.map", 48);
	struct scene *s;

	descriptors_add(&d, type, phys, 4, RUNTIME | 0xf);
	descriptors_add(&d, other_type, other_phys, 2, RUNTIME | 0xf);
	s = scene_new(d, 1);
	if (shared)
		check_error(scene_plan(s), MM_ERR_FRAME_SHARED, shared);
	else
		check_ok(scene_plan(s));
	scene_free(s);
}

/* W^X holds over frames: code and data that overlap are refused, whichever begins first. */
static void code_and_data_overlap(void **state)
{
	const uint64_t at = KEEL_U64(0x3f80000000);

	(void)state;
	two_kinds(5, at, 6, at + 0x1000, at + 0x1000);
	two_kinds(6, at, 5, at + 0x1000, at + 0x1000);
	two_kinds(5, at, 6, at + 0x3000, at + 0x3000);
	two_kinds(5, at + 0x1000, 6, at, at + 0x1000);
	two_kinds(6, at + 0x1000, 5, at, at + 0x1000);
	two_kinds(5, at, 6, at + 0x4000, 0); /* neighbours */
	two_kinds(6, at, 5, at + 0x4000, 0);
	two_kinds(5, at, 5, at + 0x1000, 0); /* twice the same is odd, but breaks nothing */
	two_kinds(6, at, 6, at + 0x1000, 0);
}

/* The kernel's text in memory that the firmware keeps to write to. */
static void kernel_in_runtime_memory(void **state)
{
	struct scene *s = scene_qemu(1);
	struct keel_segment text = { KEEL_TEXT_START + KEEL_SIZE_2M, 0x1f4ec000, 0x1000,
				     KEEL_RIGHTS_RX, 0 };

	(void)state;
	s->request.segments = &text;
	s->request.segment_count = 1;
	check_error(scene_plan(s), MM_ERR_FRAME_SHARED, text.phys);
	text.rights = KEEL_RIGHTS_R; /* only read: no harm */
	check_ok(scene_plan(s));
	text.phys = 0x1f5ed000; /* nor in the firmware's code */
	check_ok(scene_plan(s));
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(top_down),
		cmocka_unit_test(neighbours_stay_neighbours),
		cmocka_unit_test(any_order_gives_the_same),
		cmocka_unit_test(split_images),
		cmocka_unit_test(which_descriptors),
		cmocka_unit_test(unsound_gets_nothing),
		cmocka_unit_test(region_full),
		cmocka_unit_test(far_too_large),
		cmocka_unit_test(rights_and_memory_types),
		cmocka_unit_test(foreign_types),
		cmocka_unit_test(map_with_foreign_types),
		cmocka_unit_test(no_plan_without_addresses),
		cmocka_unit_test(code_without_a_table),
		cmocka_unit_test(no_code_at_all),
		cmocka_unit_test(pieces_merge),
		cmocka_unit_test(code_and_data_overlap),
		cmocka_unit_test(kernel_in_runtime_memory),
	};

	return cmocka_run_group_tests_name("EFI region", tests, NULL, NULL);
}
