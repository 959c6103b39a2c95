/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many tables a finished plan takes, by arithmetic: a few operations a mapping, whatever its
 * size. Written apart from the writer in tables.c, which has to arrive at the same number.
 */
#include "mm.h"

/* Tables counted so far, and for each level the last table that was counted. */
struct census {
	uint64_t tables;
	uint64_t last[MM_LEVELS];
	bool any[MM_LEVELS];
};

/* Counts the tables of this level for [virt, last]. The plan is sorted: only the first may be old. */
static void count_tables(struct census *c, unsigned level, uint64_t virt, uint64_t last)
{
	const uint64_t first_table = virt >> MM_LEVEL_SHIFT(level + 1);
	const uint64_t last_table = last >> MM_LEVEL_SHIFT(level + 1);
	const bool old = c->any[level] && c->last[level] == first_table;

	c->tables += last_table - first_table + !old;
	c->last[level] = last_table;
	c->any[level] = true;
}

/*
 * Tables of one level for a plain mapping: those before and after the run of larger leaves in its
 * middle, or all of them where there is no such run.
 */
static void count_around_leaves(struct census *c, const struct keel_mapping *m, unsigned level,
				unsigned largest_leaf_level)
{
	const uint64_t mask = MM_LEVEL_BYTES(level + 1) - 1;
	const uint64_t last = m->virt + (m->bytes - 1);
	const uint64_t head = -m->virt & mask;

	if (level + 1 > largest_leaf_level || (m->virt ^ m->phys) & mask ||
	    m->bytes < head + mask + 1) {
		count_tables(c, level, m->virt, last);
		return;
	}
	if (head)
		count_tables(c, level, m->virt, m->virt + (head - 1));
	if ((last + 1) & mask)
		count_tables(c, level, last & ~mask, last);
}

uint64_t mm_tables_count(const struct mm_plan *plan)
{
	struct census c = { .tables = 1 }; /* the root */

	for (uint64_t n = 0; n < plan->count; n++) {
		const struct keel_mapping *m = plan->mappings + n;
		const uint64_t last = m->virt + (m->bytes - 1);

		if (m->repeat_pages) {
			count_tables(&c, KEEL_LEVEL_PDPT, m->virt, last);
			c.tables += 2; /* one PD and one PT stand for all of the window */
			continue;
		}
		for (unsigned level = KEEL_LEVEL_PDPT; level >= KEEL_LEVEL_PT; level--)
			if (m->rights != KEEL_RIGHTS_NONE)
				count_around_leaves(&c, m, level,
						    plan->machine->largest_leaf_level);
			else if (level >= m->level)
				count_tables(&c, level, m->virt, last);
	}
	return c.tables;
}
