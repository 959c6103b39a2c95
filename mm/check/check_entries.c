/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker's first part: every entry by itself (SDM vol. 3A, tables 4-15 to 4-20). */
#include "check_internal.h"
#include "walk.h"

/* Bits 11:9 and 62:52 are ignored by the CPU or mean protection keys: Keel leaves them clear. */
#define UNUSED_BITS KEEL_U64(0x7ff0000000000e00)

/* Entries with US on the way to where the walk is now, whose user leaf has not come yet. */
struct user_path {
	bool waiting[MM_LEVELS + 1];
	struct mm_entry entries[MM_LEVELS + 1];
};

static enum mm_violation table_violation(const struct mm_entry *entry)
{
	const uint64_t flags = entry->value & ~KEEL_PTE_ADDRESS & ~KEEL_PTE_US;

	if (flags != (KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D))
		return MM_CHECK_TABLE_BITS;
	return MM_CHECK_OK;
}

/* Both clear only in what is watched: check_plan.c knows which that is in the lower half. */
static bool used_bits_are_right(const struct mm_entry *leaf)
{
	const uint64_t bits = leaf->value & (KEEL_PTE_A | KEEL_PTE_D);

	if (leaf->virt >= KEEL_EFI_START && leaf->virt <= KEEL_EFI_LAST)
		return !bits;
	if (!bits)
		return leaf->writable && leaf->executable;
	return bits == (KEEL_PTE_A | (leaf->value & KEEL_PTE_RW ? KEEL_PTE_D : 0));
}

static enum mm_violation leaf_violation(const struct mm_check *check, const struct mm_entry *leaf)
{
	const uint64_t bytes = MM_LEVEL_BYTES(leaf->level);
	const uint64_t pat = leaf->level == KEEL_LEVEL_PT ? KEEL_PTE_PAT_4K : KEEL_PTE_PAT_LARGE;
	const bool global = check->global && leaf->virt >= MM_UPPER_HALF;

	if (leaf->level > KEEL_LEVEL_PT && leaf->level > check->plan->machine->largest_leaf_level)
		return MM_CHECK_LEAF_LEVEL;
	if (leaf->value & KEEL_PTE_ADDRESS & (bytes - 1) & ~pat)
		return MM_CHECK_LEAF_ALIGN;
	if (!used_bits_are_right(leaf))
		return MM_CHECK_LEAF_BITS;
	/* Indices 4 and 6 repeat types that have a lower index. */
	if (leaf->value & pat && !(leaf->value & KEEL_PTE_PWT))
		return MM_CHECK_LEAF_TYPE;
	if ((leaf->value & KEEL_PTE_G ? true : false) != global)
		return MM_CHECK_LEAF_GLOBAL;
	if (mm_check_is_cut(check->plan->machine, leaf->phys, bytes))
		return MM_CHECK_BOUNDARY;
	if (leaf->value & KEEL_PTE_US && !leaf->user)
		return MM_CHECK_USER_PATH;
	return MM_CHECK_OK;
}

static enum mm_violation entry_violation(const struct mm_check *check, const struct mm_entry *entry)
{
	if (entry->kind == MM_ENTRY_ABSENT)
		return MM_CHECK_ABSENT;
	if (entry->value & UNUSED_BITS || entry->phys >> check->plan->machine->phys_bits)
		return MM_CHECK_RESERVED;
	if (entry->kind == MM_ENTRY_LEAF)
		return leaf_violation(check, entry);
	return entry->kind == MM_ENTRY_OUTSIDE ? MM_CHECK_OUTSIDE : table_violation(entry);
}

/*
 * The walk has come to this entry, or to the end of a table (level MM_LEVELS): every table with US
 * that has been left without a user leaf is one too many. False with the level in *level.
 */
static bool user_path_step(struct user_path *path, const struct mm_entry *entry, unsigned *level)
{
	for (*level = KEEL_LEVEL_PD; *level <= MM_LEVELS; ++*level)
		if (path->waiting[*level] && (!entry || *level <= entry->level))
			return false;
	if (!entry || !(entry->value & KEEL_PTE_US))
		return true;
	if (entry->kind == MM_ENTRY_TABLE) {
		path->waiting[entry->level] = true;
		path->entries[entry->level] = *entry;
	} else {
		for (unsigned above = entry->level; above <= MM_LEVELS; above++)
			path->waiting[above] = false;
	}
	return true;
}

bool mm_check_entries(const struct mm_check *check, struct mm_check_report *report)
{
	struct user_path path = { 0 };
	uint8_t *seen = check->work;
	struct mm_entry entry;
	struct mm_walk walk;
	unsigned level;

	if (check->root >= check->pool->used)
		return mm_check_fail(report, MM_CHECK_ROOT, check->root, 0);
	for (uint64_t n = 0; n < check->pool->used; n++)
		seen[n] = n == check->root;
	report->tables = 1;
	mm_walk_begin(&walk, check->pool, check->root);
	while (mm_walk_entry(&walk, &entry)) {
		const enum mm_violation violation = entry_violation(check, &entry);

		if (violation != MM_CHECK_OK)
			return mm_check_fail(report, violation, entry.virt, entry.value);
		if (!user_path_step(&path, &entry, &level))
			return mm_check_fail(report, MM_CHECK_USER_PATH, path.entries[level].virt,
					     path.entries[level].value);
		if (entry.kind != MM_ENTRY_TABLE)
			continue;
		/* This also ends every walk in circles. */
		if (seen[entry.table])
			return mm_check_fail(report, MM_CHECK_TWICE, entry.virt, entry.value);
		seen[entry.table] = true;
		report->tables++;
	}
	if (!user_path_step(&path, NULL, &level))
		return mm_check_fail(report, MM_CHECK_USER_PATH, path.entries[level].virt,
				     path.entries[level].value);
	return true;
}
