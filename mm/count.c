/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many tables a finished plan takes, by arithmetic: a few operations a mapping, whatever its
 * size. Written apart from the writer in tables.c, which has to arrive at the same number.
 */
#include "tables.h"

/* Tables counted so far, and for each level the last table that was counted. */
struct census {
	uint64_t tables;
	uint64_t last[MM_LEVELS];
};

/*
 * Counts the tables of this level for [virt, last]. The plan is sorted: only the first of them may
 * have been counted before.
 */
static inline void count_tables(struct census *c, unsigned level, uint64_t virt, uint64_t last)
{
	const uint64_t first_table = virt >> MM_LEVEL_SHIFT(level + 1);
	const uint64_t last_table = last >> MM_LEVEL_SHIFT(level + 1);

	c->tables += last_table - first_table + (c->last[level] != first_table);
	c->last[level] = last_table;
}

/*
 * Tables of one level for a plain mapping: those before and after the run of larger leaves in its
 * middle, or all of them where there is no such run.
 */
static inline void count_around_leaves(struct census *c, const struct keel_mapping *m,
				       unsigned level, unsigned largest_leaf_level)
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

static void count_mapping(struct census *c, const struct keel_mapping *m,
			  unsigned largest_leaf_level)
{
	const uint64_t last = m->virt + (m->bytes - 1);

	if (m->repeat_pages) {
		count_tables(c, KEEL_LEVEL_PDPT, m->virt, last);
		c->tables += 2; /* one PD and one PT stand for all of the window */
		return;
	}
	for (unsigned level = KEEL_LEVEL_PT; level <= KEEL_LEVEL_PDPT; level++) {
		/* All of it in a table that is counted already: so are those above. */
		if (last >> MM_LEVEL_SHIFT(level + 1) == c->last[level])
			return;
		if (m->rights != KEEL_RIGHTS_NONE)
			count_around_leaves(c, m, level, largest_leaf_level);
		else if (level >= m->level)
			count_tables(c, level, m->virt, last);
	}
}

uint64_t mm_tables_count(const struct mm_plan *plan)
{
	/* The root; and no table is the one that was counted last. */
	struct census c = { 1, { ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0) } };

	for (uint64_t n = 0; n < plan->count; n++)
		count_mapping(&c, plan->mappings + n, plan->machine->largest_leaf_level);
	return c.tables;
}
