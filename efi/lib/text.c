/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdint.h>
#include "lib/text.h"

static void put_number(void (*put)(void *context, char c), void *context, uint64_t value,
		       unsigned base, unsigned digits)
{
	char text[20];
	unsigned length = 0;

	do {
		text[length++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value || length < digits);
	while (length)
		put(context, text[--length]);
}

void format_text(void (*put)(void *context, char c), void *context, const char *format,
		 va_list arguments)
{
	for (; *format; format++) {
		if (*format != '%') {
			put(context, *format);
			continue;
		}
		switch (*++format) {
		case 's':
			for (const char *s = va_arg(arguments, const char *); *s; s++)
				put(context, *s);
			break;
		case 'u':
			put_number(put, context, va_arg(arguments, uint64_t), 10, 1);
			break;
		case 'x':
			put_number(put, context, va_arg(arguments, uint64_t), 16, 1);
			break;
		case 'p':
			put_number(put, context, va_arg(arguments, uint64_t), 16, 16);
			break;
		default:
			put(context, *format);
		}
	}
}
