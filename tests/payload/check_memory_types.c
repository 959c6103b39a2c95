/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory types as the CPU combines them: the PAT's, through the entry, and the MTRRs'. SDM vol. 3A
 * table 11-7 "Effective Page-Level Memory Types for Pentium III and More Recent Processor
 * Families".
 */
#include "audit/finding.h"
#include "checks.h"
#include "cpu.h"
#include "firmware.h"
#include "firmware_tables.h"
#include "found.h"
#include "kept.h"
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

/* The type that a place of this row is to have, by what the firmware says of the frame. */
static enum keel_memory_type wanted_type(enum keel_region row, uint64_t phys)
{
	const struct firmware_span span = firmware_span(phys);
	const struct keel_memory_range *range = find_range(phys);

	if (row == KEEL_REGION_FIXMAP)
		return KEEL_MEMORY_UC;
	if (row == KEEL_REGION_DIRECT_MAP && range &&
	    range->type == KEEL_MEMORY_TYPE_FIRMWARE_TABLE)
		return is_device(phys) ? KEEL_MEMORY_UC : KEEL_MEMORY_WB;
	if (row == KEEL_REGION_DIRECT_MAP && !span.memory)
		return KEEL_MEMORY_WC; /* the framebuffer: the only other such place there */
	return firmware_memory_type(span.type, span.attribute);
}

/* Places where the entry asks for the right type, and an MTRR spoils it. */
static struct {
	uint64_t count, virt;
	uint8_t wanted, effective;
} spoiled;

static void check_place(const struct found_run *run, uint64_t offset)
{
	const uint64_t phys = run->phys + offset, virt = run->virt + offset;
	const uint8_t wanted = (uint8_t)(KEEL_PAT_VALUE >> wanted_type(run->row, phys) * 8);
	const uint8_t pat = (uint8_t)(read_msr(KEEL_PAT_MSR) >> run->memory_type * 8);
	const uint8_t effective = effective_type(pat, mtrr_type(phys));

	if (!expect_text("memory type by PAT", virt, type_text(wanted), type_text(pat)) ||
	    effective == wanted || spoiled.count++)
		return;
	spoiled.virt = virt;
	spoiled.wanted = wanted;
	spoiled.effective = effective;
}

static void check_run(const struct found_run *run)
{
	const uint64_t pages = run->bytes / KEEL_PAGE_SIZE;
	const uint64_t step = pages / PLACES_A_RUN + 1;

	for (uint64_t page = 0; page < pages; page += step)
		check_place(run, page * KEEL_PAGE_SIZE);
	check_place(run, run->bytes - KEEL_PAGE_SIZE);
}

void check_memory_types(void)
{
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++) {
		const struct found_row *row = &found_rows[id];

		if (row->first_run == row->end_run)
			continue;
		point_begin("memory type: %s: as the firmware's memory map asks for",
			    keel_layout[id].name);
		for (uint64_t n = row->first_run; n < row->end_run; n++)
			check_run(&found_runs[n]);
		point_end();
	}

	/* The registers are the firmware's: with them disabled, all memory is uncached. */
	point_begin_firmware("the MTRRs leave every page its type");
	if (spoiled.count)
		finding(KEEL_FINDING_MTRRS_SPOIL, "%lu places, the first at %lx", spoiled.count,
			spoiled.virt);
	if (spoiled.count)
		comment("%016lx: %s by its entry, %s with the MTRRs", spoiled.virt,
			type_text(spoiled.wanted), type_text(spoiled.effective));
	point_end();
}
