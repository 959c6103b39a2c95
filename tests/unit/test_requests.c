/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kernel asks for: notes in its file, words of its entry, and the two as one. */
#include "check.h"
#include "config_case.h"
#include "elf_scene.h"

#define OPTIONAL KEEL_REQUEST_OPTIONAL
#define CPUS	 KEEL_REQUEST_CPUS
#define VERSION	 KEEL_REQUEST_VERSION
#define PLACE	 KEEL_REQUEST_PLACE

/* A note whose value, if it has four bytes, stands behind a name of up to eight. */
struct small_note {
	uint32_t name_bytes, value_bytes, type;
	char name[8];
	uint32_t value;
};

/* The small kernel, whose last program header is a PT_NOTE. */
struct noted_kernel {
	struct kernel kernel;
	struct small_note notes[3];
	uint32_t more[0x600];
};

static struct small_note request(uint32_t type, uint32_t value)
{
	return (struct small_note){ 5, 4, type, "Keel", value };
}

static struct noted_kernel *noted_kernel(uint64_t bytes)
{
	struct noted_kernel *n = zalloc(sizeof(*n));

	n->kernel = good_kernel(ELF_EXEC, KERNEL_TEXT);
	n->kernel.load[3] = (struct elf_program_header){
		4, 4, offsetof(struct noted_kernel, notes), 0, 0, bytes, bytes, 4
	};
	return n;
}

/* Frees the kernel; returns what it asks for, or fails the test with `expected` not met. */
static struct requests examine(struct noted_kernel *n, const char *expected)
{
	struct fake_file file = fake_file(n, sizeof(*n));
	struct elf_error error = { .text = "" };
	struct elf_image image = { 0 };
	const enum elf_result result = elf_examine(&file.file, &image, &error);

	assert_false(file.outside);
	assert_string_equal(error.text, expected);
	assert_int_equal(result, *expected ? ELF_REFUSED : ELF_GOOD);
	free(n);
	return image.requests;
}

static void notes_are_found(void **state)
{
	struct noted_kernel *n = noted_kernel(3 * sizeof(struct small_note));
	struct requests r;

	(void)state;
	n->notes[0] = request(CPUS | OPTIONAL, KEEL_CPUS_STARTED);
	n->notes[1] = (struct small_note){ 4, 8, CPUS, "GNU", 7 };
	n->notes[2] = request(VERSION, 2);
	r = examine(n, "");
	assert_int_equal(r.made, REQUEST_BIT(CPUS) | REQUEST_BIT(VERSION));
	assert_int_equal(r.optional, REQUEST_BIT(CPUS));
	assert_int_equal(requests_value(&r, CPUS), KEEL_CPUS_STARTED);
	assert_int_equal(requests_value(&r, VERSION), 2);
	assert_int_equal(requests_value(&r, PLACE), 0);
}

/* What GNU properties are aligned to moves the value behind four more bytes. */
static void notes_aligned_to_8(void **state)
{
	struct noted_kernel *n = noted_kernel(0x40);
	const uint32_t words[] = { 5, 4, PLACE, 0x6c65654b, 0, 0, KEEL_PLACE_RANDOM, 0,
				   5, 4, CPUS,	0x6c65654b, 0, 0, KEEL_CPUS_STARTED };
	struct requests r;

	(void)state;
	n->kernel.load[3].align = 8;
	memcpy(n->notes, words, sizeof(words));
	r = examine(n, "");
	assert_int_equal(requests_value(&r, PLACE), KEEL_PLACE_RANDOM);
	assert_int_equal(requests_value(&r, CPUS), KEEL_CPUS_STARTED);
}

static void refused_notes(uint64_t bytes, struct small_note first, struct small_note second,
			  const char *expected)
{
	struct noted_kernel *n = noted_kernel(bytes);

	n->notes[0] = first;
	n->notes[1] = second;
	examine(n, expected);
}

static void bad_notes(void **state)
{
	const struct small_note good = request(CPUS, KEEL_CPUS_STARTED);
	const uint64_t one = sizeof(good), two = 2 * one;

	(void)state;
	refused_notes(two, good, request(77, 0),
		      "program header 3: request 77 is not known to this Keel: take a newer "
		      "keel.efi, or mark the request as optional");
	refused_notes(two, good, request(77 | OPTIONAL, 0), "");
	refused_notes(two, good, request(0, 0),
		      "program header 3: request 0 is not known to this Keel: take a newer "
		      "keel.efi, or mark the request as optional");
	refused_notes(two, good, request(CPUS, KEEL_CPUS_LEFT),
		      "program header 3: request 'cpus' contradicts one before it");
	refused_notes(two, good, request(PLACE, 2),
		      "program header 3: request 'random' has the value 2, it has to be 0 or 1");
	refused_notes(one, (struct small_note){ 5, 0, CPUS, "Keel", 0 }, good,
		      "program header 3: n_descsz of a request is 0x0, it has to be 0x4");
	refused_notes(one + 8, good, good,
		      "program header 3: 8 bytes are left for a note, its header has 12");
	refused_notes(
		one, (struct small_note){ 5, 5, CPUS, "Keel", 0 }, good,
		"program header 3: a note with n_namesz 0x5 and n_descsz 0x5 leaves its segment");
	refused_notes(
		one, (struct small_note){ UINT32_MAX, 4, CPUS, "Keel", 0 }, good,
		"program header 3: a note with n_namesz 0xffffffff and n_descsz 0x4 leaves its "
		"segment");
	refused_notes(
		one, (struct small_note){ 5, UINT32_MAX, CPUS, "Keel", 0 }, good,
		"program header 3: a note with n_namesz 0x5 and n_descsz 0xffffffff leaves its "
		"segment");
}

