/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A finished plan becomes page tables: the last step. One walk over the plan and one over the
 * address space go hand in hand, so every entry of every table is written exactly once, front to
 * back, and a table needs no clearing before.
 */
#include "internal.h"
#include "entry.h"

struct writer {
	struct mm_pool *pool;
	const struct keel_mapping *next; /* the mapping that is being written */
	const struct keel_mapping *end;
	uint64_t done;	 /* bytes of it that have been written */
	uint64_t global; /* KEEL_PTE_G or 0 */
	uint64_t user;	 /* KEEL_PTE_US if the table being written leads to a user leaf, else 0 */
	unsigned largest_leaf_level;
	bool full; /* the pool did not suffice */
};

/*
 * The annotations are ACSL: `make prove` shows with Frama-C that these functions write what they
 * say and nothing else, that they end, and that nothing in them is undefined.
 */

/*@ requires \valid(entry + (0 .. count - 1));
  @ assigns entry[0 .. count - 1];
  @ ensures \forall integer n; 0 <= n < \old(count) ==> \old(entry)[n] == value;
  @*/
static void set(uint64_t *entry, uint64_t count, uint64_t value)
{
#if defined(__x86_64__) && !defined(MM_PLAIN_C)
	__asm__ volatile("rep stosq" : "+D"(entry), "+c"(count) : "a"(value) : "memory");
#else
	/*@ loop invariant 0 <= count <= \at(count, Pre);
	  @ loop invariant entry == \at(entry, Pre) + (\at(count, Pre) - count);
	  @ loop invariant \forall integer n; 0 <= n < \at(count, Pre) - count ==>
	  @	\at(entry, Pre)[n] == value;
	  @ loop assigns entry, count, \at(entry, Pre)[0 .. \at(count, Pre) - 1];
	  @ loop variant count;
	  @*/
	for (; count; count--)
		*entry++ = value;
#endif
}

/*@ requires \valid(entry + (0 .. count - 1));
  @ assigns entry[0 .. count - 1];
  @ ensures \forall integer n; 0 <= n < count ==> entry[n] == 0;
  @*/
static void clear(uint64_t *entry, uint64_t count)
{
	set(entry, count, 0);
}

/*@ requires \valid(entry + (0 .. count - 1));
  @ assigns entry[0 .. count - 1];
  @*/
static void fill(uint64_t *entry, uint64_t count, uint64_t value, uint64_t step)
{
	/*@ loop invariant 0 <= count <= \at(count, Pre);
	  @ loop invariant entry == \at(entry, Pre) + (\at(count, Pre) - count);
	  @ loop assigns entry, count, value, \at(entry, Pre)[0 .. \at(count, Pre) - 1];
	  @ loop variant count;
	  @*/
	for (; count >= 16; count -= 16) {
#pragma GCC unroll 16
		/*@ loop invariant 0 <= n <= 16;
		  @ loop assigns n, value, entry[0 .. 15];
		  @ loop variant 16 - n;
		  @*/
		for (unsigned n = 0; n < 16; n++) {
			entry[n] = value;
			value += step;
		}
		entry += 16;
	}
	/*@ loop invariant 0 <= count <= \at(count, Pre);
	  @ loop invariant entry == \at(entry, Pre) + (\at(count, Pre) - count);
	  @ loop assigns entry, count, value, \at(entry, Pre)[0 .. \at(count, Pre) - 1];
	  @ loop variant count;
	  @*/
	for (; count; count--) {
		*entry++ = value;
		value += step;
	}
}

/*@ requires \valid(to + (0 .. count - 1)) && \valid_read(from + (0 .. count - 1));
  @ requires \separated(to + (0 .. count - 1), from + (0 .. count - 1));
  @ assigns to[0 .. count - 1];
  @*/
static void copy(uint64_t *to, const uint64_t *from, uint64_t count)
{
#if defined(__x86_64__) && !defined(MM_PLAIN_C)
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
#else
	/*@ loop invariant 0 <= count <= \at(count, Pre);
	  @ loop invariant to == \at(to, Pre) + (\at(count, Pre) - count);
	  @ loop invariant from == \at(from, Pre) + (\at(count, Pre) - count);
	  @ loop assigns to, from, count, \at(to, Pre)[0 .. \at(count, Pre) - 1];
	  @ loop variant count;
	  @*/
	for (; count; count--)
		*to++ = *from++;
#endif
}

/*@ requires \valid(w) && \valid_read(w->next) && \separated(w, w->next);
  @ assigns w->done, w->next;
  @ ensures w->next == \old(w->next) || (w->next == \old(w->next) + 1 && w->done == 0);
  @*/
static void advance(struct writer *w, uint64_t bytes)
{
	w->done += bytes;
	if (w->done == w->next->bytes) {
		w->next++;
		w->done = 0;
	}
}

