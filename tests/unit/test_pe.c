/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections of a PE image: found by name, and never read outside of the image. */
#include <string.h>
#include "check.h"
#include "lib/pe.h"

#define IMAGE_BYTES  0x3000
#define PE_OFFSET    0x80
#define TABLE	     (PE_OFFSET + 24 + 240) /* behind the optional header of PE32+ */
#define HEADER_BYTES 40

/* Members of a section header. */
#define VIRTUAL_BYTES	8
#define VIRTUAL_ADDRESS 12

static uint8_t *image;

static void put16(uint32_t offset, uint16_t value)
{
	memcpy(image + offset, &value, sizeof(value));
}

static void put32(uint32_t offset, uint32_t value)
{
	memcpy(image + offset, &value, sizeof(value));
}

static void put_section(unsigned n, const char *name, uint32_t address, uint32_t bytes)
{
	const uint32_t at = TABLE + n * HEADER_BYTES;

	memset(image + at, 0, 8);
	memcpy(image + at, name, strlen(name));
	put32(at + VIRTUAL_BYTES, bytes);
	put32(at + VIRTUAL_ADDRESS, address);
}

/* Exactly as large as it says: the sanitizer sees any access outside. */
static int make_image(void **state)
{
	(void)state;
	image = calloc(1, IMAGE_BYTES);
	put32(0x3c, PE_OFFSET);
	memcpy(image + PE_OFFSET, "PE\0", 4);
	put16(PE_OFFSET + 6, 3);
	put16(PE_OFFSET + 20, 240);
	put16(PE_OFFSET + 24, 0x20b);
	put_section(0, ".text", 0x1000, 0x800);
	put_section(1, ".kernel", 0x2000, 0x123);
	put_section(2, "12345678", 0x2800, 0x800);
	return 0;
}

static int free_image(void **state)
{
	(void)state;
	free(image);
	return 0;
}

static bool find(const char *name, struct pe_section *section)
{
	return pe_find_section(image, IMAGE_BYTES, name, section);
}

static void a_section_is_found_by_its_name(void **state)
{
	struct pe_section s;

	(void)state;
	assert_true(find(".kernel", &s));
	assert_ptr_equal(s.start, image + 0x2000);
	assert_int_equal(s.bytes, 0x123);
	assert_true(find("12345678", &s));
	assert_ptr_equal(s.start, image + 0x2800);
	assert_true(find(".text", &s));
	assert_int_equal(s.bytes, 0x800);
}

static void names_are_compared_as_a_whole(void **state)
{
	struct pe_section s;

	(void)state;
	assert_false(find(".kern", &s));
	assert_false(find(".kernel2", &s));
	assert_false(find("1234567", &s));
	assert_false(find("123456789", &s));
	assert_false(find("", &s));
}

static void a_section_that_leaves_the_image_is_none(void **state)
{
	struct pe_section s;

	(void)state;
	put_section(1, ".kernel", IMAGE_BYTES - 1, 1);
	assert_true(find(".kernel", &s));
	put_section(1, ".kernel", IMAGE_BYTES - 1, 2);
	assert_false(find(".kernel", &s));
	put_section(1, ".kernel", 0xfffff000, 0x2000);
	assert_false(find(".kernel", &s));
	put_section(1, ".kernel", 0x1000, 0xffffffff);
	assert_false(find(".kernel", &s));
}

static void other_headers_have_no_sections(void **state)
{
	struct pe_section s;

	(void)state;
	image[PE_OFFSET] = 'N';
	assert_false(find(".kernel", &s));
	image[PE_OFFSET] = 'P';
	put16(PE_OFFSET + 24, 0x10b); /* PE32: another optional header */
	assert_false(find(".kernel", &s));
	put16(PE_OFFSET + 24, 0x20b);
	assert_true(find(".kernel", &s));
}

/* Each of these ends where the headers themselves leave the image. */
static void headers_that_leave_the_image_are_not_followed(void **state)
{
	struct pe_section s;

	(void)state;
	assert_false(pe_find_section(image, 0x3f, ".kernel", &s));
	assert_false(pe_find_section(image, PE_OFFSET + 25, ".kernel", &s));
	assert_false(pe_find_section(image, TABLE + 2 * HEADER_BYTES - 1, ".kernel", &s));
	put32(0x3c, 0xffffffff);
	assert_false(find(".kernel", &s));
	put32(0x3c, IMAGE_BYTES - 26);
	assert_false(find(".kernel", &s));
	put32(0x3c, PE_OFFSET);
	put16(PE_OFFSET + 20, 0xffff);
	assert_false(find(".kernel", &s));
	put16(PE_OFFSET + 20, 240);
	put16(PE_OFFSET + 6, 0xffff);
	assert_false(find("missing", &s));
	put16(PE_OFFSET + 6, 1);
	assert_false(find(".kernel", &s));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_image, free_image)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_section_is_found_by_its_name),
		TEST(names_are_compared_as_a_whole),
		TEST(a_section_that_leaves_the_image_is_none),
		TEST(other_headers_have_no_sections),
		TEST(headers_that_leave_the_image_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
