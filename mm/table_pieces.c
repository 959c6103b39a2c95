/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which pages of firmware's tables need a mapping of their own: a sweep over the tables and over
 * the runs of memory, both in ascending order.
 */
#include "table_pieces.h"

struct mm_table_walk mm_table_walk(const struct mm_request *request,
				   const struct mm_memory_map *map, uint32_t framebuffers_mapped)
{
	struct mm_table_walk walk = { .request = request,
				      .map = map,
				      .framebuffers_mapped = framebuffers_mapped };

	walk.has_memory = mm_next_mapped_run(map, &walk.next_range, false, &walk.memory);
	return walk;
}

/*
 * The pages of the first framebuffer that is mapped and ends above phys; none of them lies in
 * another one. False if there is none.
 */
static bool next_framebuffer(const struct mm_table_walk *walk, uint64_t phys,
			     struct mm_framebuffer *pages)
{
	*pages = (struct mm_framebuffer){ .phys = UINT64_MAX };
	for (unsigned n = 0; n < MM_FRAMEBUFFERS_MOST; n++) {
		const struct mm_framebuffer *f = walk->request->framebuffers + n;
		const uint64_t start = f->phys & ~(KEEL_PAGE_SIZE - 1);
		const uint64_t end =
			(f->phys + f->bytes + (KEEL_PAGE_SIZE - 1)) & ~(KEEL_PAGE_SIZE - 1);

		if (walk->framebuffers_mapped >> n & 1 && end > phys && start < pages->phys)
			*pages = (struct mm_framebuffer){ start, end - start };
	}
	return pages->bytes;
}

/* Where what is mapped at phys anyway ends; phys where nothing is. */
static uint64_t mapped_end(struct mm_table_walk *walk, uint64_t phys)
{
	struct mm_framebuffer pages;

	while (walk->has_memory && walk->memory.end <= phys)
		walk->has_memory =
			mm_next_mapped_run(walk->map, &walk->next_range, false, &walk->memory);
	if (walk->has_memory && walk->memory.phys <= phys)
		return walk->memory.end;
	if (next_framebuffer(walk, phys, &pages) && pages.phys <= phys)
		return pages.phys + pages.bytes;
	return phys;
}

/* The first address at or above phys where nothing is mapped; not looked for from `end` on. */
static uint64_t first_free(struct mm_table_walk *walk, uint64_t phys, uint64_t end)
{
	while (phys < end) {
		const uint64_t mapped = mapped_end(walk, phys);

		if (mapped == phys)
			break;
		phys = mapped;
	}
	return phys;
}

/* Lowers *end to an address above phys. */
static void cut_at(uint64_t *end, uint64_t phys, uint64_t at)
{
	if (phys < at && at < *end)
		*end = at;
}

/* What lies at an address where no memory is; the last one wins. */
enum place { PLACE_ANY, PLACE_DEVICE, PLACE_UNACCEPTED };

static enum place place_of_type(uint32_t type)
{
	if (type == KEEL_MEMORY_TYPE_MMIO || type == KEEL_MEMORY_TYPE_MMIO_PORT)
		return PLACE_DEVICE;
	return type == KEEL_MEMORY_TYPE_UNACCEPTED ? PLACE_UNACCEPTED : PLACE_ANY;
}

/* What descriptors say of phys. Lowers *end to where the answer may change. */
static enum place place_at(const struct mm_request *request, uint64_t phys, uint64_t *end)
{
	const uint64_t count = mm_descriptor_count(&request->descriptors);
	enum place found = PLACE_ANY;

	for (uint64_t n = 0; n < count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&request->descriptors, n);
		const enum place place = place_of_type(d->type);
		enum mm_note why;

		if (place == PLACE_ANY ||
		    !mm_descriptor_is_sound(d, request->machine->phys_bits, &why))
			continue;
		if (d->phys <= phys && phys < mm_descriptor_end(d) && place > found)
			found = place;
		cut_at(end, phys, d->phys);
		cut_at(end, phys, mm_descriptor_end(d));
	}
	return found;
}

bool mm_next_table_piece(struct mm_table_walk *walk, struct mm_table_piece *piece)
{
	while (walk->next < walk->request->table_count) {
		const struct mm_table_pages *table = walk->request->tables + walk->next;
		const uint64_t end = table->phys + table->bytes;
		const uint64_t phys =
			first_free(walk, walk->done > table->phys ? walk->done : table->phys, end);
		struct mm_framebuffer pages;
		enum place place;

		if (phys >= end) {
			walk->next++;
			continue;
		}
		*piece = (struct mm_table_piece){ phys, end, KEEL_MEMORY_WB, table->writable };
		if (walk->has_memory)
			cut_at(&piece->end, phys, walk->memory.phys);
		if (next_framebuffer(walk, phys, &pages))
			cut_at(&piece->end, phys, pages.phys);
		cut_at(&piece->end, phys, MM_DIRECT_MAP_BYTES);
		place = place_at(walk->request, phys, &piece->end);
		walk->done = piece->end;
		if (place == PLACE_DEVICE)
			piece->memory_type = KEEL_MEMORY_UC;
		if (place != PLACE_UNACCEPTED)
			return true;
	}
	return false;
}

uint64_t mm_table_pieces_most(const struct mm_request *request)
{
	if (!request->table_count)
		return 0;
	/* Cut by runs of memory, framebuffers, the direct map's end, and both ends of a place. */
	return request->table_count + request->map->count + MM_FRAMEBUFFERS_MOST + 1 +
	       2 * mm_descriptor_count(&request->descriptors);
}
