/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to write next into a table: decided here, from the mapping, the level and the place alone,
 * and carried out in tables.c.
 */
#ifndef MM_STEP_H
#define MM_STEP_H

#include <keel/boot_info.h>
#include "geometry.h"

enum mm_action {
	MM_SKIP_ABSENT,	     /* no entry: what is passed over is cleared with the gaps */
	MM_PUT_EMPTY_TABLES, /* entries that lead to a table each, with nothing in it */
	MM_PUT_WINDOW,	     /* entries that lead to the tables of one %esp fixup window */
	MM_PUT_LEAVES,	     /* entries that map memory */
	MM_GO_DOWN	     /* one entry, which leads to a table with something in it */
};

struct mm_step {
	enum mm_action action;
	uint64_t entries; /* at most as many as the table has left */
};

/*@ assigns \nothing;
  @ ensures \result <= a && \result <= b;
  @ ensures \result == a || \result == b;
  @*/
static inline uint64_t mm_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * `done` bytes of the mapping have been written, and its next byte lies in the first of the `room`
 * last entries of a table of this level.
 */
/*@ requires \valid_read(m) && 1 <= level <= MM_LEVELS && room >= 1;
  @ assigns \nothing;
  @ ensures \result.entries <= room;
  @*/
static inline struct mm_step mm_next_step(const struct keel_mapping *m, uint64_t done,
					  unsigned level, uint64_t room,
					  unsigned largest_leaf_level)
{
	const unsigned shift = MM_LEVEL_SHIFT(level);
	const uint64_t mask = MM_LEVEL_BYTES(level) - 1;
	const uint64_t virt = m->virt + done;
	const uint64_t left = m->bytes - done;

	if (m->rights == KEEL_RIGHTS_NONE) {
		if (level <= m->level)
			return (struct mm_step){ MM_SKIP_ABSENT, 0 };
		if (level == m->level + 1u && !(virt & mask) && left >> shift)
			return (struct mm_step){ MM_PUT_EMPTY_TABLES, mm_min(left >> shift, room) };
		return (struct mm_step){ MM_GO_DOWN, 1 };
	}
	if (m->repeat_pages) {
		if (level == KEEL_LEVEL_PDPT)
			return (struct mm_step){ MM_PUT_WINDOW, mm_min(left >> shift, room) };
		return (struct mm_step){ MM_GO_DOWN, 1 };
	}
	/* A leaf needs both addresses aligned, and as many bytes as it has. */
	if (level <= largest_leaf_level && !((virt | (m->phys + done)) & mask) && left >> shift)
		return (struct mm_step){ MM_PUT_LEAVES, mm_min(left >> shift, room) };
	return (struct mm_step){ MM_GO_DOWN, 1 };
}

#endif
