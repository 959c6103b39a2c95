/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kernel has left behind, as a report shows it: nothing of it is taken for a descriptor. */
#include <stdlib.h>
#include <keel/report.h>
#include "check.h"
#include "lib/remarks.h"

#define FIRST KEEL_REPORT_FIRST_LINE "\n"

static const struct {
	const char *left_behind, *remarks;
} cases[] = {
	{ FIRST "# All passed\n# ticks\n", FIRST "# All passed\n# ticks\n" },
	{ "", FIRST },
	{ "# another kernel's\n", FIRST "# another kernel's\n" },
	{ FIRST "no end", FIRST "# no end\n" },
	{ FIRST "7 0 1000 f\n# x\n7 0 1000 f", FIRST "# 7 0 1000 f\n# x\n# 7 0 1000 f\n" },
	{ FIRST "\n\n", FIRST "# \n# \n" },
	{ FIRST " # blank\n", FIRST "#  # blank\n" },
	{ FIRST KEEL_REPORT_ATTRIBUTES_LINE "\n5 0 1 f\n",
	  FIRST "# " KEEL_REPORT_ATTRIBUTES_LINE "\n# 5 0 1 f\n" },
	{ FIRST "# a\r7 0 1 f\x1b[2J\xc2\x9b\xff\n", FIRST "# a?7 0 1 f?[2J??\n" },
};

/* In memory of just the size that the header asks for. */
static void check(const char *left_behind, uint64_t bytes, const char *remarks)
{
	const uint64_t capacity = REMARKS_BYTES(bytes);
	struct text text = { .start = calloc(1, capacity), .capacity = capacity };

	assert_non_null(text.start);
	remarks_print(&text, left_behind, bytes);
	assert_false(text.cut);
	if (remarks)
		assert_string_equal(text.start, remarks);
	free(text.start);
}

static void lines_become_remarks(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
		check(cases[n].left_behind, strlen(cases[n].left_behind), cases[n].remarks);
}

static void there_is_always_room(void **state)
{
	char bytes[KEEL_REPORT_BYTES];

	(void)state;
	for (int c = 0; c < 256; c++) {
		memset(bytes, c, sizeof(bytes));
		check(bytes, sizeof(bytes), NULL);
	}
	check("\0", 1, FIRST "# ?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_remarks),
		cmocka_unit_test(there_is_always_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
