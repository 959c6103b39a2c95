/* SPDX-License-Identifier: BSD-2-Clause */
/* What the other CPUs found: their registers, stacks, entry areas and ministacks. */
#include "checks.h"
#include "mtrr.h"
#include "other_cpu.h"
#include "report.h"

static void expect_registers(uint64_t cpu, const struct other_cpu *found)
{
	static const char *const names[COMMON_COUNT] = {
		[COMMON_CR0] = "CR0 of the CPU with APIC ID",
		[COMMON_CR3] = "CR3 of the CPU with APIC ID",
		[COMMON_CR4] = "CR4 of the CPU with APIC ID",
		[COMMON_EFER] = "EFER of the CPU with APIC ID",
		[COMMON_PAT] = "PAT of the CPU with APIC ID",
	};
	uint64_t common[COMMON_COUNT];

	common_registers(common);
	for (unsigned n = 0; n < COMMON_COUNT; n++)
		expect(names[n], boot->cpus[cpu].apic_id, common[n], found->common[n]);
}

static void expect_apic(uint64_t cpu, const struct other_cpu *found)
{
	expect("APIC ID in the registers", KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC),
	       boot->cpus[cpu].apic_id, found->apic_id);
}

static void expect_access(const char *what, uint64_t cpu, struct other_cpu_access access,
			  uint64_t vector, uint64_t error)
{
	const uint32_t id = boot->cpus[cpu].apic_id;

	expect(what, id, vector, access.vector);
	if (access.vector != PROBE_NO_FAULT)
		expect("error code on the CPU with APIC ID", id, error, access.error);
}

static void expect_in_stack(const char *what, uint64_t cpu, uint64_t virt)
{
	const uint64_t end = KEEL_STACKS_START + (cpu + 1) * KEEL_STACK_SLOT_BYTES;

	expect(what, virt, true, virt <= end && virt > end - KEEL_PAGE_SIZE);
}

static void expect_stack(uint64_t cpu, const struct other_cpu *found)
{
	expect_in_stack("RSP is in the stack's last page", cpu, found->rsp);
	expect_in_stack("frame of a page fault is in the stack's last page", cpu, found->fault_top);
	expect_access("write below the stack by APIC ID", cpu, found->guard, VECTOR_PF, PF_WRITE);
}

static void expect_entry_area(uint64_t cpu, const struct other_cpu *found)
{
	const uint64_t gdt = area_page(cpu, KEEL_CEA_GDT_PAGE);

	expect("GDTR base", gdt, gdt, found->gdtr.base);
	expect("GDTR limit", gdt, KEEL_GDT_BYTES - 1, found->gdtr.limit);
	expect("IDTR base", gdt, KEEL_CPU_ENTRY_AREA_START, found->idtr.base);
	expect("IDTR limit", gdt, KEEL_PAGE_SIZE - 1, found->idtr.limit);
	expect("TR", gdt, KEEL_TSS_SEL, found->tr);
}

static void expect_ist(uint64_t cpu, const struct other_cpu *found)
{
	const uint64_t db = ist_top(cpu, KEEL_CEA_DB_STACK_PAGE);
	const uint64_t nmi = ist_top(cpu, KEEL_CEA_NMI_STACK_PAGE);

	expect("end of the frame of #DB", db, db, found->db_top);
	expect("end of the frame of the NMI", nmi, nmi, found->nmi_top);
}

static void expect_accesses(uint64_t cpu, const struct other_cpu *found)
{
	expect_access("write to kernel text by APIC ID", cpu, found->text, VECTOR_PF,
		      PF_PRESENT | PF_WRITE);
	expect_access("read of the page that it started in, by APIC ID", cpu, found->lower_half,
		      VECTOR_PF, 0);
	expect_access("read of a non-canonical address by APIC ID", cpu, found->noncanonical,
		      VECTOR_GP, 0);
}

static void expect_ministack(uint64_t cpu, const struct other_cpu *found)
{
	for (unsigned n = 0; n < 2; n++)
		expect("content of the ministack", boot->cpus[cpu].espfix_phys,
		       other_cpu_pattern(cpu), found->ministack[n]);
}

static void expect_mapped_late(uint64_t cpu, const struct other_cpu *found)
{
	(void)cpu;
	expect("content of the new page", OTHER_CPU_MAPPED_LATE, other_cpu_mapped_phys,
	       found->mapped_late);
}

/* Only CPUs that came to the end have all their findings. Returns how many there are. */
static unsigned compare(void (*expect_of)(uint64_t cpu, const struct other_cpu *found))
{
	unsigned count = 0;

	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		if (other_cpu_state(cpu) == OTHER_CPU_DONE) {
			expect_of(cpu, other_cpu(cpu));
			count++;
		}
	return count;
}

static bool mtrrs_cleared, mtrrs_wrong;

static void expect_mtrrs(uint64_t cpu, const struct other_cpu *found)
{
	const uint64_t sum = mtrr_sum();

	if (sum && !found->mtrrs)
		mtrrs_cleared = true;
	else if (!expect("sum over the MTRRs of the CPU with APIC ID", boot->cpus[cpu].apic_id, sum,
			 found->mtrrs))
		mtrrs_wrong = true;
}

/* Firmware sets all CPUs alike, and INIT leaves it so: SDM vol. 3A 11.11.8, table 9-1. */
static void check_mtrrs(void)
{
	point_begin("every CPU: its MTRRs are those of CPU 0");
	compare(expect_mtrrs);
	if (mtrrs_cleared && !mtrrs_wrong)
		point_skip("INIT has cleared them: QEMU does that, CPUs do not");
	else
		point_end();
}

void check_cpu_findings(void)
{
	static const struct {
		const char *description;
		void (*expect_of)(uint64_t cpu, const struct other_cpu *found);
	} points[] = {
		{ "CR0, CR3, CR4, EFER and PAT are those of CPU 0", expect_registers },
		{ "the local APIC in the fixmap is its own", expect_apic },
		{ "RSP and exceptions in its own stack, the guard below it faults", expect_stack },
		{ "GDTR, IDTR and TR lead into its entry area", expect_entry_area },
		{ "#DB and NMI arrive on its IST stacks", expect_ist },
		{ "kernel text is read-only, the lower half is empty", expect_accesses },
		{ "its ministack shows what CPU 0 wrote", expect_ministack },
		{ "sees what CPU 0 maps, without INVLPG", expect_mapped_late },
	};

	for (unsigned n = 0; n < sizeof(points) / sizeof(points[0]); n++) {
		point_begin("every CPU: %s", points[n].description);
		if (compare(points[n].expect_of))
			point_end();
		else
			point_skip("no other CPU came to the end of its checks");
	}
	check_mtrrs();
}
