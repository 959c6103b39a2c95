/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker's middle: what the tables map, against the layout and against the plan. */
#include "check_internal.h"
#include "walk.h"

static const struct keel_layout_row *row_of(uint64_t virt)
{
	const struct keel_layout_row *row = keel_layout;

	while (virt > row->last)
		row++;
	return row;
}

static bool check_run_row(const struct mm_run *run, const struct keel_layout_row *row,
			  uint64_t virt, struct mm_check_report *report)
{
	const uint64_t phys = run->phys + (virt - run->virt);

	if (row->kind != KEEL_ROW_REGION)
		return mm_check_fail(report, MM_CHECK_ROW, virt, phys);
	if (run->user && row != keel_layout + KEEL_REGION_VSYSCALL)
		return mm_check_fail(report, MM_CHECK_USER, virt, phys);
	if (run->writable && run->executable && row != keel_layout + KEEL_REGION_EFI)
		return mm_check_fail(report, MM_CHECK_WRITE_EXECUTE, virt, phys);
	return true;
}

/* The address after the last appearance of the run. */
static uint64_t last_of(const struct mm_run *run)
{
	uint64_t last = run->virt + (run->bytes - 1);

	for (unsigned level = KEEL_LEVEL_PT; level <= MM_LEVELS; level++)
		last += (uint64_t)(run->repeat[level] - 1) << MM_LEVEL_SHIFT(level);
	return last;
}

bool mm_check_rows(const struct mm_check *check, struct mm_check_report *report)
{
	struct mm_walk walk;
	struct mm_run run;

	report->firmware_rwx_bytes = 0;
	mm_walk_begin(&walk, check->pool, check->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN) {
		const uint64_t last = last_of(&run);
		const struct keel_layout_row *row = row_of(run.virt);

		if (!check_run_row(&run, row, run.virt, report))
			return false;
		/* Where it goes on into other rows, those have to allow it as well. */
		for (; last > row->last; row++)
			if (!check_run_row(&run, row + 1, row[1].start, report))
				return false;
		if (run.writable && run.executable)
			report->firmware_rwx_bytes += run.bytes;
	}
	return true;
}

/* What the plan says comes next: a cursor over the plan, with %esp fixup windows taken apart. */
struct expected {
	const struct keel_mapping *next;
	const struct keel_mapping *end;
	/* Bytes of *next that have been found; steps of a window begin at multiples. */
	uint64_t done;
};

/* Passes over what maps nothing. False at the plan's end. */
static bool find_expected(struct expected *e)
{
	while (e->next != e->end && e->next->rights == KEEL_RIGHTS_NONE)
		e->next++;
	return e->next != e->end;
}

static uint64_t expected_phys(const struct expected *e)
{
	return e->next->phys + (e->next->repeat_pages ? e->done % KEEL_ESPFIX_STEP_BYTES : e->done);
}

/* Bytes from here on that are one piece. */
static uint64_t expected_bytes(const struct expected *e)
{
	if (e->next->repeat_pages)
		return e->next->repeat_pages * KEEL_PAGE_SIZE - e->done % KEEL_ESPFIX_STEP_BYTES;
	return e->next->bytes - e->done;
}

static void found(struct expected *e, uint64_t bytes)
{
	const bool all = bytes == expected_bytes(e);
	/* One page table holds 2 MiB of a window; that it is found all over is in repeat[]. */
	const uint64_t distinct = e->next->repeat_pages ? KEEL_SIZE_2M : e->next->bytes;

	e->done += bytes;
	if (e->next->repeat_pages && all)
		e->done += -e->done % KEEL_ESPFIX_STEP_BYTES;
	if (e->done == distinct) {
		e->next++;
		e->done = 0;
	}
}

