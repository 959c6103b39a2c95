/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames that two regions map are the same memory: what the direct map shows is what the other
 * address shows, and what is written there is read here.
 */
#include <stdbool.h>
#include "checks.h"
#include "fault.h"
#include "firmware.h"
#include "found.h"
#include "report.h"

/* Of each run; of longer ones, evenly spread pages. */
#define PAGES_A_RUN 256

/*
 * Nothing else may happen between the write and its undoing: the word can be part of the stack in
 * use. So this has no calls and keeps all in registers.
 */
static __attribute__((noinline)) bool shows_write(volatile uint64_t *direct,
						  const volatile uint64_t *alias)
{
	const uint64_t before = *direct;
	uint64_t seen;

	*direct = ~before;
	seen = *alias;
	*direct = before;
	return seen == ~before;
}

static bool is_readable(uint64_t virt)
{
	return probe(PROBE_READ, virt).vector == PROBE_NO_FAULT;
}

static void compare_word(uint64_t virt, uint64_t direct, bool write)
{
	if (!is_readable(virt) || !is_readable(direct)) {
		expect_text("both addresses", virt, "readable", "not");
		return;
	}
	expect("word, as the direct map shows it", virt, *(volatile uint64_t *)direct,
	       *(volatile uint64_t *)virt);
	if (write && probe(PROBE_WRITE, direct).vector == PROBE_NO_FAULT)
		expect("what the direct map writes is seen", virt, true,
		       shows_write((void *)direct, (void *)virt));
}

/* RUNTIME stands on ranges that are no memory, too: those are not in the direct map. */
static bool is_memory(uint64_t phys)
{
	return firmware_span(phys).memory;
}

static void compare_run(const struct found_run *run, bool write)
{
	const uint64_t pages = run->bytes / KEEL_PAGE_SIZE;
	const uint64_t step = (pages + PAGES_A_RUN - 1) / PAGES_A_RUN;

	for (uint64_t page = 0; page < pages; page += step) {
		const uint64_t virt = run->virt + page * KEEL_PAGE_SIZE;
		const uint64_t phys = run->phys + page * KEEL_PAGE_SIZE;
		const uint64_t direct = KEEL_DIRECT_MAP(phys);

		if (!is_memory(phys))
			continue;
		compare_word(virt, direct, write);
		compare_word(virt + KEEL_PAGE_SIZE - sizeof(uint64_t),
			     direct + KEEL_PAGE_SIZE - sizeof(uint64_t), write);
	}
}

static void check_region(enum keel_region id, bool write)
{
	const struct found_row *row = &found_rows[id];

	point_begin("memory: direct map and %s: %s", keel_layout[id].name,
		    write ? "what is written there is read here" : "the same words");
	for (uint64_t n = row->first_run; n < row->end_run; n++)
		if (found_runs[n].memory_type == KEEL_MEMORY_WB)
			compare_run(&found_runs[n], write);
	point_end();
}

void check_shared_frames(void)
{
	check_region(KEEL_REGION_STACKS, true);
	check_region(KEEL_REGION_CPU_ENTRY_AREA, true);
	check_region(KEEL_REGION_TEXT, true);
	/* What firmware keeps there is not for writing, not even for a moment. */
	check_region(KEEL_REGION_EFI, false);
}
