/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual addresses for the firmware's runtime descriptors (UEFI 2.10, 8.4). */
#include "internal.h"

static bool has_place(const struct keel_efi_descriptor *d, const struct mm_machine *machine)
{
	enum mm_note why;

	return mm_descriptor_is_runtime(d) && mm_descriptor_is_sound(d, machine->phys_bits, &why);
}

struct mm_result mm_efi_assign(const struct mm_descriptors *descriptors,
			       const struct mm_machine *machine, const struct mm_notes *notes)
{
	uint64_t room = KEEL_EFI_LAST - KEEL_EFI_START + 1;

	/*
	 * From last to first and downwards, modulo 2 MB: descriptors that are adjacent in physical
	 * memory stay adjacent, on which images rely that were split into code and data pieces.
	 */
	for (uint64_t n = mm_descriptor_count(descriptors); n-- > 0;) {
		struct keel_efi_descriptor *d = mm_descriptor(descriptors, n);
		uint64_t bytes;

		d->virt = 0;
		if (!has_place(d, machine))
			continue;
		if (!(d->attribute & KEEL_EFI_MEMORY_RUNTIME))
			mm_tell(notes, MM_NOTE_RUNTIME_BIT, n, d->phys, d->pages);
		bytes = d->pages << KEEL_PAGE_SHIFT;
		if (bytes > room)
			return mm_fail(MM_ERR_EFI_FULL, d->phys);
		bytes += (KEEL_EFI_START + room - bytes - d->phys) % KEEL_EFI_ALIGN;
		if (bytes > room)
			return mm_fail(MM_ERR_EFI_FULL, d->phys);
		room -= bytes;
		d->virt = KEEL_EFI_START + room;
	}
	return mm_ok();
}
