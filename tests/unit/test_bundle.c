/* SPDX-License-Identifier: BSD-2-Clause */
/* The section .bundle: what is found in a good one, and every way in which one can be wrong. */
#include <string.h>
#include "check.h"
#include "lib/bundle.h"

#define PAGE 4096

/* keel.conf of 10 bytes, "a" of a page, "empty", "b" of a page and a byte. */
#define FILES	    4
#define BYTES	    (5 * PAGE)
#define NAMES	    (sizeof(struct bundle_header) + FILES * sizeof(struct bundle_entry))
#define INDEX_BYTES (NAMES + sizeof("keel.conf\0a\0empty\0b"))

static uint8_t *section;
static struct bundle bundle;
static struct bundle_error error;

static struct bundle_header *header(void)
{
	return (struct bundle_header *)section;
}

static struct bundle_entry *entry(unsigned n)
{
	return (struct bundle_entry *)(header() + 1) + n;
}

/* Exactly as large as it is said to be: the sanitizer sees any access outside. */
static int make_section(void **state)
{
	(void)state;
	section = zalloc(BYTES);
	memset(&bundle, 0xa5, sizeof(bundle));
	*header() = (struct bundle_header){ BUNDLE_MAGIC, BUNDLE_VERSION, FILES, INDEX_BYTES };
	*entry(0) = (struct bundle_entry){ PAGE, 10, NAMES, 9 };
	*entry(1) = (struct bundle_entry){ 2 * PAGE, PAGE, NAMES + 10, 1 };
	*entry(2) = (struct bundle_entry){ 0, 0, NAMES + 12, 5 };
	*entry(3) = (struct bundle_entry){ 3 * PAGE, PAGE + 1, NAMES + 18, 1 };
	memcpy(section + NAMES, "keel.conf\0a\0empty\0b", sizeof("keel.conf\0a\0empty\0b"));
	memset(section + PAGE, 'k', 10);
	memset(section + 2 * PAGE, 'a', PAGE);
	memset(section + 3 * PAGE, 'b', PAGE + 1);
	return 0;
}

static int free_section(void **state)
{
	(void)state;
	free(section);
	return 0;
}

static void refused(const char *text)
{
	if (bundle_open(section, BYTES, &bundle, &error))
		fail_msg("taken; expected: %s", text);
	assert_string_equal(error.text, text);
	assert_int_equal(bundle.file_count, 0);
}

static void a_good_one_gives_its_files(void **state)
{
	struct bundle_file f;

	(void)state;
	assert_true(bundle_open(section, BYTES, &bundle, &error));
	assert_int_equal(bundle.file_count, FILES);
	assert_true(bundle_find(&bundle, "keel.conf", &f));
	assert_ptr_equal(f.start, section + PAGE);
	assert_int_equal(f.bytes, 10);
	assert_true(bundle_find(&bundle, "b", &f));
	assert_ptr_equal(f.start, section + 3 * PAGE);
	assert_int_equal(f.bytes, PAGE + 1);
	assert_true(bundle_find(&bundle, "empty", &f));
	assert_null(f.start);
	assert_int_equal(f.bytes, 0);
	assert_string_equal(bundle_file(&bundle, 1).name, "a");
}

static void names_are_compared_whole(void **state)
{
	struct bundle_file f;

	(void)state;
	assert_true(bundle_open(section, BYTES, &bundle, &error));
	assert_false(bundle_find(&bundle, "", &f));
	assert_false(bundle_find(&bundle, "keel", &f));
	assert_false(bundle_find(&bundle, "keel.conf2", &f));
	assert_false(bundle_find(&bundle, "A", &f));
}

