/* SPDX-License-Identifier: BSD-2-Clause */
/* The page walker: the way back from tables to what they map. */
#include "walk.h"

/* ACSL, for `make prove`: the walker reads nothing outside the pool's used tables. */
/*@ requires \valid_read(pool) && pool->used <= pool->pages <= 0x10000000000;
  @ requires table < pool->used && index < MM_ENTRIES;
  @ requires \valid_read(pool->base + (0 .. pool->pages * MM_ENTRIES - 1));
  @ assigns \nothing;
  @ ensures \result == pool->base[table * MM_ENTRIES + index];
  @*/
static uint64_t read(const struct mm_pool *pool, uint64_t table, unsigned index)
{
	return pool->base[table * MM_ENTRIES + index];
}

/*@ assigns \nothing; */
static bool is_leaf(uint64_t value, unsigned level)
{
	return level == KEEL_LEVEL_PT || (level < KEEL_LEVEL_PML4 && value & KEEL_PTE_PS);
}

/* A large leaf has other bits where the lower part of a table's address would be. */
/*@ requires 1 <= level <= MM_LEVELS;
  @ assigns \nothing;
  @*/
static uint64_t phys_of(uint64_t value, unsigned level)
{
	const uint64_t phys = value & KEEL_PTE_ADDRESS;

	return is_leaf(value, level) ? phys & ~(MM_LEVEL_BYTES(level) - 1) : phys;
}

/* The table's index in the pool, or false: written so that no address can wrap around. */
/*@ requires \valid_read(pool) && \valid(index) && \separated(pool, index);
  @ assigns *index;
  @ ensures \result ==> *index < pool->used;
  @*/
static bool index_of(const struct mm_pool *pool, uint64_t phys, uint64_t *index)
{
	if (phys < pool->phys)
		return false;
	*index = (phys - pool->phys) >> KEEL_PAGE_SHIFT;
	return *index < pool->used;
}

static uint64_t virt_of(const struct mm_walk_table *table, unsigned level, unsigned index)
{
	const uint64_t virt = table->virt + ((uint64_t)index << MM_LEVEL_SHIFT(level));

	return level == MM_LEVELS && index >= MM_ENTRIES / 2 ? virt | MM_UPPER_HALF : virt;
}

void mm_walk_begin(struct mm_walk *walk, const struct mm_pool *pool, uint64_t root)
{
	*walk = (struct mm_walk){ .pool = pool, .level = MM_LEVELS };
	walk->tables[MM_LEVELS] = (struct mm_walk_table){
		.index = root, .repeat = 1, .writable = true, .executable = true, .user = true
	};
}

/* The next table to be read is the one that the entry leads to. */
static void go_down(struct mm_walk *walk, const struct mm_entry *entry)
{
	walk->level = entry->level - 1;
	walk->tables[walk->level] = (struct mm_walk_table){
		.index = entry->table,
		.virt = entry->virt,
		.repeat = entry->repeat[entry->level],
		.writable = entry->writable,
		.executable = entry->executable,
		.user = entry->user,
	};
}

static enum mm_entry_kind kind_of(const struct mm_walk *walk, struct mm_entry *entry)
{
	if (!(entry->value & KEEL_PTE_P))
		return MM_ENTRY_ABSENT;
	if (is_leaf(entry->value, entry->level))
		return MM_ENTRY_LEAF;
	return index_of(walk->pool, entry->phys, &entry->table) ? MM_ENTRY_TABLE : MM_ENTRY_OUTSIDE;
}

/* Takes the entry that is next in the table of this level, and its equals if it leads to one. */
static void take_entry(struct mm_walk *walk, struct mm_walk_table *table, struct mm_entry *entry)
{
	const uint64_t value = read(walk->pool, table->index, table->next);

	*entry = (struct mm_entry){
		.virt = virt_of(table, walk->level, table->next),
		.value = value,
		.phys = phys_of(value, walk->level),
		.level = walk->level,
		.writable = table->writable && value & KEEL_PTE_RW,
		.executable = table->executable && !(value & KEEL_PTE_NX),
		.user = table->user && value & KEEL_PTE_US,
	};
	for (unsigned level = KEEL_LEVEL_PT; level <= MM_LEVELS; level++)
		entry->repeat[level] = level > walk->level ? walk->tables[level - 1].repeat : 1;
	entry->kind = kind_of(walk, entry);
	table->next++;
	if (entry->kind != MM_ENTRY_TABLE)
		return;
	/* A half of the root is no place for repetition: the addresses jump between the two. */
	while (table->next < MM_ENTRIES && read(walk->pool, table->index, table->next) == value &&
	       !(walk->level == MM_LEVELS && table->next == MM_ENTRIES / 2)) {
		entry->repeat[walk->level]++;
		table->next++;
	}
	go_down(walk, entry);
}

