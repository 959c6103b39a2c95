/* SPDX-License-Identifier: BSD-2-Clause */
/* The direct map, against the firmware's own memory map. */
#include "checks.h"
#include "firmware.h"
#include "firmware_tables.h"
#include "found.h"
#include "kept.h"
#include "report.h"
#include "screens.h"

#define DIRECT_MAP_BYTES (KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1)

/*
 * Whether the frame at phys is executable in a row above the kernel stacks, and in *end,
 * at most where it was, how far that holds.
 */
static bool is_executable(uint64_t phys, uint64_t *end)
{
	const uint64_t first = found_rows[KEEL_REGION_CPU_ENTRY_AREA].first_run;

	for (uint64_t n = first; n < found_rows[KEEL_REGION_TEXT].end_run; n++) {
		const struct found_run *run = &found_runs[n];

		if (!(run->rights & RIGHT_X) || run->phys + run->bytes <= phys)
			continue;
		if (run->phys > phys) {
			if (run->phys < *end)
				*end = run->phys;
			continue;
		}
		if (run->phys + run->bytes < *end)
			*end = run->phys + run->bytes;
		return true;
	}
	return false;
}

static void expect_memory(uint64_t phys, uint64_t end, enum keel_memory_type memory_type)
{
	while (phys < end) {
		uint64_t piece_end = end;
		bool executable = is_executable(phys, &piece_end);
		const struct found_piece piece = {
			.virt = KEEL_DIRECT_MAP(phys),
			.phys = phys,
			.bytes = piece_end - phys,
			.rights = executable ? RIGHTS_R : RIGHTS_RW,
			.memory_type = memory_type,
		};

		found_expect(&piece);
		phys = piece_end;
	}
}

/* Physical addresses that the direct map can hold. */
static uint64_t limit(void)
{
	const uint64_t cpu = UINT64_C(1) << boot->phys_bits;

	return cpu < DIRECT_MAP_BYTES ? cpu : DIRECT_MAP_BYTES;
}

static void check_memory(void)
{
	point_begin("direct map: every byte of memory, read-only where it is executable elsewhere");
	for (uint64_t phys = 0; phys < limit();) {
		struct firmware_span span = firmware_span(phys);

		if (span.end > limit())
			span.end = limit();
		if (span.memory)
			expect_memory(phys, span.end,
				      firmware_memory_type(span.type, span.attribute));
		phys = span.end;
	}
	point_end();
}

static void expect_framebuffer(const struct keel_framebuffer *fb)
{
	const uint64_t first = fb->phys / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE;
	const uint64_t pages = (fb->phys + fb->bytes - first + KEEL_PAGE_SIZE - 1) / KEEL_PAGE_SIZE;
	const struct found_piece piece = {
		.virt = KEEL_DIRECT_MAP(first),
		.phys = first,
		.bytes = pages * KEEL_PAGE_SIZE,
		.rights = RIGHTS_RW,
		.memory_type = KEEL_MEMORY_WC,
	};

	if (fb->bytes)
		found_expect(&piece);
}

static void check_framebuffers(void)
{
	point_begin("direct map: the framebuffer is write-combining");
	if (!framebuffer_count()) {
		point_skip("there is no framebuffer");
		return;
	}
	for (uint64_t n = 0; n < framebuffer_count(); n++)
		expect_framebuffer(framebuffer(n));
	point_end();
}

/* A lock in the FACS is written; nothing else in a table is. */
static void expect_table_page(uint64_t phys)
{
	uint64_t end = phys + KEEL_PAGE_SIZE;
	const struct found_piece piece = {
		.virt = KEEL_DIRECT_MAP(phys),
		.phys = phys,
		.bytes = KEEL_PAGE_SIZE,
		.rights = written_table_in_page(phys) && !is_executable(phys, &end) ? RIGHTS_RW
										    : RIGHTS_R,
		.memory_type = is_device(phys) ? KEEL_MEMORY_UC : KEEL_MEMORY_WB,
	};

	found_expect(&piece);
}

static void check_table_pages(void)
{
	point_begin(
		"direct map: the firmware's tables, read-only, but writable where the FACS lies");
	for (uint64_t n = 0; n < boot->memory_range_count; n++) {
		const struct keel_memory_range *r = &boot->memory_ranges[n];

		if (r->type != KEEL_MEMORY_TYPE_FIRMWARE_TABLE || !range_is_possible(r))
			continue;
		for (uint64_t at = 0; at < r->bytes && r->phys + at < limit(); at += KEEL_PAGE_SIZE)
			expect_table_page(r->phys + at);
	}
	point_end();
}

/* The fixed-range MTRRs may give each 4 KiB of the first megabyte a type of its own. */
static void check_first_pages(void)
{
	point_begin("direct map: the first 2 MB are mapped with 4 KiB pages");
	for (uint64_t n = found_first_run(KEEL_DIRECT_MAP_START);
	     n < found_run_count && found_runs[n].virt < KEEL_DIRECT_MAP(KEEL_SIZE_2M); n++) {
		const struct found_run *run = &found_runs[n];
		uint64_t end = run->virt + run->bytes, limit = KEEL_DIRECT_MAP(KEEL_SIZE_2M);
		uint64_t pages = ((end < limit ? end : limit) - run->virt) / KEEL_PAGE_SIZE;

		expect("enough 4 KiB leaves in what begins here", run->virt, true,
		       run->leaves[KEEL_LEVEL_PT] >= pages);
	}
	point_end();
}

void check_direct_map(void)
{
	found_forget(KEEL_REGION_DIRECT_MAP);
	check_memory();
	check_framebuffers();
	check_table_pages();
	check_first_pages();
	point_begin("direct map: nothing but memory, the framebuffer and the firmware's tables");
	found_expect_nothing_else(KEEL_REGION_DIRECT_MAP);
	point_end();
}
