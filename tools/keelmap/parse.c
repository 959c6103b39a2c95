/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole text, line by line, becomes a list of descriptors. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <keel/report.h>
#include "parse_line.h"

struct parser {
	struct parsed *parsed;
	struct parse_error *error;
	bool named_table; /* "efi: memattr:" lines are what is looked for */
	bool list;	  /* every line has to be a descriptor or a comment */
	uint64_t line;
	uint64_t number; /* of the last "efi: memNN:", plus 1 */
};

static int fail(struct parser *p, uint64_t line, const char *expected, const char *at,
		const char *end)
{
	char found[48];
	size_t length = 0;

	/* As much of the line as fits, and nothing that a terminal would take for a command. */
	for (; at < end && length < sizeof(found) - 1; at++)
		found[length++] = isprint((unsigned char)*at) ? *at : '?';
	found[length] = 0;
	p->error->line = line;
	if (length)
		snprintf(p->error->text, sizeof(p->error->text), "expected %s, found \"%s%s\"",
			 expected, found, at < end ? "..." : "");
	else
		snprintf(p->error->text, sizeof(p->error->text),
			 "expected %s, found the end of the line", expected);
	return -1;
}

static int add(struct parser *p, const struct keel_efi_descriptor *d)
{
	struct parsed *out = p->parsed;

	if (out->count == out->capacity) {
		const size_t capacity = out->capacity ? 2 * out->capacity : 64;
		void *descriptors = realloc(out->descriptors, capacity * sizeof(*out->descriptors));
		void *lines =
			descriptors ? realloc(out->lines, capacity * sizeof(*out->lines)) : NULL;

		if (descriptors)
			out->descriptors = descriptors;
		if (lines)
			out->lines = lines;
		if (!descriptors || !lines) {
			p->error->line = p->line;
			snprintf(p->error->text, sizeof(p->error->text), "out of memory");
			return -1;
		}
		out->capacity = capacity;
	}
	out->descriptors[out->count] = *d;
	out->lines[out->count++] = p->line;
	return 0;
}

static int parse_line(struct parser *p, const char *at, const char *end)
{
	struct cursor c = { .at = at, .end = end };
	struct keel_efi_descriptor d = { 0 };
	uint64_t number = p->number;
	enum line_result result;

	skip_blanks(&c);
	if (c.at == end || *c.at == '#')
		return 0;
	result = parse_linux(&c, p->named_table, &number, &d);
	if (result == LINE_DESCRIPTOR && !p->named_table) {
		/* A log can hold the maps of several boots: the last one counts. */
		if (number < p->number)
			p->parsed->count = 0;
		p->number = number + 1;
	}
	if (result == LINE_OTHER && !p->named_table) {
		c = (struct cursor){ .at = at, .end = end };
		result = parse_shell(&c, &d);
	}
	if (result == LINE_OTHER && p->list) {
		c = (struct cursor){ .at = at, .end = end };
		skip_blanks(&c);
		result = parse_plain(&c, &d);
	}
	if (result == LINE_BAD)
		return fail(p, p->line, c.expected, c.at, end);
	return result == LINE_DESCRIPTOR ? add(p, &d) : 0;
}

/* The end of the line that begins here: its newline, or the end of the text. */
static const char *line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? newline : end;
}

/* The first line that is neither empty nor a comment; NULL when there is none. */
static const char *first_content(const char *at, const char *end, uint64_t *line)
{
	for (*line = 1; at < end; ++*line) {
		struct cursor c = { .at = at, .end = line_end(at, end) };

		skip_blanks(&c);
		if (c.at != c.end && *c.at != '#')
			return c.at;
		at = c.end + 1;
	}
	return NULL;
}

/* Does it begin with a number that stands alone: the type in a list of descriptors? */
static bool begins_list(const char *at, const char *end)
{
	struct cursor c = { .at = at, .end = end };
	uint64_t number;

	return take_decimal(&c, &number, "") && (c.at == end || *c.at == ' ' || *c.at == '\t');
}

/* Does the text have entries of a Memory Attributes Table under their own name? */
static bool names_table(const char *text, const char *end)
{
	for (const char *at = text; at < end; at = line_end(at, end) + 1) {
		struct cursor c = { .at = at, .end = line_end(at, end) };
		struct keel_efi_descriptor d;
		uint64_t number = 0;

		if (parse_linux(&c, true, &number, &d) != LINE_OTHER)
			return true;
	}
	return false;
}

static bool line_begins(const char *at, const char *end, const char *with)
{
	struct cursor c = { .at = at, .end = line_end(at, end) };

	return take_text(&c, with);
}

/* The line that parts map and table in a report of keel.efi; NULL in any other text. */
static const char *table_in_report(const char *text, const char *end, uint64_t *lines_before)
{
	*lines_before = 0;
	if (!line_begins(text, end, KEEL_REPORT_FIRST_LINE))
		return NULL;
	for (const char *at = text; at < end; at = line_end(at, end) + 1, ++*lines_before)
		if (line_begins(at, end, KEEL_REPORT_ATTRIBUTES_LINE))
			return at;
	return NULL;
}

bool parse_has_both(const char *text, size_t bytes)
{
	const char *end = text + bytes;
	uint64_t lines;
	const char *table = table_in_report(text, end, &lines);

	return table && first_content(table, end, &lines);
}

int parse_buffer(const char *text, size_t bytes, enum parse_kind kind, struct parsed *parsed,
		 struct parse_error *error)
{
	struct parser p = { .parsed = parsed, .error = error };
	const char *end = text + bytes;
	const char *table = table_in_report(text, end, &p.line);
	uint64_t first_line;
	const char *first;

	if (table && kind == PARSE_ATTRIBUTES)
		text = table;
	else
		p.line = 0;
	if (table && kind == PARSE_MEMORY_MAP)
		end = table;
	first = first_content(text, end, &first_line);
	first_line += p.line;
	*error = (struct parse_error){ 0 };
	if (first)
		p.list = begins_list(first, line_end(first, end));
	p.named_table = kind == PARSE_ATTRIBUTES && names_table(text, end);
	for (const char *at = text; at < end; at = line_end(at, end) + 1) {
		p.line++;
		if (parse_line(&p, at, line_end(at, end)))
			return -1;
	}
	if (parsed->count)
		return 0;
	return fail(&p, first_line,
		    "a memory descriptor: \"type start pages attribute\", \"efi: mem00: ...\" as "
		    "Linux prints it, or a line of the UEFI shell's memmap",
		    first, first ? line_end(first, end) : NULL);
}

void parsed_free(struct parsed *parsed)
{
	free(parsed->descriptors);
	free(parsed->lines);
	*parsed = (struct parsed){ 0 };
}
