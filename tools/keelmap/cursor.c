/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps along a line of text. */
#include "parse_line.h"

bool cursor_expect(struct cursor *cursor, const char *what)
{
	if (!cursor->expected)
		cursor->expected = what;
	return false;
}

void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end &&
	       (*cursor->at == ' ' || *cursor->at == '\t' || *cursor->at == '\r'))
		cursor->at++;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool take_text(struct cursor *cursor, const char *text)
{
	const char *at = cursor->at;

	for (; *text; text++, at++)
		if (at == cursor->end || lower(*at) != lower(*text))
			return false;
	cursor->at = at;
	return true;
}

bool find_text(struct cursor *cursor, const char *text)
{
	for (struct cursor try = *cursor; try.at < try.end; try.at++)
		if (take_text(&try, text)) {
			cursor->at = try.at;
			return true;
		}
	return false;
}

static int digit(char c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static bool take_number(struct cursor *cursor, int base, unsigned __int128 most,
			unsigned __int128 *value, const char *what)
{
	const char *start = cursor->at;
	const char *at = start;

	*value = 0;
	for (; at < cursor->end && digit(*at) < base; at++) {
		const int d = digit(*at);

		if (*value > (most - d) / base)
			return cursor_expect(cursor, what);
		*value = *value * base + d;
	}
	if (at == start)
		return cursor_expect(cursor, what);
	cursor->at = at;
	return true;
}

bool take_decimal(struct cursor *cursor, uint64_t *value, const char *what)
{
	unsigned __int128 wide;

	if (!take_number(cursor, 10, UINT64_MAX, &wide, what))
		return false;
	*value = wide;
	return true;
}

bool take_hex(struct cursor *cursor, uint64_t *value, const char *what)
{
	unsigned __int128 wide;

	if (!take_number(cursor, 16, UINT64_MAX, &wide, what))
		return false;
	*value = wide;
	return true;
}

bool take_type(struct cursor *cursor, uint32_t *type)
{
	const char *from = cursor->at;
	uint64_t wide;

	if (!take_decimal(cursor, &wide, "a memory type (decimal)"))
		return false;
	if (wide > UINT32_MAX) {
		cursor->at = from;
		return cursor_expect(cursor, "a memory type of 32 bits");
	}
	*type = (uint32_t)wide;
	return true;
}

bool take_range(struct cursor *cursor, struct keel_efi_descriptor *descriptor)
{
	/* A corrupt map's ends can lie past 2^64; Linux prints all of their 76 bits. */
	const unsigned __int128 most = (unsigned __int128)1 << 76;
	const char *const what = "a range of addresses, start-last or start-end)";
	unsigned __int128 end;
	uint64_t start;
	const char *from;

	take_text(cursor, "0x");
	if (!take_hex(cursor, &start, what) || !take_text(cursor, "-"))
		return cursor_expect(cursor, what);
	take_text(cursor, "0x");
	from = cursor->at;
	if (!take_number(cursor, 16, most, &end, what))
		return false;
	/* Linux 4.4 and older prints the first byte after the range and says so by the bracket. */
	if (cursor->at == cursor->end || *cursor->at != ')')
		end++;
	/* No pages at address 0 make the last byte 2^64 - 1. */
	if (start == 0 && end == (unsigned __int128)1 << 64)
		end = 0;
	if (end < start || (end - start) % KEEL_PAGE_SIZE ||
	    (end - start) / KEEL_PAGE_SIZE > UINT64_MAX) {
		cursor->at = from;
		return cursor_expect(cursor, "an end that is whole 4 KiB pages after the start");
	}
	descriptor->phys = start;
	descriptor->pages = (end - start) / KEEL_PAGE_SIZE;
	return true;
}

bool take_end(struct cursor *cursor)
{
	skip_blanks(cursor);
	return cursor->at == cursor->end || cursor_expect(cursor, "the end of the line");
}
