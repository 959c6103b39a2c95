/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual addresses for the firmware's runtime descriptors (UEFI 2.10, 8.4). */
#include "internal.h"
#include "sort.h"

/* A descriptor that gets an address. */
struct runtime {
	uint64_t phys; /* first: they are sorted by it */
	uint64_t index;
};

uint64_t mm_efi_assign_work_bytes(uint64_t descriptors)
{
	return descriptors * 2 * sizeof(struct runtime);
}

static bool has_place(const struct keel_efi_descriptor *d, const struct mm_machine *machine)
{
	enum mm_note why;

	return mm_descriptor_is_runtime(d) && mm_descriptor_is_sound(d, machine->phys_bits, &why);
}

/* What of the list nobody may touch goes, with a note. Returns how many stay. */
static uint64_t drop_unaccepted(const struct mm_descriptors *descriptors,
				const struct mm_machine *machine, const struct mm_notes *notes,
				struct runtime *list, uint64_t count)
{
	uint64_t kept = 0;

	for (uint64_t n = 0; n < count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(descriptors, list[n].index);

		if (mm_is_unaccepted(descriptors, machine->phys_bits, d->phys,
				     mm_descriptor_end(d)))
			mm_tell(notes, MM_NOTE_UNACCEPTED, list[n].index, d->phys, d->pages);
		else
			list[kept++] = list[n];
	}
	return kept;
}

/* The descriptors with a place; no descriptor has an address any more. Returns their number. */
static uint64_t collect_runtime(const struct mm_descriptors *descriptors,
				const struct mm_machine *machine, const struct mm_notes *notes,
				struct runtime *list)
{
	uint64_t count = 0;
	bool unaccepted = false;

	for (uint64_t n = 0; n < mm_descriptor_count(descriptors); n++) {
		struct keel_efi_descriptor *d = mm_descriptor(descriptors, n);

		d->virt = 0;
		unaccepted |= d->type == KEEL_MEMORY_TYPE_UNACCEPTED;
		if (!has_place(d, machine))
			continue;
		if (!(d->attribute & KEEL_EFI_MEMORY_RUNTIME))
			mm_tell(notes, MM_NOTE_RUNTIME_BIT, n, d->phys, d->pages);
		list[count++] = (struct runtime){ d->phys, n };
	}
	return unaccepted ? drop_unaccepted(descriptors, machine, notes, list, count) : count;
}

/* Puts it right below what stands in the region already; *room is what is left below that. */
static struct mm_result assign_below(struct keel_efi_descriptor *d, uint64_t *room)
{
	uint64_t bytes = d->pages << KEEL_PAGE_SHIFT;

	if (bytes > *room)
		return mm_fail(MM_ERR_EFI_FULL, d->phys);
	bytes += (KEEL_EFI_START + *room - bytes - d->phys) % KEEL_EFI_ALIGN;
	if (bytes > *room)
		return mm_fail(MM_ERR_EFI_FULL, d->phys);
	*room -= bytes;
	d->virt = KEEL_EFI_START + *room;
	return mm_ok();
}

/*
 * From the highest physical address down, modulo 2 MB: descriptors that are adjacent in physical
 * memory become adjacent, wherever in the array they stand. Images that were split into code and
 * data pieces rely on that (UEFI 2.5's Properties Table). Linux on x86 goes by the array, which is
 * the same only where the map ascends; on arm64 it sorts (libstub/arm-stub.c, efi_get_virtmap).
 */
struct mm_result mm_efi_assign(const struct mm_descriptors *descriptors,
			       const struct mm_machine *machine, void *work,
			       const struct mm_notes *notes)
{
	struct runtime *list = work;
	const uint64_t count = collect_runtime(descriptors, machine, notes, list);
	const struct runtime *sorted = mm_sort(list, list + count, count, sizeof(*list));
	uint64_t room = KEEL_EFI_LAST - KEEL_EFI_START + 1;

	for (uint64_t n = count; n-- > 0;) {
		const struct mm_result result =
			assign_below(mm_descriptor(descriptors, sorted[n].index), &room);

		if (result.error)
			return result;
	}
	return mm_ok();
}
