/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole text, line by line, becomes memory maps and Memory Attributes Tables. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <keel/report.h>
#include "dumps.h"

#define NO_DUMP SIZE_MAX

struct parser {
	struct dumps *dumps;
	struct parse_error *error;
	bool list;     /* every line has to be a descriptor or a comment */
	bool report;   /* of keel.efi: a line parts map and table */
	bool in_table; /* of a report */
	bool started;  /* since the last dump: a heading says that something starts, */
	bool runtime;  /* or that what follows is not the firmware's map */
	size_t map;    /* the dumps that a next line may belong to, by their index */
	size_t table;
	uint64_t line;
};

int parse_fail(struct parse_error *error, uint64_t line, const char *expected, const char *at,
	       const char *end)
{
	char found[48];
	size_t length = 0;

	/* As much of the line as fits, and nothing that a terminal would take for a command. */
	for (; at < end && length < sizeof(found) - 1; at++)
		found[length++] = isprint((unsigned char)*at) ? *at : '?';
	found[length] = 0;
	error->line = line;
	if (length)
		snprintf(error->text, sizeof(error->text), "expected %s, found \"%s%s\"", expected,
			 found, at < end ? "..." : "");
	else
		snprintf(error->text, sizeof(error->text), "expected %s, found the end of the line",
			 expected);
	return -1;
}

static int out_of_memory(struct parser *p)
{
	p->error->line = p->line;
	snprintf(p->error->text, sizeof(p->error->text), "out of memory");
	return -1;
}

static struct dump *begin(struct parser *p, enum dump_kind kind, const struct line *line)
{
	const bool started = p->started;

	p->started = false;
	return dumps_begin(p->dumps, kind, line->notation, started);
}

/* Where a line with a table's entry goes: on with the table of this boot, or begin one. */
static struct dump *table_for(struct parser *p, const struct line *line)
{
	if (p->table != NO_DUMP)
		return p->dumps->first + p->table;
	p->table = p->dumps->count;
	return begin(p, DUMP_TABLE, line);
}

/* The same for a memory map. */
static struct dump *map_for(struct parser *p, const struct line *line)
{
	struct dump *dump = p->map == NO_DUMP ? NULL : p->dumps->first + p->map;
	const enum dump_kind kind = p->runtime ? DUMP_RUNTIME : DUMP_MAP;

	if (dump && dump->notation == line->notation && !dump_has_ended(dump, line))
		return dump;
	p->map = p->dumps->count;
	p->table = NO_DUMP;
	p->runtime = false;
	return begin(p, kind, line);
}

static int add(struct parser *p, const struct line *line, const char *at, const char *end)
{
	const bool table = p->in_table || line->notation == NOTATION_LINUX_TABLE;
	struct dump *dump = table ? table_for(p, line) : map_for(p, line);
	struct cursor c = { .at = at, .end = end };

	if (dump && dump_add(dump, line, p->line, &c))
		return 0;
	return c.expected ? parse_fail(p->error, p->line, c.expected, c.at, end) : out_of_memory(p);
}

/* What comes next is another map. */
static void take_heading(struct parser *p, enum heading heading)
{
	if (heading == HEADING_NONE)
		return;
	p->map = NO_DUMP;
	p->runtime = heading == HEADING_RUNTIME;
	if (heading == HEADING_BOOT) {
		p->table = NO_DUMP;
		p->started = true;
	}
}

static enum line_result parse_as_any(const struct parser *p, struct cursor *c, struct line *line)
{
	static enum line_result (*const notations[])(struct cursor *, struct line *) = {
		[NOTATION_LINUX] = parse_linux, [NOTATION_LINUX_TABLE] = parse_linux_table,
		[NOTATION_XEN] = parse_xen,	[NOTATION_SHELL] = parse_shell,
		[NOTATION_PLAIN] = parse_plain,
	};
	/* Numbers alone are a descriptor only where nothing else is. */
	const unsigned last = p->list ? NOTATION_PLAIN : NOTATION_SHELL;
	const struct cursor whole = *c;
	enum line_result result = LINE_OTHER;

	for (unsigned n = 0; n <= last && result == LINE_OTHER; n++) {
		*c = whole;
		*line = (struct line){ .notation = n };
		result = notations[n](c, line);
	}
	return result;
}

static int parse_line(struct parser *p, const char *at, const char *end)
{
	struct cursor c = { .at = at, .end = end };
	struct line line;

	skip_blanks(&c);
	if (p->report && take_text(&c, KEEL_REPORT_ATTRIBUTES_LINE)) {
		p->in_table = true;
		return 0;
	}
	if (c.at == end || *c.at == '#')
		return 0;
	switch (parse_as_any(p, &c, &line)) {
	case LINE_BAD:
		return parse_fail(p->error, p->line, c.expected, c.at, end);
	case LINE_DESCRIPTOR:
		return add(p, &line, at, end);
	default:
		take_heading(p, parse_heading((struct cursor){ .at = at, .end = end }));
		return 0;
	}
}

const char *line_end(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? newline : end;
}

const char *first_content(const char *at, const char *end, uint64_t *line)
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

int dumps_read(struct dumps *dumps, const char *text, const char *end, struct parse_error *error)
{
	struct parser p = { .dumps = dumps, .error = error, .map = NO_DUMP, .table = NO_DUMP };
	struct cursor start = { .at = text, .end = end };
	uint64_t line;
	const char *first = first_content(text, end, &line);

	p.report = take_text(&start, KEEL_REPORT_FIRST_LINE);
	p.list = first && begins_list(first, line_end(first, end));
	for (const char *at = text; at < end; at = line_end(at, end) + 1) {
		p.line++;
		if (parse_line(&p, at, line_end(at, end)))
			return -1;
	}
	return 0;
}
