/* SPDX-License-Identifier: BSD-2-Clause */
/* The Memory Attributes Table (UEFI 2.10, 4.6.4): rights for pieces of the runtime descriptors. */
#ifndef MM_MEMORY_ATTRIBUTES_H
#define MM_MEMORY_ATTRIBUTES_H

#include "internal.h"

/* The nth entry; n is below the table's count. */
static inline const struct keel_efi_descriptor *mm_attributes_entry(
	const struct mm_memory_attributes *a, uint64_t n)
{
	return (const struct keel_efi_descriptor *)((const char *)a->entries + n * a->stride);
}

/*
 * Is the table by itself as it should be: entries sound, of runtime services types, ascending and
 * without overlap? *bad becomes the first one that is not (0 where it is the stride), or the
 * table's count.
 */
bool mm_attributes_are_sound(const struct mm_memory_attributes *a, uint32_t phys_bits,
			     uint64_t *bad);

/* The first entry of a sound table that ends above phys, or the table's count. */
uint64_t mm_attributes_above(const struct mm_memory_attributes *a, uint64_t phys);

#endif