/* A plain mapping is found once; a window in all page directory entries of all its gigabytes. */
static bool repeats_as_expected(const struct keel_mapping *m, const struct mm_run *run)
{
	for (unsigned level = KEEL_LEVEL_PT; level <= MM_LEVELS; level++) {
		uint64_t want = 1;

		if (m->repeat_pages && level == KEEL_LEVEL_PD)
			want = MM_ENTRIES;
		if (m->repeat_pages && level == KEEL_LEVEL_PDPT)
			want = KEEL_ESPFIX_WINDOW_BYTES >> MM_LEVEL_SHIFT(level);
		if (run->repeat[level] != want)
			return false;
	}
	return true;
}

static bool has_rights(const struct mm_run *run, const struct keel_mapping *m)
{
	static const struct {
		bool writable, executable, user;
	} meaning[KEEL_RIGHTS_COUNT] = {
		[KEEL_RIGHTS_R] = { false, false, false },
		[KEEL_RIGHTS_RW] = { true, false, false },
		[KEEL_RIGHTS_RX] = { false, true, false },
		[KEEL_RIGHTS_USER_R] = { false, false, true },
		[KEEL_RIGHTS_FIRMWARE_RWX] = { true, true, false },
		[KEEL_RIGHTS_WATCHED_RWX] = { true, true, false },
	};

	const bool watched = m->rights == KEEL_RIGHTS_WATCHED_RWX || m->region == KEEL_REGION_EFI;

	return run->writable == meaning[m->rights].writable &&
	       run->executable == meaning[m->rights].executable &&
	       run->user == meaning[m->rights].user && run->used == !watched;
}

/* One run against the plan, piece by piece. */
static bool check_run(struct expected *e, const struct mm_run *run, struct mm_check_report *report)
{
	for (uint64_t at = 0; at < run->bytes;) {
		const uint64_t virt = run->virt + at;
		const uint64_t phys = run->phys + at;
		const uint64_t left = run->bytes - at;
		const struct keel_mapping *m;
		uint64_t bytes;

		if (!find_expected(e) || virt < e->next->virt + e->done)
			return mm_check_fail(report, MM_CHECK_UNPLANNED, virt, phys);
		m = e->next;
		if (virt > m->virt + e->done)
			return mm_check_fail(report, MM_CHECK_MISSING, m->virt + e->done,
					     expected_phys(e));
		if (phys != expected_phys(e))
			return mm_check_fail(report, MM_CHECK_PHYS, virt, phys);
		if (!has_rights(run, m))
			return mm_check_fail(report, MM_CHECK_RIGHTS, virt, m->rights);
		if (run->memory_type != m->memory_type)
			return mm_check_fail(report, MM_CHECK_TYPE, virt, m->memory_type);
		if (!repeats_as_expected(m, run))
			return mm_check_fail(report, MM_CHECK_REPEAT, virt, run->appearances);
		bytes = expected_bytes(e) < left ? expected_bytes(e) : left;
		found(e, bytes);
		at += bytes;
	}
	return true;
}

bool mm_check_plan(const struct mm_check *check, struct mm_check_report *report)
{
	struct expected e = { .next = check->plan->mappings,
			      .end = check->plan->mappings + check->plan->count };
	struct mm_walk walk;
	struct mm_run run;

	mm_walk_begin(&walk, check->pool, check->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN)
		if (!check_run(&e, &run, report))
			return false;
	if (find_expected(&e))
		return mm_check_fail(report, MM_CHECK_MISSING, e.next->virt + e.done,
				     expected_phys(&e));
	return true;
}

bool mm_check_in_place(const struct mm_check *check, struct mm_check_report *report)
{
	for (uint64_t n = 0; n < check->plan->count; n++) {
		const struct keel_mapping *m = check->plan->mappings + n;
		const uint64_t last = m->virt + (m->bytes - 1);
		uint64_t bytes;
		uint64_t virt;

		if (m->rights != KEEL_RIGHTS_NONE)
			continue;
		bytes = MM_LEVEL_BYTES(m->level + 1);
		for (virt = m->virt;; virt = (virt & -bytes) + bytes) {
			if (!mm_walk_has_table(check->pool, check->root, virt, m->level))
				return mm_check_fail(report, MM_CHECK_IN_PLACE, virt, m->level);
			if ((virt | (bytes - 1)) >= last)
				break;
		}
	}
	return true;
}