/* Each costs a read of the disk. */
static void too_many_notes(void **state)
{
	struct noted_kernel *n = noted_kernel(257 * 12);

	(void)state;
	examine(n, "program header 3: one note more than 256, which is the most");
	examine(noted_kernel(256 * 12), "");
	n = noted_kernel(1);
	n->kernel.load[3].offset = sizeof(*n);
	examine(n,
		"program header 3: p_offset is 0x1d78: the 0x1 bytes there leave the file, which "
		"has 0x1d78");
}

static struct requests made(uint32_t type, uint32_t value, bool optional)
{
	struct requests r = { 0 };

	assert_true(requests_add(&r, type, value, optional));
	return r;
}

/* Joined in either order, it is the same; `value` UINT32_MAX: they contradict. */
static void expect_joined(struct requests left, struct requests right, uint32_t type,
			  uint32_t value, bool optional)
{
	struct requests r = left;

	for (unsigned order = 0; order < 2; order++) {
		const uint32_t wrong = requests_join(&r, order ? &left : &right);

		assert_int_equal(wrong, value == UINT32_MAX ? type : 0);
		if (value == UINT32_MAX) {
			assert_memory_equal(&r, order ? &right : &left, sizeof(r));
		} else {
			assert_int_equal(requests_value(&r, type), value);
			assert_int_equal(!!(r.optional & REQUEST_BIT(type)), optional);
		}
		r = right;
	}
}

static void joined(void **state)
{
	const struct requests none = { 0 };
	const struct requests started = made(CPUS, KEEL_CPUS_STARTED, false);
	const struct requests left = made(CPUS, KEEL_CPUS_LEFT, false);
	const struct requests maybe = made(CPUS, KEEL_CPUS_STARTED, true);
	const struct requests rather_not = made(CPUS, KEEL_CPUS_LEFT, true);

	(void)state;
	expect_joined(none, none, CPUS, 0, false);
	expect_joined(started, none, CPUS, KEEL_CPUS_STARTED, false);
	expect_joined(maybe, none, CPUS, KEEL_CPUS_STARTED, true);
	expect_joined(started, started, CPUS, KEEL_CPUS_STARTED, false);
	expect_joined(started, maybe, CPUS, KEEL_CPUS_STARTED, false);
	expect_joined(left, maybe, CPUS, KEEL_CPUS_LEFT, false);
	expect_joined(started, left, CPUS, UINT32_MAX, false);
	expect_joined(maybe, rather_not, CPUS, UINT32_MAX, false);
	expect_joined(made(VERSION, 2, false), made(VERSION, 3, false), VERSION, 3, false);
	expect_joined(made(VERSION, 2, false), made(VERSION, 3, true), VERSION, 2, false);
	expect_joined(made(VERSION, 2, true), made(VERSION, 3, true), VERSION, 3, true);
}

static void passed_over(void **state)
{
	struct requests r = made(CPUS, KEEL_CPUS_STARTED, true);

	(void)state;
	assert_true(requests_pass_over(&r, CPUS));
	assert_int_equal(requests_value(&r, CPUS), 0);
	r = made(CPUS, KEEL_CPUS_STARTED, false);
	assert_false(requests_pass_over(&r, CPUS));
	assert_int_equal(requests_value(&r, CPUS), KEEL_CPUS_STARTED);
}

static void words_of_the_configuration(void **state)
{
	struct config_case c = { .trust = CONFIG_FREE };
	const struct requests *r;

	(void)state;
	case_file(&c, "title a\nkernel x\ncpus started\nrandom place\nversion 12\n"
		      "title b\nkernel x\ncpus left\nrandom no\n");
	expect_ok(&c);
	r = &c.config.entries[0].requests;
	assert_int_equal(r->made, REQUEST_BIT(CPUS) | REQUEST_BIT(PLACE) | REQUEST_BIT(VERSION));
	assert_int_equal(r->optional, 0);
	assert_int_equal(requests_value(r, CPUS), KEEL_CPUS_STARTED);
	assert_int_equal(requests_value(r, PLACE), KEEL_PLACE_RANDOM);
	assert_int_equal(requests_value(r, VERSION), 12);
	r = &c.config.entries[1].requests;
	assert_int_equal(r->made, REQUEST_BIT(CPUS) | REQUEST_BIT(PLACE));
	assert_int_equal(r->values[CPUS], KEEL_CPUS_LEFT);
	assert_int_equal(r->values[PLACE], KEEL_PLACE_FIRST);
	case_free(&c);
	case_options(&c, "kernel=x cpus=started");
	expect_ok(&c);
	assert_int_equal(requests_value(&c.config.entries[0].requests, CPUS), KEEL_CPUS_STARTED);
	case_free(&c);
	refused_file("title a\ncpus all\n", 2,
		     "neither left nor started: expected 'cpus left|started', found 'cpus all'");
	refused_file("title a\nrandom yes\n", 2,
		     "neither no nor place: expected 'random no|place', found 'random yes'");
	refused_file("title a\nversion 10000\n", 2,
		     "not a number from 0 to 9999: expected 'version NUMBER', found 'version "
		     "10000'");
	refused_file("title a\ncpus left\ncpus left\n", 3,
		     "'cpus' cannot follow the 'cpus' before it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_are_found),
		cmocka_unit_test(notes_aligned_to_8),
		cmocka_unit_test(bad_notes),
		cmocka_unit_test(too_many_notes),
		cmocka_unit_test(joined),
		cmocka_unit_test(passed_over),
		cmocka_unit_test(words_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
