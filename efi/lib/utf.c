/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/utf.h"

#define SURROGATES     0xd800 /* the first of the high ones, which come first */
#define LOW_SURROGATES 0xdc00
#define SURROGATES_END 0xe000
#define SUPPLEMENTARY  0x10000
#define UNICODE_END    0x110000
#define PAYLOAD_BITS   6 /* of a UTF-8 continuation byte */
#define SURROGATE_BITS 10
#define BYTES_MOST     4

static int is_surrogate(uint32_t code)
{
	return code >= SURROGATES && code < SURROGATES_END;
}

unsigned utf8_get(const char *text, uint64_t bytes, uint32_t *code)
{
	/* What is encoded in more bytes than it needs is not well-formed. */
	static const uint32_t smallest[BYTES_MOST + 1] = { 0, 0, 0x80, 0x800, SUPPLEMENTARY };
	const uint8_t lead = bytes ? (uint8_t)*text : 0xff;
	const unsigned length = 1 + (lead >= 0xc0) + (lead >= 0xe0) + (lead >= 0xf0);

	if ((lead >= 0x80 && lead < 0xc0) || lead >= 0xf8 || length > bytes)
		return 0;
	*code = length == 1 ? lead : lead & (0x7f >> length);
	for (unsigned n = 1; n < length; n++) {
		if (((uint8_t)text[n] & 0xc0) != 0x80)
			return 0;
		*code = *code << PAYLOAD_BITS | ((uint8_t)text[n] & 0x3f);
	}
	if (*code < smallest[length] || *code >= UNICODE_END || is_surrogate(*code))
		return 0;
	return length;
}

static uint32_t unit(const uint8_t *text)
{
	return text[0] | (uint32_t)text[1] << 8;
}

unsigned utf16_get(const void *text, uint64_t bytes, uint32_t *code)
{
	uint32_t low;

	if (bytes < 2)
		return 0;
	*code = unit(text);
	if (!is_surrogate(*code))
		return 2;
	if (*code >= LOW_SURROGATES || bytes < 4)
		return 0;
	low = unit((const uint8_t *)text + 2);
	if (low < LOW_SURROGATES || !is_surrogate(low))
		return 0;
	*code = SUPPLEMENTARY + ((*code - SURROGATES) << SURROGATE_BITS) + low - LOW_SURROGATES;
	return 4;
}

unsigned utf8_put(uint32_t code, char *to)
{
	const unsigned length = 1 + (code >= 0x80) + (code >= 0x800) + (code >= SUPPLEMENTARY);

	for (unsigned n = length; --n; code >>= PAYLOAD_BITS)
		to[n] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(length == 1 ? code : (0xf00 >> length) | code);
	return length;
}

unsigned utf16_put(uint32_t code, uint16_t *to)
{
	if (code < SUPPLEMENTARY) {
		to[0] = (uint16_t)code;
		return 1;
	}
	code -= SUPPLEMENTARY;
	to[0] = (uint16_t)(SURROGATES + (code >> SURROGATE_BITS));
	to[1] = (uint16_t)(LOW_SURROGATES + (code & ((1 << SURROGATE_BITS) - 1)));
	return 2;
}

uint64_t utf8_from_utf16(const void *text, uint64_t bytes, char *to)
{
	const uint8_t *from = text;
	const uint8_t *const end = from + bytes;
	char *out = to;
	uint32_t code = 1;

	while (from < end) {
		const uint32_t before = code;
		const unsigned length = utf16_get(from, (uint64_t)(end - from), &code);

		if (!length || (!before && code))
			return 0;
		from += length;
		if (code)
			out += utf8_put(code, out);
	}
	*out++ = 0;
	return (uint64_t)(out - to);
}
