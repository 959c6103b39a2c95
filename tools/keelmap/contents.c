/* SPDX-License-Identifier: BSD-2-Clause */
/* What the built tables hold, row by row of the layout, as the walker finds it. */
#include <string.h>
#include "keelmap.h"

/*
 * A page of an %esp fixup window appears once a step in a page table, and that table once in each
 * directory entry of the window: all of these are appearances of one page.
 */
static uint64_t appearances_in(enum keel_region region)
{
	return region == KEEL_REGION_ESPFIX ? KEEL_ESPFIX_WINDOW_BYTES / KEEL_ESPFIX_STEP_BYTES : 1;
}

void contents_read(struct contents *contents, const struct simulation *s)
{
	struct mm_walk walk;
	struct mm_run run;

	memset(contents, 0, sizeof(*contents));
	mm_walk_begin(&walk, &s->pool, s->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN) {
		const enum keel_region region = words_row_of(run.virt);
		struct share *share =
			&contents->shares[region][words_run_rights(&run)][run.memory_type];
		const uint64_t bytes = run.bytes * run.appearances;

		share->bytes += bytes;
		share->leaves[run.level] += bytes >> MM_LEVEL_SHIFT(run.level);
		share->appearances = appearances_in(region);
		contents->bytes[region] += bytes / share->appearances;
	}
}
