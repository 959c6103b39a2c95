/* SPDX-License-Identifier: BSD-2-Clause */
/* SMBIOS tables: what firmware has, cut off anywhere, and rubbish. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "check.h"
#include "lib/smbios.h"

/* Two structures with strings, one without any between them, and the end (DSP0134 7.45). */
static const uint8_t good[] = "\x00\x1a\x00\x00" /* BIOS: vendor 1, version 2, date 4, of three */
			      "\x01\x02\x00\x00\x04\x00\x00\x00\x00\x00\x00"
			      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
			      "Vendor\0Version\0Third\0\0"
			      "\x20\x06\x01\x00\xff\xff\0\0"
			      "\x01\x08\x02\x00\x03\x01\x00\x09"
			      "P\0\x80rubbish\n\0Maker\0\0"
			      "\x7f\x04\x03\x00\0";

/* A copy in memory of just that size, so that reading beyond it is noticed. */
static uint8_t *copy_of(const void *bytes, size_t count)
{
	uint8_t *copy = malloc(count ? count : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, count);
	return copy;
}

static void strings_are_found(void **state)
{
	uint8_t *copy = copy_of(good, sizeof(good));
	struct smbios left = { copy, sizeof(good) };
	const uint8_t *s = smbios_next(&left);

	(void)state;
	assert_non_null(s);
	assert_int_equal(*s, SMBIOS_BIOS);
	assert_string_equal(smbios_string(s, 4), "Vendor");
	assert_string_equal(smbios_string(s, 5), "Version");
	assert_string_equal(smbios_string(s, 8), "");  /* there is no fourth */
	assert_string_equal(smbios_string(s, 7), "");  /* number 0: none */
	assert_string_equal(smbios_string(s, 26), ""); /* the structure ends before */
	s = smbios_next(&left);
	assert_non_null(s);
	assert_int_equal(*s, 0x20);
	assert_string_equal(smbios_string(s, 4), ""); /* number 255 of none */
	s = smbios_next(&left);
	assert_non_null(s);
	assert_int_equal(*s, SMBIOS_SYSTEM);
	assert_string_equal(smbios_string(s, 4), "Maker");
	assert_string_equal(smbios_string(s, 5), "P");
	assert_string_equal(smbios_string(s, 6), "");
	assert_string_equal(smbios_string(s, 7), ""); /* number 9 of three */
	s = smbios_next(&left);
	assert_non_null(s);
	assert_int_equal(*s, 0x7f);
	assert_null(smbios_next(&left));
	assert_int_equal(left.bytes, 0);
	free(copy);
}

/* All that is said is inside, whatever the bytes are: the sanitizers watch. */
static void read_all(const uint8_t *bytes, size_t count)
{
	struct smbios left = { bytes, count };
	const uint8_t *s;

	while ((s = smbios_next(&left))) {
		assert_true(s >= bytes && s + s[1] + 2 <= left.first);
		for (unsigned offset = 0; offset < 256; offset++)
			assert_true(smbios_string(s, (uint8_t)offset) +
						    strlen(smbios_string(s, (uint8_t)offset)) <
					    (const char *)left.first ||
				    !*smbios_string(s, (uint8_t)offset));
	}
	assert_true(left.first >= bytes && left.first + left.bytes == bytes + count);
}

static void cut_off_anywhere(void **state)
{
	(void)state;
	for (size_t count = 0; count < sizeof(good); count++) {
		uint8_t *copy = copy_of(good, count);
		struct smbios left = { copy, count };
		unsigned whole = 0;

		read_all(copy, count);
		while (smbios_next(&left))
			whole++;
		assert_true(whole < 4);
		free(copy);
	}
}

static void any_byte_wrong(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(good); n++)
		for (unsigned value = 0; value < 256; value++) {
			uint8_t *copy = copy_of(good, sizeof(good));

			copy[n] = (uint8_t)value;
			read_all(copy, sizeof(good));
			free(copy);
		}
}

static void too_short_a_structure(void **state)
{
	const uint8_t bytes[] = { 1, 3, 0, 0, 0, 0 };
	struct smbios left = { bytes, sizeof(bytes) };

	(void)state;
	assert_null(smbios_next(&left));
}

static void entry_points(void **state)
{
	/* The older one has 32 bits for the address. */
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	const uint64_t address = (uintptr_t)page + 64;
	struct smbios found;

	(void)state;
	assert_true(page != MAP_FAILED);
	memcpy(page, "_SM_", 4);
	memcpy(page + 0x16, "\x34\x12", 2);
	memcpy(page + 0x18, &address, 4);
	found = smbios_find(page);
	assert_ptr_equal(found.first, page + 64);
	assert_int_equal(found.bytes, 0x1234);

	memset(page, 0, 32);
	memcpy(page, "_SM3_", 5);
	memcpy(page + 0x0c, "\x78\x56\x34\x12", 4);
	memcpy(page + 0x10, &address, 8);
	found = smbios_find(page);
	assert_ptr_equal(found.first, page + 64);
	assert_int_equal(found.bytes, 0x12345678);

	memcpy(page, "_DMI_", 5);
	assert_int_equal(smbios_find(page).bytes, 0);
	memcpy(page, "_SM", 4);
	assert_int_equal(smbios_find(page).bytes, 0);
	assert_int_equal(smbios_find(NULL).bytes, 0);
	munmap(page, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_found), cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(any_byte_wrong),    cmocka_unit_test(too_short_a_structure),
		cmocka_unit_test(entry_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
