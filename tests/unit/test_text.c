/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text in memory: every conversion, and what happens where it does not fit. */
#include "check.h"
#include "lib/text.h"

static void conversions(void **state)
{
	char memory[128] = "";
	struct text t = text_in(memory, sizeof(memory));

	(void)state;
	text_print(&t, "%s|%u|%x|%p|%%|%q", "text", UINT64_MAX, UINT64_C(0xab), UINT64_C(0x12),
		   "a\nb\x1b\x7f\xc3\xa9");
	assert_string_equal(memory,
			    "text|18446744073709551615|ab|0000000000000012|%|a?b??\xc3\xa9");
	assert_int_equal(t.bytes, strlen(memory));
	assert_false(t.cut);
}

static void texts_are_continued(void **state)
{
	char memory[16] = "one";
	struct text t = text_in(memory, sizeof(memory));

	(void)state;
	text_print(&t, " %s", "two");
	text_print(&t, " three");
	assert_string_equal(memory, "one two three");
	text_print(&t, "45");
	assert_string_equal(memory, "one two three45");
	assert_false(t.cut);
	text_print(&t, "6");
	assert_string_equal(memory, "one two thre...");
	assert_true(t.cut);
	text_print(&t, "7");
	assert_string_equal(memory, "one two thre...");
}

static void characters_stay_whole(void **state)
{
	(void)state;
	for (unsigned before = 0; before < 16; before++) {
		char memory[16] = "";
		struct text t = text_in(memory, sizeof(memory));

		for (unsigned n = 0; n < before; n++)
			text_print(&t, "x");
		for (unsigned n = 0; n < 8; n++)
			text_print(&t, "\xe2\x82\xac");
		assert_true(t.cut);
		assert_true(strlen(memory) < sizeof(memory));
		assert_string_equal(memory + strlen(memory) - 3, "...");
		if (strlen(memory) > before + 3)
			assert_int_equal((strlen(memory) - 3 - before) % 3, 0);
	}
}

static void strings(void **state)
{
	(void)state;
	assert_int_equal(text_bytes(""), 0);
	assert_int_equal(text_bytes("abc"), 3);
	assert_true(text_same("", ""));
	assert_true(text_same("abc", "abc"));
	assert_false(text_same("abc", "ab"));
	assert_false(text_same("ab", "abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions),
		cmocka_unit_test(texts_are_continued),
		cmocka_unit_test(characters_stay_whole),
		cmocka_unit_test(strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
