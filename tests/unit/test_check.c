/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checker of mm/: it finds nothing wrong with what mm/ builds, and no flipped bit escapes it.
 * What each violation looks like is in test_check_violations.c.
 */
#include "check_scene.h"

static void check_sound(struct scene *s)
{
	struct mm_check_report report;

	check_ok(scene_plan(s));
	scene_tables(s);
	report = scene_check(s);
	if (report.violation != MM_CHECK_OK)
		fail_msg("%s at 0x%" PRIx64 " (0x%" PRIx64 ")", mm_violation_text(report.violation),
			 report.address, report.value);
	assert_int_equal(report.tables, s->tables.pool.used);
	assert_int_equal(report.minimum, minimum_tables(&s->plan));
	assert_int_equal(report.left_out_bytes, s->outcome.left_out_bytes);
	assert_true((report.firmware_rwx_bytes != 0) == s->outcome.runtime_code_writable);
	scene_free(s);
}

static void sound(void **state)
{
	/* The last one lies in runtime code. */
	uint64_t boundaries[] = { 0x200000, 0x1234000, 0x10000000, 0x1f600000 };
	struct scene *s;

	(void)state;
	check_sound(scene_qemu(1));
	check_sound(scene_qemu(1500)); /* two %esp fixup windows */
	s = scene_qemu(8);
	s->machine.largest_leaf_level = KEEL_LEVEL_PD;
	s->machine.boundaries = boundaries;
	s->machine.boundary_count = 4;
	s->request.framebuffers[0].phys = 0x80000800; /* not on a page */
	s->request.framebuffers[0].bytes = 0x300000;
	check_sound(s);
	check_sound(scene_new(map_file_read("tests/maps/intel-brickland-512g.map", 40), 3));
	check_sound(scene_new(map_file_read("tests/maps/asus-n56vz.map", 48), 3));
	check_sound(scene_new(map_file_read("tests/maps/apple-macbookair71.map", 48), 3));
}

/* Memory beyond the direct map's end is left out, and counted. */
static void left_out(void **state)
{
	struct scene *s = scene_qemu(1);

	(void)state;
	s->machine.phys_bits = 52;
	descriptors_add(&s->descriptors, 7, KEEL_U64(0x690000000000) - 0x200000, 0x300, 0xf);
	descriptors_add(&s->descriptors, 7, KEEL_U64(0x700000000000), 0x10, 0xf);
	s->request.descriptors = s->descriptors;
	check_sound(s);
}

/* There is not one bit in any entry that could be another one. */
static void flipped_bits(void **state)
{
	uint64_t random = random_seed("flipped_bits");
	struct scene *s = scene_qemu(70);
	uint64_t entries, tried = 0;
	clock_t end = deadline();

	(void)state;
	check_ok(scene_plan(s));
	scene_tables(s);
	entries = s->tables.pool.used * MM_ENTRIES;
	do {
		uint64_t *entry = &s->tables.pool.base[random_below(&random, entries)];
		uint64_t bit = KEEL_U64(1) << random_below(&random, 64);

		if (!*entry && random_below(&random, 8))
			continue; /* most of them are absent */
		*entry ^= bit;
		if (scene_check(s).violation == MM_CHECK_OK)
			fail_msg("entry %td, bit 0x%" PRIx64 ": not noticed",
				 entry - s->tables.pool.base, bit);
		*entry ^= bit;
		tried++;
	} while (clock() < end);
	assert_int_equal(scene_check(s).violation, MM_CHECK_OK);
	print_message("# %" PRIu64 " bits\n", tried);
	scene_free(s);
}

static void texts(void **state)
{
	(void)state;
	for (int i = 0; i < MM_CHECK_COUNT; i++)
		assert_true(strlen(mm_violation_text(i)) > 10);
	assert_string_equal(mm_violation_text(MM_CHECK_COUNT), "unknown violation");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound),
		cmocka_unit_test(left_out),
		cmocka_unit_test(flipped_bits),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
