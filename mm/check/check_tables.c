/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checker's last part: how many tables there are, and how many there would have to be. It
 * starts from the tables themselves, not from the plan's arithmetic: a table whose entries could be
 * one larger leaf is one too many, and so is one that is empty and not wanted in place.
 */
#include "check_internal.h"
#include "walk.h"

enum block_kind {
	BLOCK_EMPTY,
	BLOCK_LEAF, /* one leaf, or what could be one */
	BLOCK_MIXED
};

/* What an entry or a whole table amounts to. */
struct block {
	enum block_kind kind;
	uint64_t phys; /* of a leaf */
	uint64_t bits; /* of a leaf: rights, accessed, memory type: the same at every level */
};

struct survey {
	const struct mm_check *check;
	uint64_t tables;   /* that there are */
	uint64_t needless; /* of them could be done without */
	uint64_t first;	   /* address of the first of those */
};

/* Does the plan want a table of this level for [virt, last], empty as it may be? */
static bool is_wanted(const struct mm_plan *plan, unsigned level, uint64_t virt, uint64_t last)
{
	uint64_t low = 0;
	uint64_t high = plan->count;

	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		const struct keel_mapping *m = plan->mappings + middle;

		if (m->virt + (m->bytes - 1) < virt)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < plan->count && plan->mappings[low].virt <= last; low++)
		if (plan->mappings[low].rights == KEEL_RIGHTS_NONE &&
		    plan->mappings[low].level <= level)
			return true;
	return false;
}

static struct block leaf_block(uint64_t value, unsigned level)
{
	const uint64_t pat = level == KEEL_LEVEL_PT ? KEEL_PTE_PAT_4K : KEEL_PTE_PAT_LARGE;
	const uint64_t same = KEEL_PTE_RW | KEEL_PTE_US | KEEL_PTE_PWT | KEEL_PTE_PCD | KEEL_PTE_A |
			      KEEL_PTE_G | KEEL_PTE_NX;

	return (struct block){
		.kind = BLOCK_LEAF,
		.phys = value & KEEL_PTE_ADDRESS & -MM_LEVEL_BYTES(level),
		.bits = (value & same) | (value & pat ? KEEL_PTE_PAT_LARGE : 0),
	};
}

static struct block survey_table(struct survey *s, uint64_t table, unsigned level, uint64_t virt);

static struct block entry_block(struct survey *s, uint64_t value, unsigned level, uint64_t virt)
{
	const struct mm_pool *pool = s->check->pool;

	if (!(value & KEEL_PTE_P))
		return (struct block){ .kind = BLOCK_EMPTY };
	if (level == KEEL_LEVEL_PT || (level < MM_LEVELS && value & KEEL_PTE_PS))
		return leaf_block(value, level);
	return survey_table(s, ((value & KEEL_PTE_ADDRESS) - pool->phys) >> KEEL_PAGE_SHIFT,
			    level - 1, virt);
}

/* Could these blocks of one table, found so far to be `all`, and the next one be one leaf? */
static enum block_kind join(const struct block *all, const struct block *next, uint64_t offset)
{
	if (all->kind == BLOCK_EMPTY && next->kind == BLOCK_EMPTY)
		return BLOCK_EMPTY;
	if (all->kind == BLOCK_LEAF && next->kind == BLOCK_LEAF && all->bits == next->bits &&
	    all->phys + offset == next->phys)
		return BLOCK_LEAF;
	return BLOCK_MIXED;
}

/* A table of this level, whose block begins at virt, with all below it. At most 4 calls deep. */
static struct block survey_table(struct survey *s, uint64_t table, unsigned level, uint64_t virt)
{
	const uint64_t *entries = s->check->pool->base + table * MM_ENTRIES;
	const struct mm_machine *machine = s->check->plan->machine;
	const uint64_t bytes = MM_LEVEL_BYTES(level + 1);
	struct block all = { .kind = BLOCK_EMPTY };
	struct block next = all;

	s->tables++;
	for (unsigned n = 0; n < MM_ENTRIES; n++) {
		const uint64_t offset = (uint64_t)n << MM_LEVEL_SHIFT(level);
		const bool upper = level == MM_LEVELS && n >= MM_ENTRIES / 2;

		/* Equal entries lead to one table, which counts once. */
		if (!n || entries[n] != entries[n - 1])
			next = entry_block(s, entries[n], level,
					   (virt + offset) | (upper ? MM_UPPER_HALF : 0));
		if (n)
			all.kind = join(&all, &next, offset);
		else
			all = next;
	}
	if (level == MM_LEVELS)
		return all;
	if (all.kind == BLOCK_LEAF &&
	    (level >= machine->largest_leaf_level || all.phys & (bytes - 1) ||
	     mm_check_is_cut(machine, all.phys, bytes)))
		all.kind = BLOCK_MIXED;
	if (all.kind == BLOCK_LEAF ||
	    (all.kind == BLOCK_EMPTY &&
	     !is_wanted(s->check->plan, level, virt, virt + (bytes - 1)))) {
		if (!s->needless++)
			s->first = virt;
	}
	return all;
}

bool mm_check_tables(const struct mm_check *check, struct mm_check_report *report)
{
	struct survey s = { .check = check };

	survey_table(&s, check->root, MM_LEVELS, 0);
	report->tables = s.tables;
	report->minimum = s.tables - s.needless;
	if (s.tables != check->plan->tables)
		return mm_check_fail(report, MM_CHECK_TABLE_COUNT, s.tables, check->plan->tables);
	if (s.needless)
		return mm_check_fail(report, MM_CHECK_WASTED, s.first, s.needless);
	return true;
}
