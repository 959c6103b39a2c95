/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two short-lived roots beside the kernel's own: the transition root, in which firmware and loader
 * still run at their physical addresses, and the landing root, which holds the last instruction
 * before the kernel. And a PML5 above the first of them, for CPUs that have been left in 5-level
 * paging.
 */
#include "internal.h"
#include "entry.h"

static struct mm_result add_identity(struct mm_plan *plan, uint64_t phys, uint64_t end,
				     enum keel_memory_type memory_type)
{
	const struct keel_mapping m = {
		.virt = phys,
		.phys = phys,
		.bytes = end - phys,
		.rights = KEEL_RIGHTS_FIRMWARE_RWX,
		.memory_type = memory_type,
		.region = KEEL_REGION_USER,
	};

	return mm_plan_add(plan, &m);
}

struct mm_result mm_plan_transition(struct mm_plan *plan, const struct mm_request *request,
				    struct keel_mapping *work)
{
	struct mm_island island;
	uint64_t n = 0;

	plan->count = 0;
	plan->machine = request->machine;
	/* Some firmware writes to page 0 during SetVirtualAddressMap, whatever its map says. */
	if (!request->map->count || request->map->ranges[0].phys ||
	    !mm_type_is_memory(request->map->ranges[0].type)) {
		const struct mm_result result =
			add_identity(plan, 0, KEEL_PAGE_SIZE, KEEL_MEMORY_WB);

		if (result.error)
			return result;
	}
	while (mm_next_island(request->map, &n, true, &island)) {
		struct mm_result result;

		/* What the lower half cannot hold, the firmware cannot have at VA = PA either. */
		if (island.phys > KEEL_USER_LAST)
			break;
		if (island.end > KEEL_USER_LAST + 1)
			island.end = KEEL_USER_LAST + 1;
		if (!island.phys && plan->count) {
			if (island.end == KEEL_PAGE_SIZE)
				continue;
			island.phys = KEEL_PAGE_SIZE;
		}
		result = add_identity(plan, island.phys, island.end, island.memory_type);
		if (result.error)
			return result;
	}
	return mm_plan_finish(plan, work);
}

void mm_root_above(uint64_t *pml5, uint64_t root_phys)
{
	for (unsigned n = 0; n < MM_ENTRIES; n++)
		pml5[n] = n % (MM_ENTRIES - 1) ? 0 : root_phys | MM_TABLE_BITS;
}

struct mm_result mm_plan_landing(struct mm_plan *plan, uint64_t virt, uint64_t bytes,
				 uint64_t landing_phys, struct keel_mapping *work)
{
	const struct keel_mapping m = {
		.virt = virt,
		.phys = landing_phys,
		.bytes = bytes,
		.rights = KEEL_RIGHTS_RX,
		.memory_type = KEEL_MEMORY_WB,
		.region = KEEL_REGION_TEXT,
	};
	struct mm_result result;

	plan->count = 0;
	result = mm_plan_add(plan, &m);
	if (result.error)
		return result;
	return mm_plan_finish(plan, work);
}
