/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory maps and Memory Attributes Tables in a text, in its order, and the boots they are of.
 * A list of descriptors is one dump; Linux's log of a boot has two maps and a table.
 */
#ifndef KEELMAP_DUMPS_H
#define KEELMAP_DUMPS_H

#include "parse_line.h"

enum dump_kind {
	DUMP_MAP,
	DUMP_RUNTIME, /* what Linux makes of the firmware's map for SetVirtualAddressMap */
	DUMP_TABLE
};

struct dump {
	enum dump_kind kind;
	enum notation notation;
	bool after_heading; /* a line between the dump before and this one says: something starts */
	uint64_t boot;	    /* from 1 on, of those with a map of the firmware's; 0: of none */
	struct parsed parsed;
	uint64_t next_number;
	struct parse_log log; /* what is missing, and what is there twice */
};

struct dumps {
	struct dump *first;
	size_t count;
	size_t capacity;
};

/*
 * All that are in a text. Returns 0, or -1 with *error set; in either case *dumps, zero before, has
 * to be given to dumps_free.
 */
int dumps_read(struct dumps *dumps, const char *text, const char *end, struct parse_error *error);
void dumps_free(struct dumps *dumps);

/* Adds one without descriptors; NULL: no memory. What was returned before is no longer valid. */
struct dump *dumps_begin(struct dumps *dumps, enum dump_kind kind, enum notation notation,
			 bool after_heading);

/* Is this the first line of another map of the same notation, as its number says? */
bool dump_has_ended(const struct dump *dump, const struct line *line);

/*
 * Adds a line's descriptor. A line that is there twice counts once. False: no memory, or, with
 * cursor->expected set, a number that another descriptor of this map has.
 */
bool dump_add(struct dump *dump, const struct line *line, uint64_t line_number,
	      struct cursor *cursor);

/* To be called once, when all are there. Returns how many boots have a map of the firmware's. */
uint64_t dumps_count_boots(struct dumps *dumps);

/* The map to take for a boot, and its table; NULL when there is none. */
struct dump *dumps_map(const struct dumps *dumps, uint64_t boot);
struct dump *dumps_table(const struct dumps *dumps, uint64_t boot);

/* Says what was expected in that line, and what is there. Returns -1. */
int parse_fail(struct parse_error *error, uint64_t line, const char *expected, const char *at,
	       const char *end);
/* The end of the line that begins here: its newline, or the end of the text. */
const char *line_end(const char *at, const char *end);
/* The first line that is neither empty nor a comment; NULL when there is none. */
const char *first_content(const char *at, const char *end, uint64_t *line);

#endif
