/* SPDX-License-Identifier: BSD-2-Clause */
/* One mapping, or one run of equal leaves, a line: for other programs. */
#include <inttypes.h>
#include <stdio.h>
#include "keelmap.h"

void show_plan(const struct simulation *s)
{
	static const char *const levels[] = { "", "PT", "PD", "PDPT", "PML4" };

	for (uint64_t n = 0; n < s->plan.count; n++) {
		const struct keel_mapping *m = s->plan.mappings + n;

		if (m->rights == KEEL_RIGHTS_NONE) {
			printf("# in place: %016" PRIx64 " %" PRIx64 " %s %s\n", m->virt, m->bytes,
			       words_region(m->region), levels[m->level % 5]);
			continue;
		}
		printf("%016" PRIx64 " %016" PRIx64 " %" PRIx64 " %s %s %s", m->virt, m->phys,
		       m->repeat_pages ? m->repeat_pages * KEEL_PAGE_SIZE : m->bytes,
		       words_mapping_rights(m->rights), words_memory_type(m->memory_type),
		       words_region(m->region));
		if (m->repeat_pages)
			printf(" x%" PRIx64 "@%" PRIx64, m->bytes / KEEL_ESPFIX_STEP_BYTES,
			       (uint64_t)KEEL_ESPFIX_STEP_BYTES);
		printf("\n");
	}
}

/*
 * In which steps a run below shared tables appears: those of the lowest level at which it is
 * repeated. The levels above continue them, so they are one sequence.
 */
static uint64_t step_of(const struct mm_run *run)
{
	unsigned level = KEEL_LEVEL_PT;

	while (level < MM_LEVELS && run->repeat[level] == 1)
		level++;
	return MM_LEVEL_BYTES(level);
}

void show_leaves(const struct simulation *s)
{
	struct mm_walk walk;
	struct mm_run run;

	mm_walk_begin(&walk, &s->pool, s->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN) {
		printf("%016" PRIx64 " %016" PRIx64 " %" PRIx64 " %s %s %s %" PRIx64, run.virt,
		       run.phys, run.bytes, words_rights(words_run_rights(&run)),
		       words_memory_type(run.memory_type), words_region(words_row_of(run.virt)),
		       MM_LEVEL_BYTES(run.level));
		if (run.appearances > 1)
			printf(" x%" PRIx64 "@%" PRIx64, run.appearances, step_of(&run));
		printf("\n");
	}
}
