/* SPDX-License-Identifier: BSD-2-Clause */
/* Every region probed where its runs of pages begin and end: the CPU sees what the walk found. */
#include "checks.h"
#include "found.h"
#include "probing.h"
#include "report.h"

/* Enough for every run of any region of 50 CPUs; of more, evenly spread ones are taken. */
#define RUNS_AT_MOST 512

static void probe_run(const struct found_run *run)
{
	const uint64_t last = run->virt + (run->bytes - 1);

	expect_as_found(run->virt - 1);
	expect_as_found(run->virt);
	expect_as_found(last);
	expect_as_found(last + 1);
}

static void probe_region(enum keel_region id)
{
	const struct keel_layout_row *row = &keel_layout[id];
	const struct found_row *found = &found_rows[id];
	const uint64_t runs = found->end_run - found->first_run;
	const uint64_t step = runs / RUNS_AT_MOST + 1;

	point_begin("probe: %s %016lx-%016lx: read, write, fetch at the ends of %lu runs of pages",
		    keel_layout[id].name, row->start, row->last, runs);
	expect_as_found(row->start);
	expect_as_found(row->last);
	for (uint64_t n = found->first_run; n < found->end_run; n += step)
		probe_run(&found_runs[n]);
	if (runs)
		probe_run(&found_runs[found->end_run - 1]);
	point_end();
}

static void expect_ministack(uint64_t virt)
{
	expect_access(PROBE_READ, virt, OUTCOME_ALLOWED);
	expect_access(PROBE_WRITE, virt, OUTCOME_PF(PF_PRESENT | PF_WRITE));
}

/* The fetches need a RET: one page shows through every alias. */
static void expect_no_fetch(uint64_t virt)
{
	volatile uint8_t *byte = (void *)KEEL_DIRECT_MAP(boot->cpus[0].espfix_phys);
	const uint8_t before = *byte;

	*byte = 0xc3;
	expect_access(PROBE_FETCH, virt, OUTCOME_PF(PF_PRESENT | PF_FETCH));
	*byte = before;
}

/* CPU 0's page, which all of the first window's steps begin with; its first and last alias. */
static void probe_espfix(void)
{
	const uint64_t last_step =
		KEEL_ESPFIX_START + KEEL_ESPFIX_WINDOW_BYTES - KEEL_ESPFIX_STEP_BYTES;

	point_begin("probe: %%esp fixup stacks %016lx, %016lx: read-only, nothing around them",
		    KEEL_ESPFIX_START, last_step);
	expect_ministack(KEEL_ESPFIX_START);
	expect_ministack(KEEL_ESPFIX_START + KEEL_PAGE_SIZE - 1);
	expect_ministack(last_step);
	expect_no_fetch(KEEL_ESPFIX_START);
	expect_no_fetch(last_step);
	expect_absent(KEEL_ESPFIX_START - 1);
	/* The last page of a step serves CPUs from 960 on. */
	if (boot->cpu_count <=
	    (KEEL_ESPFIX_STEP_BYTES / KEEL_PAGE_SIZE - 1) * KEEL_ESPFIX_STACKS_PER_PAGE) {
		expect_absent(KEEL_ESPFIX_START + KEEL_ESPFIX_STEP_BYTES - 1);
		expect_absent(KEEL_ESPFIX_START + KEEL_ESPFIX_WINDOW_BYTES - 1);
		expect_absent(KEEL_ESPFIX_START + KEEL_ESPFIX_WINDOW_BYTES);
	}
	expect_absent(KEEL_ESPFIX_LAST);
	point_end();
}

void check_region_probes(void)
{
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++) {
		if (keel_layout[id].kind == KEEL_ROW_HOLE)
			continue;
		if (id == KEEL_REGION_ESPFIX)
			probe_espfix();
		else
			probe_region(id);
	}
}
