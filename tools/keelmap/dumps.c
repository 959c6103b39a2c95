/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of a text's memory maps are of one boot, and which of these is the firmware's. */
#include <stdlib.h>
#include <string.h>
#include "dumps.h"

struct dump *dumps_begin(struct dumps *dumps, enum dump_kind kind, enum notation notation,
			 bool after_heading)
{
	if (dumps->count == dumps->capacity) {
		const size_t capacity = dumps->capacity ? 2 * dumps->capacity : 4;
		void *larger = realloc(dumps->first, capacity * sizeof(*dumps->first));

		if (!larger)
			return NULL;
		dumps->first = larger;
		dumps->capacity = capacity;
	}
	dumps->first[dumps->count] =
		(struct dump){ .kind = kind, .notation = notation, .after_heading = after_heading };
	return dumps->first + dumps->count++;
}

void dumps_free(struct dumps *dumps)
{
	for (size_t n = 0; n < dumps->count; n++)
		parsed_free(&dumps->first[n].parsed);
	free(dumps->first);
	*dumps = (struct dumps){ 0 };
}

static bool is_same(const struct keel_efi_descriptor *left, const struct keel_efi_descriptor *right)
{
	return left->type == right->type && left->phys == right->phys &&
	       left->pages == right->pages && left->attribute == right->attribute;
}

/* Numbers go up from line to line, so the line that is there again is not far back. */
static bool has_descriptor(const struct dump *dump, const struct keel_efi_descriptor *d)
{
	for (size_t n = dump->parsed.count; n-- > 0;)
		if (is_same(dump->parsed.descriptors + n, d))
			return true;
	return false;
}

static bool is_last(const struct dump *dump, const struct keel_efi_descriptor *d)
{
	const size_t count = dump->parsed.count;

	return count && is_same(dump->parsed.descriptors + count - 1, d);
}

bool dump_has_ended(const struct dump *dump, const struct line *line)
{
	return line->numbered && !line->number && dump->next_number &&
	       !(dump->next_number == 1 && is_last(dump, &line->descriptor));
}

static bool append(struct parsed *out, const struct keel_efi_descriptor *d, uint64_t line)
{
	if (out->count == out->capacity) {
		const size_t capacity = out->capacity ? 2 * out->capacity : 64;
		void *descriptors = realloc(out->descriptors, capacity * sizeof(*out->descriptors));
		void *lines =
			descriptors ? realloc(out->lines, capacity * sizeof(*out->lines)) : NULL;

		if (descriptors)
			out->descriptors = descriptors;
		if (lines)
			out->lines = lines;
		if (!descriptors || !lines)
			return false;
		out->capacity = capacity;
	}
	out->descriptors[out->count] = *d;
	out->lines[out->count++] = line;
	return true;
}

static void note_gap(struct dump *dump, uint64_t number, uint64_t line)
{
	if (!dump->log.missing) {
		dump->log.gap_line = line;
		dump->log.gap_first = dump->next_number;
		dump->log.gap_last = number - 1;
	}
	dump->log.missing += number - dump->next_number;
}

static bool note_doubled(struct dump *dump, uint64_t line)
{
	if (!dump->log.doubled++)
		dump->log.doubled_line = line;
	return true;
}

bool dump_add(struct dump *dump, const struct line *line, uint64_t line_number,
	      struct cursor *cursor)
{
	const struct keel_efi_descriptor *d = &line->descriptor;

	if (!dump->log.line)
		dump->log.line = line_number;
	/* A table's entries have no numbers, but none is there twice for a reason of its own. */
	if (dump->notation == NOTATION_LINUX_TABLE && is_last(dump, d))
		return note_doubled(dump, line_number);
	if (line->numbered && line->number < dump->next_number)
		return has_descriptor(dump, d)
			       ? note_doubled(dump, line_number)
			       : cursor_expect(cursor, "the next number of this map, or mem00 of "
						       "another");
	if (line->numbered) {
		if (line->number > dump->next_number)
			note_gap(dump, line->number, line_number);
		dump->next_number = line->number + 1;
	}
	return append(&dump->parsed, d, line_number);
}

static bool has_conventional(const struct dump *dump)
{
	for (size_t n = 0; n < dump->parsed.count; n++)
		if (dump->parsed.descriptors[n].type == KEEL_MEMORY_TYPE_CONVENTIONAL)
			return true;
	return false;
}

/*
 * A log from which somebody has picked the lines with descriptors has lost its headings. A map
 * without conventional memory that follows one with it is not the firmware's: Linux could not run.
 */
static void find_runtime_maps(struct dumps *dumps)
{
	bool had_conventional = false;

	for (size_t n = 0; n < dumps->count; n++) {
		struct dump *dump = dumps->first + n;

		if (dump->kind != DUMP_MAP)
			continue;
		if (has_conventional(dump))
			had_conventional = true;
		else if (had_conventional && !dump->after_heading)
			dump->kind = DUMP_RUNTIME;
	}
}

/*
 * A boot begins with a map after a heading; or, where there are no headings at all, with each map.
 * Linux may print its map more than once in a boot, but always behind its one heading.
 */
uint64_t dumps_count_boots(struct dumps *dumps)
{
	uint64_t boots = 0;
	bool has_map = true; /* the boot that we are at */
	bool has_heading = false;

	find_runtime_maps(dumps);
	for (size_t n = 0; n < dumps->count; n++) {
		struct dump *dump = dumps->first + n;

		if (dump->after_heading || (dump->kind == DUMP_MAP && has_map && !has_heading)) {
			has_heading = dump->after_heading;
			has_map = false;
		}
		if (dump->kind == DUMP_MAP && !has_map) {
			has_map = true;
			boots++;
		}
		dump->boot = has_map ? boots : 0;
	}
	return boots;
}

struct dump *dumps_map(const struct dumps *dumps, uint64_t boot)
{
	struct dump *incomplete = NULL;

	for (size_t n = 0; n < dumps->count; n++) {
		struct dump *dump = dumps->first + n;

		if (dump->kind != DUMP_MAP || dump->boot != boot)
			continue;
		if (!dump->log.missing)
			return dump;
		if (!incomplete)
			incomplete = dump;
	}
	return incomplete;
}

struct dump *dumps_table(const struct dumps *dumps, uint64_t boot)
{
	for (size_t n = 0; n < dumps->count; n++)
		if (dumps->first[n].kind == DUMP_TABLE && dumps->first[n].boot == boot)
			return dumps->first + n;
	return NULL;
}
