/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts tables; see census.h. A table could be saved when a larger leaf in its place would say
 * the same, or when it is empty and the layout does not ask for it.
 */
#include <stddef.h>
#include "census.h"
#include "firmware.h"
#include "mtrr.h"
#include "report.h"
#include "walk.h"

/* One bit a table: 1 GB of tables, which is more than 105 TB in 2 MB leaves need. */
#define TABLES (1u << 18)

struct census census;
static uint8_t seen[TABLES / 8];

enum shape { SHAPE_TABLE, SHAPE_EMPTY, SHAPE_LEAF };

/* What an entry amounts to when everything below it is written as briefly as possible. */
struct summary {
	enum shape shape;
	uint64_t phys, attributes; /* of the leaf */
};

#define ATTRIBUTES (KEEL_PTE_RW | KEEL_PTE_US | KEEL_PTE_G | KEEL_PTE_NX)

static bool seen_before(uint64_t table_phys)
{
	uint64_t n = (table_phys - boot->tables_phys) / KEEL_PAGE_SIZE;

	if (n >= TABLES) {
		census.uncountable++;
		return true;
	}
	bool before = seen[n / 8] >> n % 8 & 1;

	seen[n / 8] |= (uint8_t)(1u << n % 8);
	return before;
}

/* Tables that are in place although nothing is mapped through them yet. */
static bool layout_asks_for(uint64_t virt, unsigned level)
{
	static const struct {
		uint64_t start, last;
		unsigned level;
	} in_place[] = {
		{ KEEL_STACKS_START, KEEL_STACKS_LAST, KEEL_LEVEL_PDPT },
		{ KEEL_MODULES_START, KEEL_MODULES_LAST, KEEL_LEVEL_PD },
		{ KEEL_FIXMAP_START, KEEL_FIXMAP_LAST, KEEL_LEVEL_PT },
	};
	const uint64_t last = virt + (walk_level_bytes(level + 1) - 1);

	if (level == KEEL_LEVEL_PML4)
		return true;
	for (unsigned n = 0; n < sizeof(in_place) / sizeof(in_place[0]); n++)
		if (level >= in_place[n].level && virt <= in_place[n].last &&
		    last >= in_place[n].start)
			return true;
	return false;
}

/* A bit of no entry. Asked in ascending order, so that few looks at the memory map do. */
#define OF_RUNTIME (UINT64_C(1) << 58)

static uint64_t runtime_attribute(uint64_t phys)
{
	static uint64_t start, attribute;
	static struct firmware_span span;

	if (phys < start || phys >= span.end) {
		start = phys;
		span = firmware_span(phys);
		attribute = span.attribute & KEEL_EFI_MEMORY_RUNTIME ? OF_RUNTIME : 0;
	}
	return attribute;
}

/*
 * In the transition root, runtime memory has leaves of its own. Their accessed bits say the same
 * only as long as nothing else is used.
 */
static uint64_t leaf_attributes(uint64_t leaf, unsigned level, uint64_t virt)
{
	return (leaf & ATTRIBUTES) | (uint64_t)walk_memory_type(leaf, level) << KEEL_PAGE_SHIFT |
	       (virt <= KEEL_USER_LAST ? runtime_attribute(walk_phys(leaf, level)) : 0);
}

static struct summary summarize_table(uint64_t table_phys, unsigned level, uint64_t virt);

static struct summary summarize_entry(uint64_t entry, unsigned level, uint64_t virt)
{
	if (!(entry & KEEL_PTE_P))
		return (struct summary){ SHAPE_EMPTY, 0, 0 };
	if (walk_is_leaf(entry, level))
		return (struct summary){ SHAPE_LEAF, walk_phys(entry, level),
					 leaf_attributes(entry, level, virt) };
	return summarize_table(walk_phys(entry, level), level - 1, virt);
}

/* Could a leaf one level up stand for a table that begins with this one and goes on like it? */
static bool may_be_one_leaf(const struct summary *first, unsigned level)
{
	uint64_t bytes = walk_level_bytes(level + 1);

	return first->shape == SHAPE_LEAF && level + 1 <= boot->largest_leaf_level &&
	       first->phys % bytes == 0 && mtrr_is_uniform(first->phys, bytes);
}

static struct summary summarize_table(uint64_t table_phys, unsigned level, uint64_t virt)
{
	const uint64_t *table = walk_table(table_phys);
	struct summary first = { SHAPE_TABLE, 0, 0 };
	bool alike = true;

	if (!table || seen_before(table_phys))
		return (struct summary){ SHAPE_TABLE, 0, 0 };
	census.used++;
	for (unsigned n = 0; n < WALK_ENTRIES; n++) {
		struct summary s =
			summarize_entry(table[n], level, walk_entry_virt(virt, level, n));

		if (n == 0)
			first = s;
		if (s.shape != first.shape || s.attributes != first.attributes)
			alike = false;
		if (s.shape == SHAPE_LEAF && s.phys != first.phys + n * walk_level_bytes(level))
			alike = false;
	}
	if (alike && ((first.shape == SHAPE_EMPTY && !layout_asks_for(virt, level)) ||
		      may_be_one_leaf(&first, level)))
		return first;
	census.minimum++;
	return (struct summary){ SHAPE_TABLE, 0, 0 };
}

/* Tables below the kernel root's entries for the direct map, counted before all others. */
static void count_direct_map(void)
{
	const uint64_t *root = walk_table(boot->kernel_root_phys);
	const uint64_t step = walk_level_bytes(KEEL_LEVEL_PML4);

	for (uint64_t virt = KEEL_DIRECT_MAP_START; root && virt < KEEL_DIRECT_MAP_LAST;
	     virt += step)
		summarize_entry(root[virt / step % WALK_ENTRIES], KEEL_LEVEL_PML4, virt);
	census.direct_map = census.used + 1;
}

void census_take(void)
{
	count_direct_map();
	summarize_table(boot->kernel_root_phys, KEEL_LEVEL_PML4, 0);
	summarize_table(boot->transition_root_phys, KEEL_LEVEL_PML4, 0);
	summarize_table(boot->landing_root_phys, KEEL_LEVEL_PML4, 0);
}
