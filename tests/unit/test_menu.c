/* SPDX-License-Identifier: BSD-2-Clause */
/* Every key in every state of a menu, against what it has to do; numbers; and what is shown. */
#include "check.h"
#include "config/menu_keys.h"

#define MOST 12
#define ROWS 25

enum { UP = 1, DOWN = 2, HOME = 5, END = 6, PAGE_UP = 9, PAGE_DOWN = 10 };

static bool scan(struct menu *menu, uint16_t code)
{
	return menu_key(menu, code, 0);
}

static bool type(struct menu *menu, char character)
{
	return menu_key(menu, 0, (uint16_t)character);
}

static void up_and_down(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= MOST; count++) {
		for (uint32_t n = 0; n < count; n++) {
			struct menu menu = menu_start(count, n, ROWS);

			assert_int_equal(menu.selected, n);
			assert_false(scan(&menu, UP));
			assert_int_equal(menu.selected, (n + count - 1) % count);
			assert_false(scan(&menu, DOWN));
			assert_int_equal(menu.selected, n);
			assert_false(scan(&menu, DOWN));
			assert_int_equal(menu.selected, (n + 1) % count);
			assert_int_equal(menu.entry_count, count);
		}
	}
}

static void ends_and_pages(void **state)
{
	struct menu menu = menu_start(100, 50, ROWS);

	(void)state;
	assert_false(scan(&menu, PAGE_DOWN));
	assert_int_equal(menu.selected, 50 + ROWS - 3);
	assert_false(scan(&menu, PAGE_DOWN));
	assert_int_equal(menu.selected, 50 + 2 * (ROWS - 3));
	assert_false(scan(&menu, PAGE_DOWN));
	assert_int_equal(menu.selected, 99);
	assert_false(scan(&menu, PAGE_UP));
	assert_int_equal(menu.selected, 99 - (ROWS - 3));
	assert_false(scan(&menu, HOME));
	assert_int_equal(menu.selected, 0);
	assert_false(scan(&menu, PAGE_UP));
	assert_int_equal(menu.selected, 0);
	assert_false(scan(&menu, END));
	assert_int_equal(menu.selected, 99);
}

/* With up to nine entries a digit is a whole number. */
static void characters(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= 9; count++) {
		for (uint32_t n = 0; n < count; n++) {
			for (uint32_t c = 0; c <= UINT16_MAX; c++) {
				const bool digit = c >= '1' && c <= '9' && c - '0' <= count;
				struct menu menu = menu_start(count, n, ROWS);

				assert_int_equal(menu_key(&menu, 0, (uint16_t)c),
						 digit || c == '\r' || c == '\n');
				assert_int_equal(menu.selected, digit ? c - '1' : n);
			}
		}
	}
}

/* Types the number; Enter behind it where it is not started by itself. True: it was. */
static bool typed_number(uint32_t count, uint32_t number)
{
	struct menu menu = menu_start(count, count / 2, ROWS);
	char digits[16];
	bool started = false;

	sprintf(digits, "%u", number);
	for (const char *d = digits; *d; d++) {
		if (started)
			fail_msg("%u entries: %s starts %u", count, digits, menu.selected + 1);
		started = type(&menu, *d);
	}
	assert_int_equal(menu.typed, number);
	if (!started)
		assert_true(type(&menu, '\r'));
	assert_int_equal(menu.selected, number - 1);
	return started;
}

/* Each entry can be started by its number, at once unless that begins another one's. */
static void numbers(void **state)
{
	const uint32_t counts[] = { 1, 9, 10, 11, 12, 19, 20, 99, 100, 101, 119, 1234, 50000 };

	(void)state;
	for (unsigned n = 0; n < sizeof(counts) / sizeof(*counts); n++)
		for (uint32_t number = 1; number <= counts[n]; number++)
			assert_int_equal(typed_number(counts[n], number), number * 10 > counts[n]);
	assert_false(typed_number(UINT32_MAX, 429496729));
	assert_true(typed_number(UINT32_MAX, UINT32_MAX));
}

static void digits_that_do_not_fit(void **state)
{
	struct menu menu = menu_start(12, 4, ROWS);

	(void)state;
	assert_false(type(&menu, '0'));
	assert_int_equal(menu.selected, 4);
	assert_false(type(&menu, '1'));
	assert_false(type(&menu, '3')); /* there is no 13 */
	assert_int_equal(menu.selected, 0);
	assert_true(type(&menu, '2'));
	assert_int_equal(menu.selected, 11);
}

static void taken_back(void **state)
{
	struct menu menu = menu_start(2000, 4, ROWS);

	(void)state;
	assert_false(type(&menu, '\b'));
	assert_int_equal(menu.selected, 4);
	assert_false(type(&menu, '1'));
	assert_false(type(&menu, '2'));
	assert_false(type(&menu, '\b'));
	assert_int_equal(menu.typed, 1);
	assert_int_equal(menu.selected, 0);
	assert_false(type(&menu, '\b'));
	assert_int_equal(menu.typed, 0);
	/* The mark moves away: a new number begins. */
	assert_false(type(&menu, '1'));
	assert_false(scan(&menu, DOWN));
	assert_int_equal(menu.selected, 1);
	assert_false(type(&menu, '7'));
	assert_int_equal(menu.selected, 6);
}

/* Esc, function keys and what else there is: they stop the countdown, and that is all. */
static void other_keys(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= UINT16_MAX; code++) {
		struct menu menu = menu_start(300, 27, ROWS);
		struct menu before;

		if ((code >= UP && code <= DOWN) || (code >= HOME && code <= END) ||
		    (code >= PAGE_UP && code <= PAGE_DOWN))
			continue;
		type(&menu, '2');
		before = menu;
		assert_false(menu_key(&menu, (uint16_t)code, 0));
		assert_memory_equal(&menu, &before, sizeof(menu));
	}
}

/* Whatever is pressed, the mark is on the screen, and so is the prompt below. */
static void always_shown(void **state)
{
	static const uint16_t keys[] = { UP, DOWN, HOME, END, PAGE_UP, PAGE_DOWN };
	uint64_t seed = random_seed("menu");
	const clock_t end = deadline();

	(void)state;
	while (clock() < end) {
		const uint32_t count = 1 + (uint32_t)random_below(&seed, 60);
		const uint64_t rows = random_below(&seed, 64);
		struct menu menu = menu_start(count, (uint32_t)random_below(&seed, count), rows);

		for (unsigned n = 0; n < 64; n++) {
			const bool all = menu.shown_count == count;

			assert_in_range(menu.selected, menu.first_shown,
					menu.first_shown + menu.shown_count - 1);
			assert_true(menu.first_shown + menu.shown_count <= count);
			if (rows >= 4)
				assert_true(menu.shown_count + (all ? 1 : 3) <= rows);
			if (count < rows)
				assert_true(all);
			if (random_below(&seed, 2))
				scan(&menu, keys[random_below(&seed, 6)]);
			else
				type(&menu, (char)('0' + random_below(&seed, 10)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_and_down),
		cmocka_unit_test(ends_and_pages),
		cmocka_unit_test(characters),
		cmocka_unit_test(numbers),
		cmocka_unit_test(digits_that_do_not_fit),
		cmocka_unit_test(taken_back),
		cmocka_unit_test(other_keys),
		cmocka_unit_test(always_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
