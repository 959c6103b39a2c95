/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of mm/ share with each other and with nobody else. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "mm.h"

static inline struct mm_result mm_ok(void)
{
	return (struct mm_result){ MM_OK, 0 };
}

static inline struct mm_result mm_fail(enum mm_error error, uint64_t address)
{
	return (struct mm_result){ error, address };
}

static inline void mm_tell(const struct mm_notes *notes, enum mm_note what, uint64_t index,
			   uint64_t phys, uint64_t value)
{
	if (notes && notes->note)
		notes->note(notes->context, what, index, phys, value);
}

/* A run of adjacent ranges of the memory map that are mapped alike. */
struct mm_island {
	uint64_t phys;
	uint64_t end;
	enum keel_memory_type memory_type;
	bool no_cache_bit; /* the firmware offered no cacheability at all */
};

/*
 * The next island at or after range *n of the map, which is moved past it: memory, and with
 * `runtime` also everything else that has the RUNTIME bit. False when there is none.
 */
bool mm_next_island(const struct mm_memory_map *map, uint64_t *n, bool runtime,
		    struct mm_island *island);

#endif
