/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole boot entry in place of its optional data. The first one is as efibootmgr makes them, for
 * a disk's first partition and \EFI\keel.efi; it is cut, and changed, in every place that counts.
 */
#include "check.h"
#include "lib/load_option.h"

#define HEAD                                                                                       \
	"\x01\x00\x00\x00" /* active */                                                            \
	"\x4e\x00"	   /* bytes of the path */                                                 \
	"K\0e\0e\0l\0\0\0"                                                                         \
	"\x04\x01\x2a\x00\x01\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x40\x01\x00\x00\x00" \
	"\x00\x00\x6c\x65\x65\x4b\x00\x00\x00\x40\x80\x00\x00\x00\x00\x00\x00\x02\x02\x02"         \
	"\x04\x04\x20\x00\\\0E\0F\0I\0\\\0k\0e\0e\0l\0.\0e\0f\0i\0\0\0"                            \
	"\x7f\xff\x04\x00"
#define DATA	   "s\0e\0l\0f\0c\0h\0e\0c\0k\0"
#define HEAD_BYTES (sizeof(HEAD) - 1)
#define DATA_BYTES (sizeof(DATA) - 1)

/* A copy of just that size, so that the sanitizer guards its ends; the data's offset, or -1. */
static int64_t data_in(const void *bytes, uint64_t count, uint64_t *data_bytes)
{
	uint8_t *copy = zalloc(count);
	const uint8_t *data;
	int64_t offset;

	memcpy(copy, bytes, count);
	*data_bytes = 1234567;
	data = load_option_data(copy, count, data_bytes);
	offset = data ? data - copy : -1;
	if (data)
		assert_int_equal(*data_bytes, count - (uint64_t)offset);
	else
		assert_int_equal(*data_bytes, 0);
	free(copy);
	return offset;
}

static void expect_data(const void *bytes, uint64_t count, int64_t offset)
{
	uint64_t data_bytes;

	assert_int_equal(data_in(bytes, count, &data_bytes), offset);
}

static void with_data_and_without(void **state)
{
	static const char whole[] = HEAD DATA;

	(void)state;
	assert_int_equal(HEAD_BYTES, 6 + 10 + 0x4e);
	expect_data(whole, HEAD_BYTES + DATA_BYTES, HEAD_BYTES);
	expect_data(whole, HEAD_BYTES, HEAD_BYTES);
	/* Cut anywhere in the data: less of them. Cut before: it is no whole one. */
	for (uint64_t bytes = 0; bytes < HEAD_BYTES + DATA_BYTES; bytes++)
		expect_data(whole, bytes, bytes < HEAD_BYTES ? -1 : (int64_t)HEAD_BYTES);
}

static void expect_changed(unsigned at, uint8_t value, bool good)
{
	char whole[] = HEAD DATA;

	whole[at] = (char)value;
	expect_data(whole, HEAD_BYTES + DATA_BYTES, good ? (int64_t)HEAD_BYTES : -1);
}

static void attributes(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++)
		expect_changed(bit / 8, (uint8_t)(1u << bit % 8 | (bit < 8)),
			       UINT32_C(0x1f0b) >> bit & 1);
}

static void lengths(void **state)
{
	const unsigned description = 6 + 10;

	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		expect_changed(4, (uint8_t)value, value == 0x4e);
		/* Of the nodes of 42, 32 and 4 bytes. One of 74 bytes may hide the one after it. */
		expect_changed(description + 2, (uint8_t)value, value == 42 || value == 42 + 32);
		expect_changed(description + 42 + 2, (uint8_t)value, value == 32);
		expect_changed(description + 42 + 32 + 2, (uint8_t)value, value == 4);
	}
	expect_changed(5, 1, false);
}

/* Several paths are a list, too (3.1.3); an end that is none of all is none. */
static void ends(void **state)
{
	static const char two[] = "\0\0\0\0"
				  "\x08\0"
				  "\0\0"
				  "\x7f\xff\x04\0"
				  "\x7f\xff\x04\0"
				  "x";
	static const char no_path[] = "\1\0\0\0"
				      "\0\0"
				      "\0\0"
				      "x";
	const unsigned last = HEAD_BYTES - 4;

	(void)state;
	expect_data(two, sizeof(two) - 1, 16);
	expect_data(no_path, sizeof(no_path) - 1, -1);
	expect_changed(last, 0x7e, false);
	expect_changed(last + 1, 0x01, false);
}

/* What load options should be: none of it is taken for a boot entry. */
static void others(void **state)
{
	static const char text[] = "k\0e\0e\0l\0.\0e\0f\0i\0 \0s\0e\0l\0f\0c\0h\0e\0c\0k\0\0";

	(void)state;
	for (uint64_t bytes = 0; bytes < sizeof(text); bytes++)
		expect_data(text, bytes, -1);
	expect_data("\x01\x00", 2, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_data_and_without),
		cmocka_unit_test(attributes),
		cmocka_unit_test(lengths),
		cmocka_unit_test(ends),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
