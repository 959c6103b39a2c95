/* SPDX-License-Identifier: BSD-2-Clause */
/* The Memory Attributes Table by itself: whether to believe it, and finding entries in it. */
#include "memory_attributes.h"

/* Are the entries sound, of runtime services types, ascending and without overlap? */
static bool entries_ascend(const struct mm_memory_attributes *a, uint32_t phys_bits, uint64_t *bad)
{
	uint64_t end = 0;

	for (*bad = 0; *bad < a->count; ++*bad) {
		const struct keel_efi_descriptor *entry = mm_attributes_entry(a, *bad);
		enum mm_note why;

		if (!mm_descriptor_is_sound(entry, phys_bits, &why) || entry->phys < end ||
		    (entry->type != KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE &&
		     entry->type != KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA))
			return false;
		end = mm_descriptor_end(entry);
	}
	return true;
}

bool mm_attributes_are_sound(const struct mm_memory_attributes *a, uint32_t phys_bits,
			     uint64_t *bad)
{
	*bad = 0;
	return mm_stride_is_sound(a->stride) && entries_ascend(a, phys_bits, bad);
}

uint64_t mm_attributes_above(const struct mm_memory_attributes *a, uint64_t phys)
{
	uint64_t low = 0;
	uint64_t high = a->count;

	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;

		if (mm_descriptor_end(mm_attributes_entry(a, middle)) <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
