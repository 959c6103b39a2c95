/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last steps: page tables with all memory at VA = PA below Keel's upper half, and the jump to
 * startup_64. boot.rst, "64-bit Boot Protocol", says what has to be so there.
 */
#include "linux.h"

#define CR4_PGE (UINT64_C(1) << 7)

/* As in examples/mapper: addresses that no large page may have inside it. */
static void find_boundaries(struct mm_machine *machine)
{
	uint64_t *list = pages_take(boot->mapping_count * sizeof(*list));

	machine->boundaries = list;
	for (uint64_t n = 0; n < boot->mapping_count; n++)
		if (boot->mappings[n].region == KEEL_REGION_DIRECT_MAP && boot->mappings[n].phys)
			list[machine->boundary_count++] = boot->mappings[n].phys;
}

static void require(struct mm_result result)
{
	if (result.error)
		give_up("linux: error: no page tables for Linux: %s: 0x%x",
			mm_error_text(result.error), result.address);
}

/* With Keel's upper half: GDT and stack are there until Linux has its own. */
static uint64_t build_root(const struct mm_plan *plan)
{
	struct mm_pool pool = { .pages = 1 + plan->tables, .used = 1 };
	uint64_t root;

	pool.base = pages_take(pool.pages * KEEL_PAGE_SIZE);
	pool.phys = KEEL_DIRECT_MAP_PHYS((uint64_t)pool.base);
	__builtin_memcpy(pool.base, (void *)KEEL_DIRECT_MAP(boot->kernel_root_phys),
			 KEEL_PAGE_SIZE);
	require(mm_tables_build(&pool, plan, false, 0, &root));
	return mm_pool_phys(&pool, root);
}

/*
 * All memory, what has the RUNTIME attribute, and page 0, writable and executable: Linux reads the
 * firmware's tables before it has page tables of its own.
 */
static uint64_t identity_root(void)
{
	const struct mm_memory_map map = { .ranges = (void *)boot->memory_ranges,
					   .count = boot->memory_range_count };
	struct mm_machine machine = { boot->phys_bits, boot->largest_leaf_level, NULL, 0 };
	const struct mm_request request = { .machine = &machine, .map = &map };
	struct mm_plan plan = { 0 };

	find_boundaries(&machine);
	plan.capacity = map.count + machine.boundary_count + 1; /* each range, each cut, page 0 */
	plan.mappings = pages_take(plan.capacity * sizeof(*plan.mappings));
	require(mm_plan_transition(&plan, &request,
				   pages_take(plan.capacity * sizeof(*plan.mappings))));
	return build_root(&plan);
}

/*
 * Global pages are turned off, which flushes them from the TLB, too: Keel's at -2 GB would outlive
 * Linux' first loads of CR3, and Linux puts its own text there.
 */
_Noreturn void enter(uint64_t entry_phys, const struct boot_params *params)
{
	const uint64_t root_phys = identity_root();
	const uint64_t params_phys = KEEL_DIRECT_MAP_PHYS((uint64_t)params);
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr3\n\t"
			 "mov %1, %%cr4\n\t"
			 "jmp *%2"
			 :
			 : "r"(root_phys), "r"(cr4 & ~CR4_PGE), "r"(entry_phys), "S"(params_phys)
			 : "memory");
	__builtin_unreachable();
}
