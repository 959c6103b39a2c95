/* SPDX-License-Identifier: BSD-2-Clause */
/* What every CPU has: its kernel stack and its entry area. */
#include "checks.h"
#include "cpu.h"
#include "found.h"
#include "kept.h"
#include "report.h"

static void expect_pages(uint64_t virt, uint64_t phys, uint64_t bytes, uint8_t rights)
{
	const struct found_piece piece = {
		.virt = virt,
		.phys = phys,
		.bytes = bytes,
		.rights = rights,
		.memory_type = KEEL_MEMORY_WB,
	};

	found_expect(&piece);
}

static void expect_zero(uint64_t phys, uint64_t bytes)
{
	const uint64_t at = first_word_set(KEEL_DIRECT_MAP(phys), bytes);

	expect("first word that is not zero", at, 0, at);
}

void check_kernel_stacks(void)
{
	found_forget(KEEL_REGION_STACKS);
	point_begin("kernel stacks: one for each CPU, at the top of its slot");
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		expect_pages(KEEL_STACKS_START + (cpu + 1) * KEEL_STACK_SLOT_BYTES -
				     KEEL_STACK_BYTES,
			     boot->cpus[cpu].stack_phys, KEEL_STACK_BYTES, RIGHTS_RW);
	point_end();

	point_begin("kernel stacks: guard pages and all else absent");
	found_expect_nothing_else(KEEL_REGION_STACKS);
	point_end();

	point_begin("kernel stacks: the PDPT of every PML4 slot is in place");
	found_expect_tables(KEEL_STACKS_START, KEEL_STACKS_LAST, KEEL_LEVEL_PDPT);
	point_end();

	/* CPU 0's is in use by now: entry.S has looked at it. */
	point_begin("kernel stacks: those of the other CPUs are all zero");
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		expect_zero(boot->cpus[cpu].stack_phys, KEEL_STACK_BYTES);
	point_end();
}

/* One part of the entry area, for every CPU. */
struct part {
	const char *name;
	uint64_t (*phys)(const struct keel_cpu *cpu);
	unsigned page, pages;
	uint8_t rights;
};

static uint64_t gdt_phys(const struct keel_cpu *cpu)
{
	return cpu->gdt_phys;
}

static uint64_t entry_stack_phys(const struct keel_cpu *cpu)
{
	return cpu->entry_stack_phys;
}

static uint64_t tss_phys(const struct keel_cpu *cpu)
{
	return cpu->tss_phys;
}

static void check_part(const struct part *part)
{
	point_begin("cpu_entry_area: %s of every CPU", part->name);
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		expect_pages(KEEL_CEA_CPU_START(cpu) + part->page * KEEL_PAGE_SIZE,
			     part->phys(&boot->cpus[cpu]), part->pages * KEEL_PAGE_SIZE,
			     part->rights);
	point_end();
}

static void check_ist_stacks(void)
{
	static const struct {
		const char *name;
		unsigned page;
	} stacks[] = {
		{ "#DF", KEEL_CEA_DF_STACK_PAGE },
		{ "NMI", KEEL_CEA_NMI_STACK_PAGE },
		{ "#DB", KEEL_CEA_DB_STACK_PAGE },
		{ "#MC", KEEL_CEA_MCE_STACK_PAGE },
	};
	const uint64_t bytes = KEEL_CEA_IST_STACK_PAGES * KEEL_PAGE_SIZE;

	for (unsigned n = 0; n < sizeof(stacks) / sizeof(stacks[0]); n++) {
		point_begin("cpu_entry_area: %s stack of every CPU", stacks[n].name);
		for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
			expect_pages(KEEL_CEA_CPU_START(cpu) + stacks[n].page * KEEL_PAGE_SIZE,
				     boot->cpus[cpu].ist_stacks_phys + n * bytes, bytes, RIGHTS_RW);
		point_end();
	}
}

/* The self-check asks for started CPUs, so the page is there even for one CPU. */
static void check_waiting_page(void)
{
	point_begin("cpu_entry_area: waiting page R-X at the end");
	expect_pages(KEEL_CEA_WAITING_PAGE, boot->waiting_page_phys, KEEL_PAGE_SIZE, RIGHTS_RX);
	point_end();
}

void check_cpu_entry_area(void)
{
	static const struct part parts[] = {
		{ "read-only GDT", gdt_phys, KEEL_CEA_GDT_PAGE, 1, RIGHTS_R },
		{ "entry stack", entry_stack_phys, KEEL_CEA_ENTRY_STACK_PAGE, 1, RIGHTS_RW },
		{ "read-only TSS", tss_phys, KEEL_CEA_TSS_PAGE, 1, RIGHTS_R },
	};

	found_forget(KEEL_REGION_CPU_ENTRY_AREA);
	point_begin("cpu_entry_area: read-only IDT");
	expect_pages(KEEL_CPU_ENTRY_AREA_START, boot->idt_phys, KEEL_PAGE_SIZE, RIGHTS_R);
	point_end();
	for (unsigned n = 0; n < sizeof(parts) / sizeof(parts[0]); n++)
		check_part(&parts[n]);
	check_ist_stacks();
	check_waiting_page();
	point_begin("cpu_entry_area: guard pages and all else absent");
	found_expect_nothing_else(KEEL_REGION_CPU_ENTRY_AREA);
	point_end();
	/* No exception that uses one has come yet. */
	point_begin("cpu_entry_area: the entry stack and the IST stacks of every CPU are all zero");
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++) {
		expect_zero(boot->cpus[cpu].entry_stack_phys, KEEL_PAGE_SIZE);
		expect_zero(boot->cpus[cpu].ist_stacks_phys, IST_STACKS_BYTES);
	}
	point_end();
}
