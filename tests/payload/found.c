/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaves become runs; see found.h. What single entries have to look like stands in entries.c. */
#include <stddef.h>
#include "entries.h"
#include "found.h"
#include "report.h"
#include "walk.h"

/* Enough for 2000 CPUs, or a memory map in 10,000 pieces. */
#define RUNS 20480

struct found_row found_rows[KEEL_REGION_COUNT];
struct found_run found_runs[RUNS];
uint64_t found_run_count;
uint64_t found_runs_lost;

/* The row that the walk has reached. */
static unsigned current_row;

/* The table behind the entry before, by level: only for the %esp fixup row. */
static uint64_t previous_table[KEEL_LEVEL_PML4 + 1];

static unsigned row_of(uint64_t virt)
{
	/* The walk goes upwards, and so does the row. */
	while (virt > keel_layout[current_row].last)
		current_row++;
	return current_row;
}

static bool visit_table(const struct walk_entry *e)
{
	unsigned first = row_of(e->virt);
	uint64_t phys = walk_phys(e->entry, e->level);
	bool sane = entries_check_table(e, first);

	/*
	 * 65,536 aliases through a handful of tables: each is visited once. Only here, so that a
	 * table which is shared in any other row shows what it maps.
	 */
	if (first == KEEL_REGION_ESPFIX && e->level < KEEL_LEVEL_PML4) {
		bool again = phys == previous_table[e->level];

		previous_table[e->level] = phys;
		return sane && !again;
	}
	return sane;
}

static bool continues(const struct found_run *run, const struct found_run *next)
{
	return run->virt + run->bytes == next->virt && run->phys + run->bytes == next->phys &&
	       run->rights == next->rights && run->memory_type == next->memory_type &&
	       run->row == next->row;
}

static void visit_leaf(const struct walk_entry *leaf)
{
	unsigned row = row_of(leaf->virt);
	struct found_run *last = found_run_count ? &found_runs[found_run_count - 1] : NULL;
	struct found_run next = {
		.virt = leaf->virt,
		.phys = walk_phys(leaf->entry, leaf->level),
		.bytes = walk_level_bytes(leaf->level),
		.rights = (uint8_t)((leaf->writable ? RIGHT_W : 0) |
				    (leaf->executable ? RIGHT_X : 0) | (leaf->user ? RIGHT_U : 0)),
		.memory_type = walk_memory_type(leaf->entry, leaf->level),
		.row = (uint8_t)row,
	};

	entries_check_leaf(leaf, row);
	found_rows[row].leaf_count[leaf->level]++;
	if (row == KEEL_REGION_ESPFIX)
		return;
	if (!last || !continues(last, &next)) {
		if (found_run_count == RUNS) {
			found_runs_lost++;
			return;
		}
		last = &found_runs[found_run_count++];
		*last = next;
		last->bytes = 0;
	}
	last->bytes += next.bytes;
	last->leaves[leaf->level]++;
}

static void visit_remains(const struct walk_entry *e)
{
	entries_check_remains(e, row_of(e->virt));
}

void found_walk(uint64_t root_phys)
{
	static const struct walk_visitor visitor = { visit_table, visit_leaf, visit_remains };
	uint64_t run = 0;

	walk_root(root_phys, &visitor);
	for (unsigned row = 0; row < KEEL_REGION_COUNT; row++) {
		found_rows[row].first_run = run;
		while (run < found_run_count && found_runs[run].row == row)
			run++;
		found_rows[row].end_run = run;
	}
}

uint64_t found_first_run(uint64_t virt)
{
	uint64_t low = 0, high = found_run_count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		const struct found_run *run = &found_runs[middle];

		if (run->virt + (run->bytes - 1) < virt)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
