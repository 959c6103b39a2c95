/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux's log, of a boot with efi=debug: its memory map, and its Memory Attributes Table. */
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

#define ATTRIBUTE_NAMES (sizeof(attribute_names) / sizeof(attribute_names[0]))

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
		while (n < ATTRIBUTE_NAMES && !take_text(c, attribute_names[n].name))
			n++;
		if (n == ATTRIBUTE_NAMES)
			return cursor_expect(c, "an attribute such as RUN, WB or UC, or ]");
		*attribute |= attribute_names[n].bit;
	}
}

/* [Boot Code|   |  |...|WB|WT|WC|UC] or [type=16|attr=0x...] */
static bool take_brackets(struct cursor *c, struct keel_efi_descriptor *d)
{
	const char *name;
	const char *end;

	skip_blanks(c);
	if (!take_text(c, "["))
		return cursor_expect(c, "[type|attributes] or type=..., attr=...");
	if (take_text(c, "type="))
		return take_type(c, &d->type) && take_columns(c, &d->attribute);
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
	if (!take_type(c, &d->type))
		return false;
	if (!take_text(c, ", attr=0x"))
		return cursor_expect(c, "\", attr=0x...\" after the memory type");
	return take_hex(c, &d->attribute, "attributes (hex)") &&
	       (take_text(c, ",") || cursor_expect(c, "a comma"));
}

/* range=[0x...-0x...] */
static bool take_bracketed_range(struct cursor *c, struct keel_efi_descriptor *d)
{
	skip_blanks(c);
	if (!take_text(c, "range=["))
		return cursor_expect(c, "range=[0x...-0x...]");
	return take_range(c, d) && (take_text(c, "]") || take_text(c, ")") ||
				    cursor_expect(c, "] or ) after the range"));
}

/* Goes to behind "efi: memNN:", wherever in the line that stands. */
static bool find_number(struct cursor *c, uint64_t *number)
{
	while (find_text(c, "efi:")) {
		struct cursor try = *c;

		skip_blanks(&try);
		if (take_text(&try, "mem") && take_decimal(&try, number, "") &&
		    take_text(&try, ":")) {
			c->at = try.at;
			return true;
		}
	}
	return false;
}

enum line_result parse_linux(struct cursor *c, struct line *line)
{
	struct keel_efi_descriptor *d = &line->descriptor;

	if (!find_number(c, &line->number))
		return LINE_OTHER;
	skip_blanks(c);
	if (take_text(c, "type=") ? !take_numbers(c, d) : !take_brackets(c, d))
		return LINE_BAD;
	if (!take_bracketed_range(c, d))
		return LINE_BAD;
	/*
	 * What follows is the size, for people; or else that Linux drops this one, before it prints
	 * the map, in which the others have new numbers (efi_clean_memmap).
	 */
	line->numbered = !find_text(c, "(invalid)");
	return LINE_DESCRIPTOR;
}

/* "efi: memattr:  0x...-0x... [Runtime Code|...]", with ! before what Linux finds invalid. */
enum line_result parse_linux_table(struct cursor *c, struct line *line)
{
	if (!find_text(c, "efi: memattr:"))
		return LINE_OTHER;
	skip_blanks(c);
	take_text(c, "!");
	skip_blanks(c);
	/* Other lines with this beginning tell what is wrong with an entry. */
	if (c->at == c->end || *c->at != '0')
		return LINE_OTHER;
	return take_range(c, &line->descriptor) && take_brackets(c, &line->descriptor)
		       ? LINE_DESCRIPTOR
		       : LINE_BAD;
}
