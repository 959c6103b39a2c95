/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory maps as text become descriptors. These notations are understood, told apart line by line:
 *
 *	7 100000 256 f						tests/maps: type, start, pages, bits
 *	efi: mem00: [Boot Code|...|WB|WT|WC|UC] range=[0x..-0x..]	Linux's log, with efi=debug
 *	EFI: mem00: type=3, attr=0xf, range=[0x..-0x..)		the same, older
 *	(XEN)  0000000000000-0000000007fff type=3 attr=000000000000000f	Xen's log, with loglvl=all
 *	BS_Code  0000000000001000-0000000000001FFF 0000000000000001 000000000000000F	UEFI shell
 *
 * and, as a Memory Attributes Table:
 *
 *	efi: memattr:  0x..-0x.. [Runtime Code|RUN|..|RO|..]	Linux's log, with efi=debug
 *
 * A report of keel.efi has a map and a table in the first of them, parted by a line of its own.
 *
 * Needs nothing but memory: no files, no output, so that it can be fuzzed.
 */
#ifndef KEELMAP_PARSE_H
#define KEELMAP_PARSE_H

#include <stddef.h>
#include <stdint.h>
#include <keel/boot_info.h>

/* Descriptors in the order of the text, and the line (from 1 on) of each. Zero it before use. */
struct parsed {
	struct keel_efi_descriptor *descriptors;
	uint64_t *lines;
	size_t count;
	size_t capacity;
};

/* What there is to say of the log that a memory map was taken from. */
struct parse_log {
	uint64_t boots;	  /* boots whose memory map is in the text; 1 for what is no log */
	uint64_t boot;	  /* the one taken, from 1 on */
	uint64_t line;	  /* where its map begins, from 1 on */
	uint64_t missing; /* lines of that map which are not there, by their numbers */
	uint64_t gap_line, gap_first,
		gap_last;      /* the first such numbers, and the line after them */
	uint64_t doubled;      /* lines of map and table that are there again; each counts once */
	uint64_t doubled_line; /* the first such line */
};

/* What is wrong: "expected ..., found ...". */
struct parse_error {
	uint64_t line; /* from 1 on; 0: it is not about a line */
	char text[240];
};

#define PARSE_LAST_BOOT 0 /* as a boot's number */

/*
 * Reads all of a text (any bytes, no zero needed at its end). Returns 0, or -1 with *error set: a
 * line that begins as a descriptor and is none, no memory map at all, or no memory. In either case
 * *map and *table have to be given to parsed_free. *table has no descriptors when the text has no
 * Memory Attributes Table.
 *
 * A text whose first line with something on it begins with a number is a list of descriptors, and
 * every line has to be one, or a comment (#). Any other text is a log, of which lines without a
 * descriptor are skipped. It may be of several boots: *map and *table are those of `boot`, counted
 * from 1 on. Of a boot's maps the firmware's is taken, not the one that Linux heads "EFI runtime
 * memory map:"; and of several the first that is complete.
 */
int parse_map(const char *text, size_t bytes, uint64_t boot, struct parsed *map,
	      struct parsed *table, struct parse_log *log, struct parse_error *error);

/*
 * The same for a text that a Memory Attributes Table is wanted of: the last in it. In a text that
 * has none by this name, what would be the memory map is the table.
 */
int parse_table(const char *text, size_t bytes, struct parsed *table, struct parse_log *log,
		struct parse_error *error);

void parsed_free(struct parsed *parsed);

#endif
