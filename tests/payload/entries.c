/* SPDX-License-Identifier: BSD-2-Clause */
/* The form of entries; see entries.h. SDM vol. 3A, tables 4-15 to 4-20. */
#include <stddef.h>
#include "entries.h"
#include "found.h"
#include "mtrr.h"
#include "report.h"

/* Bits that the CPU ignores (11:9 and 62:52) are the kernel's to use: they are zero at entry. */
#define IGNORED_BITS (KEEL_U64(0x7ff0000000000e00))

static void note(struct found_fault *fault, const char *what, uint64_t virt, uint64_t expected,
		 uint64_t found)
{
	if (expected == found || fault->count++)
		return;
	fault->what = what;
	fault->virt = virt;
	fault->expected = expected;
	fault->found = found;
}

/* Address bits that this CPU does not have are reserved, and fault. */
static uint64_t beyond_phys_bits(void)
{
	return KEEL_PTE_ADDRESS & ~((UINT64_C(1) << boot->phys_bits) - 1);
}

static void check_table_bits(struct found_fault *fault, const struct walk_entry *e, bool user)
{
	const uint64_t want =
		KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D | (user ? KEEL_PTE_US : 0);
	const uint64_t address = KEEL_PTE_ADDRESS & ~beyond_phys_bits();

	note(fault, "bits of an entry that leads to a table", e->virt, want, e->entry & ~address);
	note(fault, "the table lies in the block of tables", e->virt, true,
	     walk_table(walk_phys(e->entry, e->level)) != NULL);
}

bool entries_check_table(const struct walk_entry *e, unsigned first_row)
{
	const uint64_t last = e->virt + (walk_level_bytes(e->level) - 1);
	const bool user = e->virt <= KEEL_VSYSCALL_START && KEEL_VSYSCALL_START <= last;

	for (unsigned row = first_row; row < KEEL_REGION_COUNT && keel_layout[row].start <= last;
	     row++) {
		struct found_fault *fault = &found_rows[row].tables;
		bool all_of_it = e->virt >= keel_layout[row].start && last <= keel_layout[row].last;

		check_table_bits(fault, e, user);
		if (keel_layout[row].kind == KEEL_ROW_HOLE && all_of_it)
			note(fault, "a table that serves nothing but a hole", e->virt, 0, e->entry);
	}
	return walk_table(walk_phys(e->entry, e->level)) != NULL;
}

/*
 * What a leaf has of A and D. Read-only and dirty means a shadow stack page (SDM vol. 3A 4.6.1). In
 * the EFI region both bits begin clear, and the firmware has run since.
 */
static uint64_t used_bits(uint64_t entry, unsigned row)
{
	const uint64_t used = KEEL_PTE_A | (entry & KEEL_PTE_RW ? KEEL_PTE_D : 0);

	if (row != KEEL_REGION_EFI)
		return used;
	return entry & KEEL_PTE_A ? entry & used : 0;
}

void entries_check_leaf(const struct walk_entry *leaf, unsigned row)
{
	struct found_fault *fault = &found_rows[row].leaves;
	const uint64_t bytes = walk_level_bytes(leaf->level);
	const uint64_t phys = walk_phys(leaf->entry, leaf->level);
	const uint64_t entry = leaf->entry;
	const uint64_t used = used_bits(entry, row);
	/* Between the third PAT bit and the address, a large leaf has reserved bits. */
	const uint64_t gap = leaf->level == KEEL_LEVEL_PT
				     ? 0
				     : (bytes - 1) & KEEL_PTE_ADDRESS & ~KEEL_PTE_PAT_LARGE;

	if (keel_layout[row].kind == KEEL_ROW_HOLE)
		note(fault, "a leaf in a hole", leaf->virt, 0, entry);
	note(fault, "the leaf ends in its row", leaf->virt, true,
	     leaf->virt + (bytes - 1) <= keel_layout[row].last);
	if (leaf->level > boot->largest_leaf_level)
		note(fault, "level of the leaf", leaf->virt, boot->largest_leaf_level, leaf->level);
	note(fault, "reserved bits", leaf->virt, 0, entry & (gap | beyond_phys_bits()));
	note(fault, "ignored bits", leaf->virt, 0, entry & IGNORED_BITS);
	note(fault, "global bit", leaf->virt, KEEL_PTE_G, entry & KEEL_PTE_G);
	note(fault, "accessed bit", leaf->virt, used & KEEL_PTE_A, entry & KEEL_PTE_A);
	note(fault, "user bit", leaf->virt, row == KEEL_REGION_VSYSCALL ? KEEL_PTE_US : 0,
	     entry & KEEL_PTE_US);
	note(fault, "dirty bit, which goes with the right to write", leaf->virt, used & KEEL_PTE_D,
	     entry & KEEL_PTE_D);
	if (leaf->level > KEEL_LEVEL_PT)
		note(fault, "one memory type throughout the leaf (MTRR)", leaf->virt, true,
		     mtrr_is_uniform(phys, bytes));
}

void entries_check_remains(const struct walk_entry *e, unsigned row)
{
	note(&found_rows[row].tables, "an entry that is not present", e->virt, 0, e->entry);
}
