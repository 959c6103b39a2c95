/* SPDX-License-Identifier: BSD-2-Clause */
/* Every key in every state of a menu, against a table of what it has to do. */
#include "check.h"
#include "config/menu_keys.h"

#define MOST 12

static void up_and_down(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= MOST; count++) {
		for (uint32_t n = 0; n < count; n++) {
			struct menu menu = { count, n };

			assert_false(menu_key(&menu, 1, 0));
			assert_int_equal(menu.selected, (n + count - 1) % count);
			menu.selected = n;
			assert_false(menu_key(&menu, 2, 0));
			assert_int_equal(menu.selected, (n + 1) % count);
			assert_int_equal(menu.entry_count, count);
		}
	}
}

static void characters(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= MOST; count++) {
		for (uint32_t n = 0; n < count; n++) {
			for (uint32_t c = 0; c <= UINT16_MAX; c++) {
				const bool digit = c >= '1' && c <= '9' && c - '0' <= count;
				struct menu menu = { count, n };

				assert_int_equal(menu_key(&menu, 0, (uint16_t)c),
						 digit || c == '\r' || c == '\n');
				assert_int_equal(menu.selected, digit ? c - '1' : n);
			}
		}
	}
}

/* Esc, function keys and what else there is: they stop the countdown, and that is all. */
static void other_keys(void **state)
{
	(void)state;
	for (uint32_t scan = 0; scan <= UINT16_MAX; scan++) {
		struct menu menu = { 3, 1 };

		if (scan == 1 || scan == 2)
			continue;
		assert_false(menu_key(&menu, (uint16_t)scan, 0));
		assert_int_equal(menu.selected, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_and_down),
		cmocka_unit_test(characters),
		cmocka_unit_test(other_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
