/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of text on the way to a descriptor: a cursor with a few steps, and the notations. */
#ifndef KEELMAP_PARSE_LINE_H
#define KEELMAP_PARSE_LINE_H

#include "parse.h"

/* What is left of a line, and what was expected where it could not go on. */
struct cursor {
	const char *at;
	const char *end;
	const char *expected; /* NULL as long as all is well */
};

enum line_result {
	LINE_OTHER,	 /* not a descriptor in this notation */
	LINE_DESCRIPTOR, /* *descriptor is filled in */
	LINE_BAD	 /* it begins as one, but is none: cursor->expected and ->at say why */
};

/* Notes what was expected here, unless something was before. Returns false. */
bool cursor_expect(struct cursor *cursor, const char *what);
void skip_blanks(struct cursor *cursor);
/* Steps over exactly this text, in any case of letters; else stays and returns false. */
bool take_text(struct cursor *cursor, const char *text);
/* Numbers without sign; false, with `what` as expected, if there is none or it is too big. */
bool take_decimal(struct cursor *cursor, uint64_t *value, const char *what);
bool take_hex(struct cursor *cursor, uint64_t *value, const char *what);
/* "start-last" or "start-end)", with 0x or without: start and whole pages. */
bool take_range(struct cursor *cursor, struct keel_efi_descriptor *descriptor);
/* Nothing but blanks may be left. */
bool take_end(struct cursor *cursor);

/* The type of that name in Linux's log or in the UEFI shell; false when there is none. */
bool linux_type(const char *name, size_t length, uint32_t *type);
bool shell_type(const char *name, size_t length, uint32_t *type);

/*
 * The notations. parse_linux looks for "efi: memNN:", whose NN it stores in *number, or with
 * `attributes` for "efi: memattr:".
 */
enum line_result parse_plain(struct cursor *cursor, struct keel_efi_descriptor *descriptor);
enum line_result parse_linux(struct cursor *cursor, bool attributes, uint64_t *number,
			     struct keel_efi_descriptor *descriptor);
enum line_result parse_shell(struct cursor *cursor, struct keel_efi_descriptor *descriptor);

#endif
