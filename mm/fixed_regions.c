/* SPDX-License-Identifier: BSD-2-Clause */
/* The regions that do not depend on the number of CPUs: text, modules, fixmap, vsyscall. */
#include "regions.h"

struct mm_result mm_plan_kernel_text(struct mm_plan *plan, const struct mm_request *request)
{
	for (uint64_t n = 0; n < request->segment_count; n++) {
		const struct keel_segment *s = request->segments + n;
		struct mm_result result;

		if (s->rights != KEEL_RIGHTS_R && s->rights != KEEL_RIGHTS_RW &&
		    s->rights != KEEL_RIGHTS_RX)
			return mm_fail(MM_ERR_BAD_MAPPING, s->virt);
		result = mm_region_add(plan, KEEL_REGION_TEXT, s->virt, s->phys, s->bytes,
				       s->rights);
		if (result.error)
			return result;
	}
	return mm_ok();
}

struct mm_result mm_plan_modules(struct mm_plan *plan)
{
	return mm_region_add_tables(plan, KEEL_REGION_MODULES, KEEL_MODULES_START,
				    KEEL_MODULES_LAST, KEEL_LEVEL_PD);
}

/* The used slot with the lowest address at or above virt, or NULL. */
static const struct mm_fixmap_slot *next_slot(const struct mm_request *request, uint64_t virt)
{
	const struct mm_fixmap_slot *next = NULL;

	for (uint64_t n = 0; n < request->slot_count; n++) {
		const struct mm_fixmap_slot *slot = request->slots + n;

		if (KEEL_FIXMAP_SLOT(slot->slot) >= virt && (!next || slot->slot > next->slot))
			next = slot;
	}
	return next;
}

/* A slot that is not in the fixmap, or that stands twice in the request. */
static struct mm_result check_slots(const struct mm_request *request)
{
	const uint64_t slots = (KEEL_FIXMAP_TOP - KEEL_FIXMAP_START) / KEEL_PAGE_SIZE + 1;

	for (uint64_t n = 0; n < request->slot_count; n++) {
		if (request->slots[n].slot >= slots)
			return mm_fail(MM_ERR_SLOT, request->slots[n].slot);
		for (uint64_t other = 0; other < n; other++)
			if (request->slots[other].slot == request->slots[n].slot)
				return mm_fail(MM_ERR_SLOT, request->slots[n].slot);
	}
	return mm_ok();
}

struct mm_result mm_plan_fixmap(struct mm_plan *plan, const struct mm_request *request)
{
	struct mm_result result = check_slots(request);
	uint64_t virt = KEEL_FIXMAP_START;

	while (!result.error && virt <= KEEL_FIXMAP_LAST) {
		const struct mm_fixmap_slot *slot = next_slot(request, virt);
		const uint64_t slot_virt =
			slot ? KEEL_FIXMAP_SLOT(slot->slot) : KEEL_FIXMAP_LAST + 1;
		struct keel_mapping m = {
			.virt = slot_virt,
			.bytes = KEEL_PAGE_SIZE,
			.rights = KEEL_RIGHTS_RW,
			.memory_type = KEEL_MEMORY_UC,
			.region = KEEL_REGION_FIXMAP,
		};

		if (slot_virt > virt)
			result = mm_region_add_tables(plan, KEEL_REGION_FIXMAP, virt, slot_virt - 1,
						      KEEL_LEVEL_PT);
		if (slot && !result.error) {
			m.phys = slot->phys;
			result = mm_plan_add(plan, &m);
		}
		virt = slot_virt + KEEL_PAGE_SIZE;
	}
	return result;
}

struct mm_result mm_plan_vsyscall(struct mm_plan *plan, const struct mm_request *request)
{
	return mm_region_add(plan, KEEL_REGION_VSYSCALL, KEEL_VSYSCALL_START,
			     request->area.vsyscall_phys, KEEL_PAGE_SIZE, KEEL_RIGHTS_USER_R);
}
