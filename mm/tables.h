/* SPDX-License-Identifier: BSD-2-Clause */
/* From a finished plan to page tables (SDM vol. 3A 4.5). */
#ifndef MM_TABLES_H
#define MM_TABLES_H

#include <stdbool.h>
#include <stdint.h>
#include "plan.h"
#include "result.h"

/*
 * Memory for tables, in pages that are taken one after the other and referred to by index. The
 * caller's; on a host phys may be any multiple of 4 KiB.
 */
struct mm_pool {
	uint64_t *base; /* MM_ENTRIES entries a page; writable, contents irrelevant */
	uint64_t phys;	/* physical address of the first page */
	uint64_t pages;
	uint64_t used; /* pages that hold tables; 0 at first */
};

/* The entries of the table with this index, which must be below pool->pages. */
/*@ requires \valid_read(pool) && index < pool->pages <= 0x10000000000;
  @ assigns \nothing;
  @ ensures \result == pool->base + index * MM_ENTRIES;
  @*/
static inline uint64_t *mm_pool_table(const struct mm_pool *pool, uint64_t index)
{
	return pool->base + index * MM_ENTRIES;
}

/* Its physical address, as CR3 takes it. */
static inline uint64_t mm_pool_phys(const struct mm_pool *pool, uint64_t index)
{
	return pool->phys + (index << KEEL_PAGE_SHIFT);
}

/*
 * The exact number of pages, root included, that mm_tables_build will take for this finished plan:
 * arithmetic over the plan, no table is touched. mm_plan_finish keeps it in plan->tables.
 */
uint64_t mm_tables_count(const struct mm_plan *plan);

#define MM_NO_ROOT (~UINT64_C(0)) /* share nothing */

/*
 * Writes a finished plan out as page tables: every entry of every page exactly once, front to
 * back. *root becomes the index of the PML4. A half that the plan leaves empty is shared with
 * the root of index `share` (its PML4 entries are copied), or is empty with MM_NO_ROOT. Leaves in
 * the upper half are global if `global` is set; those in the lower half never are.
 *
 * MM_ERR_ROOT, POOL_FULL: nothing has been written.
 */
struct mm_result mm_tables_build(struct mm_pool *pool, const struct mm_plan *plan, bool global,
				 uint64_t share, uint64_t *root);

/*
 * Fills in a PML5, MM_ENTRIES entries at `pml5`, so that under 5-level paging both halves are those
 * of the 4-level root at root_phys: its first and its last entry lead there.
 */
void mm_root_above(uint64_t *pml5, uint64_t root_phys);

#endif
