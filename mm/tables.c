/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A finished plan becomes page tables: the last step. One walk over the plan and one over the
 * address space go hand in hand, so every entry of every table is written exactly once, front to
 * back, and a table needs no clearing before.
 */
#include "entry.h"
#include "internal.h"
#include "step.h"
#include "words.h"

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

/* Leaves: entries that go up by `step`. */
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
	for (; count >= 32; count -= 32) {
#pragma GCC unroll 32
		/*@ loop invariant 0 <= n <= 32;
		  @ loop assigns n, value, entry[0 .. 31];
		  @ loop variant 32 - n;
		  @*/
		for (unsigned n = 0; n < 32; n++) {
			entry[n] = value;
			value += step;
		}
		entry += 32;
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

/* The entry that leads to a table. */
static uint64_t table_entry(const struct writer *w, uint64_t index)
{
	return mm_pool_phys(w->pool, index) | MM_TABLE_BITS;
}

/* Passes over what stays absent in the `room` last entries of a table: it may begin inside one. */
static void skip_absent(struct writer *w, unsigned level, uint64_t room)
{
	const uint64_t before = (w->next->virt + w->done) & (MM_LEVEL_BYTES(level) - 1);
	const uint64_t to_the_end = (room << MM_LEVEL_SHIFT(level)) - before;

	advance(w, mm_min(w->next->bytes - w->done, to_the_end));
}

static void put_empty_tables(struct writer *w, unsigned level, uint64_t *entry, uint64_t count)
{
	for (uint64_t n = 0; n < count; n++) {
		uint64_t index;
		uint64_t *table = take_table(w, &index);

		if (!table)
			return;
		mm_words_clear(table, MM_ENTRIES);
		entry[n] = table_entry(w, index);
	}
	advance(w, count << MM_LEVEL_SHIFT(level));
}

/*
 * One %esp fixup window: a PT with the first pages of every step, a PD whose entries all lead to
 * it, and that in the PDPT as often as the window has gigabytes.
 */
static void put_window(struct writer *w, uint64_t *entry, uint64_t count)
{
	const struct keel_mapping *m = w->next;
	const uint64_t step = KEEL_ESPFIX_STEP_BYTES >> KEEL_PAGE_SHIFT;
	uint64_t pd_index;
	uint64_t pt_index;
	uint64_t *pd = take_table(w, &pd_index);
	uint64_t *pt = take_table(w, &pt_index);

	if (!pd || !pt)
		return;
	for (uint64_t at = 0; at < MM_ENTRIES; at += step) {
		fill(pt + at, m->repeat_pages, m->phys | mm_leaf_bits(m, KEEL_LEVEL_PT) | w->global,
		     KEEL_PAGE_SIZE);
		mm_words_clear(pt + at + m->repeat_pages, step - m->repeat_pages);
	}
	mm_words_set(pd, MM_ENTRIES, table_entry(w, pt_index));
	mm_words_set(entry, count, table_entry(w, pd_index));
	advance(w, m->bytes);
}

static void put_leaves(struct writer *w, unsigned level, uint64_t *entry, uint64_t count)
{
	const struct keel_mapping *m = w->next;

	fill(entry, count, (m->phys + w->done) | mm_leaf_bits(m, level) | w->global,
	     MM_LEVEL_BYTES(level));
	w->user |= m->rights == KEEL_RIGHTS_USER_R ? KEEL_PTE_US : 0;
	advance(w, count << MM_LEVEL_SHIFT(level));
}

static uint64_t write_table(struct writer *w, unsigned level, uint64_t virt);

/*
 * Writes some of the `room` last entries of a table of this level, for the current mapping, whose
 * next byte lies in the first of them; that stands for address `virt`. Returns how many.
 */
static uint64_t write_step(struct writer *w, unsigned level, uint64_t virt, uint64_t *entry,
			   uint64_t room)
{
	const struct mm_step step =
		mm_next_step(w->next, w->done, level, room, w->largest_leaf_level);

	switch (step.action) {
	case MM_SKIP_ABSENT:
		skip_absent(w, level, room);
		break;
	case MM_PUT_EMPTY_TABLES:
		put_empty_tables(w, level, entry, step.entries);
		break;
	case MM_PUT_WINDOW:
		put_window(w, entry, step.entries);
		break;
	case MM_PUT_LEAVES:
		put_leaves(w, level, entry, step.entries);
		break;
	case MM_GO_DOWN:
	default:
		*entry = write_table(w, level - 1, virt);
		break;
	}
	return step.entries;
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
		mm_words_clear(entry + at, first - at);
		at = first +
		     write_step(w, level, virt + (first << shift), entry + first, count - first);
	}
	mm_words_clear(entry + at, count - at);
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
	return table_entry(w, index) | user;
}

/* One half of the root; the half of another root if the plan has nothing in this one. */
static void write_half(struct writer *w, uint64_t virt, uint64_t *entry, const uint64_t *shared)
{
	const uint64_t count = MM_ENTRIES / 2;
	const bool mine = w->next != w->end && (w->next->virt ^ virt) >> (MM_VIRT_BITS - 1) == 0;

	if (mine || !shared)
		write_entries(w, MM_LEVELS, virt, entry, count);
	else
		mm_words_copy(entry, shared, count);
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
	if (!table)
		return mm_fail(MM_ERR_POOL_FULL, plan->tables);
	write_half(&w, 0, table, shared);
	w.global = global ? KEEL_PTE_G : 0;
	write_half(&w, MM_UPPER_HALF, table + MM_ENTRIES / 2,
		   shared ? shared + MM_ENTRIES / 2 : NULL);
	if (w.full)
		return mm_fail(MM_ERR_POOL_FULL, plan->tables);
	return mm_ok();
}
