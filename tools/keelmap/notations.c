/* SPDX-License-Identifier: BSD-2-Clause */
/* The notations of a descriptor that are not Linux's, each one line; and the lines above a map. */
#include "parse_line.h"

#define ADDRESS_DIGITS 8 /* at least; the UEFI shell prints 16, Xen 13 */

enum line_result parse_plain(struct cursor *c, struct line *line)
{
	struct keel_efi_descriptor *d = &line->descriptor;

	skip_blanks(c);
	if (!take_type(c, &d->type))
		return LINE_BAD;
	skip_blanks(c);
	if (!take_hex(c, &d->phys, "a physical start address (hex)"))
		return LINE_BAD;
	skip_blanks(c);
	if (!take_decimal(c, &d->pages, "a number of pages (decimal)"))
		return LINE_BAD;
	skip_blanks(c);
	return take_hex(c, &d->attribute, "attributes (hex)") && take_end(c) ? LINE_DESCRIPTOR
									     : LINE_BAD;
}

/* Does a word that looks like "0000000000001000-..." come next? */
static bool is_range(struct cursor c)
{
	const char *start = c.at;
	uint64_t number;

	return take_hex(&c, &number, "") && c.at - start >= ADDRESS_DIGITS && take_text(&c, "-");
}

/* Goes on to the next range; the word before it, if there is one, is [*word, *word_end). */
static bool find_range(struct cursor *c, const char **word, const char **word_end)
{
	*word = *word_end = c->at;
	for (skip_blanks(c); c->at < c->end; skip_blanks(c)) {
		if (is_range(*c))
			return true;
		*word = c->at;
		while (c->at < c->end && *c->at != ' ' && *c->at != '\t')
			c->at++;
		*word_end = c->at;
	}
	return false;
}

/*
 * "(XEN)  0000000000000-0000000007fff type=3 attr=000000000000000f", as efi_init_memory in Xen's
 * xen/common/efi/boot.c prints it at level debug (loglvl=all); the second address is the last
 * byte's. A log with such a map, after its "(XEN) EFI memory map:", is in Roman Shaposhnik's mail to
 * xen-devel of 2020-08-20, "Re: Xen 4.14.0 fails on Dell IoT Gateway without efi=no-rs". A time
 * (console_timestamps) or a mail's > may stand before it.
 */
enum line_result parse_xen(struct cursor *c, struct line *line)
{
	struct keel_efi_descriptor *d = &line->descriptor;
	const char *word;
	const char *word_end;
	struct cursor range;

	if (!find_range(c, &word, &word_end))
		return LINE_OTHER;
	range = *c;
	while (c->at < c->end && *c->at != ' ')
		c->at++;
	skip_blanks(c);
	if (!take_text(c, "type="))
		return LINE_OTHER;
	if (!take_range(&range, d)) {
		*c = range;
		return LINE_BAD;
	}
	if (!take_type(c, &d->type))
		return LINE_BAD;
	skip_blanks(c);
	if (!take_text(c, "attr=")) {
		cursor_expect(c, "attr= and attributes (hex)");
		return LINE_BAD;
	}
	return take_hex(c, &d->attribute, "attributes (hex)") && take_end(c) ? LINE_DESCRIPTOR
									     : LINE_BAD;
}

/* Types that the shell has no name for are printed as 8 hexadecimal digits. */
static bool take_shell_type(const char *word, const char *word_end, uint32_t *type)
{
	struct cursor c = { .at = word, .end = word_end };
	uint64_t wide;

	if (shell_type(word, (size_t)(word_end - word), type))
		return true;
	if (word_end - word != 8 || !take_hex(&c, &wide, "") || c.at != word_end)
		return false;
	*type = (uint32_t)wide;
	return true;
}

/* Behind the type. */
static enum line_result take_shell_numbers(struct cursor *c, struct keel_efi_descriptor *d)
{
	uint64_t pages;

	if (!take_range(c, d))
		return LINE_BAD;
	skip_blanks(c);
	if (!take_hex(c, &pages, "a number of pages (hex)"))
		return LINE_BAD;
	if (pages != d->pages) {
		cursor_expect(c, "as many pages as the range has");
		return LINE_BAD;
	}
	skip_blanks(c);
	return take_hex(c, &d->attribute, "attributes (hex)") && take_end(c) ? LINE_DESCRIPTOR
									     : LINE_BAD;
}

enum line_result parse_shell(struct cursor *c, struct line *line)
{
	const char *word;
	const char *word_end;
	enum line_result result;

	/* Other lines of the shell's output begin with a type as well: the sums at the end. */
	if (!find_range(c, &word, &word_end) || word == word_end)
		return LINE_OTHER;
	if (take_shell_type(word, word_end, &line->descriptor.type))
		return take_shell_numbers(c, &line->descriptor);
	/* All the rest is there: it is no other line, but a type that nobody has told us of. */
	result = take_shell_numbers(c, &line->descriptor);
	if (result != LINE_DESCRIPTOR)
		return LINE_OTHER;
	c->at = word;
	cursor_expect(c, "the name of a memory type, as the UEFI shell prints it");
	return LINE_BAD;
}

/* "EFI v2.70 by ..." or "Linux version 6.1": a number follows. */
static bool has_version(struct cursor c, const char *text)
{
	uint64_t number;

	return find_text(&c, text) && take_decimal(&c, &number, "");
}

static bool has_text(struct cursor c, const char *text)
{
	return find_text(&c, text);
}

enum heading parse_heading(struct cursor c)
{
	if (has_text(c, "EFI runtime memory map:"))
		return HEADING_RUNTIME;
	if (has_version(c, "Linux version ") || has_version(c, "EFI v"))
		return HEADING_BOOT;
	if (has_text(c, "(XEN)") && has_text(c, "EFI memory map:"))
		return HEADING_BOOT;
	/* The UEFI shell's memmap: Type, Start, End, # Pages, Attributes. */
	return has_text(c, "# Pages") && has_text(c, "Attributes") ? HEADING_BOOT : HEADING_NONE;
}
