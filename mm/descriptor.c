/* SPDX-License-Identifier: BSD-2-Clause */
/* One descriptor of the firmware's memory map by itself: whether to believe it, how to map it. */
#include "internal.h"

bool mm_descriptor_is_sound(const struct keel_efi_descriptor *d, uint32_t phys_bits,
			    enum mm_note *why)
{
	const uint64_t pages_to_wrap = (~d->phys >> KEEL_PAGE_SHIFT) + 1;

	if (d->type >= KEEL_MEMORY_TYPE_UEFI_COUNT)
		*why = MM_NOTE_TYPE;
	else if (d->pages == 0)
		*why = MM_NOTE_ZERO_PAGES;
	else if (d->phys % KEEL_PAGE_SIZE)
		*why = MM_NOTE_UNALIGNED;
	else if (d->pages > pages_to_wrap)
		*why = MM_NOTE_WRAP;
	else if ((d->phys + (d->pages << KEEL_PAGE_SHIFT) - 1) >> phys_bits)
		*why = MM_NOTE_PHYS_BITS;
	else
		return true;
	return false;
}

enum keel_memory_type mm_memory_type(uint32_t type, uint64_t attribute, bool *no_cache_bit)
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
