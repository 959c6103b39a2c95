/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page walker: reads the live tables through the direct map, in address order. It believes
 * only two things: that CR3 leads to the root, and that tables lie in the block that boot_info
 * names. It never follows an entry that leads out of that block.
 */
#ifndef PAYLOAD_WALK_H
#define PAYLOAD_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/paging.h>

#define WALK_ENTRIES 512

/* One entry, with what the entries above it allow. */
struct walk_entry {
	uint64_t virt; /* first address that it is responsible for */
	uint64_t entry;
	unsigned level;
	bool leaf;
	/* Effective rights, this entry included (SDM vol. 3A 4.6). */
	bool writable, user, executable;
};

struct walk_visitor {
	/* An entry that leads to a table; returns whether to go down into it. */
	bool (*table)(const struct walk_entry *entry);
	void (*leaf)(const struct walk_entry *leaf);
	/* An entry that is not present, and not zero either. */
	void (*remains)(const struct walk_entry *entry);
};

void walk_root(uint64_t root_phys, const struct walk_visitor *visitor);

/* The entry at `level` on the way to virt in this root, 0 where the way ends above it. */
uint64_t walk_lookup(uint64_t root_phys, uint64_t virt, unsigned level);

/* A table in the block of tables, or NULL. */
const uint64_t *walk_table(uint64_t phys);

/* Bytes that one entry at this level is responsible for. */
static inline uint64_t walk_level_bytes(unsigned level)
{
	return KEEL_PAGE_SIZE << (level - 1) * 9;
}

/* What an entry of a table is responsible for begins here: the upper half is sign-extended. */
static inline uint64_t walk_entry_virt(uint64_t table_virt, unsigned level, unsigned index)
{
	uint64_t virt = table_virt + index * walk_level_bytes(level);

	if (level == KEEL_LEVEL_PML4 && index >= WALK_ENTRIES / 2)
		virt += KEEL_DIRECT_MAP_START - (KEEL_USER_LAST + 1);
	return virt;
}

static inline bool walk_is_leaf(uint64_t entry, unsigned level)
{
	return level == KEEL_LEVEL_PT || (level < KEEL_LEVEL_PML4 && entry & KEEL_PTE_PS);
}

/* The physical address in an entry: of a table, or of the frame behind a leaf. */
static inline uint64_t walk_phys(uint64_t entry, unsigned level)
{
	uint64_t phys = entry & KEEL_PTE_ADDRESS;

	return walk_is_leaf(entry, level) ? phys & ~(walk_level_bytes(level) - 1) : phys;
}

/* The index into the PAT; its third bit has a place of its own in large leaves. */
static inline uint8_t walk_memory_type(uint64_t leaf, unsigned level)
{
	uint64_t pat = level == KEEL_LEVEL_PT ? KEEL_PTE_PAT_4K : KEEL_PTE_PAT_LARGE;

	return (uint8_t)((leaf & KEEL_PTE_PWT ? 1 : 0) | (leaf & KEEL_PTE_PCD ? 2 : 0) |
			 (leaf & pat ? 4 : 0));
}

#endif
