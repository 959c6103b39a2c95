/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_MEMORY_DESCRIPTOR (UEFI 2.10, 7.2.3): an array of them, and what one of them means by itself.
 * Inline, because it is asked for every descriptor.
 */
#ifndef MM_DESCRIPTOR_H
#define MM_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/boot_info.h>
#include <keel/paging.h>
#include "result.h"

/* An array of UEFI descriptors, in the firmware's order and with its stride. */
struct mm_descriptors {
	void *first;	 /* aligned to 8 bytes; the caller's */
	uint64_t bytes;	 /* of the whole array */
	uint64_t stride; /* bytes from one descriptor to the next: at least 40, a multiple of 8 */
};

/* Can an array of descriptors have this stride, bytes? Newer ones may be longer than ours. */
static inline bool mm_stride_is_sound(uint64_t stride)
{
	return stride >= sizeof(struct keel_efi_descriptor) && stride % 8 == 0;
}

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

/* Where a sound descriptor's memory ends, bytes: the address after its last one. */
static inline uint64_t mm_descriptor_end(const struct keel_efi_descriptor *d)
{
	return d->phys + (d->pages << KEEL_PAGE_SHIFT);
}

/*
 * Is that a type that UEFI leaves to makers of machines and to loaders of operating systems (UEFI
 * 2.10, 7.2.1)? It is legal, and nothing else is known of it.
 */
static inline bool mm_type_is_foreign(uint32_t type)
{
	return type >= KEEL_MEMORY_TYPE_OEM;
}

/*
 * Is a range of this type mapped as memory in the direct map? Of the firmware's types those that a
 * kernel may ever use as memory or has to read (UEFI 2.10, 7.2 "Memory Allocation Services"), and
 * all of Keel's but firmware's tables: those are mapped page by page (table_pages.h).
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
	return type >= KEEL_MEMORY_TYPE_KERNEL && type < KEEL_MEMORY_TYPE_FIRMWARE_TABLE;
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
static inline bool mm_descriptor_is_sound(const struct keel_efi_descriptor *d, uint32_t phys_bits,
					  enum mm_note *why)
{
	const uint64_t phys_end = UINT64_C(1) << phys_bits;
	const uint64_t pages_to_wrap = (~d->phys >> KEEL_PAGE_SHIFT) + 1;

	if (d->type >= KEEL_MEMORY_TYPE_UEFI_COUNT && !mm_type_is_foreign(d->type))
		*why = MM_NOTE_TYPE;
	else if (d->pages == 0)
		*why = MM_NOTE_ZERO_PAGES;
	else if (d->phys % KEEL_PAGE_SIZE)
		*why = MM_NOTE_UNALIGNED;
	else if (d->phys < phys_end && d->pages <= (phys_end - d->phys) >> KEEL_PAGE_SHIFT)
		return true;
	else
		*why = d->pages > pages_to_wrap ? MM_NOTE_WRAP : MM_NOTE_PHYS_BITS;
	return false;
}

/*
 * The memory type for a mapping of such memory: write-back where the attributes offer it and it is
 * not MMIO, else the best they offer, else uncached. Where they offer nothing at all *no_cache_bit
 * becomes true; it is left alone otherwise.
 */
static inline enum keel_memory_type mm_memory_type(uint32_t type, uint64_t attribute,
						   bool *no_cache_bit)
{
	const uint64_t cache_bits =
		KEEL_EFI_MEMORY_UC | KEEL_EFI_MEMORY_WC | KEEL_EFI_MEMORY_WT | KEEL_EFI_MEMORY_WB;

	if (!(attribute & cache_bits))
		*no_cache_bit = true;
	/*
	 * The bits are capabilities, not settings, and boards claim write-back on ECAM windows and
	 * flash: MMIO is uncached whatever they say.
	 */
	if (type == KEEL_MEMORY_TYPE_MMIO || type == KEEL_MEMORY_TYPE_MMIO_PORT)
		return KEEL_MEMORY_UC;
	if (attribute & KEEL_EFI_MEMORY_WB)
		return KEEL_MEMORY_WB;
	if (attribute & KEEL_EFI_MEMORY_WT)
		return KEEL_MEMORY_WT;
	if (attribute & KEEL_EFI_MEMORY_WC)
		return KEEL_MEMORY_WC;
	return KEEL_MEMORY_UC;
}

/*
 * Does any of [phys, end) wait to be accepted, by any sound descriptor? Touching such memory ends
 * the guest, and a large leaf over it is touched by speculation: nothing may map or read it.
 */
static inline bool mm_is_unaccepted(const struct mm_descriptors *all, uint32_t phys_bits,
				    uint64_t phys, uint64_t end)
{
	const uint64_t count = mm_descriptor_count(all);

	for (uint64_t n = 0; n < count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(all, n);
		enum mm_note why;

		if (d->type == KEEL_MEMORY_TYPE_UNACCEPTED &&
		    mm_descriptor_is_sound(d, phys_bits, &why) && d->phys < end &&
		    phys < mm_descriptor_end(d))
			return true;
	}
	return false;
}

#endif
