/* SPDX-License-Identifier: BSD-2-Clause */
/* A memory map as page tables see it: runs of ranges that are mapped alike. */
#include "mapped_run.h"

bool mm_next_mapped_run(const struct mm_memory_map *map, uint64_t *n, bool runtime,
			struct mm_mapped_run *run)
{
	const struct keel_memory_range *range = map->ranges + *n;
	const struct keel_memory_range *end = map->ranges + map->count;
	unsigned kind = MM_KIND_NOT_MAPPED;

	for (; range != end; range++) {
		kind = mm_mapping_kind(range->type, range->attribute, runtime);
		if (kind != MM_KIND_NOT_MAPPED)
			break;
	}
	if (range == end)
		return false;
	run->phys = range->phys;
	run->memory_type = kind & MM_KIND_MEMORY_TYPE;
	run->is_memory = !(kind & MM_KIND_NOT_MEMORY);
	run->is_runtime = kind & MM_KIND_RUNTIME;
	run->no_cache_bit = kind & MM_KIND_NO_CACHE_BIT;
	do {
		run->end = range->phys + range->bytes;
		range++;
	} while (range != end && range->phys == run->end &&
		 mm_mapping_kind(range->type, range->attribute, runtime) == kind);
	*n = range - map->ranges;
	return true;
}

bool mm_memory_map_same(const struct mm_memory_map *left, const struct mm_memory_map *right)
{
	struct mm_mapped_run a;
	struct mm_mapped_run b;
	uint64_t n = 0;
	uint64_t m = 0;

	for (;;) {
		const bool more = mm_next_mapped_run(left, &n, true, &a);

		if (more != mm_next_mapped_run(right, &m, true, &b))
			return false;
		if (!more)
			return true;
		if (a.phys != b.phys || a.end != b.end || a.memory_type != b.memory_type ||
		    a.is_memory != b.is_memory || a.is_runtime != b.is_runtime)
			return false;
	}
}