static void a_wrong_header_is_refused(void **state)
{
	(void)state;
	assert_false(bundle_open(section, sizeof(struct bundle_header) - 1, &bundle, &error));
	assert_string_equal(error.text, "it has only 23 bytes");
	section[0] = 'K';
	refused("it does not begin with 'keelbndl'");
	section[0] = 'k';
	header()->version = 2;
	refused("its version is 2, this keel.efi knows 1");
	header()->version = 1;
	header()->index_bytes = BYTES + 1;
	refused("its index has 20481 bytes, all of it only 20480");
	header()->index_bytes = UINT64_MAX;
	refused("its index has 18446744073709551615 bytes, all of it only 20480");
	header()->index_bytes = NAMES - 1;
	refused("an index of 119 bytes cannot list 4 files");
	header()->index_bytes = 0;
	refused("an index of 0 bytes cannot list 4 files");
	header()->index_bytes = INDEX_BYTES;
	header()->file_count = 0;
	refused("an index of 140 bytes cannot list 0 files");
	header()->file_count = UINT32_MAX;
	refused("an index of 140 bytes cannot list 4294967295 files");
}

static void a_wrong_name_is_refused(void **state)
{
	(void)state;
	entry(1)->name_offset = NAMES - 1;
	refused("the name of file 1 is wrong: offset 119, 1 bytes");
	entry(1)->name_offset = UINT32_MAX;
	refused("the name of file 1 is wrong: offset 4294967295, 1 bytes");
	entry(1)->name_offset = NAMES + 10;
	entry(1)->name_bytes = 0;
	refused("the name of file 1 is wrong: offset 130, 0 bytes");
	entry(1)->name_bytes = 2; /* its NUL is in it */
	refused("the name of file 1 is wrong: offset 130, 2 bytes");
	entry(1)->name_bytes = UINT32_MAX;
	refused("the name of file 1 is wrong: offset 130, 4294967295 bytes");
	entry(1)->name_bytes = 1;
	header()->index_bytes = NAMES + 19; /* the last one's NUL is not in it */
	refused("the name of file 3 is wrong: offset 138, 1 bytes");
	header()->index_bytes = INDEX_BYTES;
	memcpy(section + NAMES, "keel.cong", 9);
	refused("its first file is 'keel.cong': expected keel.conf");
}

static void a_wrong_place_is_refused(void **state)
{
	(void)state;
	entry(1)->offset = PAGE; /* where another one is */
	refused("the place of file 1 is wrong: offset 4096, 4096 bytes");
	entry(1)->offset = 2 * PAGE + 8;
	refused("the place of file 1 is wrong: offset 8200, 4096 bytes");
	entry(1)->offset = 0; /* where the index is */
	refused("the place of file 1 is wrong: offset 0, 4096 bytes");
	entry(1)->offset = 2 * PAGE;
	entry(1)->bytes = PAGE + 1; /* reaches into the next */
	section[3 * PAGE] = 'b';
	memset(section + 3 * PAGE + 1, 0, PAGE - 1);
	refused("the place of file 3 is wrong: offset 12288, 4097 bytes");
	entry(1)->bytes = 0;
	refused("the place of file 1 is wrong: offset 8192, 0 bytes");
	entry(1)->bytes = PAGE;
	entry(3)->bytes = 2 * PAGE + 1;
	refused("the place of file 3 is wrong: offset 12288, 8193 bytes");
	entry(3)->bytes = UINT64_MAX;
	refused("the place of file 3 is wrong: offset 12288, 18446744073709551615 bytes");
	entry(3)->offset = UINT64_MAX - PAGE + 1;
	entry(3)->bytes = PAGE;
	refused("the place of file 3 is wrong: offset 18446744073709547520, 4096 bytes");
}

static void the_last_page_is_whole_and_empty_behind_the_file(void **state)
{
	(void)state;
	section[PAGE + 10] = 1;
	refused("there is something behind the end of file 0");
	section[PAGE + 10] = 0;
	section[BYTES - 1] = 1;
	refused("there is something behind the end of file 3");
	section[BYTES - 1] = 0;
	assert_false(bundle_open(section, BYTES - 1, &bundle, &error));
	assert_string_equal(error.text, "the last page of file 3 is cut off");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_section, free_section)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_one_gives_its_files),
		TEST(names_are_compared_whole),
		TEST(a_wrong_header_is_refused),
		TEST(a_wrong_name_is_refused),
		TEST(a_wrong_place_is_refused),
		TEST(the_last_page_is_whole_and_empty_behind_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