/* How many of the next `room` entries of this level can be leaves of the current mapping. */
/*@ requires \valid_read(w) && \valid_read(w->next) && 1 <= level <= MM_LEVELS;
  @ assigns \nothing;
  @ ensures \result <= room;
  @*/
static uint64_t leaf_count(const struct writer *w, unsigned level, uint64_t room)
{
	const struct keel_mapping *m = w->next;
	const uint64_t place = (m->virt + w->done) | (m->phys + w->done);
	const uint64_t count = (m->bytes - w->done) >> MM_LEVEL_SHIFT(level);

	if (level > w->largest_leaf_level || place & (MM_LEVEL_BYTES(level) - 1))
		return 0;
	return count < room ? count : room;
}

/* The next free table, or NULL when the pool is exhausted, which ends the writing. */
/*@ requires \valid(w) && \valid(w->pool) && \valid(index);
  @ requires \separated(w, w->pool, index);
  @ requires w->pool->used <= w->pool->pages <= 0x10000000000;
  @ requires \valid(w->pool->base + (0 .. w->pool->pages * MM_ENTRIES - 1));
  @ assigns w->full, w->next, w->pool->used, *index;
  @ behavior exhausted:
  @	assumes w->pool->used == w->pool->pages;
  @	ensures \result == \null && w->full && w->next == w->end;
  @	ensures w->pool->used == \old(w->pool->used);
  @ behavior taken:
  @	assumes w->pool->used < w->pool->pages;
  @	ensures *index == \old(w->pool->used) && w->pool->used == \old(w->pool->used) + 1;
  @	ensures w->pool->used <= w->pool->pages;
  @	ensures \result == w->pool->base + *index * MM_ENTRIES;
  @	ensures \valid(\result + (0 .. MM_ENTRIES - 1));
  @ complete behaviors;
  @ disjoint behaviors;
  @*/
static uint64_t *take_table(struct writer *w, uint64_t *index)
{
	if (w->pool->used == w->pool->pages) {
		w->full = true;
		w->next = w->end;
		return NULL;
	}
	*index = w->pool->used++;
	return mm_pool_table(w->pool, *index);
}

/*
 * One %esp fixup window: a PT with the first pages of every step, a PD whose entries all lead to
 * it. Returns the entry for the PDPT, which holds it as often as the window has gigabytes.
 */
static uint64_t write_window(struct writer *w)
{
	const struct keel_mapping *m = w->next;
	const uint64_t step = KEEL_ESPFIX_STEP_BYTES >> KEEL_PAGE_SHIFT;
	uint64_t pd_index;
	uint64_t pt_index;
	uint64_t *pd = take_table(w, &pd_index);
	uint64_t *pt = take_table(w, &pt_index);

	if (!pd || !pt)
		return 0;
	set(pd, MM_ENTRIES, mm_pool_phys(w->pool, pt_index) | MM_TABLE_BITS);
	for (uint64_t at = 0; at < MM_ENTRIES; at += step) {
		fill(pt + at, m->repeat_pages, m->phys | mm_leaf_bits(m, KEEL_LEVEL_PT) | w->global,
		     KEEL_PAGE_SIZE);
		clear(pt + at + m->repeat_pages, step - m->repeat_pages);
	}
	advance(w, m->bytes);
	return mm_pool_phys(w->pool, pd_index) | MM_TABLE_BITS;
}

/*
 * Passes over a part of the plan that only wants tables in place: this one is low enough. Returns
 * the index of the first entry after it; that entry may be shared with the next mapping.
 */
static uint64_t pass_absent(struct writer *w, unsigned level, uint64_t virt, uint64_t count)
{
	const struct keel_mapping *m = w->next;
	const uint64_t bytes = count << MM_LEVEL_SHIFT(level);
	const uint64_t end = m->virt + m->bytes - virt;

	if (end > bytes) {
		w->done = virt + bytes - m->virt;
		return count;
	}
	advance(w, m->bytes - w->done);
	return end >> MM_LEVEL_SHIFT(level);
}

static uint64_t write_table(struct writer *w, unsigned level, uint64_t virt);

/*
 * Tables that are in place and empty, one for each entry that the current mapping covers as a
 * whole. Returns the index of the first entry after them.
 */
static uint64_t write_empty_tables(struct writer *w, unsigned level, uint64_t *entry, uint64_t at,
				   uint64_t count)
{
	const uint64_t bytes = MM_LEVEL_BYTES(level);

	while (at < count && w->next->bytes - w->done >= bytes) {
		uint64_t index;
		uint64_t *table = take_table(w, &index);

		if (!table)
			return count;
		clear(table, MM_ENTRIES);
		entry[at++] = mm_pool_phys(w->pool, index) | MM_TABLE_BITS;
		w->done += bytes;
	}
	advance(w, 0);
	return at;
}

/* May the current mapping's next entry of this level lead to a table with nothing in it? */
/*@ requires \valid_read(w) && \valid_read(w->next) && 1 <= level <= MM_LEVELS;
  @ assigns \nothing;
  @*/
