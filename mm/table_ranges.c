/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map with the firmware's tables: ranges of a type of their own. */
#include "table_pieces.h"

/* The map's ranges, moved to the end of the array, become a new map at its beginning. */
struct rewrite {
	struct mm_memory_map *map;
	struct mm_memory_map old;
	uint64_t next;			/* of the old ranges: the first that was not taken */
	struct keel_memory_range range; /* what is left of the one before; bytes 0: nothing */
};

static struct rewrite begin_rewrite(struct mm_memory_map *map)
{
	struct rewrite r = { .map = map, .old = *map };

	r.old.ranges += map->capacity - map->count;
	/* From the last to the first: the places overlap. */
	for (uint64_t n = map->count; n-- > 0;)
		r.old.ranges[n] = map->ranges[n];
	map->count = 0;
	return r;
}

static bool continues(const struct keel_memory_range *last, const struct keel_memory_range *next)
{
	return last->phys + last->bytes == next->phys && last->type == next->type &&
	       last->attribute == next->attribute;
}

/* False when the new ranges would overtake the old ones. */
static bool put_range(struct rewrite *r, const struct keel_memory_range *range)
{
	struct keel_memory_range *to = r->map->ranges + r->map->count;

	if (r->map->count && continues(to - 1, range)) {
		to[-1].bytes += range->bytes;
		return true;
	}
	if (to == r->old.ranges + r->next)
		return false;
	*to = *range;
	r->map->count++;
	return true;
}

/* Is there something left of the old ranges? Then r->range is the next of it. */
static bool has_range(struct rewrite *r)
{
	if (!r->range.bytes && r->next < r->old.count)
		r->range = r->old.ranges[r->next++];
	return r->range.bytes;
}

/* Takes the next part of the old ranges, which is not empty; no further than `end`. */
static struct keel_memory_range take_part(struct rewrite *r, uint64_t end)
{
	struct keel_memory_range part = r->range;

	if (end - part.phys < part.bytes)
		part.bytes = end - part.phys;
	r->range.phys += part.bytes;
	r->range.bytes -= part.bytes;
	return part;
}

/* What lies below `end` stays as it is. */
static bool put_others(struct rewrite *r, uint64_t end)
{
	while (has_range(r) && r->range.phys < end) {
		const struct keel_memory_range part = take_part(r, end);

		if (!put_range(r, &part))
			return false;
	}
	return true;
}

/* The pages of tables, in as many parts as there are old ranges, and gaps between those. */
static bool put_tables(struct rewrite *r, uint64_t phys, uint64_t end)
{
	while (phys < end) {
		struct keel_memory_range part = { .phys = phys, .bytes = end - phys };

		if (has_range(r) && r->range.phys == phys)
			part = take_part(r, end);
		else if (has_range(r) && r->range.phys < end)
			part.bytes = r->range.phys - phys;
		part.type = KEEL_MEMORY_TYPE_FIRMWARE_TABLE;
		if (!put_range(r, &part))
			return false;
		phys += part.bytes;
	}
	return true;
}

struct mm_result mm_memory_map_add_tables(struct mm_memory_map *map,
					  const struct mm_request *request,
					  const struct mm_outcome *outcome)
{
	struct rewrite r = begin_rewrite(map);
	struct mm_table_walk walk = mm_table_walk(request, &r.old, outcome->framebuffers_mapped);
	struct mm_table_piece piece;
	bool room = true;

	while (room && mm_next_table_piece(&walk, &piece) && piece.phys < MM_DIRECT_MAP_BYTES)
		room = put_others(&r, piece.phys) && put_tables(&r, piece.phys, piece.end);
	if (room)
		room = put_others(&r, UINT64_MAX);
	return room ? mm_ok() : mm_fail(MM_ERR_MAP_FULL, map->capacity);
}
