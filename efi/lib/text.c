/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/text.h"
#include "lib/utf.h"

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

/*
 * How many bytes the next character is, and what there is to show for it. A line feed in a name of
 * the firmware's could forge a line, an escape could clear the screen: C0 and C1 control characters
 * (ISO/IEC 6429) are never shown.
 */
static uint64_t next_foreign(const char *from, uint64_t bytes, char *shown)
{
	uint32_t code;
	const uint64_t length = utf8_get(from, bytes, &code);

	*shown = 0;
	if (!length || code < ' ' || (code >= 0x7f && code < 0xa0))
		*shown = *from == '\t' ? ' ' : '?';
	return length ? length : 1;
}

static void put_foreign(void (*put)(void *context, char c), void *context, const char *from,
			uint64_t bytes)
{
	uint64_t length;

	for (uint64_t n = 0; n < bytes; n += length) {
		char shown;

		length = next_foreign(from + n, bytes - n, &shown);
		for (uint64_t i = 0; !shown && i < length; i++)
			put(context, from[n + i]);
		if (shown)
			put(context, shown);
	}
}

static void put_in_place(void *context, char c)
{
	char **to = context;

	*(*to)++ = c;
}

void text_neutralise(char *text)
{
	char *to = text;

	put_foreign(put_in_place, &to, text, text_bytes(text));
	*to = 0;
}

void text_format(void (*put)(void *context, char c), void *context, const char *format,
		 va_list arguments)
{
	const char *string;

	for (; *format; format++) {
		if (*format != '%') {
			put(context, *format);
			continue;
		}
		switch (*++format) {
		case 's':
			string = va_arg(arguments, const char *);
			put_foreign(put, context, string, text_bytes(string));
			break;
		case 'l':
			put_string(put, context, va_arg(arguments, const char *));
			break;
		case 'u':
			put_number(put, context, va_arg(arguments, uint64_t), 10, 1);
			break;
		case 'h':
			put_number(put, context, va_arg(arguments, uint64_t), 16, 1);
			break;
		case 'x':
		case 'p':
			put_string(put, context, "0x");
			put_number(put, context, va_arg(arguments, uint64_t), 16,
				   *format == 'p' ? 16 : 1);
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

void text_print_foreign(struct text *text, const char *from, uint64_t bytes)
{
	put_foreign(put_into_memory, text, from, bytes);
}

void text_print(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_print_list(text, format, arguments);
	va_end(arguments);
}
