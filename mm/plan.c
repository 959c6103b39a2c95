/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: what will be mapped, as plain data. Mappings are added region by region, then sorted,
 * checked and merged. Whatever passes mm_plan_finish can be built.
 */
#include "internal.h"
#include "sort.h"

/* The first boundary above phys, or UINT64_MAX. */
static uint64_t next_boundary(const struct mm_machine *machine, uint64_t phys)
{
	uint64_t next = phys < MM_FIXED_MTRR_END ? MM_FIXED_MTRR_END : UINT64_MAX;

	for (uint32_t n = 0; n < machine->boundary_count; n++)
		if (machine->boundaries[n] > phys)
			return machine->boundaries[n] < next ? machine->boundaries[n] : next;
	return next;
}

static bool is_boundary(const struct mm_machine *machine, uint64_t phys)
{
	return next_boundary(machine, phys - 1) == phys;
}

static struct mm_result append_mapping(struct mm_plan *plan, const struct keel_mapping *mapping)
{
	if (plan->count == plan->capacity)
		return mm_fail(MM_ERR_PLAN_FULL, plan->capacity);
	plan->mappings[plan->count++] = *mapping;
	return mm_ok();
}

/*
 * Cut where the memory type may change: a leaf never reaches across the end of a mapping, so none
 * will have such an address inside it.
 */
static struct mm_result append_cut(struct mm_plan *plan, const struct keel_mapping *mapping)
{
	struct keel_mapping piece = *mapping;

	for (uint64_t left = mapping->bytes; left; left -= piece.bytes) {
		const uint64_t room = next_boundary(plan->machine, piece.phys) - piece.phys;
		struct mm_result result;

		piece.bytes = left < room ? left : room;
		result = append_mapping(plan, &piece);
		if (result.error)
			return result;
		piece.virt += piece.bytes;
		piece.phys += piece.bytes;
	}
	return mm_ok();
}

/* An unknown region, and a mapping without bytes, are for mm_mapping_check to find. */
static bool leaves_region(const struct keel_mapping *m)
{
	const struct keel_layout_row *row;

	if (m->region >= KEEL_REGION_COUNT || !m->bytes)
		return false;
	row = keel_layout + m->region;
	return m->virt < row->start || m->virt > row->last || m->bytes - 1 > row->last - m->virt;
}

struct mm_result mm_plan_add(struct mm_plan *plan, const struct keel_mapping *mapping)
{
	struct mm_result result;

	if (leaves_region(mapping))
		return mm_fail(MM_ERR_OUTSIDE_REGION, mapping->virt);
	result = mm_mapping_check(mapping, plan->machine);
	if (result.error)
		return result;
	/* Of the first there are no leaves, of the second only small ones. */
	if (mapping->rights == KEEL_RIGHTS_NONE || mapping->repeat_pages)
		return append_mapping(plan, mapping);
	return append_cut(plan, mapping);
}

/* May `next`, which begins where `last` ends, become a part of it? */
static bool can_merge(const struct keel_mapping *last, const struct keel_mapping *next,
		      const struct mm_machine *machine)
{
	if (last->virt + last->bytes != next->virt || last->rights != next->rights ||
	    last->region != next->region || last->level != next->level)
		return false;
	if (last->repeat_pages || next->repeat_pages)
		return false;
	if (next->rights == KEEL_RIGHTS_NONE)
		return true;
	return last->phys + last->bytes == next->phys && last->memory_type == next->memory_type &&
	       !is_boundary(machine, next->phys);
}

/* Adds what comes next in address order: to the last mapping of the plan, or after it. */
static struct mm_result keep_mapping(struct mm_plan *plan, const struct keel_mapping *next)
{
	struct keel_mapping *last;

	if (!plan->count) {
		plan->mappings[plan->count++] = *next;
		return mm_ok();
	}
	last = plan->mappings + plan->count - 1;
	if (next->virt <= last->virt + (last->bytes - 1))
		return mm_fail(MM_ERR_OVERLAP, next->virt);
	if (can_merge(last, next, plan->machine))
		last->bytes += next->bytes;
	else
		plan->mappings[plan->count++] = *next;
	return mm_ok();
}

struct mm_result mm_plan_finish(struct mm_plan *plan, struct keel_mapping *work)
{
	/* The plan's own array or `work`; in the first case what is kept never overtakes it. */
	const struct keel_mapping *sorted =
		mm_sort(plan->mappings, work, plan->count, sizeof(*plan->mappings));
	const uint64_t count = plan->count;

	plan->count = 0;
	for (uint64_t n = 0; n < count; n++) {
		struct mm_result result = mm_mapping_check(sorted + n, plan->machine);

		if (!result.error)
			result = keep_mapping(plan, sorted + n);
		if (result.error)
			return result;
	}
	plan->tables = mm_tables_count(plan);
	return mm_ok();
}
