/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict on a firmware; see verdict.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <keel/findings.h>
#include "audit/map_rules.h"
#include "verdict.h"

#define DETAIL_BYTES 160

static const struct keel_finding_row rows[] = KEEL_FINDING_ROWS;
static const char *const severities[] = KEEL_SEVERITY_WORDS;

struct verdict {
	bool has_result; /* the text is a report, and not a memory map alone */
	char result[DETAIL_BYTES];
	struct {
		uint64_t times;
		char detail[DETAIL_BYTES];
	} found[KEEL_FINDING_COUNT];
};

/* The first detail of each is kept. */
static void add(struct verdict *v, unsigned id, uint64_t times, const char *detail)
{
	if (!v->found[id].times)
		snprintf(v->found[id].detail, sizeof(v->found[id].detail), "%s", detail);
	v->found[id].times += times;
}

static void add_map(void *context, enum keel_finding id, const struct keel_efi_descriptor *d)
{
	char detail[DETAIL_BYTES];

	snprintf(detail, sizeof(detail),
		 "at %" PRIx64 ", %" PRIu64 " pages, type %" PRIu32 ", attribute %" PRIx64, d->phys,
		 d->pages, d->type, d->attribute);
	add(context, id, 1, detail);
}

static void judge_map(struct verdict *v, const struct parsed *map, const struct parsed *table)
{
	const struct map_view view = { map->descriptors, map->count, sizeof(*map->descriptors) };
	const struct map_view entries = { table->descriptors, table->count,
					  sizeof(*table->descriptors) };
	const struct map_remarks remarks = { add_map, v };

	map_rules(&view, &remarks);
	if (table->count)
		attribute_rules(&entries, &view, &remarks);
}

static int id_of(const char *identifier)
{
	for (unsigned id = 0; id < KEEL_FINDING_COUNT; id++)
		if (!strcmp(rows[id].identifier, identifier))
			return (int)id;
	return -1;
}

/* "# finding grave touches-boot-services x7: what was seen" */
static void take_finding(struct verdict *v, const char *line)
{
	char identifier[48];
	unsigned times;
	int end = 0, id;

	if (sscanf(line, "# finding %*7s %47s x%u: %n", identifier, &times, &end) != 2 || !end)
		return;
	id = id_of(identifier);
	if (id >= 0)
		add(v, (unsigned)id, times, line + end);
	else
		printf("- `%s`: a finding that this version of keelmap does not know. %s\n",
		       identifier, line + end);
}

/* What a report says of the machine is shown as it stands there. */
static bool names_machine(const char *line)
{
	static const char *const words[] = { "bios", "system", "firmware", "cpu", "keel " };

	for (unsigned n = 0; n < sizeof(words) / sizeof(words[0]); n++)
		if (!strncmp(line, "# ", 2) && !strncmp(line + 2, words[n], strlen(words[n])))
			return true;
	return false;
}

static void take_line(struct verdict *v, const char *line)
{
	if (!strcmp(line, "# Keel report"))
		v->has_result = true;
	else if (v->has_result && !*v->result)
		snprintf(v->result, sizeof(v->result), "%.*s", DETAIL_BYTES - 1, line + 2);
	else if (!strncmp(line, "# not ok ", 9))
		printf("- Keel's own map: %s\n", line + 2);
	else if (names_machine(line))
		printf("- %s\n", line + 2);
	else
		take_finding(v, line);
}

static bool take_lines(struct verdict *v, const char *text, size_t bytes)
{
	for (const char *at = text, *end; at < text + bytes; at = end + 1) {
		char line[256], *printable;

		end = memchr(at, '\n', (size_t)(text + bytes - at));
		if (!end)
			end = text + bytes;
		if (*at != '#')
			continue;
		snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		line[strcspn(line, "\r")] = 0;
		printable = name_printable(line);
		if (!printable)
			return false;
		take_line(v, printable);
		free(printable);
	}
	return true;
}

static unsigned count_of(const struct verdict *v, unsigned least)
{
	unsigned count = 0;

	for (unsigned id = 0; id < KEEL_FINDING_COUNT; id++)
		count += v->found[id].times && rows[id].severity >= least;
	return count;
}

static void show_finding(const struct verdict *v, unsigned id)
{
	printf("\n### `%s` (%s)\n\n", rows[id].identifier, severities[rows[id].severity]);
	printf("%s.\n\n", rows[id].meaning);
	printf("- Seen %" PRIu64 " times, first: %s\n", v->found[id].times, v->found[id].detail);
	printf("- A kernel on this board: %s.\n", rows[id].advice);
	printf("- %s\n", rows[id].section);
}

static void show(const struct verdict *v)
{
	if (*v->result)
		printf("\nThe run: %s\n", v->result);
	printf("\n## This board's UEFI: %u findings, %u of them grave\n", count_of(v, 0),
	       count_of(v, KEEL_SEVERITY_GRAVE));
	if (!v->has_result)
		printf("\nFrom the memory map alone: no service was called.\n");
	for (unsigned severity = KEEL_SEVERITY_COUNT; severity-- > 0;)
		for (unsigned id = 0; id < KEEL_FINDING_COUNT; id++)
			if (v->found[id].times && rows[id].severity == severity)
				show_finding(v, id);
}

int show_verdict(const struct options *options)
{
	struct source map = { 0 }, table = { 0 };
	struct verdict *v = calloc(1, sizeof(*v));
	int exit_code = EXIT_BAD_INPUT;

	if (v && sources_read(options, &map, &table)) {
		printf("# %s\n\n", map.name);
		if (take_lines(v, map.text, map.text_bytes)) {
			/* A run has judged its own map, which was the same. */
			if (!v->has_result)
				judge_map(v, &map.parsed, &table.parsed);
			show(v);
			exit_code = count_of(v, KEEL_SEVERITY_GRAVE) ? EXIT_NOT_SOUND : EXIT_GOOD;
		}
	}
	if (fflush(stdout) || ferror(stdout)) {
		perror("keelmap: standard output");
		exit_code = EXIT_NOT_SOUND;
	}
	source_free(&map);
	source_free(&table);
	free(v);
	return exit_code;
}
