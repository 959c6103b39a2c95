/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's tables (ACPI, SMBIOS and others), which a kernel is to reach in the direct map
 * wherever they lie. The caller lists their pages; mm/ maps those that nothing else does, and tells
 * the kernel's memory map of them.
 *
 * Such a page is read-only and write-back: below 1 MB, as everywhere, the MTRRs have the last word.
 * It is uncached where a descriptor calls it a device's. Pages of unaccepted memory stay out: who
 * lists tables cannot have read one there.
 */
#ifndef MM_TABLE_PAGES_H
#define MM_TABLE_PAGES_H

#include <stdbool.h>
#include <stdint.h>
#include "memory_map.h"
#include "result.h"

/* Whole pages. Of an array of them: ascending, without overlap. */
struct mm_table_pages {
	uint64_t phys; /* multiples of 4 KiB; bytes is not 0 */
	uint64_t bytes;
	bool writable; /* as far as the frames are not executable elsewhere */
};

struct mm_request;
struct mm_outcome;

/*
 * The pages that the plan for this request maps as tables become ranges of type
 * KEEL_MEMORY_TYPE_FIRMWARE_TABLE, with the attributes of what was there, or 0: the map's ranges
 * are split for them, or there are new ones. The map was built of the request's descriptors, is not
 * coarse, and has mm_memory_map_capacity with the request's tables; ranges[].virt is lost.
 *
 * MM_ERR_MAP_FULL.
 */
struct mm_result mm_memory_map_add_tables(struct mm_memory_map *map,
					  const struct mm_request *request,
					  const struct mm_outcome *outcome);

#endif
