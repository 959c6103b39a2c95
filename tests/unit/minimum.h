/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many tables a finished plan cannot do without: block by block from the PML4 down, a block is
 * absent, or one leaf, or a table. Visits every block of every table that is needed, so it is slow,
 * and knows nothing of the arithmetic in mm/.
 */
#ifndef TESTS_MINIMUM_H
#define TESTS_MINIMUM_H

#include "check.h"

static inline uint64_t minimum_size(unsigned int level)
{
	return UINT64_C(1) << (12 + (level - 1) * MM_INDEX_BITS);
}

/* Would one large page from phys on have a change of memory type inside it? */
static inline bool minimum_cut(const struct mm_machine *machine, uint64_t phys, uint64_t bytes)
{
	if (phys < 0x100000 && phys + bytes > 0x100000)
		return true; /* fixed-range MTRRs end here */
	for (uint32_t i = 0; i < machine->boundary_count; i++)
		if (machine->boundaries[i] > phys && machine->boundaries[i] < phys + bytes)
			return true;
	return false;
}

static inline bool minimum_is_leaf(const struct mm_machine *machine, const struct keel_mapping *m,
				   unsigned int level, uint64_t virt)
{
	uint64_t size = minimum_size(level);
	uint64_t offset = virt - m->virt;

	return level <= machine->largest_leaf_level && m->rights != KEEL_RIGHTS_NONE &&
	       !m->repeat_pages && virt >= m->virt && offset + size <= m->bytes &&
	       (m->phys + offset) % size == 0 && !minimum_cut(machine, m->phys + offset, size);
}

/* Tables below one entry of that level; list[first..] are the mappings that may touch it. */
static inline uint64_t minimum_entry(const struct mm_machine *machine,
				     const struct keel_mapping *list, uint64_t first,
				     uint64_t count, unsigned int level, uint64_t virt)
{
	uint64_t last = virt + minimum_size(level) - 1;
	uint64_t tables = 1;
	bool needed = false;

	while (first < count && list[first].virt + (list[first].bytes - 1) < virt)
		first++;
	for (uint64_t i = first; i < count && list[i].virt <= last; i++)
		needed |= list[i].rights != KEEL_RIGHTS_NONE || list[i].level < level;
	if (!needed || level == 1 || minimum_is_leaf(machine, &list[first], level, virt))
		return 0;
	if (list[first].repeat_pages && level == 3) /* one PD and one PT for four entries */
		return virt == list[first].virt ? 2 : 0;
	for (uint64_t i = 0; level > 2 && i < MM_ENTRIES; i++) {
		uint64_t at = virt + i * minimum_size(level - 1);

		while (first < count && list[first].virt + (list[first].bytes - 1) < at)
			first++;
		tables += minimum_entry(machine, list, first, count, level - 1, at);
	}
	return tables;
}

/* For a plan that is sorted and merged. The root is one of them. */
static inline uint64_t minimum_tables(const struct mm_plan *plan)
{
	uint64_t upper = ~UINT64_C(0) << (12 + 4 * MM_INDEX_BITS - 1);
	uint64_t tables = 1;

	for (uint64_t i = 0; i < MM_ENTRIES; i++) {
		uint64_t virt = i * minimum_size(4);

		if (i >= MM_ENTRIES / 2)
			virt |= upper;
		tables += minimum_entry(plan->machine, plan->mappings, 0, plan->count, 4, virt);
	}
	return tables;
}

/* Is there a pair of neighbours that should have been one mapping? */
static inline void check_coalesced(const struct mm_plan *plan)
{
	for (uint64_t i = 1; i < plan->count; i++) {
		const struct keel_mapping *a = &plan->mappings[i - 1];
		const struct keel_mapping *b = &plan->mappings[i];
		bool same = a->rights == b->rights && a->region == b->region &&
			    a->level == b->level && !a->repeat_pages && !b->repeat_pages &&
			    a->virt + a->bytes == b->virt;

		if (a->virt + (a->bytes - 1) >= b->virt)
			fail_msg("mappings overlap or are not sorted at 0x%" PRIx64, b->virt);
		if (same && a->rights != KEEL_RIGHTS_NONE)
			same = a->memory_type == b->memory_type && a->phys + a->bytes == b->phys &&
			       !minimum_cut(plan->machine, b->phys - 1, 2);
		if (same)
			fail_msg("two mappings could be one at 0x%" PRIx64, b->virt);
	}
}

#endif
