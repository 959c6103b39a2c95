/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory types as the CPU combines them: the PAT's, through the entry, and the MTRRs'. SDM vol. 3A
 * table 11-7 "Effective Page-Level Memory Types for Pentium III and More Recent Processor Families".
 */
#include "checks.h"
#include "cpu.h"
#include "found.h"
#include "mtrr.h"
#include "report.h"

#define PLACES_A_RUN 128

static const char *type_text(uint8_t type)
{
	static const char *const texts[] = { "UC", "WC", "2", "3", "WT", "WP", "WB", "UC-" };

	return type < sizeof(texts) / sizeof(texts[0]) ? texts[type] : "unknown";
}

static uint8_t effective_type(uint8_t pat, uint8_t mtrr)
{
	switch (pat) {
	case KEEL_PAT_WB:
		return mtrr;
	case KEEL_PAT_UC_MINUS:
		return mtrr == KEEL_PAT_WC ? KEEL_PAT_WC : KEEL_PAT_UC;
	case KEEL_PAT_WT:
	case KEEL_PAT_WP:
		return mtrr == KEEL_PAT_UC || mtrr == KEEL_PAT_WC ? KEEL_PAT_UC : pat;
	}
	return pat;
}

static void expect_type(const struct found_run *run, uint64_t offset, uint8_t pat)
{
	const uint8_t effective = effective_type(pat, mtrr_type(run->phys + offset));

	expect_text("effective memory type", run->virt + offset, type_text(pat),
		    type_text(effective));
}

/* Whatever the firmware left in the MTRRs, each page has the type that its entry asks for. */
static void check_run(const struct found_run *run)
{
	const uint8_t pat = (uint8_t)(read_msr(KEEL_PAT_MSR) >> run->memory_type * 8);
	const uint64_t pages = run->bytes / KEEL_PAGE_SIZE;
	const uint64_t step = pages / PLACES_A_RUN + 1;

	for (uint64_t page = 0; page < pages; page += step)
		expect_type(run, page * KEEL_PAGE_SIZE, pat);
	expect_type(run, run->bytes - KEEL_PAGE_SIZE, pat);
}

void check_memory_types(void)
{
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++) {
		const struct found_row *row = &found_rows[id];

		if (row->first_run == row->end_run)
			continue;
		point_begin("memory type: %s: PAT and MTRRs together give what was asked for",
			    keel_layout[id].name);
		for (uint64_t n = row->first_run; n < row->end_run; n++)
			check_run(&found_runs[n]);
		point_end();
	}
}
