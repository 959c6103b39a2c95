/* SPDX-License-Identifier: BSD-2-Clause */
/* The map for people: every row of the layout, and what was found in it. */
#include <inttypes.h>
#include <stdio.h>
#include "keelmap.h"

/* The first line of a row says what the row is, the others only what else is in it. */
static void show_line(enum keel_region region, const char *found, bool first)
{
	const struct keel_layout_row *row = keel_layout + region;
	char size[24];

	if (first)
		printf("%016" PRIx64 "  %016" PRIx64 "  %-8s  %-17s  %s\n", row->start, row->last,
		       words_size(size, row->last - row->start + 1),
		       keel_layout[row - keel_layout].name, found);
	else
		printf("%65s%s\n", "", found);
}

static void show_row(const struct contents *contents, enum keel_region region)
{
	char text[160];
	bool first = true;

	for (unsigned rights = 0; rights < SHARE_RIGHTS; rights++)
		for (unsigned type = 0; type < SHARE_TYPES; type++) {
			const struct share *share = &contents->shares[region][rights][type];

			if (!share->bytes)
				continue;
			show_line(region, words_share(text, sizeof(text), share, rights, type),
				  first);
			first = false;
		}
	if (!first)
		return;
	show_line(region,
		  region == KEEL_REGION_MODULES ? "nothing yet; tables in place" : "nothing", true);
}

static void table_machine(const struct simulation *s)
{
	uint64_t memory = 0;
	char size[24];
	char kernel[24];

	for (uint64_t n = 0; n < s->memory.count; n++)
		if (mm_type_is_memory(s->memory.ranges[n].type))
			memory += s->memory.ranges[n].bytes;
	printf("# %s: %zu descriptors, %s of memory\n", s->map->name, s->map->parsed.count,
	       words_size(size, memory));
	printf("# %u physical address bits, %s, %" PRIu64 " CPU%s", s->machine.phys_bits,
	       s->options->no_1g ? "no 1 GB pages" : "1 GB pages", s->options->cpus,
	       s->options->cpus == 1 ? "" : "s");
	if (s->request.segment_count)
		printf(", kernel of %s at 0x%" PRIx64, words_size(kernel, s->options->kernel_bytes),
		       s->segments[0].phys);
	if (s->request.segment_count && s->segments[0].phys != s->options->kernel_phys)
		printf(" (moved from 0x%" PRIx64 ": %s)", s->options->kernel_phys,
		       s->options->kernel_phys ? "not free" : "page 0 is the firmware's");
	printf("\n");
	if (s->outcome.runtime_code_writable)
		printf("# runtime code stays writable and executable: no usable Memory Attributes "
		       "Table\n");
	if (s->outcome.left_out_bytes)
		printf("# %s beyond the direct map's end are left out\n",
		       words_size(size, s->outcome.left_out_bytes));
}

void show_table(const struct simulation *s)
{
	static struct contents contents;

	contents_read(&contents, s);
	table_machine(s);
	printf("%-16s  %-16s  %-8s  %-17s  %s\n", "start", "end", "size", "what", "found");
	for (unsigned region = 0; region < KEEL_REGION_COUNT; region++)
		show_row(&contents, region);
}
