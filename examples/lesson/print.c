/* SPDX-License-Identifier: BSD-2-Clause */
/* What is printed goes to both. */
#include "lesson.h"

static void put(char c)
{
	serial_put(c);
	screen_put(c);
}

void print(const char *text)
{
	while (*text)
		put(*text++);
}

void print_number(uint64_t value, unsigned base, unsigned digits)
{
	if (value >= base || digits > 1)
		print_number(value / base, base, digits ? digits - 1 : 0);
	put("0123456789abcdef"[value % base]);
}
