/* SPDX-License-Identifier: BSD-2-Clause */
/* How the ranges of a memory map are mapped, and the runs of them that are mapped alike. */
#ifndef MM_MAPPED_RUN_H
#define MM_MAPPED_RUN_H

#include "internal.h"

/* How a range is mapped: its memory type, perhaps with bits from below; or MM_KIND_NOT_MAPPED. */
#define MM_KIND_MEMORY_TYPE  0x7
#define MM_KIND_NOT_MAPPED   0x100
#define MM_KIND_NO_CACHE_BIT 0x200
#define MM_KIND_NOT_MEMORY   0x400
#define MM_KIND_RUNTIME	     0x800

/*
 * With `runtime`, everything that has the RUNTIME bit is mapped, but for unaccepted memory, and
 * told apart; else only memory is, whether it has that bit or not.
 */
static inline unsigned mm_mapping_kind(uint32_t type, uint64_t attribute, bool runtime)
{
	const bool is_memory = mm_type_is_memory(type);
	unsigned kind = 0;
	bool no_cache_bit = false;

	if (runtime && attribute & KEEL_EFI_MEMORY_RUNTIME)
		kind = MM_KIND_RUNTIME;
	if (is_memory && attribute & KEEL_EFI_MEMORY_WB)
		return kind | KEEL_MEMORY_WB;
	if (!is_memory && (!kind || type == KEEL_MEMORY_TYPE_UNACCEPTED))
		return MM_KIND_NOT_MAPPED;
	kind |= mm_memory_type(type, attribute, &no_cache_bit);
	/* Memory and what is not memory stay apart: one of them has no place in the direct map. */
	kind |= is_memory ? 0 : MM_KIND_NOT_MEMORY;
	return no_cache_bit ? kind | MM_KIND_NO_CACHE_BIT : kind;
}

/* Adjacent ranges of a memory map that are mapped alike. */
struct mm_mapped_run {
	uint64_t phys;
	uint64_t end;
	enum keel_memory_type memory_type;
	bool is_memory;	   /* and thus has a place in the direct map */
	bool is_runtime;   /* told only with `runtime` */
	bool no_cache_bit; /* the firmware offered no cacheability at all */
};

/*
 * The next run at or after range *n of the map, which is moved past it: memory, and with `runtime`
 * also what else has the RUNTIME bit. False when there is none.
 */
bool mm_next_mapped_run(const struct mm_memory_map *map, uint64_t *n, bool runtime,
			struct mm_mapped_run *run);

#endif
