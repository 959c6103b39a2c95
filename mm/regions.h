/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The regions of the kernel root, each added to a plan by a function of its own; mm_plan_kernel
 * calls them all. They leave sorting, overlap and merging to mm_plan_finish.
 */
#ifndef MM_REGIONS_H
#define MM_REGIONS_H

#include "internal.h"

/*
 * The EFI region, with VirtualStart of the request's descriptors (efi_region.c). `work` has
 * mm_efi_assign_work_bytes for them.
 */
struct mm_result mm_plan_efi_region(struct mm_plan *plan, const struct mm_request *request,
				    void *work, struct mm_outcome *outcome);

/*
 * The direct map (direct_map.c). It asks which frames are executable elsewhere: `text` holds all
 * mappings that may be. `work` has room for twice as many mappings as that has.
 */
struct mm_result mm_plan_direct_map(struct mm_plan *plan, const struct mm_request *request,
				    const struct mm_plan *text, struct keel_mapping *work,
				    struct mm_outcome *outcome);

/* What does not depend on the number of CPUs (fixed_regions.c). */
struct mm_result mm_plan_kernel_text(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_modules(struct mm_plan *plan);
struct mm_result mm_plan_fixmap(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_vsyscall(struct mm_plan *plan, const struct mm_request *request);

/* What each CPU gets (cpu_regions.c): mappings in the entry area, and one for its stack. */
#define MM_ENTRY_AREA_PARTS 7

struct mm_result mm_plan_kernel_stacks(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_cpu_entry_area(struct mm_plan *plan, const struct mm_request *request);
/* The page of the entry area that is executable, if there is one. */
struct mm_result mm_plan_waiting_page(struct mm_plan *plan, const struct mm_request *request);
struct mm_result mm_plan_espfix(struct mm_plan *plan, const struct mm_request *request);

/* Ordinary memory. */
static inline struct mm_result mm_region_add(struct mm_plan *plan, enum keel_region region,
					     uint64_t virt, uint64_t phys, uint64_t bytes,
					     enum keel_rights rights)
{
	const struct keel_mapping m = {
		.virt = virt,
		.phys = phys,
		.bytes = bytes,
		.rights = rights,
		.memory_type = KEEL_MEMORY_WB,
		.region = region,
	};

	return mm_plan_add(plan, &m);
}

/* Nothing in [virt, last], but tables down to `level`. */
static inline struct mm_result mm_region_add_tables(struct mm_plan *plan, enum keel_region region,
						    uint64_t virt, uint64_t last, unsigned level)
{
	const struct keel_mapping m = {
		.virt = virt,
		.bytes = last - virt + 1,
		.rights = KEEL_RIGHTS_NONE,
		.region = region,
		.level = level,
	};

	return mm_plan_add(plan, &m);
}

#endif
