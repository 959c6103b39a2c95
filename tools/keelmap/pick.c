/* SPDX-License-Identifier: BSD-2-Clause */
/* Of all memory maps in a text the one that is wanted, with its Memory Attributes Table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "dumps.h"

/* There are dumps, but none that is the firmware's map. */
static int no_map_among(const struct dumps *dumps, struct parse_error *error)
{
	const struct dump *dump = dumps->first;

	while (dump->kind == DUMP_TABLE && dump + 1 < dumps->first + dumps->count)
		dump++;
	error->line = dump->log.line;
	snprintf(error->text, sizeof(error->text),
		 "expected the firmware's memory map, found only %s",
		 dump->kind == DUMP_TABLE ? "a Memory Attributes Table"
					  : "what Linux heads \"EFI runtime memory map:\"");
	return -1;
}

static int no_map(const struct dumps *dumps, const char *text, const char *end,
		  struct parse_error *error)
{
	uint64_t line;
	const char *first = first_content(text, end, &line);

	if (dumps->count)
		return no_map_among(dumps, error);
	return parse_fail(error, line,
			  "a memory descriptor: \"type start pages attribute\", \"efi: mem00: "
			  "...\" as Linux prints it, a line of Xen's EFI memory map, or of the "
			  "UEFI shell's memmap",
			  first, first ? line_end(first, end) : NULL);
}

static int no_boot(uint64_t boot, uint64_t boots, struct parse_error *error)
{
	error->line = 0;
	snprintf(error->text, sizeof(error->text),
		 "expected a boot from 1 to %" PRIu64 ", found %" PRIu64, boots, boot);
	return -1;
}

static void take_dump(struct parsed *parsed, struct dump *dump, struct parse_log *log)
{
	*parsed = dump->parsed;
	dump->parsed = (struct parsed){ 0 };
	if (!log->doubled)
		log->doubled_line = dump->log.doubled_line;
	log->doubled += dump->log.doubled;
}

static void pick_boot(const struct dumps *dumps, uint64_t boot, struct parsed *map,
		      struct parsed *table, struct parse_log *log)
{
	struct dump *dump = dumps_map(dumps, boot);

	*log = dump->log;
	log->boot = boot;
	log->doubled = 0;
	take_dump(map, dump, log);
	dump = dumps_table(dumps, boot);
	if (dump)
		take_dump(table, dump, log);
}

int parse_map(const char *text, size_t bytes, uint64_t boot, struct parsed *map,
	      struct parsed *table, struct parse_log *log, struct parse_error *error)
{
	const char *end = text + bytes;
	struct dumps dumps = { 0 };
	uint64_t boots;
	int result;

	*log = (struct parse_log){ 0 };
	*error = (struct parse_error){ 0 };
	result = dumps_read(&dumps, text, end, error);
	boots = dumps_count_boots(&dumps);
	if (!result && !boots)
		result = no_map(&dumps, text, end, error);
	if (!result && boot > boots)
		result = no_boot(boot, boots, error);
	if (!result)
		pick_boot(&dumps, boot == PARSE_LAST_BOOT ? boots : boot, map, table, log);
	log->boots = boots;
	dumps_free(&dumps);
	return result;
}

/* The last one; what has no name is a map, and taken for the table that was asked for. */
static struct dump *wanted_table(const struct dumps *dumps, uint64_t boots)
{
	for (size_t n = dumps->count; n-- > 0;)
		if (dumps->first[n].kind == DUMP_TABLE)
			return dumps->first + n;
	return boots ? dumps_map(dumps, boots) : NULL;
}

int parse_table(const char *text, size_t bytes, struct parsed *table, struct parse_log *log,
		struct parse_error *error)
{
	const char *end = text + bytes;
	struct dumps dumps = { 0 };
	struct dump *dump;
	int result;

	*log = (struct parse_log){ 0 };
	*error = (struct parse_error){ 0 };
	result = dumps_read(&dumps, text, end, error);
	dump = wanted_table(&dumps, dumps_count_boots(&dumps));
	if (!result && dump)
		take_dump(table, dump, log);
	else if (!result)
		result = no_map(&dumps, text, end, error);
	dumps_free(&dumps);
	return result;
}

void parsed_free(struct parsed *parsed)
{
	free(parsed->descriptors);
	free(parsed->lines);
	*parsed = (struct parsed){ 0 };
}
