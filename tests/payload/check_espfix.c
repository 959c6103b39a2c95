/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The %esp fixup stacks. A window of 4 GiB has 65,536 aliases of each page; the tables are shared,
 * so it suffices to see that the entries above are equal, and that one PT is right.
 */
#include "checks.h"
#include "cpu.h"
#include "found.h"
#include "report.h"
#include "walk.h"

#define STEP_PAGES	(KEEL_ESPFIX_STEP_BYTES / KEEL_PAGE_SIZE)
#define STACKS_A_WINDOW (STEP_PAGES * KEEL_ESPFIX_STACKS_PER_PAGE)

static uint64_t window_virt(uint64_t window)
{
	return KEEL_ESPFIX_START + window * KEEL_ESPFIX_WINDOW_BYTES;
}

static uint64_t window_count(void)
{
	return (boot->cpu_count + STACKS_A_WINDOW - 1) / STACKS_A_WINDOW;
}

/* The page that the pages of each step in this window begin with must be, 0 for those absent. */
static uint64_t page_phys(uint64_t window, uint64_t page)
{
	const uint64_t cpu = window * STACKS_A_WINDOW + page * KEEL_ESPFIX_STACKS_PER_PAGE;

	return cpu < boot->cpu_count ? boot->cpus[cpu].espfix_phys : 0;
}

/* Entries of this level, for all of the window, are the first one again. */
static void expect_equal_entries(uint64_t window, unsigned level, uint64_t bytes)
{
	const uint64_t virt = window_virt(window), step = walk_level_bytes(level);
	const uint64_t first = walk_lookup(boot->kernel_root_phys, virt, level);

	for (uint64_t at = 0; at < bytes; at += step)
		expect("entry like the first of its window", virt + at, first,
		       walk_lookup(boot->kernel_root_phys, virt + at, level));
}

static void check_sharing(void)
{
	point_begin("%%esp fixup stacks: all aliases go through shared tables");
	for (uint64_t window = 0; window < window_count(); window++) {
		expect_equal_entries(window, KEEL_LEVEL_PDPT, KEEL_ESPFIX_WINDOW_BYTES);
		expect_equal_entries(window, KEEL_LEVEL_PD, KEEL_SIZE_1G);
	}
	point_end();
}

static void expect_leaf(uint64_t virt, uint64_t phys)
{
	const uint64_t leaf = walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PT);

	if (!phys) {
		expect("absent page of a step", virt, 0, leaf);
		return;
	}
	expect("physical address", virt, phys, walk_phys(leaf, KEEL_LEVEL_PT));
	expect("read-only, NX, supervisor", virt, KEEL_PTE_P | KEEL_PTE_NX,
	       leaf & (KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_US | KEEL_PTE_NX));
	expect_text("memory type", virt, found_memory_type_text(KEEL_MEMORY_WB),
		    found_memory_type_text(walk_memory_type(leaf, KEEL_LEVEL_PT)));
}

static void check_pattern(void)
{
	point_begin("%%esp fixup stacks: each step has the ministacks' pages, read-only and NX");
	for (uint64_t window = 0; window < window_count(); window++)
		for (uint64_t page = 0; page < KEEL_SIZE_2M / KEEL_PAGE_SIZE; page++)
			expect_leaf(window_virt(window) + page * KEEL_PAGE_SIZE,
				    page_phys(window, page % STEP_PAGES));
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		expect("place of a ministack", cpu,
		       page_phys(cpu / STACKS_A_WINDOW,
				 cpu % STACKS_A_WINDOW / KEEL_ESPFIX_STACKS_PER_PAGE) +
			       cpu % KEEL_ESPFIX_STACKS_PER_PAGE * KEEL_ESPFIX_STACK_BYTES,
		       boot->cpus[cpu].espfix_phys);
	point_end();
}

static void check_rest(void)
{
	point_begin("%%esp fixup stacks: nothing behind the last window");
	for (uint64_t virt = window_virt(window_count()); virt <= KEEL_ESPFIX_LAST;
	     virt += KEEL_SIZE_1G)
		expect("PDPT entry", virt, 0,
		       walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PDPT));
	point_end();
}

/* Where they lie is compared entry by entry above; their pages are theirs alone. */
static void check_zero(void)
{
	point_begin("%%esp fixup stacks: all ministacks, and the rest of their pages, are zero");
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu += KEEL_ESPFIX_STACKS_PER_PAGE) {
		const uint64_t page = boot->cpus[cpu].espfix_phys & ~(KEEL_PAGE_SIZE - 1);
		const uint64_t at = first_word_set(KEEL_DIRECT_MAP(page), KEEL_PAGE_SIZE);

		expect("first word that is not zero", at, 0, at);
	}
	point_end();
}

/* Writes through the direct map, and reads through aliases far from each other. */
static void check_aliases(void)
{
	const uint64_t aliases = KEEL_ESPFIX_WINDOW_BYTES / KEEL_ESPFIX_STEP_BYTES;
	const uint64_t some[] = { 0, 1, aliases / 16 - 1, aliases / 2, aliases - 1 };
	volatile uint64_t *stack = (void *)KEEL_DIRECT_MAP(boot->cpus[0].espfix_phys);
	const uint64_t before = *stack;

	point_begin("%%esp fixup stacks: aliases show what is written through the direct map");
	for (unsigned n = 0; n < sizeof(some) / sizeof(some[0]); n++) {
		uint64_t virt = KEEL_ESPFIX_START + some[n] * KEEL_ESPFIX_STEP_BYTES;

		/* An alias that is absent is named by the points above. */
		if (!(walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PT) & KEEL_PTE_P)) {
			expect_text("alias", virt, "mapped", "absent");
			continue;
		}
		*stack = virt;
		expect("content", virt, virt, *(volatile uint64_t *)virt);
	}
	*stack = before;
	point_end();
}

void check_espfix(void)
{
	check_sharing();
	check_pattern();
	check_rest();
	check_zero();
	check_aliases();
}
