/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text in memory: every conversion, and what happens where it does not fit. */
#include "check.h"
#include "lib/text.h"

static void conversions(void **state)
{
	char memory[128] = "";
	struct text t = text_in(memory, sizeof(memory));

	(void)state;
	text_print(&t, "%s|%u|%x|%p|%h|%%|%l", "text", UINT64_MAX, UINT64_C(0xab), UINT64_C(0x12),
		   UINT64_C(0xcd), "a\nb");
	assert_string_equal(memory, "text|18446744073709551615|0xab|0x0000000000000012|cd|%|a\nb");
	assert_int_equal(t.bytes, strlen(memory));
	assert_false(t.cut);
}

/* What comes from outside, and what is shown of it. */
static const struct {
	const char *from, *shown;
} foreign[] = {
	{ "", "" },
	{ "plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80",
	  "plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80" },
	{ "a\nb\r\n7 0 1000 f", "a?b??7 0 1000 f" },
	{ "a\tb", "a b" },
	{ "\x01\x1b[2J\x1f\x7f", "??[2J??" },
	{ "\xc2\x80\xc2\x9b"
	  "2J\xc2\x9f\xc2\xa0",
	  "??2J?\xc2\xa0" },
	{ "\xff\x9b\xc3", "???" },	/* no UTF-8 */
	{ "\xc0\x8a\xe2\x82", "????" }, /* a line feed in two bytes; cut off */
	{ "\xed\xa0\x80", "???" },	/* a surrogate */
};

static void foreign_text(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(foreign) / sizeof(foreign[0]); n++) {
		const size_t bytes = strlen(foreign[n].from);
		char memory[128] = "";
		char *copy = strdup(foreign[n].from);
		struct text t = text_in(memory, sizeof(memory));

		text_print(&t, "%s", copy);
		assert_string_equal(memory, foreign[n].shown);
		t = text_in(memory + bytes + 1, sizeof(memory) - bytes - 1);
		text_print_foreign(&t, copy, bytes);
		assert_string_equal(t.start, foreign[n].shown);
		text_neutralise(copy);
		assert_string_equal(copy, foreign[n].shown);
		free(copy);
	}
}

/* Without a NUL behind it: of just that size, so that reading beyond it is noticed. */
static void bounded_text(void **state)
{
	char memory[16] = "";
	struct text t = text_in(memory, sizeof(memory));
	char *bytes = malloc(3);

	(void)state;
	memcpy(bytes, "a\0\xe2", 3);
	text_print_foreign(&t, bytes, 3);
	assert_string_equal(memory, "a??");
	free(bytes);
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
		cmocka_unit_test(conversions),		 cmocka_unit_test(foreign_text),
		cmocka_unit_test(bounded_text),		 cmocka_unit_test(texts_are_continued),
		cmocka_unit_test(characters_stay_whole), cmocka_unit_test(strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
