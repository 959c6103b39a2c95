/* SPDX-License-Identifier: BSD-2-Clause */
/* What page tables depend on: how they are built up, and what the CPU can do. */
#ifndef MM_GEOMETRY_H
#define MM_GEOMETRY_H

#include <stdint.h>
#include <keel/layout.h>
#include <keel/paging.h>

/*
 * Bits of a table index: 9 on x86-64 (SDM vol. 3A 4.5). Tests compile mm/ with 2, which makes a
 * geometry so small that every range in it can be tried: 4 entries a table, 20-bit addresses.
 */
#ifndef MM_INDEX_BITS
#define MM_INDEX_BITS 9
#endif
#define MM_ENTRIES (1u << MM_INDEX_BITS) /* of one table */
#define MM_LEVELS  4			 /* KEEL_LEVEL_PT to KEEL_LEVEL_PML4 */

/* Address bits below the index of a table of this level; and the bytes that one entry covers. */
#define MM_LEVEL_SHIFT(level) (KEEL_PAGE_SHIFT + ((level)-1) * MM_INDEX_BITS)
#define MM_LEVEL_BYTES(level) (UINT64_C(1) << MM_LEVEL_SHIFT(level))

/* Bits of a virtual address that are translated, and the first address of the upper half. */
#define MM_VIRT_BITS  (KEEL_PAGE_SHIFT + MM_LEVELS * MM_INDEX_BITS)
#define MM_UPPER_HALF (~UINT64_C(0) << (MM_VIRT_BITS - 1))

/* Bytes of physical memory, from 0 on, that have a place in the direct map. */
#define MM_DIRECT_MAP_BYTES (KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1)

/* Where the fixed-range MTRRs end (SDM vol. 3A 11.11.2.2): no large page may reach across. */
#define MM_FIXED_MTRR_END KEEL_U64(0x100000)

/* The CPU and its memory types, as far as they matter to page tables. */
struct mm_machine {
	uint32_t phys_bits;	     /* MAXPHYADDR, CPUID 80000008h EAX bits 7:0; 32 to 52 */
	uint32_t largest_leaf_level; /* KEEL_LEVEL_PD, or KEEL_LEVEL_PDPT with 1 GB pages */
	/*
	 * Physical addresses where the effective MTRR type may change, ascending, multiples of
	 * 4 KiB: no large page may have one of them inside it (SDM vol. 3A 11.11.9). The end of the
	 * fixed-range MTRRs is always one of them, whether it is listed or not. The caller's; not
	 * written.
	 */
	const uint64_t *boundaries;
	uint32_t boundary_count;
};

#endif
