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
		if (!belongs(d, machine))
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

/* What the region's mappings depend on. */
struct region {
	struct mm_plan *plan;
	const struct mm_request *request;
	bool use_attributes;
	uint64_t claimed; /* entries of the table that lie in the descriptors so far */
	uint64_t bad;	  /* the first entry that does not belong where it lies, if bad_found */
	bool bad_found;
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

static struct mm_result add_piece(struct region *region, const struct keel_efi_descriptor *d,
				  uint64_t phys, uint64_t end, enum keel_memory_type memory_type,
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
static struct mm_result add_pieces(struct region *region, const struct keel_efi_descriptor *d,
				   enum keel_memory_type memory_type)
{
	const struct mm_memory_attributes *a = &region->request->attributes;
	const uint64_t end = entry_end(d);
	uint64_t phys = d->phys;
	struct mm_result result = mm_ok();

	for (uint64_t n = first_entry_above(a, phys); n < a->count; n++) {
		const struct keel_efi_descriptor *entry = attributes_entry(a, n);

		if (entry->phys >= end)
			break;
		if (entry->phys < phys || entry_end(entry) > end || entry->type != d->type) {
			region->bad = n;
			region->bad_found = true;
			return mm_ok();
		}
		if (entry->phys > phys)
			result = add_piece(region, d, phys, entry->phys, memory_type, NULL);
		phys = entry_end(entry);
		if (!result.error)
			result = add_piece(region, d, entry->phys, phys, memory_type, entry);
		if (result.error)
			return result;
		region->claimed++;
	}
	if (phys < end)
		result = add_piece(region, d, phys, end, memory_type, NULL);
	return result;
}

static struct mm_result add_descriptor(struct region *region, const struct keel_efi_descriptor *d)
{
	bool no_cache_bit = false;
	const enum keel_memory_type type = mm_memory_type(d->type, d->attribute, &no_cache_bit);

	if (no_cache_bit)
		mm_tell(region->request->notes, MM_NOTE_NO_CACHE_BIT, MM_NO_INDEX, d->phys,
			d->pages);
	if (region->use_attributes)
		return add_pieces(region, d, type);
	return add_piece(region, d, d->phys, entry_end(d), type, NULL);
}

static struct mm_result add_descriptors(struct region *region)
{
	const struct mm_descriptors *all = &region->request->descriptors;
	const char *end = (const char *)all->first + mm_descriptor_count(all) * all->stride;

	for (const char *at = all->first; at != end; at += all->stride) {
		const struct keel_efi_descriptor *d = (const struct keel_efi_descriptor *)at;
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

static bool attributes_are_sound(const struct mm_request *request, uint64_t *bad)
{
	const struct mm_memory_attributes *a = &request->attributes;

	*bad = 0;
	return a->stride >= sizeof(struct keel_efi_descriptor) && a->stride % 8 == 0 &&
	       entries_ascend(a, request->machine->phys_bits, bad);
}

static void tell_bad_attributes(const struct mm_request *request, uint64_t bad)
{
	const struct mm_memory_attributes *a = &request->attributes;

	mm_tell(request->notes, MM_NOTE_ATTRIBUTES_BAD, bad,
		bad < a->count && a->stride ? attributes_entry(a, bad)->phys : 0, a->count);
}

/* The whole region, with or without the table; *bad_found if the table turns out to be useless. */
static struct mm_result plan_region(struct mm_plan *plan, const struct mm_request *request,
				    bool use_attributes, struct region *region)
{
	*region = (struct region){
		.plan = plan,
		.request = request,
		.use_attributes = use_attributes,
		.bad = request->attributes.count,
	};
	return add_descriptors(region);
}

struct mm_result mm_plan_efi_region(struct mm_plan *plan, const struct mm_request *request,
				    struct mm_outcome *outcome)
{
	const uint64_t before = plan->count;
	struct region region = { .bad_found = request->attributes.count };
	struct mm_result result =
		mm_efi_assign(&request->descriptors, request->machine, request->notes);

	if (!result.error && request->attributes.count &&
	    attributes_are_sound(request, &region.bad))
		result = plan_region(plan, request, true, &region);
	if (!result.error && region.bad_found)
		tell_bad_attributes(request, region.bad);
	if (!result.error && (region.bad_found || !request->attributes.count)) {
		/* Without the table, or once more because it does not fit the memory map. */
		plan->count = before;
		result = plan_region(plan, request, false, &region);
	}
	outcome->runtime_code_writable = region.writable_pages != 0;
	if (!result.error && region.writable_pages)
		mm_tell(request->notes, MM_NOTE_CODE_WRITABLE, MM_NO_INDEX, region.writable_phys,
			region.writable_pages);
	return result;
}
