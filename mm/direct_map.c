/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct map: every byte of memory at KEEL_DIRECT_MAP_START + its physical address, writable,
 * but read-only where the frame is executable in another region; and the framebuffer.
 */
#include "internal.h"
#include "sort.h"

bool mm_next_island(const struct mm_memory_map *map, uint64_t *n, bool runtime,
		    struct mm_island *island)
{
	const struct keel_memory_range *range = map->ranges + *n;
	const struct keel_memory_range *end = map->ranges + map->count;
	unsigned kind = MM_NOT_MAPPED;

	for (; range != end; range++) {
		kind = mm_mapping_kind(range->type, range->attribute, runtime);
		if (kind != MM_NOT_MAPPED)
			break;
	}
	if (range == end)
		return false;
	island->phys = range->phys;
	island->memory_type = kind & MM_KIND_MEMORY_TYPE;
	island->is_memory = !(kind & MM_NOT_MEMORY);
	island->no_cache_bit = kind & MM_NO_CACHE_BIT;
	do {
		island->end = range->phys + range->bytes;
		range++;
	} while (range != end && range->phys == island->end &&
		 mm_mapping_kind(range->type, range->attribute, runtime) == kind);
	*n = range - map->ranges;
	return true;
}

bool mm_memory_map_same(const struct mm_memory_map *left, const struct mm_memory_map *right)
{
	struct mm_island a;
	struct mm_island b;
	uint64_t n = 0;
	uint64_t m = 0;

	for (;;) {
		const bool more = mm_next_island(left, &n, true, &a);

		if (more != mm_next_island(right, &m, true, &b))
			return false;
		if (!more)
			return true;
		if (a.phys != b.phys || a.end != b.end || a.memory_type != b.memory_type ||
		    a.is_memory != b.is_memory)
			return false;
	}
}

/* Physical ranges that are executable somewhere, sorted; a cursor goes along with the islands. */
struct executable {
	const struct keel_mapping *frames; /* virt holds the physical address, the key to sort by */
	uint64_t count;
	uint64_t next;
};

static bool is_executable(const struct keel_mapping *m)
{
	return m->rights == KEEL_RIGHTS_RX || m->rights == KEEL_RIGHTS_FIRMWARE_RWX;
}

static struct executable find_executable(const struct mm_plan *plan, struct keel_mapping *work)
{
	struct executable x = { 0 };

	for (uint64_t n = 0; n < plan->count; n++) {
		const struct keel_mapping *m = plan->mappings + n;

		if (!is_executable(m))
			continue;
		work[x.count] = *m;
		work[x.count++].virt = m->phys;
	}
	x.frames = mm_sort(work, work + x.count, x.count, sizeof(*work));
	return x;
}

struct mm_result mm_plan_check_frames(const struct mm_plan *plan, struct keel_mapping *work)
{
	const struct keel_mapping *by_phys;
	uint64_t executable_end = 0;
	uint64_t writable_end = 0;

	for (uint64_t n = 0; n < plan->count; n++) {
		work[n] = plan->mappings[n];
		work[n].virt = work[n].phys;
	}
	by_phys = mm_sort(work, work + plan->count, plan->count, sizeof(*work));
	for (uint64_t n = 0; n < plan->count; n++) {
		const struct keel_mapping *m = by_phys + n;
		const uint64_t end = m->phys + m->bytes;
		const bool executable = is_executable(m);

		if (m->phys < (executable ? writable_end : executable_end) &&
		    m->rights != KEEL_RIGHTS_R)
			return mm_fail(MM_ERR_FRAME_SHARED, m->phys);
		if (executable && end > executable_end)
			executable_end = end;
		if (m->rights == KEEL_RIGHTS_RW && end > writable_end)
			writable_end = end;
	}
	return mm_ok();
}

/* Where the rights that hold at phys end, at most `end`; *executable tells what they are. */
static uint64_t rights_end(struct executable *x, uint64_t phys, uint64_t end, bool *executable)
{
	const struct keel_mapping *frame;

	while (x->next < x->count && x->frames[x->next].phys + x->frames[x->next].bytes <= phys)
		x->next++;
	frame = x->frames + x->next;
	*executable = x->next < x->count && frame->phys <= phys;
	if (*executable && frame->phys + frame->bytes < end)
		return frame->phys + frame->bytes;
	if (!*executable && x->next < x->count && frame->phys < end)
		return frame->phys;
	return end;
}

