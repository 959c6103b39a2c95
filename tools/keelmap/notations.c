/* SPDX-License-Identifier: BSD-2-Clause */
/* The three notations of a descriptor, each one line. */
#include <string.h>
#include "parse_line.h"

/* Attributes as Linux abbreviates them (efi_md_typeattr_format); UEFI 2.10, 7.2.3. */
static const struct {
	const char *name;
	uint64_t bit;
} attribute_names[] = {
	{ "RUN", KEEL_EFI_MEMORY_RUNTIME }, { "HP", KEEL_U64(0x100000) },
	{ "CC", KEEL_U64(0x80000) },	    { "SP", KEEL_U64(0x40000) },
	{ "RO", KEEL_EFI_MEMORY_RO },	    { "MR", KEEL_U64(0x10000) },
	{ "NV", KEEL_U64(0x8000) },	    { "XP", KEEL_EFI_MEMORY_XP },
	{ "RP", KEEL_U64(0x2000) },	    { "WP", KEEL_U64(0x1000) },
	{ "UCE", KEEL_U64(0x10) },	    { "WB", KEEL_EFI_MEMORY_WB },
	{ "WT", KEEL_EFI_MEMORY_WT },	    { "WC", KEEL_EFI_MEMORY_WC },
	{ "UC", KEEL_EFI_MEMORY_UC },
};

enum line_result parse_plain(struct cursor *c, struct keel_efi_descriptor *d)
{
	uint64_t type;

	if (take_decimal(c, &type, "a memory type (decimal)") && type > UINT32_MAX)
		cursor_expect(c, "a memory type of 32 bits");
	skip_blanks(c);
	if (c->expected || !take_hex(c, &d->phys, "a physical start address (hex)"))
		return LINE_BAD;
	skip_blanks(c);
	if (!take_decimal(c, &d->pages, "a number of pages (decimal)"))
		return LINE_BAD;
	skip_blanks(c);
	if (!take_hex(c, &d->attribute, "attributes (hex)") || !take_end(c))
		return LINE_BAD;
	d->type = (uint32_t)type;
	return LINE_DESCRIPTOR;
}

/* The columns between the type and the closing bracket: names, blanks, or attr=0x... */
static bool take_columns(struct cursor *c, uint64_t *attribute)
{
	*attribute = 0;
	for (;;) {
		size_t n = 0;

		skip_blanks(c);
		if (take_text(c, "]"))
			return true;
		if (take_text(c, "|"))
			continue;
		if (take_text(c, "attr=0x")) {
			if (!take_hex(c, attribute, "attributes (hex)"))
				return false;
			continue;
		}
		/* UCE comes before UC in the table: the longer name is tried first. */
		while (n < sizeof(attribute_names) / sizeof(attribute_names[0]) &&
		       !take_text(c, attribute_names[n].name))
			n++;
		if (n == sizeof(attribute_names) / sizeof(attribute_names[0]))
			return cursor_expect(c, "an attribute such as RUN, WB or UC, or ]");
		*attribute |= attribute_names[n].bit;
	}
}

/* [Boot Code|   |  |...|WB|WT|WC|UC] or [type=16|attr=0x...] */
static bool take_brackets(struct cursor *c, struct keel_efi_descriptor *d)
{
	const char *name;
	const char *end;
	uint64_t type;

	skip_blanks(c);
	if (!take_text(c, "["))
		return cursor_expect(c, "[type|attributes] or type=..., attr=...");
	if (take_text(c, "type=")) {
		if (!take_decimal(c, &type, "a memory type (decimal)"))
			return false;
		if (type > UINT32_MAX)
			return cursor_expect(c, "a memory type of 32 bits");
		d->type = (uint32_t)type;
		return take_columns(c, &d->attribute);
	}
	name = c->at;
	while (c->at < c->end && *c->at != '|' && *c->at != ']')
		c->at++;
	for (end = c->at; end > name && end[-1] == ' ';)
		end--;
	if (!linux_type(name, (size_t)(end - name), &d->type)) {
		c->at = name;
		return cursor_expect(c, "the name of a memory type, as Linux prints it");
	}
	return take_columns(c, &d->attribute);
}

/* type=3, attr=0xf, */
static bool take_numbers(struct cursor *c, struct keel_efi_descriptor *d)
{
	uint64_t type;

	if (!take_decimal(c, &type, "a memory type (decimal)"))
		return false;
	if (type > UINT32_MAX || !take_text(c, ", attr=0x"))
		return cursor_expect(c, "\", attr=0x...\" after a memory type of 32 bits");
	d->type = (uint32_t)type;
	return take_hex(c, &d->attribute, "attributes (hex)") &&
	       (take_text(c, ",") || cursor_expect(c, "a comma"));
}

/* Goes to behind "efi: mem" and the number, or "efi: memattr:", wherever in the line they stand. */
static bool find_prefix(struct cursor *c, bool attributes, uint64_t *number)
{
	for (; c->at < c->end; c->at++) {
		struct cursor try = *c;

		if (!take_text(&try, "efi:"))
			continue;
		skip_blanks(&try);
		if (attributes ? take_text(&try, "memattr:")
			       : take_text(&try, "mem") && take_decimal(&try, number, "") &&
					 take_text(&try, ":")) {
			c->at = try.at;
			return true;
		}
	}
	return false;
}

enum line_result parse_linux(struct cursor *c, bool attributes, uint64_t *number,
			     struct keel_efi_descriptor *d)
{
	if (!find_prefix(c, attributes, number))
		return LINE_OTHER;
	skip_blanks(c);
	if (attributes) {
		/* " 0x...-0x... [Runtime Code|...]", with ! before what Linux finds invalid. */
		take_text(c, "!");
		skip_blanks(c);
		if (c->at == c->end || *c->at != '0')
			return LINE_OTHER;
		return take_range(c, d) && take_brackets(c, d) ? LINE_DESCRIPTOR : LINE_BAD;
	}
	if (take_text(c, "type=") ? !take_numbers(c, d) : !take_brackets(c, d))
		return LINE_BAD;
	skip_blanks(c);
	if (!take_text(c, "range=[")) {
		cursor_expect(c, "range=[0x...-0x...]");
		return LINE_BAD;
	}
	if (!take_range(c, d))
		return LINE_BAD;
	if (!take_text(c, "]") && !take_text(c, ")")) {
		cursor_expect(c, "] or ) after the range");
		return LINE_BAD;
	}
	return LINE_DESCRIPTOR; /* what follows is the size, for people */
}

/* Does a word that looks like "0000000000001000-..." come next? */
static bool is_range(struct cursor c)
{
	uint64_t start;

	return take_hex(&c, &start, "") && take_text(&c, "-");
}

enum line_result parse_shell(struct cursor *c, struct keel_efi_descriptor *d)
{
	const char *name;
	struct cursor word;
	uint64_t type = 0;
	uint64_t pages;

	skip_blanks(c);
	name = c->at;
	while (c->at < c->end && *c->at != ' ' && *c->at != '\t')
		c->at++;
	word = (struct cursor){ .at = name, .end = c->at };
	skip_blanks(c);
	/* Other lines of the shell's output begin with a type as well: the sums at the end. */
	if (!is_range(*c))
		return LINE_OTHER;
	if (!shell_type(name, (size_t)(word.end - name), &d->type)) {
		/* Types that the shell has no name for are printed as 8 hexadecimal digits. */
		if (word.end - name != 8 || !take_hex(&word, &type, "") || word.at != word.end)
			return LINE_OTHER;
		d->type = (uint32_t)type;
	}
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