static bool is_empty_table(const struct writer *w, unsigned level)
{
	const struct keel_mapping *m = w->next;
	const uint64_t bytes = MM_LEVEL_BYTES(level);

	return level == m->level + 1u && ((m->virt + w->done) & (bytes - 1)) == 0 &&
	       m->bytes - w->done >= bytes;
}

/*
 * Writes entries of this level from `at` on for the current mapping, as far as it goes in one way.
 * Returns the index of the first entry that is still to be written.
 */
static uint64_t write_some(struct writer *w, unsigned level, uint64_t virt, uint64_t *entry,
			   uint64_t at, uint64_t count)
{
	const struct keel_mapping *m = w->next;
	uint64_t leaves;

	if (m->rights == KEEL_RIGHTS_NONE && level <= m->level) {
		const uint64_t stop = pass_absent(w, level, virt, count);

		clear(entry + at, stop - at);
		return stop;
	}
	if (m->rights == KEEL_RIGHTS_NONE && is_empty_table(w, level))
		return write_empty_tables(w, level, entry, at, count);
	if (m->repeat_pages && level == KEEL_LEVEL_PDPT) {
		const uint64_t wide = KEEL_ESPFIX_WINDOW_BYTES >> MM_LEVEL_SHIFT(level);

		set(entry + at, wide, write_window(w));
		return at + wide;
	}
	if (m->rights != KEEL_RIGHTS_NONE && !m->repeat_pages &&
	    (leaves = leaf_count(w, level, count - at))) {
		fill(entry + at, leaves, (m->phys + w->done) | mm_leaf_bits(m, level) | w->global,
		     MM_LEVEL_BYTES(level));
		w->user |= m->rights == KEEL_RIGHTS_USER_R ? KEEL_PTE_US : 0;
		advance(w, leaves << MM_LEVEL_SHIFT(level));
		return at + leaves;
	}
	entry[at] = write_table(w, level - 1, virt + (at << MM_LEVEL_SHIFT(level)));
	return at + 1;
}

/* Writes `count` entries of a table of this level, the first of which stands for address `virt`. */
static void write_entries(struct writer *w, unsigned level, uint64_t virt, uint64_t *entry,
			  uint64_t count)
{
	const unsigned shift = MM_LEVEL_SHIFT(level);
	uint64_t at = 0;

	while (w->next != w->end) {
		const uint64_t first = (w->next->virt + w->done - virt) >> shift;

		if (first >= count)
			break;
		clear(entry + at, first - at);
		at = write_some(w, level, virt, entry, first, count);
	}
	clear(entry + at, count - at);
}

/* Writes the table of this level that begins at `virt`, and all below it. Returns its entry. */
static uint64_t write_table(struct writer *w, unsigned level, uint64_t virt)
{
	uint64_t index;
	uint64_t *table = take_table(w, &index);
	const uint64_t user_before = w->user;
	uint64_t user;

	if (!table)
		return 0;
	w->user = 0;
	write_entries(w, level, virt, table, MM_ENTRIES);
	user = w->user;
	w->user |= user_before;
	return mm_pool_phys(w->pool, index) | MM_TABLE_BITS | user;
}

/* One half of the root; the half of another root if the plan has nothing in this one. */
static void write_half(struct writer *w, uint64_t virt, uint64_t *entry, const uint64_t *shared)
{
	const uint64_t count = MM_ENTRIES / 2;
	const bool mine = w->next != w->end && (w->next->virt ^ virt) >> (MM_VIRT_BITS - 1) == 0;

	if (mine || !shared)
		write_entries(w, MM_LEVELS, virt, entry, count);
	else
		copy(entry, shared, count);
}

struct mm_result mm_tables_build(struct mm_pool *pool, const struct mm_plan *plan, bool global,
				 uint64_t share, uint64_t *root)
{
	const uint64_t *shared = NULL;
	struct writer w = {
		.pool = pool,
		.next = plan->mappings,
		.end = plan->mappings + plan->count,
		.largest_leaf_level = plan->machine->largest_leaf_level,
	};
	uint64_t *table;

	if (share != MM_NO_ROOT) {
		if (share >= pool->used)
			return mm_fail(MM_ERR_ROOT, share);
		shared = mm_pool_table(pool, share);
	}
	if (plan->tables > pool->pages - pool->used)
		return mm_fail(MM_ERR_POOL_FULL, plan->tables);
	table = take_table(&w, root);
	write_half(&w, 0, table, shared);
	w.global = global ? KEEL_PTE_G : 0;
	write_half(&w, MM_UPPER_HALF, table + MM_ENTRIES / 2,
		   shared ? shared + MM_ENTRIES / 2 : NULL);
	if (w.full)
		return mm_fail(MM_ERR_POOL_FULL, plan->tables);
	return mm_ok();
}
