/* SPDX-License-Identifier: BSD-2-Clause */
/* What a memory map is made of, between memory_map.c and overlap.c. */
#ifndef MM_MAP_INPUT_H
#define MM_MAP_INPUT_H

#include "internal.h"

/* A sound descriptor, or one of the loader's allocations. */
struct mm_map_input {
	uint64_t phys; /* first: inputs are sorted by it */
	uint64_t end;
	uint64_t attribute;
	uint16_t type;
	uint16_t rank;	/* the larger, the more restrictive */
	uint32_t index; /* in the firmware's array; without meaning for an allocation */
};

/* Rank of the allocations: above all that the firmware gives away, and below what it keeps. */
#define MM_RANK_ALLOCATION 5

/* Adds [phys, end), a part of `input`, at the map's end. False when the map is full. */
bool mm_map_append(struct mm_memory_map *map, uint64_t phys, uint64_t end,
		   const struct mm_map_input *input);

/*
 * The inputs that are open at one address, as a binary heap with the most restrictive one on top.
 */
struct mm_map_heap {
	const struct mm_map_input *inputs;
	uint64_t *open; /* indices of inputs; room for all of them */
	uint64_t count;
};

/*
 * Resolves the overlapping inputs from *next on, of `count` in all, up to the first address that
 * none of them covers; *next is moved past them. The heap is empty before and after. False when
 * the map is full.
 */
bool mm_map_resolve_overlap(struct mm_memory_map *map, struct mm_map_heap *heap, uint64_t *next,
			    uint64_t count, const struct mm_notes *notes);

#endif
