/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct map: every byte of memory at KEEL_DIRECT_MAP_START + its physical address, writable,
 * but read-only where the frame is executable in another region; framebuffers; and firmware's
 * tables that lie in neither.
 */
#include "frames.h"
#include "regions.h"
#include "table_pieces.h"

static struct keel_mapping direct_mapping(uint64_t phys, uint64_t end, enum keel_rights rights,
					  enum keel_memory_type memory_type)
{
	return (struct keel_mapping){
		.virt = KEEL_DIRECT_MAP(phys),
		.phys = phys,
		.bytes = end - phys,
		.rights = rights,
		.memory_type = memory_type,
		.region = KEEL_REGION_DIRECT_MAP,
	};
}

/* Cut where memory begins or ends that is executable elsewhere, and read-only there. */
static struct mm_result add_frames(struct mm_plan *plan, uint64_t phys, uint64_t end,
				   enum keel_rights rights, enum keel_memory_type memory_type,
				   struct mm_frames *executable_frames)
{
	while (phys < end) {
		bool executable;
		const uint64_t piece_end = mm_frames_end(executable_frames, phys, end, &executable);
		const struct keel_mapping m = direct_mapping(
			phys, piece_end, executable ? KEEL_RIGHTS_R : rights, memory_type);
		const struct mm_result result = mm_plan_add(plan, &m);

		if (result.error)
			return result;
		phys = piece_end;
	}
	return mm_ok();
}

/* All memory, as far as it has a place. */
static struct mm_result add_all_memory(struct mm_plan *plan, const struct mm_request *request,
				       struct mm_frames *executable_frames,
				       struct mm_outcome *outcome)
{
	struct mm_mapped_run run;
	uint64_t left_out_phys = 0;
	uint64_t n = 0;

	while (mm_next_mapped_run(request->map, &n, false, &run)) {
		uint64_t end = run.end;
		struct mm_result result;

		if (run.no_cache_bit)
			mm_tell(request->notes, MM_NOTE_NO_CACHE_BIT, MM_NO_INDEX, run.phys,
				(run.end - run.phys) >> KEEL_PAGE_SHIFT);
		if (end > MM_DIRECT_MAP_BYTES) {
			end = run.phys < MM_DIRECT_MAP_BYTES ? MM_DIRECT_MAP_BYTES : run.phys;
			if (!outcome->left_out_bytes)
				left_out_phys = end;
			outcome->left_out_bytes += run.end - end;
		}
		result = add_frames(plan, run.phys, end, KEEL_RIGHTS_RW, run.memory_type,
				    executable_frames);
		if (result.error)
			return result;
	}
	if (outcome->left_out_bytes)
		mm_tell(request->notes, MM_NOTE_LEFT_OUT, MM_NO_INDEX, left_out_phys,
			outcome->left_out_bytes);
	return mm_ok();
}

/* Does any of these mappings lead to a part of [phys, end)? */
static bool is_in_use(const struct keel_mapping *mappings, uint64_t count, uint64_t phys,
		      uint64_t end)
{
	for (uint64_t n = 0; n < count; n++)
		if (mappings[n].phys < end && phys < mappings[n].phys + mappings[n].bytes)
			return true;
	return false;
}

/*
 * This map has no ioremap area, so framebuffers are mapped here, write-combining, in the whole
 * pages that contain them; unless they are memory (of which `first` is the first mapping here),
 * accepted or not, or those of another one, or executable elsewhere. Sets *mapped if it is mapped.
 */
static struct mm_result add_framebuffer(struct mm_plan *plan, const struct mm_request *request,
					const struct mm_framebuffer *framebuffer,
					const struct mm_frames *executable_frames, uint64_t first,
					bool *mapped)
{
	const uint64_t phys = framebuffer->phys & ~(KEEL_PAGE_SIZE - 1);
	const uint64_t last = framebuffer->phys + (framebuffer->bytes - 1);
	const uint64_t end = (last | (KEEL_PAGE_SIZE - 1)) + 1;
	const struct keel_mapping m = direct_mapping(phys, end, KEEL_RIGHTS_RW, KEEL_MEMORY_WC);

	if (!framebuffer->phys || !framebuffer->bytes)
		return mm_ok();
	if (last < phys || end > MM_DIRECT_MAP_BYTES || last >> request->machine->phys_bits ||
	    is_in_use(plan->mappings + first, plan->count - first, phys, end) ||
	    is_in_use(executable_frames->mappings, executable_frames->count, phys, end) ||
	    mm_is_unaccepted(&request->descriptors, request->machine->phys_bits, phys, end)) {
		mm_tell(request->notes, MM_NOTE_FRAMEBUFFER, MM_NO_INDEX, framebuffer->phys,
			framebuffer->bytes);
		return mm_ok();
	}
	*mapped = true;
	return mm_plan_add(plan, &m);
}

static struct mm_result add_framebuffers(struct mm_plan *plan, const struct mm_request *request,
					 const struct mm_frames *executable_frames, uint64_t first,
					 struct mm_outcome *outcome)
{
	for (unsigned n = 0; n < MM_FRAMEBUFFERS_MOST; n++) {
		bool mapped = false;
		const struct mm_result result =
			add_framebuffer(plan, request, request->framebuffers + n, executable_frames,
					first, &mapped);

		if (result.error)
			return result;
		outcome->framebuffers_mapped |= (uint32_t)mapped << n;
	}
	return mm_ok();
}

static struct mm_result add_tables(struct mm_plan *plan, const struct mm_request *request,
				   struct mm_frames *executable_frames,
				   const struct mm_outcome *outcome)
{
	struct mm_table_walk walk =
		mm_table_walk(request, request->map, outcome->framebuffers_mapped);
	struct mm_table_piece piece;
	uint64_t left_out_bytes = 0;

	while (mm_next_table_piece(&walk, &piece)) {
		struct mm_result result;

		if (piece.phys >= MM_DIRECT_MAP_BYTES) {
			left_out_bytes += piece.end - piece.phys;
			continue;
		}
		result = add_frames(plan, piece.phys, piece.end,
				    piece.writable ? KEEL_RIGHTS_RW : KEEL_RIGHTS_R,
				    piece.memory_type, executable_frames);
		if (result.error)
			return result;
	}
	if (left_out_bytes)
		mm_tell(request->notes, MM_NOTE_TABLES_LEFT_OUT, MM_NO_INDEX, MM_DIRECT_MAP_BYTES,
			left_out_bytes);
	return mm_ok();
}

struct mm_result mm_plan_direct_map(struct mm_plan *plan, const struct mm_request *request,
				    const struct mm_plan *text, struct keel_mapping *work,
				    struct mm_outcome *outcome)
{
	struct mm_frames executable_frames = mm_frames_executable(text, work);
	const uint64_t first = plan->count;
	struct mm_result result;

	result = add_all_memory(plan, request, &executable_frames, outcome);
	if (!result.error)
		result = add_framebuffers(plan, request, &executable_frames, first, outcome);
	if (result.error)
		return result;
	executable_frames.next = 0; /* tables begin at the lowest address once more */
	return add_tables(plan, request, &executable_frames, outcome);
}
