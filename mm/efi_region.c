/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI region: the mappings of the firmware's runtime descriptors, with the rights that the
 * Memory Attributes Table gives.
 */
#include "memory_attributes.h"
#include "regions.h"

/* The region under construction. */
struct region {
	struct mm_plan *plan;
	const struct mm_request *request;
	bool use_attributes;
	uint64_t claimed; /* entries of the table that lie in the descriptors so far */
	bool bad_found;	  /* the table is of no use */
	uint64_t bad;	  /* then: the entry that does not belong where it lies, or their number */
	uint64_t writable_pages; /* of code, and where the first of them is */
	uint64_t writable_phys;
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

static struct mm_result add_efi_piece(struct region *region, const struct keel_efi_descriptor *d,
				      uint64_t phys, uint64_t end,
				      enum keel_memory_type memory_type,
				      const struct keel_efi_descriptor *entry)
{
	const struct keel_mapping m = {
		.virt = d->virt + (phys - d->phys),
		.phys = phys,
		.bytes = end - phys,
		.rights = piece_rights(d, entry),
		.memory_type = memory_type,
		.region = KEEL_REGION_EFI,
	};

	if (m.rights == KEEL_RIGHTS_FIRMWARE_RWX) {
		if (!region->writable_pages)
			region->writable_phys = phys;
		region->writable_pages += (end - phys) >> KEEL_PAGE_SHIFT;
	}
	return mm_plan_add(region->plan, &m);
}

/*
 * Pieces of a descriptor as the entries in it cut it. Every entry has to lie in one descriptor of
 * its own type (UEFI 2.10, 4.6.4); one that does not makes the whole table useless.
 */
static struct mm_result add_efi_pieces(struct region *region, const struct keel_efi_descriptor *d,
				       enum keel_memory_type memory_type)
{
	const struct mm_memory_attributes *a = &region->request->attributes;
	const uint64_t end = mm_descriptor_end(d);
	uint64_t phys = d->phys;
	struct mm_result result = mm_ok();

	for (uint64_t n = mm_attributes_above(a, phys); n < a->count; n++) {
		const struct keel_efi_descriptor *entry = mm_attributes_entry(a, n);

		if (entry->phys >= end)
			break;
		if (entry->phys < phys || mm_descriptor_end(entry) > end ||
		    entry->type != d->type) {
			region->bad = n;
			region->bad_found = true;
			return mm_ok();
		}
		if (entry->phys > phys)
			result = add_efi_piece(region, d, phys, entry->phys, memory_type, NULL);
		phys = mm_descriptor_end(entry);
		if (!result.error)
			result = add_efi_piece(region, d, entry->phys, phys, memory_type, entry);
		if (result.error)
			return result;
		region->claimed++;
	}
	if (phys < end)
		result = add_efi_piece(region, d, phys, end, memory_type, NULL);
	return result;
}

static struct mm_result add_descriptor(struct region *region, const struct keel_efi_descriptor *d)
{
	bool no_cache_bit = false;
	const enum keel_memory_type type = mm_memory_type(d->type, d->attribute, &no_cache_bit);

	if (no_cache_bit)
		mm_tell(region->request->notes, MM_NOTE_NO_CACHE_BIT, MM_NO_INDEX, d->phys,
			d->pages);
	else if (mm_type_is_foreign(d->type) && type != KEEL_MEMORY_WB)
		mm_tell(region->request->notes, MM_NOTE_NO_WRITE_BACK, MM_NO_INDEX, d->phys,
			d->pages);
	if (region->use_attributes)
		return add_efi_pieces(region, d, type);
	return add_efi_piece(region, d, d->phys, mm_descriptor_end(d), type, NULL);
}

static struct mm_result add_descriptors(struct region *region)
{
	const struct mm_descriptors *all = &region->request->descriptors;
	const uint64_t count = mm_descriptor_count(all);

	for (uint64_t n = 0; n < count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(all, n);
		struct mm_result result;

		if (!d->virt)
			continue;
		result = add_descriptor(region, d);
		if (result.error || region->bad_found)
			return result;
	}
	if (region->use_attributes && region->claimed != region->request->attributes.count)
		region->bad_found = true;
	return mm_ok();
}

static void tell_bad_attributes(const struct mm_request *request, uint64_t bad)
{
	const struct mm_memory_attributes *a = &request->attributes;

	mm_tell(request->notes, MM_NOTE_ATTRIBUTES_BAD, bad,
		bad < a->count && a->stride ? mm_attributes_entry(a, bad)->phys : 0, a->count);
}

struct mm_result mm_plan_efi_region(struct mm_plan *plan, const struct mm_request *request,
				    void *work, struct mm_outcome *outcome)
{
	const struct mm_memory_attributes *a = &request->attributes;
	const uint64_t before = plan->count;
	struct region region = { .plan = plan, .request = request, .use_attributes = a->count };
	struct mm_result result =
		mm_efi_assign(&request->descriptors, request->machine, work, request->notes);

	if (result.error)
		return result;
	region.bad_found =
		a->count && !mm_attributes_are_sound(a, request->machine->phys_bits, &region.bad);
	if (!region.bad_found)
		result = add_descriptors(&region);
	if (!result.error && region.bad_found) {
		/* Once more without the table, which does not fit itself or the memory map. */
		tell_bad_attributes(request, region.bad);
		plan->count = before;
		region = (struct region){ .plan = plan, .request = request };
		result = add_descriptors(&region);
	}
	if (result.error)
		return result;
	outcome->runtime_code_writable = region.writable_pages;
	if (region.writable_pages)
		mm_tell(request->notes, MM_NOTE_CODE_WRITABLE, MM_NO_INDEX, region.writable_phys,
			region.writable_pages);
	return mm_ok();
}
