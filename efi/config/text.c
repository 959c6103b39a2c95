/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in and out of the configuration: what may stand in it, and the sentence about an error. */
#include <stdarg.h>
#include "config/parser.h"
#include "lib/text.h"
#include "lib/utf.h"

#define BYTE_ORDER_MARK 0xfeff

static void put(void *context, char c)
{
	struct config_error *e = context;
	uint32_t cut = sizeof(e->text) - sizeof("...");

	if (e->text_bytes < sizeof(e->text) - 1) {
		e->text[e->text_bytes++] = c;
		e->text[e->text_bytes] = 0;
		return;
	}
	if (e->text_bytes == sizeof(e->text))
		return;
	/* Not in the middle of a character. */
	while (((uint8_t)e->text[cut] & 0xc0) == 0x80)
		cut--;
	for (const char *dots = "..."; *dots; dots++)
		e->text[cut++] = *dots;
	e->text[cut] = 0;
	e->text_bytes = sizeof(e->text);
}

bool config_refuse(struct config_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_text(put, error, format, arguments);
	va_end(arguments);
	return false;
}

bool config_same(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return *left == *right;
}

unsigned config_mark_bytes(const char *text, uint64_t bytes)
{
	uint32_t code = 0;
	const unsigned length = utf8_get(text, bytes, &code);

	return code == BYTE_ORDER_MARK ? length : 0;
}

uint64_t config_text_bytes(const char *text, uint64_t bytes)
{
	uint64_t good = 0;

	while (good < bytes) {
		uint32_t code;
		const unsigned length = utf8_get(text + good, bytes - good, &code);

		if (!length || (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0))
			break;
		good += length;
	}
	return good;
}
