/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for the map as a whole: exclusion of rights, the plan, the count of tables. */
#include "census.h"
#include "checks.h"
#include "found.h"
#include "report.h"
#include "walk.h"

/* The one exception that firmware can force on a loader, and boot_info then says so. */
static bool is_excused(const struct found_run *run)
{
	return run->row == KEEL_REGION_EFI && (run->rights & RIGHTS_RWX) == RIGHTS_RWX &&
	       boot->flags & KEEL_FLAG_RUNTIME_CODE_WRITABLE;
}

static void expect_frames_not_writable(const struct found_run *code)
{
	for (uint64_t n = 0; n < found_run_count; n++) {
		const struct found_run *run = &found_runs[n];

		if (!(run->rights & RIGHT_W) || is_excused(run))
			continue;
		if (run->phys < code->phys + code->bytes && code->phys < run->phys + run->bytes)
			expect("a writable alias of executable frames, at", code->virt, 0,
			       run->virt);
	}
}

static void check_user_bits(void)
{
	point_begin("whole map: user code reaches the vsyscall page and nothing else");
	for (uint64_t n = 0; n < found_run_count; n++)
		if (found_runs[n].row != KEEL_REGION_VSYSCALL)
			expect("user bit", found_runs[n].virt, 0, found_runs[n].rights & RIGHT_U);
	for (unsigned level = KEEL_LEVEL_PML4; level >= KEEL_LEVEL_PT; level--)
		expect("user bit on the way to the vsyscall page", KEEL_VSYSCALL_START, KEEL_PTE_US,
		       walk_lookup(boot->kernel_root_phys, KEEL_VSYSCALL_START, level) &
			       KEEL_PTE_US);
	point_end();
}

void check_exclusion(void)
{
	point_begin("whole map: no address is writable and executable");
	for (uint64_t n = 0; n < found_run_count; n++)
		if (!is_excused(&found_runs[n]))
			expect("writable and executable", found_runs[n].virt, false,
			       (found_runs[n].rights & RIGHTS_RWX) == RIGHTS_RWX);
	point_end();

	point_begin("whole map: no frame is executable here and writable there");
	for (uint64_t n = 0; n < found_run_count; n++)
		if (found_runs[n].rights & RIGHT_X)
			expect_frames_not_writable(&found_runs[n]);
	point_end();
	check_user_bits();
}

/* check_espfix() compares the entries of these windows with boot_info.cpus one by one. */
static void expect_window(const struct keel_mapping *m)
{
	const uint64_t stacks_a_step = KEEL_ESPFIX_STEP_BYTES / KEEL_ESPFIX_STACK_BYTES;
	const uint64_t cpu =
		(m->virt - KEEL_ESPFIX_START) / KEEL_ESPFIX_WINDOW_BYTES * stacks_a_step;
	uint64_t stacks = boot->cpu_count - cpu;

	if (!expect("a window of %esp fixup stacks", m->virt, true,
		    m->region == KEEL_REGION_ESPFIX && cpu < boot->cpu_count))
		return;
	if (stacks > stacks_a_step)
		stacks = stacks_a_step;
	expect("bytes of a window", m->virt, KEEL_ESPFIX_WINDOW_BYTES, m->bytes);
	expect("rights of a window", m->virt, KEEL_RIGHTS_R, m->rights);
	expect("memory type of a window", m->virt, KEEL_MEMORY_WB, m->memory_type);
	expect("frames of a window", m->virt, boot->cpus[cpu].espfix_phys, m->phys);
	expect("pages of a step", m->virt,
	       (stacks + KEEL_ESPFIX_STACKS_PER_PAGE - 1) / KEEL_ESPFIX_STACKS_PER_PAGE,
	       m->repeat_pages);
}

/*
 * Its region, or how far down its tables go, is what the rest counts by: returns whether it can be.
 */
static bool expect_place(const struct keel_mapping *m)
{
	const bool for_tables = m->rights == KEEL_RIGHTS_NONE;

	if (!expect("the mapping lies in its region", m->virt, true,
		    m->bytes && m->region < KEEL_REGION_COUNT &&
			    m->virt >= keel_layout[m->region].start &&
			    m->virt <= keel_layout[m->region].last &&
			    m->bytes - 1 <= keel_layout[m->region].last - m->virt))
		return false;
	if (for_tables)
		return expect("level of a mapping that is for tables", m->virt, true,
			      m->level >= KEEL_LEVEL_PT && m->level <= KEEL_LEVEL_PDPT);
	return expect("level of a mapping that is not for tables", m->virt, 0, m->level);
}

static void expect_mapping(const struct keel_mapping *m)
{
	const struct found_piece piece = {
		.virt = m->virt,
		.phys = m->phys,
		.bytes = m->bytes,
		.rights = found_rights(m->rights),
		.memory_type = m->memory_type,
	};

	if (!expect_place(m))
		return;
	if (m->repeat_pages)
		expect_window(m);
	else if (m->rights == KEEL_RIGHTS_NONE)
		found_expect_tables(m->virt, m->virt + (m->bytes - 1), m->level);
	else
		found_expect(&piece);
}

void check_mappings(void)
{
	const struct keel_mapping *m = boot->mappings;

	for (unsigned row = 0; row < KEEL_REGION_COUNT; row++)
		found_forget(row);
	point_begin("whole map: the tables hold what boot_info.mappings says");
	for (uint64_t n = 0; n < boot->mapping_count; n++) {
		expect_mapping(&m[n]);
		if (n)
			expect("mappings are sorted", m[n].virt, true,
			       m[n - 1].virt + (m[n - 1].bytes - 1) < m[n].virt);
	}
	point_end();
	point_begin("whole map: the tables hold nothing that boot_info.mappings does not say");
	for (unsigned row = 0; row < KEEL_REGION_COUNT; row++)
		found_expect_nothing_else(row);
	point_end();
}

static void check_transition_root(void)
{
	const uint64_t step = walk_level_bytes(KEEL_LEVEL_PML4);

	point_begin("tables: the transition root shares the kernel half");
	for (uint64_t n = 0; n < WALK_ENTRIES / 2; n++) {
		uint64_t virt = KEEL_DIRECT_MAP_START + n * step;

		expect("PML4 entry", virt,
		       walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PML4),
		       walk_lookup(boot->transition_root_phys, virt, KEEL_LEVEL_PML4));
	}
	point_end();
}

void check_tables(void)
{
	point_begin("tables: as many as were planned");
	expect("tables that the roots reach", boot->tables_phys, boot->tables_planned, census.used);
	expect("tables_used", boot->tables_phys, boot->tables_planned, boot->tables_used);
	expect("tables that could not be counted", boot->tables_phys, 0, census.uncountable);
	point_end();
	point_begin("tables: none for which a larger leaf could stand");
	expect("tables that are needed", boot->tables_phys, census.used, census.minimum);
	point_end();
	check_transition_root();
}
