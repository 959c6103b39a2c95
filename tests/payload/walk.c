/* SPDX-License-Identifier: BSD-2-Clause */
/* The page walker; see walk.h. */
#include <stddef.h>
#include "report.h"
#include "walk.h"

const uint64_t *walk_table(uint64_t phys)
{
	uint64_t bytes = boot->tables_planned * KEEL_PAGE_SIZE;

	if (phys % KEEL_PAGE_SIZE || phys < boot->tables_phys || phys - boot->tables_phys >= bytes)
		return NULL;
	return (const uint64_t *)KEEL_DIRECT_MAP(phys);
}

static void walk_down(uint64_t phys, const struct walk_entry *parent,
		      const struct walk_visitor *visitor)
{
	const uint64_t *table = walk_table(phys);
	unsigned level = parent->level - 1;

	for (unsigned index = 0; table && index < WALK_ENTRIES; index++) {
		uint64_t entry = table[index];
		struct walk_entry e;

		if (!entry)
			continue;
		e = (struct walk_entry){
			.virt = walk_entry_virt(parent->virt, level, index),
			.entry = entry,
			.level = level,
			.leaf = walk_is_leaf(entry, level),
			.writable = parent->writable && entry & KEEL_PTE_RW,
			.user = parent->user && entry & KEEL_PTE_US,
			.executable = parent->executable && !(entry & KEEL_PTE_NX),
		};
		if (!(entry & KEEL_PTE_P))
			visitor->remains(&e);
		else if (e.leaf)
			visitor->leaf(&e);
		else if (visitor->table(&e))
			walk_down(walk_phys(entry, level), &e, visitor);
	}
}

void walk_root(uint64_t root_phys, const struct walk_visitor *visitor)
{
	const struct walk_entry everything = {
		.level = KEEL_LEVEL_PML4 + 1,
		.writable = true,
		.user = true,
		.executable = true,
	};

	walk_down(root_phys, &everything, visitor);
}

uint64_t walk_lookup(uint64_t root_phys, uint64_t virt, unsigned level)
{
	uint64_t phys = root_phys;

	for (unsigned at = KEEL_LEVEL_PML4;; at--) {
		const uint64_t *table = walk_table(phys);
		uint64_t entry = table ? table[virt / walk_level_bytes(at) % WALK_ENTRIES] : 0;

		if (at == level)
			return entry;
		if (!(entry & KEEL_PTE_P) || walk_is_leaf(entry, at))
			return 0;
		phys = walk_phys(entry, at);
	}
}
