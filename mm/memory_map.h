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
#include "geometry.h"
#include "result.h"

/* An array of UEFI descriptors, in the firmware's order and with its stride. */
struct mm_descriptors {
	void *first;	 /* aligned to 8 bytes; the caller's */
	uint64_t bytes;	 /* of the whole array */
	uint64_t stride; /* bytes from one descriptor to the next: at least 40, a multiple of 8 */
};

/* Number of descriptors; 0 where the stride is 0. */
static inline uint64_t mm_descriptor_count(const struct mm_descriptors *d)
{
	return d->stride ? d->bytes / d->stride : 0;
}

/* The nth descriptor; n must be below the number. */
static inline struct keel_efi_descriptor *mm_descriptor(const struct mm_descriptors *d, uint64_t n)
{
	return (struct keel_efi_descriptor *)((char *)d->first + n * d->stride);
}

/*
 * Is a range of this type mapped as memory in the direct map? Of the firmware's types those that a
 * kernel may ever use as memory or has to read (UEFI 2.10, 7.2 "Memory Allocation Services"), and
 * all of Keel's.
 */
static inline bool mm_type_is_memory(uint32_t type)
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

/* Does this descriptor belong into the EFI region: RUNTIME bit, or a runtime services type? */
static inline bool mm_descriptor_is_runtime(const struct keel_efi_descriptor *d)
{
	/* Some boards (Dell IoT gateways) forget the bit on runtime services types. */
	return d->attribute & KEEL_EFI_MEMORY_RUNTIME ||
	       d->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE ||
	       d->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA;
}

/*
 * Can the descriptor be believed? False with the reason in *why (MM_NOTE_ZERO_PAGES to
 * MM_NOTE_TYPE), which is left alone otherwise. phys_bits: MAXPHYADDR.
 */
bool mm_descriptor_is_sound(const struct keel_efi_descriptor *d, uint32_t phys_bits,
			    enum mm_note *why);

/*
 * The memory type for a mapping of such memory: write-back where the attributes offer it and it is
 * not MMIO, else the best they offer, else uncached. Where they offer nothing at all *no_cache_bit
 * becomes true; it is left alone otherwise.
 */
enum keel_memory_type mm_memory_type(uint32_t type, uint64_t attribute, bool *no_cache_bit);

/* The map. The caller gives the array and its capacity. */
struct mm_memory_map {
	struct keel_memory_range *ranges; /* by physical address, without overlap */
	uint64_t capacity; /* elements; 2 * (descriptors + allocations) always suffices */
	uint64_t count;	   /* elements; set by mm_memory_map_build */
	/*
	 * Set by the caller: merge neighbours that are mapped alike, whatever their types, which is
	 * enough to plan with and much shorter. What is not mapped at all is left out. The type and
	 * attributes of a range are those of its first part; `reserved` is mm/'s own.
	 */
	bool coarse;
};

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

/* Fills in ranges[].virt: the direct-map address of all memory that the direct map reaches. */
void mm_memory_map_address(const struct mm_memory_map *map);

/*
 * Would the two maps be mapped alike? True when they have the same memory and the same other
 * ranges with the RUNTIME bit, with the same memory types; which type of memory is where, as it
 * changes with every allocation, does not matter. Either may be coarse.
 */
bool mm_memory_map_same(const struct mm_memory_map *left, const struct mm_memory_map *right);

#endif
