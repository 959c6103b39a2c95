/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI region: addresses for the firmware's runtime descriptors, and their mappings with the
 * rights that the Memory Attributes Table gives.
 */
#include "internal.h"

static bool belongs(const struct keel_efi_descriptor *d, const struct mm_machine *machine)
{
	enum mm_note why;

	return mm_is_runtime(d) && mm_descriptor_is_sound(d, machine->phys_bits, &why);
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
		if (!belongs(d, machine))
			continue;
		bytes = d->pages << KEEL_PAGE_SHIFT;
		if (!(d->attribute & KEEL_EFI_MEMORY_RUNTIME))
			mm_tell(notes, MM_NOTE_RUNTIME_BIT, n, d->phys, d->pages);
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

static const struct keel_efi_descriptor *attributes_entry(const struct mm_memory_attributes *a,
							  uint64_t n)
{
	return (const struct keel_efi_descriptor *)((const char *)a->entries + n * a->stride);
}

static uint64_t entry_end(const struct keel_efi_descriptor *entry)
{
	return entry->phys + (entry->pages << KEEL_PAGE_SHIFT);
}

/* The first entry that ends above phys; the table is known to be sorted. */
static uint64_t first_entry_above(const struct mm_memory_attributes *a, uint64_t phys)
{
	uint64_t low = 0;
	uint64_t high = a->count;

	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;

		if (entry_end(attributes_entry(a, middle)) <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Are the entries sound, of runtime services types, ascending and without overlap? */
static bool entries_ascend(const struct mm_memory_attributes *a, uint32_t phys_bits, uint64_t *bad)
{
	uint64_t end = 0;

	for (*bad = 0; *bad < a->count; ++*bad) {
		const struct keel_efi_descriptor *entry = attributes_entry(a, *bad);
		enum mm_note why;

		if (!mm_descriptor_is_sound(entry, phys_bits, &why) || entry->phys < end ||
		    (entry->type != KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE &&
		     entry->type != KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA))
			return false;
		end = entry_end(entry);
	}
	return true;
}

/*
 * Does every entry lie inside one runtime descriptor of its own type (UEFI 2.10, 4.6.4)? Each
 * descriptor claims the entries that lie in it, so all are claimed in the end, or the table is bad.
 */
static bool entries_belong(const struct mm_request *request, uint64_t *bad)
{
	const struct mm_memory_attributes *a = &request->attributes;
	uint64_t claimed = 0;

	for (uint64_t n = 0; n < mm_descriptor_count(&request->descriptors); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&request->descriptors, n);

		if (!d->virt)
			continue;
		for (*bad = first_entry_above(a, d->phys); *bad < a->count; ++*bad) {
			const struct keel_efi_descriptor *entry = attributes_entry(a, *bad);

			if (entry->phys >= entry_end(d))
				break;
			if (entry->phys < d->phys || entry_end(entry) > entry_end(d) ||
			    entry->type != d->type)
				return false;
			claimed++;
		}
	}
	*bad = a->count;
	return claimed == a->count;
}

static bool attributes_are_usable(const struct mm_request *request)
{
	const struct mm_memory_attributes *a = &request->attributes;
	uint64_t bad = 0;

	if (!a->count)
		return false;
	if (a->stride >= sizeof(struct keel_efi_descriptor) && a->stride % 8 == 0 &&
	    entries_ascend(a, request->machine->phys_bits, &bad) && entries_belong(request, &bad))
		return true;
	mm_tell(request->notes, MM_NOTE_ATTRIBUTES_BAD, bad,
		bad < a->count && a->stride ? attributes_entry(a, bad)->phys : 0, a->count);
	return false;
}

/* What the region's mappings depend on. */
struct region {
	struct mm_plan *plan;
	const struct mm_request *request;
	struct mm_outcome *outcome;
	bool use_attributes;
};

/* Rights of a piece of a descriptor; entry is NULL where the table does not speak of it. */
static enum keel_rights piece_rights(const struct keel_efi_descriptor *d,
				     const struct keel_efi_descriptor *entry)
{
	const uint64_t attribute = entry ? entry->attribute : 0;

	if (d->type != KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE && !(attribute & KEEL_EFI_MEMORY_RO))
		return KEEL_RIGHTS_RW; /* data that is said to be both is data */
	if (attribute & KEEL_EFI_MEMORY_XP)
		return attribute & KEEL_EFI_MEMORY_RO ? KEEL_RIGHTS_R : KEEL_RIGHTS_RW;
	return attribute & KEEL_EFI_MEMORY_RO ? KEEL_RIGHTS_RX : KEEL_RIGHTS_FIRMWARE_RWX;
}

static struct mm_result add_piece(struct region *region, const struct keel_efi_descriptor *d,
				  uint64_t phys, uint64_t end,
				  const struct keel_efi_descriptor *entry)
{
	bool no_cache_bit = false;
	const struct keel_mapping m = {
		.virt = d->virt + (phys - d->phys),
		.phys = phys,
		.bytes = end - phys,
		.rights = piece_rights(d, entry),
		.memory_type = mm_memory_type(d->type, d->attribute, &no_cache_bit),
		.region = KEEL_REGION_EFI,
	};

	if (m.rights == KEEL_RIGHTS_FIRMWARE_RWX) {
		region->outcome->runtime_code_writable = true;
		mm_tell(region->request->notes, MM_NOTE_CODE_WRITABLE, 0, phys,
			(end - phys) >> KEEL_PAGE_SHIFT);
	}
	return mm_plan_add(region->plan, &m);
}

static struct mm_result add_descriptor(struct region *region, const struct keel_efi_descriptor *d)
{
	const struct mm_memory_attributes *a = &region->request->attributes;
	uint64_t n = region->use_attributes ? first_entry_above(a, d->phys) : a->count;
	const uint64_t end = entry_end(d);
	bool no_cache_bit = false;

	mm_memory_type(d->type, d->attribute, &no_cache_bit);
	if (no_cache_bit)
		mm_tell(region->request->notes, MM_NOTE_NO_CACHE_BIT, 0, d->phys, d->pages);
	for (uint64_t phys = d->phys; phys < end;) {
		const struct keel_efi_descriptor *entry =
			n < a->count ? attributes_entry(a, n) : NULL;
		uint64_t piece_end = end;
		struct mm_result result;

		if (entry && entry->phys >= end)
			entry = NULL;
		if (entry && entry->phys > phys) {
			piece_end = entry->phys;
			entry = NULL;
		} else if (entry) {
			piece_end = entry_end(entry);
			n++;
		}
		result = add_piece(region, d, phys, piece_end, entry);
		if (result.error)
			return result;
		phys = piece_end;
	}
	return mm_ok();
}

struct mm_result mm_plan_efi_region(struct mm_plan *plan, const struct mm_request *request,
				    struct mm_outcome *outcome)
{
	struct region region = { plan, request, outcome, false };
	struct mm_result result =
		mm_efi_assign(&request->descriptors, request->machine, request->notes);

	if (result.error)
		return result;
	outcome->runtime_code_writable = false;
	region.use_attributes = attributes_are_usable(request);
	for (uint64_t n = 0; n < mm_descriptor_count(&request->descriptors); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&request->descriptors, n);

		if (!d->virt)
			continue;
		result = add_descriptor(&region, d);
		if (result.error)
			return result;
	}
	return mm_ok();
}
