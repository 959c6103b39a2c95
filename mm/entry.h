/* SPDX-License-Identifier: BSD-2-Clause */
/* How rights and memory types are encoded in an entry (SDM vol. 3A, tables 4-15 to 4-20). */
#ifndef MM_ENTRY_H
#define MM_ENTRY_H

#include "mm.h"

/*
 * An entry that leads to a table permits everything: the leaf decides. Only US has to be set on
 * the whole way, and is added where a user leaf lies below.
 */
#define MM_TABLE_BITS (KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D)

/*
 * Accessed and dirty are set from the start, so that the CPU has nothing to write back; but a
 * read-only leaf never has dirty set, which would make it a shadow stack page (SDM vol. 3A 4.6.1).
 */
static inline uint64_t mm_rights_bits(enum keel_rights rights)
{
	static const uint64_t bits[KEEL_RIGHTS_COUNT] = {
		[KEEL_RIGHTS_R] = KEEL_PTE_P | KEEL_PTE_A | KEEL_PTE_NX,
		[KEEL_RIGHTS_RW] = KEEL_PTE_P | KEEL_PTE_A | KEEL_PTE_RW | KEEL_PTE_D | KEEL_PTE_NX,
		[KEEL_RIGHTS_RX] = KEEL_PTE_P | KEEL_PTE_A,
		[KEEL_RIGHTS_USER_R] = KEEL_PTE_P | KEEL_PTE_A | KEEL_PTE_US | KEEL_PTE_NX,
		[KEEL_RIGHTS_FIRMWARE_RWX] = KEEL_PTE_P | KEEL_PTE_A | KEEL_PTE_RW | KEEL_PTE_D,
		[KEEL_RIGHTS_WATCHED_RWX] = KEEL_PTE_P | KEEL_PTE_A | KEEL_PTE_RW | KEEL_PTE_D,
	};

	return bits[rights];
}

/* The index into the PAT; its third bit stands in another place in a large leaf. */
static inline uint64_t mm_memory_type_bits(enum keel_memory_type type, unsigned level)
{
	uint64_t bits = 0;

	if (type & 1)
		bits |= KEEL_PTE_PWT;
	if (type & 2)
		bits |= KEEL_PTE_PCD;
	if (type & 4)
		bits |= level == KEEL_LEVEL_PT ? KEEL_PTE_PAT_4K : KEEL_PTE_PAT_LARGE;
	return bits;
}

/* Here A and D are left to the CPU: they tell later what the firmware used. */
static inline bool mm_is_watched(const struct keel_mapping *m)
{
	return m->rights == KEEL_RIGHTS_WATCHED_RWX || m->region == KEEL_REGION_EFI;
}

/* All of a leaf but its address and the global bit. */
static inline uint64_t mm_leaf_bits(const struct keel_mapping *m, unsigned level)
{
	return (mm_rights_bits(m->rights) & ~(mm_is_watched(m) ? KEEL_PTE_A | KEEL_PTE_D : 0)) |
	       mm_memory_type_bits(m->memory_type, level) |
	       (level == KEEL_LEVEL_PT ? 0 : KEEL_PTE_PS);
}

#endif
