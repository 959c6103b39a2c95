/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything as JSON (RFC 8259), in UTF-8. Addresses and sizes are strings of hexadecimal digits,
 * since numbers above 2^53 do not survive every reader.
 */
#include <inttypes.h>
#include <stdio.h>
#include "keelmap.h"
#include "lib/utf.h"

static void show_string(const char *text)
{
	putchar('"');
	while (*text) {
		char utf8[4];
		uint32_t code;

		text += name_next(text, &code);
		if (code == '"' || code == '\\')
			printf("\\%c", (char)code);
		else if (name_is_control(code))
			printf("\\u%04" PRIx32, code);
		else
			fwrite(utf8, 1, utf8_put(code, utf8), stdout);
	}
	putchar('"');
}

static void json_machine(const struct simulation *s)
{
	printf("  \"machine\": {\"map\": ");
	show_string(s->map->path);
	printf(", \"descriptors\": %zu, \"phys_bits\": %u, \"pages_1g\": %s, \"cpus\": %" PRIu64
	       ", \"runtime_code_writable\": %s, \"left_out_bytes\": \"%" PRIx64 "\"},\n",
	       s->map->parsed.count, s->machine.phys_bits, s->options->no_1g ? "false" : "true",
	       s->options->cpus, s->outcome.runtime_code_writable ? "true" : "false",
	       s->outcome.left_out_bytes);
	printf("  \"tables\": {\"used\": %" PRIu64 ", \"planned\": %" PRIu64
	       ", \"minimum\": %" PRIu64 "},\n",
	       s->pool.used, s->plan.tables, s->report.minimum);
	printf("  \"can_boot\": %s,\n  \"problems\": [", s->cannot_boot ? "false" : "true");
	for (unsigned n = 0; n < s->problem_count; n++) {
		printf(n ? ", " : "");
		show_string(s->problems[n]);
	}
	printf("],\n");
}

static void show_regions(const struct contents *contents)
{
	printf("  \"rows\": [");
	for (unsigned n = 0; n < KEEL_REGION_COUNT; n++) {
		const struct keel_layout_row *row = keel_layout + n;

		printf("%s\n    {\"id\": \"%s\", \"name\": \"%s\", \"start\": \"%016" PRIx64
		       "\", \"last\": \"%016" PRIx64
		       "\", \"hole\": %s, \"mapped_bytes\": \"%" PRIx64 "\"}",
		       n ? "," : "", words_region(n), keel_layout[n].name, row->start, row->last,
		       row->kind == KEEL_ROW_HOLE ? "true" : "false", contents->bytes[n]);
	}
	printf("\n  ],\n");
}

static void show_mappings(const struct simulation *s)
{
	printf("  \"plan\": [");
	for (uint64_t n = 0; n < s->plan.count; n++) {
		const struct keel_mapping *m = s->plan.mappings + n;

		printf("%s\n    {\"virt\": \"%016" PRIx64 "\", \"phys\": \"%016" PRIx64
		       "\", \"bytes\": \"%" PRIx64
		       "\", \"rights\": \"%s\", \"memory_type\": \"%s\", "
		       "\"region\": \"%s\", \"level\": %u, \"repeat_pages\": %u}",
		       n ? "," : "", m->virt, m->phys, m->bytes, words_mapping_rights(m->rights),
		       words_memory_type(m->memory_type), words_region(m->region), m->level,
		       m->repeat_pages);
	}
	printf("\n  ],\n");
}

static void show_runs(const struct simulation *s)
{
	const char *comma = "";
	struct mm_walk walk;
	struct mm_run run;

	printf("  \"leaves\": [");
	mm_walk_begin(&walk, &s->pool, s->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN) {
		printf("%s\n    {\"virt\": \"%016" PRIx64 "\", \"phys\": \"%016" PRIx64
		       "\", \"bytes\": \"%" PRIx64
		       "\", \"rights\": \"%s\", \"memory_type\": \"%s\", "
		       "\"region\": \"%s\", \"leaf_bytes\": \"%" PRIx64 "\", \"global\": %s, "
		       "\"appearances\": %" PRIu64 "}",
		       comma, run.virt, run.phys, run.bytes, words_rights(words_run_rights(&run)),
		       words_memory_type(run.memory_type), words_region(words_row_of(run.virt)),
		       MM_LEVEL_BYTES(run.level), run.global ? "true" : "false", run.appearances);
		comma = ",";
	}
	printf("\n  ]\n");
}

void show_json(const struct simulation *s)
{
	static struct contents contents;

	contents_read(&contents, s);
	printf("{\n");
	json_machine(s);
	show_regions(&contents);
	show_mappings(s);
	show_runs(s);
	printf("}\n");
}
