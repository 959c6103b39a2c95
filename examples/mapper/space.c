/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An address space of mappings in the lower half, with the kernel's upper half: from a plan to page
 * tables with mm/, as Keel itself does it.
 */
#include "mapper.h"

#define PLAN_PAGES    1
#define PLAN_CAPACITY (PLAN_PAGES * KEEL_PAGE_SIZE / sizeof(struct keel_mapping))

/*
 * Physical addresses that no large page may have inside it, because the MTRRs may say something
 * else from there on. Keel has found out, and has cut its mappings there; mm/ wants a list of
 * them. The ends of memory in it as well do no harm.
 */
static void find_boundaries(struct mm_machine *machine)
{
	const uint64_t bytes = boot->mapping_count * sizeof(uint64_t);
	uint64_t *list =
		pages_take((bytes + KEEL_PAGE_SIZE - 1) / KEEL_PAGE_SIZE, KEEL_PAGE_SIZE).virt;

	machine->boundaries = list;
	machine->boundary_count = 0;
	for (uint64_t n = 0; n < boot->mapping_count; n++)
		if (boot->mappings[n].region == KEEL_REGION_DIRECT_MAP && boot->mappings[n].phys)
			list[machine->boundary_count++] = boot->mappings[n].phys;
}

void space_begin(struct space *space)
{
	space->machine.phys_bits = boot->phys_bits;
	space->machine.largest_leaf_level = boot->largest_leaf_level;
	find_boundaries(&space->machine);
	space->plan.mappings = pages_take(PLAN_PAGES, KEEL_PAGE_SIZE).virt;
	space->plan.capacity = PLAN_CAPACITY;
	space->plan.count = 0;
	space->plan.machine = &space->machine;
	space->work = pages_take(PLAN_PAGES, KEEL_PAGE_SIZE).virt;
}

struct mm_result space_add(struct space *space, uint64_t virt, uint64_t phys, uint64_t bytes,
			   enum keel_rights rights)
{
	const struct keel_mapping mapping = {
		.virt = virt,
		.phys = phys,
		.bytes = bytes,
		.rights = rights,
		.memory_type = KEEL_MEMORY_WB,
		.region = KEEL_REGION_USER,
	};

	return mm_plan_add(&space->plan, &mapping);
}

/*
 * A root shares a half with another one of the same pool, so the pool begins with a copy of the
 * kernel's root. What the kernel's PML4 gains later has to be copied to every space; in the regions
 * whose tables are in place it gains nothing.
 */
static void share_kernel_half(struct mm_pool *pool)
{
	const uint64_t *kernel = (const uint64_t *)KEEL_DIRECT_MAP(boot->kernel_root_phys);

	for (unsigned n = 0; n < MM_ENTRIES; n++)
		mm_pool_table(pool, 0)[n] = kernel[n];
	pool->used = 1;
}

struct mm_result space_build(struct space *space)
{
	struct mm_result result = mm_plan_finish(&space->plan, space->work);
	struct pages pages;
	uint64_t root;

	if (result.error)
		return result;
	/* The plan knows how many tables it takes: one block, no more and no less. */
	pages = pages_take(1 + space->plan.tables, KEEL_PAGE_SIZE);
	space->pool.base = pages.virt;
	space->pool.phys = pages.phys;
	space->pool.pages = 1 + space->plan.tables;
	share_kernel_half(&space->pool);
	result = mm_tables_build(&space->pool, &space->plan, false, 0, &root);
	space->root_phys = mm_pool_phys(&space->pool, root);
	return result;
}
