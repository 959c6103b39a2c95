/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory that is executable somewhere, and must not be writable anywhere else. */
#ifndef MM_FRAMES_H
#define MM_FRAMES_H

#include "internal.h"

/*
 * W^X over the frames of a plan that is not finished: only descriptors that overlap, or a kernel
 * that lies in one, can break it. `work` has room for twice as many mappings as the plan has.
 *
 * MM_ERR_FRAME_SHARED.
 */
struct mm_result mm_frames_check(const struct mm_plan *plan, struct keel_mapping *work);

/* The executable mappings of a plan, by physical address, with a place that only moves forward. */
struct mm_frames {
	const struct keel_mapping *mappings; /* virt is the physical address, too */
	uint64_t count;
	uint64_t next; /* the first that ends above what was asked for last */
};

/* Finds them; they lie in `work`, which has room for twice as many mappings as the plan has. */
struct mm_frames mm_frames_executable(const struct mm_plan *plan, struct keel_mapping *work);

/*
 * Is the memory at phys, which never goes down from one call to the next, executable? Returns
 * where the answer, in *executable, ends: at most at `end`.
 */
uint64_t mm_frames_end(struct mm_frames *frames, uint64_t phys, uint64_t end, bool *executable);

#endif
