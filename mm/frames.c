/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W^X by physical memory: a frame that is executable at one address must not be writable at
 * another. Mappings of a plan, sorted by their physical addresses, tell.
 */
#include "frames.h"
#include "sort.h"

static bool is_executable(const struct keel_mapping *m)
{
	return m->rights == KEEL_RIGHTS_RX || m->rights == KEEL_RIGHTS_FIRMWARE_RWX ||
	       m->rights == KEEL_RIGHTS_WATCHED_RWX;
}

/* Copies, whose virt is the physical address: the key that mappings are sorted by. */
static struct mm_frames sort_by_phys(const struct mm_plan *plan, bool all,
				     struct keel_mapping *work)
{
	struct mm_frames frames = { 0 };

	for (uint64_t n = 0; n < plan->count; n++) {
		if (!all && !is_executable(plan->mappings + n))
			continue;
		work[frames.count] = plan->mappings[n];
		work[frames.count++].virt = plan->mappings[n].phys;
	}
	frames.mappings = mm_sort(work, work + frames.count, frames.count, sizeof(*work));
	return frames;
}

struct mm_frames mm_frames_executable(const struct mm_plan *plan, struct keel_mapping *work)
{
	return sort_by_phys(plan, false, work);
}

struct mm_result mm_frames_check(const struct mm_plan *plan, struct keel_mapping *work)
{
	const struct mm_frames all = sort_by_phys(plan, true, work);
	uint64_t executable_end = 0;
	uint64_t writable_end = 0;

	for (uint64_t n = 0; n < all.count; n++) {
		const struct keel_mapping *m = all.mappings + n;
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

uint64_t mm_frames_end(struct mm_frames *frames, uint64_t phys, uint64_t end, bool *executable)
{
	const struct keel_mapping *m = frames->mappings + frames->next;
	const struct keel_mapping *stop = frames->mappings + frames->count;
	uint64_t answer_end;

	while (m != stop && m->phys + m->bytes <= phys)
		m++;
	frames->next = m - frames->mappings;
	*executable = m != stop && m->phys <= phys;
	if (m == stop)
		return end;
	answer_end = *executable ? m->phys + m->bytes : m->phys;
	return answer_end < end ? answer_end : end;
}
