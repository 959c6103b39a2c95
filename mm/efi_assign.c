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
	const char *first = descriptors->first;
	const char *at = first + mm_descriptor_count(descriptors) * descriptors->stride;
	uint64_t room = KEEL_EFI_LAST - KEEL_EFI_START + 1;

	/*
	 * From last to first and downwards, modulo 2 MB: descriptors that are adjacent in physical
	 * memory stay adjacent, on which images rely that were split into code and data pieces.
	 */
	while (at != first) {
		struct keel_efi_descriptor *d;
		uint64_t bytes;

		at -= descriptors->stride;
		d = (struct keel_efi_descriptor *)at;
		d->virt = 0;
		if (!has_place(d, machine))
			continue;
		bytes = d->pages << KEEL_PAGE_SHIFT;
		if (!(d->attribute & KEEL_EFI_MEMORY_RUNTIME))
			mm_tell(notes, MM_NOTE_RUNTIME_BIT, (at - first) / descriptors->stride,
				d->phys, d->pages);
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
