/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in and out of the configuration: what may stand in it, and the sentence about an error. */
#include "config/parser.h"
#include "lib/utf.h"

#define BYTE_ORDER_MARK 0xfeff

bool config_refuse(struct config_error *error, const char *format, ...)
{
	struct text text = { error->text, error->text_bytes, sizeof(error->text),
			     error->text_bytes == sizeof(error->text) };
	va_list arguments;

	va_start(arguments, format);
	text_print_list(&text, format, arguments);
	va_end(arguments);
	error->text_bytes = text.cut ? sizeof(error->text) : (uint32_t)text.bytes;
	return false;
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
