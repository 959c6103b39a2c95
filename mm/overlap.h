/* SPDX-License-Identifier: BSD-2-Clause */
/* What a memory map is made of: inputs, sorted, and the pieces that are left where they overlap. */
#ifndef MM_OVERLAP_H
#define MM_OVERLAP_H

#include "internal.h"

/* A sound descriptor, or one of the loader's allocations. */
struct mm_map_input {
	uint64_t phys; /* first: inputs are sorted by it */
	uint64_t end;
	uint64_t attribute;
	uint32_t type;
	uint32_t index; /* in the firmware's array; without meaning for an allocation */
};

/* A part of an input that no other input has a better claim to. */
struct mm_map_piece {
	uint64_t phys;
	uint64_t end;
	const struct mm_map_input *input;
};

/* On the way through sorted inputs, from low addresses to high ones. */
struct mm_map_sweep {
	const struct mm_map_input *inputs;
	uint64_t count; /* of inputs */
	uint64_t next;	/* the first input that the sweep has not come to */
	uint64_t position;
	/* Inputs that reach beyond position, and perhaps some that have ended: a binary heap of
	 * their indices with the most restrictive one on top. Room for all inputs. */
	uint64_t *open;
	uint64_t open_count;
	uint64_t descriptors_end; /* the highest end of an open descriptor */
	const struct mm_notes *notes;
};

/* The next input overlaps with the one after it, and none is open: makes it ready for the below. */
static inline void mm_map_overlap_begin(struct mm_map_sweep *sweep)
{
	sweep->position = sweep->inputs[sweep->next].phys;
	sweep->descriptors_end = 0;
}

/* The next piece of inputs that overlap. When open_count is 0 afterwards it was the last one. */
void mm_map_overlap_piece(struct mm_map_sweep *sweep, struct mm_map_piece *piece);

#endif
