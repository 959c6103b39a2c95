/* SPDX-License-Identifier: BSD-2-Clause */
/* What the other CPUs found, against what each of them should have found. */
#include "audit/finding.h"
#include "other_cpu.h"
#include "report.h"

/*
 * A row for each finding; a point begins at a row that describes one. Of some, the firmware alone
 * is to blame for a difference.
 */
static const struct {
	const char *point;
	const char *what;
	bool is_firmware;
	enum keel_finding finding;
} rows[FOUND_COUNT] = {
	[FOUND_CR0] = { "CR0, CR3, CR4, EFER and PAT are those of CPU 0", "CR0" },
	[FOUND_CR3] = { NULL, "CR3" },
	[FOUND_CR4] = { NULL, "CR4" },
	[FOUND_EFER] = { NULL, "EFER" },
	[FOUND_PAT] = { NULL, "PAT" },
	[FOUND_SEGMENTS] = { "segments and FPU are those of CPU 0", "CS, SS, DS, ES" },
	[FOUND_BASES] = { NULL, "FS, GS and their bases" },
	[FOUND_FPU] = { NULL, "FCW and MXCSR" },
	[FOUND_RAX] = { "enters the function of its mailbox with the registers that are promised",
			"RAX" },
	[FOUND_ARGUMENT] = { NULL, "RDI, the argument" },
	[FOUND_NUMBER] = { NULL, "RSI, its number" },
	[FOUND_RSP] = { NULL, "RSP" },
	[FOUND_OTHERS] = { NULL, "all other registers, put together" },
	[FOUND_RFLAGS] = { NULL, "RFLAGS" },
	[FOUND_APIC_ID] = { "the local APIC in the fixmap is its own", "APIC ID in the registers",
			    true, KEEL_FINDING_APIC_ID },
	[FOUND_RSP_PAGE] = { "RSP and exceptions in its own stack, the guard below faults",
			     "page of RSP" },
	[FOUND_FAULT_PAGE] = { NULL, "page of a fault's frame" },
	[FOUND_GUARD] = { NULL, "write below the stack: vector, error" },
	[FOUND_GDT] = { "GDTR, IDTR and TR lead into its entry area", "GDTR base" },
	[FOUND_GDT_LIMIT] = { NULL, "GDTR limit" },
	[FOUND_IDT] = { NULL, "IDTR base" },
	[FOUND_IDT_LIMIT] = { NULL, "IDTR limit" },
	[FOUND_TR] = { NULL, "TR" },
	[FOUND_DB_TOP] = { "#DB and NMI arrive on its IST stacks", "end of the #DB frame" },
	[FOUND_NMI_TOP] = { NULL, "end of the NMI frame" },
	[FOUND_TEXT] = { "kernel text is read-only, the lower half is empty",
			 "write to text: vector, error" },
	[FOUND_LOWER_HALF] = { NULL, "read where it started: vector, error" },
	[FOUND_NONCANONICAL] = { NULL, "non-canonical read: vector, error" },
	[FOUND_MINISTACK_FIRST] = { "its ministack shows what CPU 0 wrote", "first alias" },
	[FOUND_MINISTACK_LAST] = { NULL, "last alias" },
	[FOUND_MAPPED_LATE] = { "sees what CPU 0 maps, without INVLPG", "content of the page" },
	/* SDM vol. 3A 11.11.8. Keel writes them where INIT has cleared them, as QEMU does. */
	[FOUND_MTRRS] = { "its MTRRs are those of CPU 0", "sum over the registers", true,
			  KEEL_FINDING_MTRRS_DIFFER },
};

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
	expected[FOUND_RAX] = (uint64_t)other_cpu_entry;
	expected[FOUND_ARGUMENT] = other_cpu_pattern(cpu);
	expected[FOUND_NUMBER] = cpu;
	expected[FOUND_RSP] = stack_page + KEEL_PAGE_SIZE - sizeof(uint64_t);
	expected[FOUND_OTHERS] = expected[FOUND_RFLAGS] = 0;
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

static void compare_one(unsigned n, uint64_t apic_id, uint64_t expected, uint64_t found)
{
	if (rows[n].is_firmware)
		judge(rows[n].finding, rows[n].what, expected, found);
	else
		expect(rows[n].what, apic_id, expected, found);
}

/* Compares for all CPUs that came to the end. Returns why there is nothing to say, or NULL. */
static const char *compare(unsigned first, unsigned end)
{
	bool compared = false;

	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++) {
		const uint64_t *found = other_cpu(cpu)->found;
		uint64_t expected[FOUND_COUNT];

		if (other_cpu_state(cpu) != OTHER_CPU_DONE)
			continue;
		fill_expected(expected, cpu);
		for (unsigned n = first; n < end; n++)
			compare_one(n, boot->cpus[cpu].apic_id, expected[n], found[n]);
		compared = true;
	}
	return compared ? NULL : "no other CPU came to the end of its checks";
}

void check_cpu_findings(void)
{
	for (unsigned first = 0, end; first < FOUND_COUNT; first = end) {
		const char *reason;

		for (end = first + 1; end < FOUND_COUNT && !rows[end].point; end++)
			;
		if (rows[first].is_firmware)
			point_begin_firmware("every CPU: %s", rows[first].point);
		else
			point_begin("every CPU, by APIC ID: %s", rows[first].point);
		reason = compare(first, end);
		if (reason)
			point_skip(reason);
		else
			point_end();
	}
}
