/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's memory map (UEFI 2.10, 7.2.3 "GetMemoryMap"): descriptors in any order, which may
 * overlap or make no sense, become ranges that are sorted, merged and free of overlap.
 */
#ifndef MM_MEMORY_MAP_H
#define MM_MEMORY_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/boot_info.h>
#include "descriptor.h"
#include "geometry.h"
#include "result.h"

/* The map. The caller gives the array and its capacity. */
struct mm_memory_map {
	struct keel_memory_range *ranges; /* by physical address, without overlap */
	uint64_t capacity;		  /* elements; see mm_memory_map_capacity */
	uint64_t count;			  /* elements; set by mm_memory_map_build */
	/*
	 * Set by the caller: merge neighbours that are mapped alike, whatever their types, which is
	 * enough to plan with and much shorter. What is not mapped at all is left out. The type and
	 * attributes of a range are those of its first part; `reserved` is mm/'s own.
	 */
	bool coarse;
};

/*
 * Elements that always suffice for so many descriptors and allocations, with so many elements of
 * firmware's tables added later (table_pages.h).
 */
uint64_t mm_memory_map_capacity(uint64_t inputs, uint64_t tables);

/* Bytes of `work` that mm_memory_map_build needs for so many descriptors and allocations. */
uint64_t mm_memory_map_work_bytes(uint64_t inputs);

/*
 * Sorts, checks and merges the descriptors, with `allocations` on top: what the loader has taken
 * for itself and for the kernel (phys, bytes, attribute, and a type from KEEL_MEMORY_TYPE_KERNEL
 * on), which is a part of what some descriptor holds. Where inputs overlap the most restrictive
 * type wins. Unsound descriptors are dropped, with a note. Time n log n; linear where the
 * descriptors are a few ascending runs without overlap.
 *
 * Descriptors and allocations are not modified. `work` (mm_memory_map_work_bytes, aligned to 8
 * bytes) is only used during the call. ranges[].virt is 0 afterwards: see mm_memory_map_address.
 *
 * MM_ERR_STRIDE, MM_ERR_MAP_FULL.
 */
struct mm_result mm_memory_map_build(struct mm_memory_map *map, const struct mm_machine *machine,
				     const struct mm_descriptors *descriptors,
				     const struct keel_memory_range *allocations,
				     uint64_t allocation_count, void *work,
				     const struct mm_notes *notes);

/*
 * Fills in ranges[].virt: the direct-map address of all memory that the direct map reaches, and of
 * firmware's tables.
 */
void mm_memory_map_address(const struct mm_memory_map *map);

/*
 * The direct-map address of so many bytes at phys, of a map whose ranges have theirs; 0 where they
 * are not all in the direct map. phys 0 is no address.
 */
uint64_t mm_memory_map_virt(const struct mm_memory_map *map, uint64_t phys, uint64_t bytes);

/*
 * Would the two maps be mapped alike? True when they have the same memory and the same other
 * ranges with the RUNTIME bit, with the same memory types; which type of memory is where, as it
 * changes with every allocation, does not matter. Either may be coarse.
 */
bool mm_memory_map_same(const struct mm_memory_map *left, const struct mm_memory_map *right);

#endif
