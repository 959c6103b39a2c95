/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UTF-8 and UTF-16: every code point there and back, every sequence of bytes up to three and every
 * pair of units against plain definitions; and paths, which are made of them.
 */
#include "check.h"
#include "lib/path.h"
#include "lib/utf.h"

static bool is_character(uint32_t code)
{
	return code < 0x110000 && (code < 0xd800 || code > 0xdfff);
}

static void there_and_back(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < 0x110000; code++) {
		char bytes[4];
		uint16_t units[2];
		uint32_t got;
		unsigned length;

		if (!is_character(code))
			continue;
		length = utf8_put(code, bytes);
		assert_int_equal(length, code < 0x80	  ? 1
					 : code < 0x800	  ? 2
					 : code < 0x10000 ? 3
							  : 4);
		assert_int_equal(utf8_get(bytes, length, &got), length);
		assert_int_equal(got, code);
		assert_int_equal(utf8_get(bytes, length - 1, &got), 0);
		length = utf16_put(code, units);
		assert_int_equal(length, code < 0x10000 ? 1 : 2);
		assert_int_equal(utf16_get(units, 2 * length, &got), 2 * length);
		assert_int_equal(got, code);
		assert_int_equal(utf16_get(units, 2 * length - 1, &got), 0);
	}
}

/* Texts from RFC 3629, 7, and RFC 2781, 5. */
static void known(void **state)
{
	char bytes[4];
	uint16_t units[2];

	(void)state;
	assert_int_equal(utf8_put(0x2262, bytes), 3);
	assert_memory_equal(bytes, "\xe2\x89\xa2", 3);
	assert_int_equal(utf8_put(0x233b4, bytes), 4);
	assert_memory_equal(bytes, "\xf0\xa3\x8e\xb4", 4);
	assert_int_equal(utf16_put(0x12345, units), 2);
	assert_int_equal(units[0], 0xd808);
	assert_int_equal(units[1], 0xdf45);
}

/* What is well-formed is what utf8_put makes, and nothing else. */
static void all_bytes(void **state)
{
	static const uint8_t lasts[] = { 0, 0x7f, 0x80, 0x81, 0x9a, 0xbf, 0xc0, 0xff };

	(void)state;
	for (uint32_t n = 0; n < 1 << 24; n++) {
		const char text[3] = { (char)(n >> 16), (char)(n >> 8), (char)n };
		char again[4];
		uint32_t code;
		const unsigned length = utf8_get(text, 3, &code);

		if (length && (!is_character(code) || utf8_put(code, again) != length ||
			       memcmp(again, text, length) != 0))
			fail_msg("%06x is taken for %x", n, code);
	}
	/*
	 * Four bytes: well-formed exactly if this plain formula gives a character beyond the BMP.
	 */
	for (uint32_t n = 0; n < 1 << 23; n++) {
		const uint8_t b[4] = { 0xf0 | (n >> 19), n >> 11 & 0xff, n >> 3 & 0xff,
				       lasts[n & 7] };
		const uint32_t plain =
			(b[0] & 7u) << 18 | (b[1] & 63u) << 12 | (b[2] & 63u) << 6 | (b[3] & 63u);
		const bool good = b[0] < 0xf8 && b[1] >> 6 == 2 && b[2] >> 6 == 2 &&
				  b[3] >> 6 == 2 && plain >= 0x10000 && plain < 0x110000;
		uint32_t code;

		if ((utf8_get((const char *)b, 4, &code) == 4) != good || (good && code != plain))
			fail_msg("%02x %02x %02x %02x", b[0], b[1], b[2], b[3]);
	}
}

static void all_units(void **state)
{
	static const uint16_t seconds[] = {
		0, 0x41, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000
	};

	(void)state;
	for (uint32_t n = 0; n < 0x10000; n++) {
		for (unsigned s = 0; s < 8; s++) {
			const uint16_t text[2] = { (uint16_t)n, seconds[s] };
			uint32_t code;
			const unsigned length = utf16_get(text, 4, &code);

			if (n < 0xd800 || n > 0xdfff)
				assert_int_equal(length, 2);
			else if (n < 0xdc00 && s > 4 && s < 7)
				assert_int_equal(length, 4);
			else
				assert_int_equal(length, 0);
		}
	}
}

static void converted(void **state)
{
	char to[16];

	(void)state;
	assert_int_equal(utf8_from_utf16("", 0, to), 1);
	assert_string_equal(to, "");
	assert_int_equal(utf8_from_utf16("a\0\xac\x20\x3d\xd8\x00\xde", 8, to), 9);
	assert_string_equal(to, "a\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_int_equal(utf8_from_utf16("a\0\0\0\0\0", 6, to), 2);
	assert_int_equal(utf8_from_utf16("a\0\0\0b\0", 6, to), 0);
	assert_int_equal(utf8_from_utf16("a\0b", 3, to), 0);
	assert_int_equal(utf8_from_utf16("\x3d\xd8", 2, to), 0);
}

/* In memory of exactly the size it needs; and refused in any that is smaller. */
static void path_is(const char *folder, const char *path, const char *expected)
{
	const uint64_t units = strlen(expected) + 1;

	assert_true(units <= strlen(folder) + strlen(path) + 3);
	for (uint64_t capacity = 0; capacity <= units; capacity++) {
		uint16_t *to = zalloc(2 * capacity);
		const bool fits = path_resolve(folder, path, to, capacity);

		assert_int_equal(fits, capacity == units);
		for (uint64_t n = 0; fits && n < units; n++)
			assert_int_equal(to[n], expected[n]);
		free(to);
	}
}

static void paths(void **state)
{
	uint16_t to[8];

	(void)state;
	path_is("\\EFI\\keel", "my.elf", "\\EFI\\keel\\my.elf");
	path_is("EFI/keel/", "sub/my.elf", "\\EFI\\keel\\sub\\my.elf");
	path_is("\\EFI\\keel", "/my.elf", "\\my.elf");
	path_is("\\EFI\\keel", "\\\\a//b\\", "\\a\\b\\");
	path_is("", "a", "\\a");
	path_is("\\", "a", "\\a");
	path_is("", "", "\\");
	path_is("\\a", "..\\b", "\\a\\..\\b");
	assert_true(path_resolve("", "\xe2\x82\xac\xf0\x9f\x98\x80", to, 5));
	assert_memory_equal(to, ((uint16_t[]){ '\\', 0x20ac, 0xd83d, 0xde00, 0 }), 10);
	assert_false(path_resolve("", "\xe2\x82\xac\xf0\x9f\x98\x80", to, 4));
	assert_false(path_resolve("", "\xe2\x82", to, 8));
	assert_false(path_resolve("\xff", "a", to, 8));
	assert_true(path_resolve("\xff", "/a", to, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back), cmocka_unit_test(known),
		cmocka_unit_test(all_bytes),	  cmocka_unit_test(all_units),
		cmocka_unit_test(converted),	  cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