static struct mm_result add_island(struct mm_plan *plan, const struct mm_island *island,
				   struct executable *x)
{
	for (uint64_t phys = island->phys; phys < island->end;) {
		bool executable;
		const uint64_t end = rights_end(x, phys, island->end, &executable);
		const struct keel_mapping m = {
			.virt = KEEL_DIRECT_MAP(phys),
			.phys = phys,
			.bytes = end - phys,
			.rights = executable ? KEEL_RIGHTS_R : KEEL_RIGHTS_RW,
			.memory_type = island->memory_type,
			.region = KEEL_REGION_DIRECT_MAP,
		};
		const struct mm_result result = mm_plan_add(plan, &m);

		if (result.error)
			return result;
		phys = end;
	}
	return mm_ok();
}

/* Does any of these mappings lead to a part of [phys, end)? */
static bool is_in_use(const struct keel_mapping *mappings, uint64_t count, uint64_t phys,
		      uint64_t end)
{
	for (uint64_t n = 0; n < count; n++)
		if (mappings[n].phys < end && phys < mappings[n].phys + mappings[n].bytes)
			return true;
	return false;
}

/*
 * This map has no ioremap area, so the framebuffer is mapped here, write-combining, in the whole
 * pages that contain it; unless they are memory (of which `first` is the first mapping here), or
 * executable elsewhere.
 */
static struct mm_result add_framebuffer(struct mm_plan *plan, const struct mm_request *request,
					const struct executable *x, uint64_t first,
					struct mm_outcome *outcome)
{
	const uint64_t phys = request->framebuffer_phys & ~(KEEL_PAGE_SIZE - 1);
	const uint64_t last = request->framebuffer_phys + (request->framebuffer_bytes - 1);
	const uint64_t end = (last | (KEEL_PAGE_SIZE - 1)) + 1;
	const struct keel_mapping m = {
		.virt = KEEL_DIRECT_MAP(phys),
		.phys = phys,
		.bytes = end - phys,
		.rights = KEEL_RIGHTS_RW,
		.memory_type = KEEL_MEMORY_WC,
		.region = KEEL_REGION_DIRECT_MAP,
	};

	if (!request->framebuffer_phys || !request->framebuffer_bytes)
		return mm_ok();
	if (last < phys || end > DIRECT_MAP_BYTES || last >> request->machine->phys_bits ||
	    is_in_use(plan->mappings + first, plan->count - first, phys, end) ||
	    is_in_use(x->frames, x->count, phys, end)) {
		mm_tell(request->notes, MM_NOTE_FRAMEBUFFER, MM_NO_INDEX, request->framebuffer_phys,
			request->framebuffer_bytes);
		return mm_ok();
	}
	outcome->framebuffer_mapped = true;
	return mm_plan_add(plan, &m);
}

struct mm_result mm_plan_memory(struct mm_plan *plan, const struct mm_request *request,
				const struct mm_plan *text, struct keel_mapping *work,
				struct mm_outcome *outcome)
{
	struct executable x = find_executable(text, work);
	const uint64_t first = plan->count;
	struct mm_island island;
	uint64_t n = 0;

	outcome->framebuffer_mapped = false;
	outcome->left_out_bytes = 0;
	while (mm_next_island(request->map, &n, false, &island)) {
		struct mm_result result;

		if (island.no_cache_bit)
			mm_tell(request->notes, MM_NOTE_NO_CACHE_BIT, MM_NO_INDEX, island.phys,
				(island.end - island.phys) >> KEEL_PAGE_SHIFT);
		if (island.end > DIRECT_MAP_BYTES) {
			const uint64_t kept =
				island.phys < DIRECT_MAP_BYTES ? DIRECT_MAP_BYTES : island.phys;

			outcome->left_out_bytes += island.end - kept;
			island.end = kept;
		}
		result = add_island(plan, &island, &x);
		if (result.error)
			return result;
	}
	if (outcome->left_out_bytes)
		mm_tell(request->notes, MM_NOTE_LEFT_OUT, MM_NO_INDEX, DIRECT_MAP_BYTES,
			outcome->left_out_bytes);
	return add_framebuffer(plan, request, &x, first, outcome);
}

struct mm_result mm_plan_direct_map(struct mm_plan *plan, const struct mm_request *request,
				    struct keel_mapping *work, struct mm_outcome *outcome)
{
	return mm_plan_memory(plan, request, plan, work, outcome);
}
