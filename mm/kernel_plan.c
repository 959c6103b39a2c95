/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel root's plan as a whole: all regions of the upper half. */
#include "frames.h"
#include "regions.h"
#include "table_pieces.h"

uint64_t mm_plan_capacity(const struct mm_request *request)
{
	const uint64_t descriptors = mm_descriptor_count(&request->descriptors);
	/* Each entry of the Memory Attributes Table makes two pieces of a descriptor at most. */
	const uint64_t pieces = descriptors + 2 * request->attributes.count;
	/* Executable pieces cut the direct map, each in two more; boundaries cut everything. */
	const uint64_t places =
		3 * (descriptors + request->map->count + pieces + request->segment_count + 3);

	return places + mm_table_pieces_most(request) + 4 * (request->machine->boundary_count + 1) +
	       request->cpu_count * (2 + MM_ENTRY_AREA_PARTS + 1) + 2 * request->slot_count +
	       MM_FRAMEBUFFERS_MOST + 16;
}

static struct mm_result append_plan(struct mm_plan *plan, const struct mm_plan *more)
{
	if (more->count > plan->capacity - plan->count)
		return mm_fail(MM_ERR_PLAN_FULL, plan->capacity);
	for (uint64_t n = 0; n < more->count; n++)
		plan->mappings[plan->count++] = more->mappings[n];
	return mm_ok();
}

/* What may be executable. It comes first because the direct map has to know. */
static struct mm_result plan_text(struct mm_plan *text, const struct mm_request *request,
				  struct keel_mapping *work, struct mm_outcome *outcome)
{
	/* Behind the plan itself, which has a third of the memory. */
	const uint64_t work_bytes = 2 * text->capacity * sizeof(*work);
	struct mm_result result;

	if (work_bytes < mm_efi_assign_work_bytes(mm_descriptor_count(&request->descriptors)))
		return mm_fail(MM_ERR_PLAN_FULL, text->capacity);
	result = mm_plan_efi_region(text, request, work + text->capacity, outcome);
	if (!result.error)
		result = mm_plan_kernel_text(text, request);
	if (!result.error)
		result = mm_plan_waiting_page(text, request);
	if (!result.error)
		result = mm_frames_check(text, work + text->count);
	return result;
}

/*
 * In ascending order, but for the waiting page, so that there is little to sort. `text` lies in
 * `work`.
 */
static struct mm_result plan_regions(struct mm_plan *plan, struct mm_plan *text,
				     const struct mm_request *request, struct keel_mapping *work,
				     struct mm_outcome *outcome)
{
	struct mm_result result = plan_text(text, request, work, outcome);

	if (!result.error)
		result = mm_plan_direct_map(plan, request, text, work + text->count, outcome);
	if (!result.error)
		result = mm_plan_kernel_stacks(plan, request);
	if (!result.error)
		result = mm_plan_cpu_entry_area(plan, request);
	if (!result.error)
		result = mm_plan_espfix(plan, request);
	if (!result.error)
		result = append_plan(plan, text);
	if (!result.error)
		result = mm_plan_modules(plan);
	if (!result.error)
		result = mm_plan_fixmap(plan, request);
	if (!result.error)
		result = mm_plan_vsyscall(plan, request);
	return result;
}

struct mm_result mm_plan_kernel(struct mm_plan *plan, const struct mm_request *request,
				struct keel_mapping *work, struct mm_outcome *outcome)
{
	/* A third of the working memory; frames.c takes twice as much again. */
	struct mm_plan text = { work, plan->capacity / 3, 0, 0, request->machine };
	struct mm_result result;

	*outcome = (struct mm_outcome){ 0 };
	plan->count = 0;
	plan->machine = request->machine;
	result = plan_regions(plan, &text, request, work, outcome);
	if (!result.error)
		return mm_plan_finish(plan, work);
	/* It is the one plan that is too small, not a part of the memory to work with. */
	if (result.error == MM_ERR_PLAN_FULL)
		result.address = plan->capacity;
	return result;
}
