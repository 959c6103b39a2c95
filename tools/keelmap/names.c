/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text from outside, such as the name of a file: any bytes but zero. What is UTF-8 stays; what is
 * not becomes U+FFFD, a byte at a time.
 */
#include <stdlib.h>
#include <string.h>
#include "keelmap.h"
#include "lib/utf.h"

#define LONGEST_CHARACTER 4 /* in UTF-8 */
#define REPLACEMENT	  0xfffd

/* utf8_get stops at the zero, which continues no character. */
size_t name_next(const char *text, uint32_t *code)
{
	const size_t bytes = utf8_get(text, LONGEST_CHARACTER, code);

	if (bytes)
		return bytes;
	*code = REPLACEMENT;
	return 1;
}

size_t name_cut(const char *text, size_t most)
{
	size_t bytes = 0;
	uint32_t code;

	while (text[bytes]) {
		const size_t next = bytes + name_next(text + bytes, &code);

		if (next > most)
			break;
		bytes = next;
	}
	return bytes;
}

bool name_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

char *name_printable(const char *text)
{
	/* A byte becomes three at most. */
	char *printable = malloc(3 * strlen(text) + 1);
	char *to = printable;

	while (printable && *text) {
		uint32_t code;

		text += name_next(text, &code);
		to += utf8_put(name_is_control(code) ? '?' : code, to);
	}
	if (printable)
		*to = 0;
	return printable;
}
