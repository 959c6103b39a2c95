/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two short-lived roots beside the kernel's own: the transition root, in which firmware and loader
 * still run at their physical addresses, and the landing root, which holds the last instruction
 * before the kernel. And a PML5 above the first of them, for CPUs that have been left in 5-level
 * paging.
 */
#include "entry.h"
#include "mapped_run.h"

static struct mm_result add_identity(struct mm_plan *plan, uint64_t phys, uint64_t end,
				     enum keel_rights rights, enum keel_memory_type memory_type)
{
	const struct keel_mapping m = {
		.virt = phys,
		.phys = phys,
		.bytes = end - phys,
		.rights = rights,
		.memory_type = memory_type,
		.region = KEEL_REGION_USER,
	};

	return mm_plan_add(plan, &m);
}

/*
 * The firmware's own memory is used in any case. Apart from the rest, which has other leaves so, it
 * does not hide what else is used.
 */
static enum keel_rights rights_of(const struct mm_mapped_run *run)
{
	return run->is_runtime ? KEEL_RIGHTS_FIRMWARE_RWX : KEEL_RIGHTS_WATCHED_RWX;
}

/* Does the memory map itself begin with memory at address 0? */
static bool begins_with_memory(const struct mm_memory_map *map)
{
	return map->count && !map->ranges[0].phys && mm_type_is_memory(map->ranges[0].type);
}

struct mm_result mm_plan_transition(struct mm_plan *plan, const struct mm_request *request,
				    struct keel_mapping *work)
{
	const uint32_t phys_bits = request->machine->phys_bits;
	/* Some firmware writes to page 0 during SetVirtualAddressMap, whatever its map says. */
	const bool page_0_first =
		!begins_with_memory(request->map) &&
		!mm_is_unaccepted(&request->descriptors, phys_bits, 0, KEEL_PAGE_SIZE);
	struct mm_result result = mm_ok();
	struct mm_mapped_run run;
	uint64_t n = 0;

	plan->count = 0;
	plan->machine = request->machine;
	if (page_0_first)
		result = add_identity(plan, 0, KEEL_PAGE_SIZE, KEEL_RIGHTS_WATCHED_RWX,
				      KEEL_MEMORY_WB);
	while (!result.error && mm_next_mapped_run(request->map, &n, true, &run)) {
		/* What the lower half cannot hold, the firmware cannot have at VA = PA either. */
		if (run.phys > KEEL_USER_LAST)
			break;
		if (run.end > KEEL_USER_LAST + 1)
			run.end = KEEL_USER_LAST + 1;
		if (page_0_first && !run.phys)
			run.phys = KEEL_PAGE_SIZE;
		if (run.phys < run.end)
			result = add_identity(plan, run.phys, run.end, rights_of(&run),
					      run.memory_type);
	}
	if (result.error)
		return result;
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
