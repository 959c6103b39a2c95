/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory maps of real machines, all the way from descriptors to tables, for one CPU and for
 * eight. What the tables should say is worked out from the raw descriptors once more.
 */
#include "machine_model.h"

#define MAPS "tests/maps/"

/* The maps that are sound, and descriptors each holds: a truncated copy would pass unnoticed. */
static const struct {
	const char *path;
	uint64_t descriptors;
} maps[] = {
	{ MAPS "apple-macbookair71.map", 245 },
	{ MAPS "asus-n56vz.map", 88 },
	{ MAPS "asus-ux32vd.map", 95 },
	{ MAPS "dell-e7240.map", 118 },
	{ MAPS "hp-pavilion15-1970-insyde.map", 69 },
	{ MAPS "hyperv-gen2-4g.map", 40 },
	{ MAPS "intel-brickland-512g.map", 50 },
	{ MAPS "lenovo-td340.map", 95 },
	{ MAPS "nuc-de3815tykh.map", 43 },
	{ MAPS "qemu-ovmf-mixed-3g.map", 46 },
	{ MAPS "qemu-q35-512m.map", 123 },
	{ MAPS "qemu-default.map", 126 },
	{ MAPS "qemu-large.map", 131 },
	{ MAPS "qemu-no-1g-pages.map", 126 },
	{ MAPS "qemu-pc.map", 124 },
	{ MAPS "qemu-small.map", 126 },
	{ MAPS "qemu-smm.map", 129 },
	{ MAPS "qemu-smp.map", 133 },
};

#define COUNT (sizeof(maps) / sizeof(maps[0]))

static void check_outcome(const struct scene *s)
{
	bool writable_code = false;

	for (uint64_t i = 0; i < s->plan.count; i++)
		writable_code |= s->plan.mappings[i].rights == KEEL_RIGHTS_FIRMWARE_RWX;
	assert_true(writable_code); /* each of these machines has runtime code */
	assert_true(s->outcome.runtime_code_writable);
	assert_int_equal(s->outcome.left_out_bytes, 0);
	assert_int_equal(s->log.count[MM_NOTE_OVERLAP], 0);
	for (int note = MM_NOTE_ZERO_PAGES; note <= MM_NOTE_TYPE; note++)
		assert_int_equal(s->log.count[note], 0);
}

static void check_map(const char *path, uint64_t cpus, uint32_t largest_leaf)
{
	struct scene *s = scene_new(map_file_read(path, 48), cpus);

	s->machine.largest_leaf_level = largest_leaf;
	check_ok(scene_plan(s));
	check_coalesced(&s->plan);
	check_outcome(s);
	scene_tables(s);
	check_descriptors(s);
	model_check_edges(&s->tables.pool, s->root, s->plan.mappings, s->plan.count, true);
	check_frames(s);
	scene_free(s);
}

static void sound_maps(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		print_message("# %s\n", maps[i].path);
		check_map(maps[i].path, 1, KEEL_LEVEL_PDPT);
		check_map(maps[i].path, 8, KEEL_LEVEL_PDPT);
		check_map(maps[i].path, 8, KEEL_LEVEL_PD);
	}
}

static void reverse(const struct mm_descriptors *d)
{
	const uint64_t count = mm_descriptor_count(d);

	for (uint64_t i = 0; i < count / 2; i++) {
		const struct keel_efi_descriptor held = *mm_descriptor(d, i);

		*mm_descriptor(d, i) = *mm_descriptor(d, count - 1 - i);
		*mm_descriptor(d, count - 1 - i) = held;
	}
}

/* As the firmware has it, and the other way around. */
static uint64_t neighbours_in(const char *path)
{
	const struct mm_machine machine = { .phys_bits = 46,
					    .largest_leaf_level = KEEL_LEVEL_PDPT };
	struct mm_descriptors d = map_file_read(path, 48);
	void *work = zalloc(mm_efi_assign_work_bytes(mm_descriptor_count(&d)));
	uint64_t pairs;

	check_ok(mm_efi_assign(&d, &machine, work, NULL));
	pairs = check_neighbours(&d);
	reverse(&d);
	check_ok(mm_efi_assign(&d, &machine, work, NULL));
	assert_int_equal(check_neighbours(&d), pairs);
	free(work);
	descriptors_free(&d);
	return pairs;
}

static void neighbours_stay_neighbours(void **state)
{
	uint64_t pairs = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		pairs += neighbours_in(maps[i].path);
	assert_true(pairs > COUNT); /* nearly all have some */
}

static void nothing_is_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct mm_descriptors d = map_file_read(maps[i].path, 40);

		if (mm_descriptor_count(&d) != maps[i].descriptors)
			fail_msg("%s has %" PRIu64 " descriptors", maps[i].path,
				 mm_descriptor_count(&d));
		descriptors_free(&d);
	}
}

/* Corrupt maps: refused entry by entry, and nothing of them is mapped. */
static void nothing_from_garbage(const char *path)
{
	struct scene *s = scene_new(map_file_read(path, 48), 1);
	uint64_t count = mm_descriptor_count(&s->descriptors);
	uint64_t dropped = 0;

	check_ok(scene_map(s));
	for (int note = MM_NOTE_ZERO_PAGES; note <= MM_NOTE_TYPE; note++)
		dropped += s->log.count[note];
	assert_int_equal(dropped, count);
	assert_int_equal(s->map.count, 0);
	note_log_reset(&s->log);
	s->request.area = mm_cpu_area_layout(0x100000, 1, false);
	check_ok(scene_plan(s));
	scene_tables(s);
	for (uint64_t i = 0; i < s->plan.count; i++)
		assert_true(s->plan.mappings[i].region != KEEL_REGION_DIRECT_MAP &&
			    s->plan.mappings[i].region != KEEL_REGION_EFI);
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(mm_descriptor(&s->descriptors, i)->virt, 0);
	scene_free(s);
}

static void garbage(void **state)
{
	(void)state;
	nothing_from_garbage(MAPS "garbage-snp-kexec.map");
	nothing_from_garbage(MAPS "fragment-phoenix-zero-tail.map");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_missing),
		cmocka_unit_test(sound_maps),
		cmocka_unit_test(neighbours_stay_neighbours),
		cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests_name("real maps", tests, NULL, NULL);
}
