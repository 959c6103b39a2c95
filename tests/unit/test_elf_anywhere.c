/* SPDX-License-Identifier: BSD-2-Clause */
/* A random place for a kernel that can be moved: any free one of the window, each as likely. */
#include "check.h"
#include "elf_scene.h"

#define PLACES 256 /* of 2 MB in the window */
#define LOADS  8192

static enum elf_result load_at_random(struct fake_memory *memory, uint64_t random,
				      struct elf_image *image)
{
	const struct kernel k = good_kernel(ELF_DYN, 0);
	struct fake_file file = fake_file(&k, sizeof(k));
	struct elf_error error = { .text = "" };

	assert_int_equal(elf_examine(&file.file, image, &error), ELF_GOOD);
	image->anywhere = true;
	image->random = random;
	return elf_load(&file.file, image, &memory->memory, &error);
}

/* Counts how often each place comes out, for many seeds, with [taken_from, taken_to) not free. */
static void count_places(uint64_t taken_from, uint64_t taken_to, unsigned counts[PLACES])
{
	uint64_t state = random_seed("places");

	memset(counts, 0, PLACES * sizeof(*counts));
	for (unsigned n = 0; n < LOADS; n++) {
		struct fake_memory memory = fake_memory();
		struct elf_image image;

		memory.taken_from = taken_from;
		memory.taken_to = taken_to;
		assert_int_equal(load_at_random(&memory, random_next(&state), &image), ELF_GOOD);
		assert_int_equal(image.phys, image.virt - KEEL_TEXT_START);
		assert_int_equal(image.phys_base, 0);
		assert_int_equal(image.phys % KEEL_SIZE_2M, 0);
		assert_int_equal(image.slide, image.virt - image.link_virt);
		counts[image.phys / KEEL_SIZE_2M]++;
		fake_free(&memory);
	}
}

/* All but the first, which begins with page 0. Each has 32 on average: 5 standard deviations. */
static void all_free(void **state)
{
	unsigned counts[PLACES];

	(void)state;
	count_places(0, 0, counts);
	assert_int_equal(counts[0], 0);
	for (unsigned n = 1; n < PLACES; n++)
		assert_in_range(counts[n], 4, 65);
}

/* Three are left, and each of them has a third. */
static void three_free(void **state)
{
	unsigned counts[PLACES];

	(void)state;
	count_places(0, (PLACES - 3) * KEEL_SIZE_2M, counts);
	for (unsigned n = 0; n < PLACES - 3; n++)
		assert_int_equal(counts[n], 0);
	for (unsigned n = PLACES - 3; n < PLACES; n++)
		assert_in_range(counts[n], LOADS / 3 - 250, LOADS / 3 + 250);
}

/* Somewhere else would be no random place: it is refused, after each place was tried once. */
static void none_free(void **state)
{
	struct fake_memory memory = fake_memory();
	struct elf_image image;

	(void)state;
	memory.taken_to = PLACES * KEEL_SIZE_2M;
	assert_int_equal(load_at_random(&memory, 1, &image), ELF_NO_MEMORY);
	assert_int_equal(memory.calls, PLACES - 1);
	assert_int_equal(memory.blocks_used, 0);
}

/* The same bits, the same place: what a test of a whole boot relies on. */
static void repeats(void **state)
{
	uint64_t phys = 0;

	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		struct fake_memory memory = fake_memory();
		struct elf_image image;

		assert_int_equal(load_at_random(&memory, 12345, &image), ELF_GOOD);
		assert_true(!n || image.phys == phys);
		phys = image.phys;
		fake_free(&memory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_free),
		cmocka_unit_test(three_free),
		cmocka_unit_test(none_free),
		cmocka_unit_test(repeats),
	};

	return cmocka_run_group_tests_name("ELF anywhere", tests, NULL, NULL);
}
