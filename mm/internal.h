/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of mm/ share with each other and with nobody else. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "mm.h"

#define DIRECT_MAP_BYTES (KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1)

static inline struct mm_result mm_ok(void)
{
	return (struct mm_result){ MM_OK, 0 };
}

static inline struct mm_result mm_fail(enum mm_error error, uint64_t address)
{
	return (struct mm_result){ error, address };
}

/* mm_type_is_memory, where it is asked for every descriptor. */
static inline bool mm_is_memory(uint32_t type)
{
	const uint32_t memory =
		1u << KEEL_MEMORY_TYPE_LOADER_CODE | 1u << KEEL_MEMORY_TYPE_LOADER_DATA |
		1u << KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE |
		1u << KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA |
		1u << KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE |
		1u << KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA | 1u << KEEL_MEMORY_TYPE_CONVENTIONAL |
		1u << KEEL_MEMORY_TYPE_ACPI_RECLAIM | 1u << KEEL_MEMORY_TYPE_ACPI_NVS |
		1u << KEEL_MEMORY_TYPE_PERSISTENT;

	if (type < KEEL_MEMORY_TYPE_UEFI_COUNT)
		return memory >> type & 1;
	return type >= KEEL_MEMORY_TYPE_KERNEL && type < KEEL_MEMORY_TYPE_KEEL_END;
}

/* mm_descriptor_is_runtime, likewise. */
static inline bool mm_is_runtime(const struct keel_efi_descriptor *d)
{
	/* Some boards (Dell IoT gateways) forget the bit on runtime services types. */
	return d->attribute & KEEL_EFI_MEMORY_RUNTIME ||
	       d->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE ||
	       d->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA;
}

static inline void mm_tell(const struct mm_notes *notes, enum mm_note what, uint64_t index,
			   uint64_t phys, uint64_t value)
{
	if (notes && notes->note)
		notes->note(notes->context, what, index, phys, value);
}

#define MM_KIND_MEMORY_TYPE 0x7
#define MM_NOT_MAPPED	    0x100
#define MM_NO_CACHE_BIT	    0x200
#define MM_NOT_MEMORY	    0x400

/*
 * How such a range is mapped: its memory type, perhaps with bits from below; or MM_NOT_MAPPED.
 * With `runtime`, everything that has the RUNTIME bit is mapped, else only memory.
 */
static inline unsigned mm_mapping_kind(uint32_t type, uint64_t attribute, bool runtime)
{
	const bool is_memory = mm_is_memory(type);
	bool no_cache_bit = false;
	unsigned kind;

	if (is_memory && attribute & KEEL_EFI_MEMORY_WB)
		return KEEL_MEMORY_WB;
	if (!is_memory && !(runtime && attribute & KEEL_EFI_MEMORY_RUNTIME))
		return MM_NOT_MAPPED;
	kind = mm_memory_type(type, attribute, &no_cache_bit);
	/* Memory and what is not memory stay apart: one of them has no place in the direct map. */
	kind |= is_memory ? 0 : MM_NOT_MEMORY;
	return no_cache_bit ? kind | MM_NO_CACHE_BIT : kind;
}

/* A run of adjacent ranges of the memory map that are mapped alike. */
struct mm_island {
	uint64_t phys;
	uint64_t end;
	enum keel_memory_type memory_type;
	bool is_memory;	   /* and thus has a place in the direct map */
	bool no_cache_bit; /* the firmware offered no cacheability at all */
};

/*
 * The next island at or after range *n of the map, which is moved past it: memory, and with
 * `runtime` also everything else that has the RUNTIME bit. False when there is none.
 */
bool mm_next_island(const struct mm_memory_map *map, uint64_t *n, bool runtime,
		    struct mm_island *island);

/*
 * W^X over frames within a plan that is not finished: only descriptors that overlap, or a kernel
 * that lies in one, can break it. `work` has room for twice as many mappings as the plan has.
 */
struct mm_result mm_plan_check_frames(const struct mm_plan *plan, struct keel_mapping *work);

/*
 * mm_plan_direct_map, with the mappings that may be executable in a plan of their own. `work` has
 * room for twice as many mappings as that has.
 */
struct mm_result mm_plan_memory(struct mm_plan *plan, const struct mm_request *request,
				const struct mm_plan *text, struct keel_mapping *work,
				struct mm_outcome *outcome);

#endif
