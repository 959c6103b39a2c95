/* SPDX-License-Identifier: BSD-2-Clause */
/* What the other CPUs found, against what each of them should have found. */
#include "mtrr.h"
#include "other_cpu.h"
#include "report.h"

static const char *const names[FOUND_COUNT] = {
	[FOUND_CR0] = "CR0",
	[FOUND_CR3] = "CR3",
	[FOUND_CR4] = "CR4",
	[FOUND_EFER] = "EFER",
	[FOUND_PAT] = "PAT",
	[FOUND_APIC_ID] = "APIC ID in the registers",
	[FOUND_RSP_PAGE] = "page of RSP",
	[FOUND_FAULT_PAGE] = "page of a fault's frame",
	[FOUND_GUARD] = "write below the stack: vector, error",
	[FOUND_GDT] = "GDTR base",
	[FOUND_GDT_LIMIT] = "GDTR limit",
	[FOUND_IDT] = "IDTR base",
	[FOUND_IDT_LIMIT] = "IDTR limit",
	[FOUND_TR] = "TR",
	[FOUND_DB_TOP] = "end of the #DB frame",
	[FOUND_NMI_TOP] = "end of the NMI frame",
	[FOUND_TEXT] = "write to text: vector, error",
	[FOUND_LOWER_HALF] = "read where it started: vector, error",
	[FOUND_NONCANONICAL] = "non-canonical read: vector, error",
	[FOUND_MINISTACK_FIRST] = "first alias",
	[FOUND_MINISTACK_LAST] = "last alias",
	[FOUND_MAPPED_LATE] = "content of the page",
	[FOUND_MTRRS] = "sum over the registers",
};

/* Each is about the findings from `first` to the first of the next. */
static const struct {
	const char *description;
	unsigned first;
} points[] = {
	{ "CR0, CR3, CR4, EFER and PAT are those of CPU 0", FOUND_CR0 },
	{ "the local APIC in the fixmap is its own", FOUND_APIC_ID },
	{ "RSP and exceptions in its own stack, the guard below faults", FOUND_RSP_PAGE },
	{ "GDTR, IDTR and TR lead into its entry area", FOUND_GDT },
	{ "#DB and NMI arrive on its IST stacks", FOUND_DB_TOP },
	{ "kernel text is read-only, the lower half is empty", FOUND_TEXT },
	{ "its ministack shows what CPU 0 wrote", FOUND_MINISTACK_FIRST },
	{ "sees what CPU 0 maps, without INVLPG", FOUND_MAPPED_LATE },
	/* Firmware sets all CPUs alike, and INIT leaves it so: SDM vol. 3A 11.11.8, table 9-1. */
	{ "its MTRRs are those of CPU 0", FOUND_MTRRS },
};

#define POINTS (sizeof(points) / sizeof(points[0]))

static uint64_t area_page(uint64_t cpu, unsigned page)
{
	return KEEL_CEA_CPU_START(cpu) + page * KEEL_PAGE_SIZE;
}

/* Called by CPU 0: what is common to all CPUs is what it finds itself. */
static void fill_expected(uint64_t expected[FOUND_COUNT], uint64_t cpu)
{
	const uint64_t stack_page =
		KEEL_STACKS_START + (cpu + 1) * KEEL_STACK_SLOT_BYTES - KEEL_PAGE_SIZE;

	find_common(expected);
	expected[FOUND_APIC_ID] = boot->cpus[cpu].apic_id;
	expected[FOUND_RSP_PAGE] = expected[FOUND_FAULT_PAGE] = stack_page;
	expected[FOUND_GUARD] = other_cpu_fault(VECTOR_PF, PF_WRITE);
	expected[FOUND_GDT] = area_page(cpu, KEEL_CEA_GDT_PAGE);
	expected[FOUND_GDT_LIMIT] = KEEL_GDT_BYTES - 1;
	expected[FOUND_IDT] = KEEL_CPU_ENTRY_AREA_START;
	expected[FOUND_IDT_LIMIT] = KEEL_PAGE_SIZE - 1;
	expected[FOUND_TR] = KEEL_TSS_SEL;
	expected[FOUND_DB_TOP] = area_page(cpu, KEEL_CEA_DB_STACK_PAGE + KEEL_CEA_IST_STACK_PAGES);
	expected[FOUND_NMI_TOP] =
		area_page(cpu, KEEL_CEA_NMI_STACK_PAGE + KEEL_CEA_IST_STACK_PAGES);
	expected[FOUND_TEXT] = other_cpu_fault(VECTOR_PF, PF_PRESENT | PF_WRITE);
	expected[FOUND_LOWER_HALF] = other_cpu_fault(VECTOR_PF, 0);
	expected[FOUND_NONCANONICAL] = other_cpu_fault(VECTOR_GP, 0);
	expected[FOUND_MINISTACK_FIRST] = expected[FOUND_MINISTACK_LAST] = other_cpu_pattern(cpu);
	expected[FOUND_MAPPED_LATE] = other_cpu_mapped_phys;
}

/* Compares for all CPUs that came to the end. Returns why there is nothing to say, or NULL. */
static const char *compare(unsigned first, unsigned end)
{
	const char *reason = "no other CPU came to the end of its checks";
	bool compared = false;

	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++) {
		const uint64_t *found = other_cpu(cpu)->found;
		uint64_t expected[FOUND_COUNT];

		if (other_cpu_state(cpu) != OTHER_CPU_DONE)
			continue;
		fill_expected(expected, cpu);
		if (first == FOUND_MTRRS && !found[first] && expected[first]) {
			reason = "INIT has cleared them: QEMU does that, CPUs do not";
			continue;
		}
		for (unsigned n = first; n < end; n++)
			expect(names[n], boot->cpus[cpu].apic_id, expected[n], found[n]);
		compared = true;
	}
	return compared ? NULL : reason;
}

void check_cpu_findings(void)
{
	for (unsigned n = 0; n < POINTS; n++) {
		const char *reason;

		point_begin("every CPU, by APIC ID: %s", points[n].description);
		reason = compare(points[n].first,
				 n + 1 < POINTS ? points[n + 1].first : FOUND_COUNT);
		if (reason)
			point_skip(reason);
		else
			point_end();
	}
}
