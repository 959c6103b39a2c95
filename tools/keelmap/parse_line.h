/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of text on the way to a descriptor: a cursor with a few steps, and the notations. */
#ifndef KEELMAP_PARSE_LINE_H
#define KEELMAP_PARSE_LINE_H

#include <stdbool.h>
#include "parse.h"

/* What is left of a line, and what was expected where it could not go on. */
struct cursor {
	const char *at;
	const char *end;
	const char *expected; /* NULL as long as all is well */
};

enum line_result {
	LINE_OTHER,	 /* not a descriptor in this notation */
	LINE_DESCRIPTOR, /* *line is filled in */
	LINE_BAD	 /* it begins as one, but is none: cursor->expected and ->at say why */
};

enum notation {
	NOTATION_LINUX,
	NOTATION_LINUX_TABLE, /* "efi: memattr:" */
	NOTATION_XEN,
	NOTATION_SHELL,
	NOTATION_PLAIN
};

/* A line with a descriptor. */
struct line {
	struct keel_efi_descriptor descriptor;
	enum notation notation;
	bool numbered; /* the line says which of its map's it is */
	uint64_t number;
};

/* What a line without a descriptor says about those that follow. */
enum heading {
	HEADING_NONE,
	HEADING_BOOT,	/* something starts, and will print a memory map */
	HEADING_RUNTIME /* Linux's map for SetVirtualAddressMap follows, not the firmware's */
};

/* Notes what was expected here, unless something was before. Returns false. */
bool cursor_expect(struct cursor *cursor, const char *what);
void skip_blanks(struct cursor *cursor);
/* Steps over exactly this text, in any case of letters; else stays and returns false. */
bool take_text(struct cursor *cursor, const char *text);
/* Steps to behind the first place with this text, in any case of letters; else the same. */
bool find_text(struct cursor *cursor, const char *text);
/* Numbers without sign; false, with `what` as expected, if there is none or it is too big. */
bool take_decimal(struct cursor *cursor, uint64_t *value, const char *what);
bool take_hex(struct cursor *cursor, uint64_t *value, const char *what);
/* A memory type: a decimal number of 32 bits. */
bool take_type(struct cursor *cursor, uint32_t *type);
/* "start-last" or "start-end)", with 0x or without: start and whole pages. */
bool take_range(struct cursor *cursor, struct keel_efi_descriptor *descriptor);
/* Nothing but blanks may be left. */
bool take_end(struct cursor *cursor);

/* The type of that name in Linux's log or in the UEFI shell; false when there is none. */
bool linux_type(const char *name, size_t length, uint32_t *type);
bool shell_type(const char *name, size_t length, uint32_t *type);

/* The notations. */
enum line_result parse_linux(struct cursor *cursor, struct line *line);
enum line_result parse_linux_table(struct cursor *cursor, struct line *line);
enum line_result parse_xen(struct cursor *cursor, struct line *line);
enum line_result parse_shell(struct cursor *cursor, struct line *line);
enum line_result parse_plain(struct cursor *cursor, struct line *line);

enum heading parse_heading(struct cursor cursor);

#endif
