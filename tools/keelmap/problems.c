/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with a machine, or with what is known of it: said at once, and kept for output. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include "keelmap.h"

void problem(struct simulation *s, const struct source *source, const char *format, ...)
{
	char *text = s->problems[s->problem_count];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(s->problems[0]), format, arguments);
	va_end(arguments);
	fprintf(stderr, "keelmap: %s: %s\n", source->name, text);
	s->problem_count++;
}

void problems_of_log(struct simulation *s, const struct source *source)
{
	const struct parse_log *log = &source->log;

	if (log->missing)
		problem(s, source,
			"before line %" PRIu64 " mem%02" PRIu64 " to mem%02" PRIu64
			" are missing, %" PRIu64
			" lines of the memory map in all: this is not the whole machine",
			log->gap_line, log->gap_first, log->gap_last, log->missing);
	if (log->doubled)
		problem(s, source,
			"line %" PRIu64 " is there twice, as are %" PRIu64
			" in all: each counts once",
			log->doubled_line, log->doubled);
}
