/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For a kernel that builds a root of its own and wants to keep regions of Keel's: stacks, direct
 * map, EFI region and so on. Tables below the entries that are copied are shared, not copied: what
 * is mapped later in one of those regions is seen in both roots, as long as no new PML4 or PDPT
 * entry is needed.
 */
#ifndef MM_SHARE_H
#define MM_SHARE_H

#include <stdint.h>
#include <keel/layout.h>
#include "result.h"

/* Rows of the layout, a bit each. */
#define MM_SHARE(region) (UINT32_C(1) << (region))

/*
 * What a kernel with text of its own at -2 GB wants. The EFI region has 64 of the 512 PDPT entries
 * behind the last PML4 entry, which also leads to kernel text: only those 64 are copied.
 */
#define MM_SHARE_ALL_BUT_TEXT                                                  \
	(MM_SHARE(KEEL_REGION_DIRECT_MAP) | MM_SHARE(KEEL_REGION_STACKS) |     \
	 MM_SHARE(KEEL_REGION_CPU_ENTRY_AREA) | MM_SHARE(KEEL_REGION_ESPFIX) | \
	 MM_SHARE(KEEL_REGION_EFI))

/* How the caller reaches tables: 512 entries, by their physical address. Never NULL. */
struct mm_table_access {
	uint64_t *(*table)(void *context, uint64_t phys);
	void *context; /* handed through */
};

/*
 * Copies the entries of the root `from_phys` that lead to these regions into the root `to_phys`:
 * PML4 entries, and PDPT entries for regions that share the last PML4 entry with others. Into the
 * PDPT behind to_phys's last entry, that is: the caller has put one there before. Entries that are
 * the same already are left alone.
 *
 * MM_ERR_UNALIGNED: a region shares its entries with its neighbours, as all do from kernel text on;
 * address is the region's first, as with MM_ERR_ROOT: one of the roots has no PDPT where it is
 * needed. MM_ERR_OVERLAP: to_phys has another entry there; address is the first that it covers.
 * Then nothing has been written.
 */
struct mm_result mm_share_regions(uint64_t to_phys, uint64_t from_phys, uint32_t regions,
				  const struct mm_table_access *access);

#endif