bool mm_walk_entry(struct mm_walk *walk, struct mm_entry *entry)
{
	while (walk->level <= MM_LEVELS) {
		struct mm_walk_table *table = walk->tables + walk->level;

		while (table->next < MM_ENTRIES && !read(walk->pool, table->index, table->next))
			table->next++;
		if (table->next < MM_ENTRIES) {
			take_entry(walk, table, entry);
			return true;
		}
		walk->level++;
	}
	return false;
}

static uint8_t memory_type_of(const struct mm_entry *leaf)
{
	const uint64_t pat = leaf->level == KEEL_LEVEL_PT ? KEEL_PTE_PAT_4K : KEEL_PTE_PAT_LARGE;

	return (leaf->value & KEEL_PTE_PWT ? 1 : 0) | (leaf->value & KEEL_PTE_PCD ? 2 : 0) |
	       (leaf->value & pat ? 4 : 0);
}

static void make_run(const struct mm_entry *leaf, struct mm_run *run)
{
	*run = (struct mm_run){
		.virt = leaf->virt,
		.phys = leaf->phys,
		.bytes = MM_LEVEL_BYTES(leaf->level),
		.appearances = 1,
		.level = leaf->level,
		.memory_type = memory_type_of(leaf),
		.writable = leaf->writable,
		.executable = leaf->executable,
		.user = leaf->user,
		.used = leaf->value & KEEL_PTE_A,
		.global = leaf->value & KEEL_PTE_G,
	};
	for (unsigned level = KEEL_LEVEL_PT; level <= MM_LEVELS; level++) {
		run->repeat[level] = leaf->repeat[level];
		run->appearances *= leaf->repeat[level];
	}
}

static void look_ahead(struct mm_walk *walk)
{
	struct mm_entry entry;

	walk->has_ahead = true;
	while (mm_walk_entry(walk, &entry)) {
		if (entry.kind != MM_ENTRY_LEAF && entry.kind != MM_ENTRY_OUTSIDE)
			continue;
		make_run(&entry, &walk->ahead);
		walk->ahead_status = entry.kind == MM_ENTRY_LEAF ? MM_WALK_RUN : MM_WALK_OUTSIDE;
		return;
	}
	walk->ahead_status = MM_WALK_END;
}

/* Does the leaf go on where the run ends, in the same way? */
static bool goes_on(const struct mm_run *run, const struct mm_run *leaf)
{
	if (run->virt + run->bytes != leaf->virt || run->phys + run->bytes != leaf->phys ||
	    run->level != leaf->level || run->memory_type != leaf->memory_type ||
	    run->writable != leaf->writable || run->executable != leaf->executable ||
	    run->user != leaf->user || run->used != leaf->used || run->global != leaf->global)
		return false;
	for (unsigned level = KEEL_LEVEL_PT; level <= MM_LEVELS; level++)
		if (run->repeat[level] != leaf->repeat[level])
			return false;
	return true;
}

enum mm_walk_status mm_walk_run(struct mm_walk *walk, struct mm_run *run)
{
	if (!walk->has_ahead)
		look_ahead(walk);
	*run = walk->ahead;
	if (walk->ahead_status != MM_WALK_RUN)
		return walk->ahead_status;
	for (;;) {
		look_ahead(walk);
		if (walk->ahead_status != MM_WALK_RUN || !goes_on(run, &walk->ahead))
			return MM_WALK_RUN;
		run->bytes += walk->ahead.bytes;
	}
}

bool mm_walk_has_table(const struct mm_pool *pool, uint64_t root, uint64_t virt, unsigned level)
{
	uint64_t table = root;

	for (unsigned at = MM_LEVELS; at > level; at--) {
		const unsigned index = virt >> MM_LEVEL_SHIFT(at) & (MM_ENTRIES - 1);
		const uint64_t value = read(pool, table, index);

		if (!(value & KEEL_PTE_P) || is_leaf(value, at) ||
		    !index_of(pool, phys_of(value, at), &table))
			return false;
	}
	return true;
}
