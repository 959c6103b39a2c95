/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/text.h"

#define ELLIPSIS       "..."
#define ELLIPSIS_BYTES (sizeof(ELLIPSIS) - 1)

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

static void put_string(void (*put)(void *context, char c), void *context, const char *string)
{
	while (*string)
		put(context, *string++);
}

/* A line feed in a name of the firmware's could forge a line, an escape could clear the screen. */
static void put_foreign(void (*put)(void *context, char c), void *context, const char *string)
{
	for (; *string; string++)
		put(context, (unsigned char)*string < ' ' || *string == 0x7f ? '?' : *string);
}

void text_format(void (*put)(void *context, char c), void *context, const char *format,
		 va_list arguments)
{
	for (; *format; format++) {
		if (*format != '%') {
			put(context, *format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_string(put, context, va_arg(arguments, const char *));
			break;
		case 'q':
			put_foreign(put, context, va_arg(arguments, const char *));
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

static void cut(struct text *text)
{
	uint64_t at = text->capacity - 1 - ELLIPSIS_BYTES;

	while (at && ((uint8_t)text->start[at] & 0xc0) == 0x80)
		at--;
	for (const char *dot = ELLIPSIS; *dot; dot++)
		text->start[at++] = *dot;
	text->start[at] = 0;
	text->bytes = at;
	text->cut = true;
}

static void put_into_memory(void *context, char c)
{
	struct text *text = context;

	if (text->cut)
		return;
	if (text->bytes == text->capacity - 1) {
		cut(text);
		return;
	}
	text->start[text->bytes++] = c;
	text->start[text->bytes] = 0;
}

struct text text_in(char *memory, uint64_t capacity)
{
	return (struct text){ .start = memory, .bytes = text_bytes(memory), .capacity = capacity };
}

void text_print_list(struct text *text, const char *format, va_list arguments)
{
	text_format(put_into_memory, text, format, arguments);
}

void text_print(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_print_list(text, format, arguments);
	va_end(arguments);
}
