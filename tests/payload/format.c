/* SPDX-License-Identifier: BSD-2-Clause */
/* The few conversions of printf that a report needs. */
#include "report.h"

struct output {
	char *next;
	char *last; /* holds the final zero */
};

struct conversion {
	bool left, zero, is_long;
	unsigned width;
};

static void put(struct output *out, char c)
{
	if (out->next < out->last)
		*out->next++ = c;
	else
		out->next[-1] = '~';
}

static void put_padded(struct output *out, const struct conversion *c, const char *text,
		       unsigned length)
{
	unsigned padding = c->width > length ? c->width - length : 0;

	for (unsigned i = 0; !c->left && i < padding; i++)
		put(out, c->zero ? '0' : ' ');
	for (unsigned i = 0; i < length; i++)
		put(out, text[i]);
	for (unsigned i = 0; c->left && i < padding; i++)
		put(out, ' ');
}

static void put_number(struct output *out, const struct conversion *c, uint64_t value,
		       unsigned base)
{
	char digits[20]; /* of 2^64 - 1 */
	char *first = digits + sizeof(digits);

	do {
		*--first = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_padded(out, c, first, (unsigned)(digits + sizeof(digits) - first));
}

static const char *parse(struct conversion *c, const char *text)
{
	*c = (struct conversion){ 0 };
	for (; *text == '-' || *text == '0'; text++) {
		c->left |= *text == '-';
		c->zero |= *text == '0';
	}
	for (; *text >= '0' && *text <= '9'; text++)
		c->width = c->width * 10 + (unsigned)(*text - '0');
	for (; *text == 'l'; text++)
		c->is_long = true;
	return text;
}

static void put_string(struct output *out, const struct conversion *c, const char *text)
{
	unsigned length = 0;

	while (text[length])
		length++;
	put_padded(out, c, text, length);
}

size_t format_list(char *buffer, size_t bytes, const char *text, __builtin_va_list arguments)
{
	struct output out = { buffer, buffer + bytes - 1 };

	for (; *text; text++) {
		struct conversion c;

		if (*text != '%') {
			put(&out, *text);
			continue;
		}
		text = parse(&c, text + 1);
		if (*text == 's')
			put_string(&out, &c, __builtin_va_arg(arguments, const char *));
		else if (*text == 'c')
			put(&out, (char)__builtin_va_arg(arguments, int));
		else if (*text == 'u' || *text == 'x')
			put_number(&out, &c,
				   c.is_long ? __builtin_va_arg(arguments, uint64_t)
					     : __builtin_va_arg(arguments, unsigned),
				   *text == 'x' ? 16 : 10);
		else
			put(&out, *text);
	}
	*out.next = 0;
	return (size_t)(out.next - buffer);
}

size_t format(char *buffer, size_t bytes, const char *text, ...)
{
	__builtin_va_list arguments;
	size_t length;

	__builtin_va_start(arguments, text);
	length = format_list(buffer, bytes, text, arguments);
	__builtin_va_end(arguments);
	return length;
}
