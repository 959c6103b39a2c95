/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory maps as text become descriptors. Three notations are understood, told apart line by line:
 *
 *	7 100000 256 f						tests/maps: type, start, pages, bits
 *	efi: mem00: [Boot Code|...|WB|WT|WC|UC] range=[0x..-0x..]	Linux's log, with efi=debug
 *	EFI: mem00: type=3, attr=0xf, range=[0x..-0x..)		the same, older
 *	BS_Code  0000000000001000-0000000000001FFF 0000000000000001 000000000000000F	UEFI shell
 *
 * A report of keel.efi has a map and a table in the first of them, parted by a line of its own.
 *
 * Needs nothing but memory: no files, no output, so that it can be fuzzed.
 */
#ifndef KEELMAP_PARSE_H
#define KEELMAP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <keel/boot_info.h>

enum parse_kind {
	PARSE_MEMORY_MAP,
	/* A Memory Attributes Table; where Linux's log names it ("efi: memattr:"), only that. */
	PARSE_ATTRIBUTES
};

/* Descriptors in the order of the text, and the line (from 1 on) of each. Zero it before use. */
struct parsed {
	struct keel_efi_descriptor *descriptors;
	uint64_t *lines;
	size_t count;
	size_t capacity;
};

/* What is wrong: "expected ..., found ...". */
struct parse_error {
	uint64_t line; /* from 1 on */
	char text[240];
};

/*
 * Reads all of a text (any bytes, no zero needed at its end). Returns 0, or -1 with *error set: a
 * line that begins as a descriptor and is none, no descriptor at all, or no memory. In either case
 * *parsed has to be given to parsed_free.
 *
 * A text whose first line with something on it begins with a number is a list of descriptors, and
 * every line has to be one, or a comment (#). Any other text is a log, of which lines without a
 * descriptor are skipped; where it has several memory maps, one after the other, the last one
 * counts.
 */
int parse_buffer(const char *text, size_t bytes, enum parse_kind kind, struct parsed *parsed,
		 struct parse_error *error);

/* Is it a report of keel.efi (docs/report.md), which has a map and a table? Each kind is found. */
bool parse_has_both(const char *text, size_t bytes);

void parsed_free(struct parsed *parsed);

#endif
