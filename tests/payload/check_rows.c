/* SPDX-License-Identifier: BSD-2-Clause */
/* The form of every entry, row by row; and the holes. */
#include "checks.h"
#include "found.h"
#include "report.h"
#include "walk.h"

static void expect_no_fault(const struct found_fault *fault)
{
	if (!fault->count)
		return;
	expect(fault->what, fault->virt, fault->expected, fault->found);
}

static void check_hole(enum keel_region id)
{
	const struct keel_layout_row *row = &keel_layout[id];

	point_begin("%s %016lx-%016lx: nothing is mapped", keel_layout[id].name, row->start,
		    row->last);
	expect_no_fault(&found_rows[id].tables);
	expect_no_fault(&found_rows[id].leaves);
	for (uint64_t n = found_rows[id].first_run; n < found_rows[id].end_run; n++)
		expect("bytes mapped in a hole", found_runs[n].virt, 0, found_runs[n].bytes);
	point_end();
}

static void check_region(enum keel_region id)
{
	const char *name = keel_layout[id].name;

	point_begin("%s: entries that lead to tables are well-formed", name);
	expect_no_fault(&found_rows[id].tables);
	point_end();
	point_begin("%s: leaves are well-formed", name);
	expect_no_fault(&found_rows[id].leaves);
	point_end();
}

/* Not only absent: zero, so that a process's half can be added without looking. */
static void check_lower_half(void)
{
	const uint64_t step = walk_level_bytes(KEEL_LEVEL_PML4);

	point_begin("user space: the lower half of the PML4 is empty");
	for (uint64_t virt = KEEL_USER_START; virt < KEEL_USER_LAST; virt += step)
		expect("PML4 entry", virt, 0,
		       walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PML4));
	point_end();
}

/* Holes that own whole slots of the PML4 have nothing in them, present or not. */
static void check_hole_slots(void)
{
	const uint64_t step = walk_level_bytes(KEEL_LEVEL_PML4);

	point_begin("holes: their slots of the PML4 are empty");
	for (unsigned id = KEEL_REGION_DIRECT_MAP; id < KEEL_REGION_COUNT; id++) {
		const struct keel_layout_row *row = &keel_layout[id];

		if (row->kind != KEEL_ROW_HOLE || row->start % step)
			continue;
		/* None, where the row is smaller than its slot. */
		for (uint64_t n = 0; n < (row->last - row->start + 1) / step; n++)
			expect("PML4 entry", row->start + n * step, 0,
			       walk_lookup(boot->kernel_root_phys, row->start + n * step,
					   KEEL_LEVEL_PML4));
	}
	point_end();
}

void check_rows(void)
{
	check_lower_half();
	check_hole_slots();
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++) {
		if (id == KEEL_REGION_NONCANONICAL)
			continue; /* no table can say anything about it: check_probes() does */
		if (keel_layout[id].kind == KEEL_ROW_HOLE)
			check_hole(id);
		else
			check_region(id);
	}
}
