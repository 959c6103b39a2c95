/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every CPU: the others are started in the same kernel root, look at themselves, and see what the
 * boot CPU maps meanwhile.
 */
#include "apic.h"
#include "checks.h"
#include "other_cpu.h"
#include "pages.h"
#include "paging.h"
#include "report.h"
#include "start_cpu.h"
#include "walk.h"

#define TIME_LIMIT 5000000

uint64_t other_cpu_mapped_phys;

/*
 * A CPU that has no stack, or no descriptors to take an exception with, would reset the machine,
 * and nobody would read why.
 */
static bool is_prepared(uint64_t cpu)
{
	const struct keel_cpu *c = &boot->cpus[cpu];
	const uint64_t area = KEEL_CEA_CPU_START(cpu);
	const struct {
		uint64_t virt, phys;
	} pages[] = {
		{ area + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE, c->gdt_phys },
		{ area + KEEL_CEA_TSS_PAGE * KEEL_PAGE_SIZE, c->tss_phys },
		{ area + (KEEL_CEA_DF_STACK_PAGE + KEEL_CEA_IST_STACK_PAGES - 1) * KEEL_PAGE_SIZE,
		  c->ist_stacks_phys + (KEEL_CEA_IST_STACK_PAGES - 1) * KEEL_PAGE_SIZE },
		{ KEEL_STACKS_START + (cpu + 1) * KEEL_STACK_SLOT_BYTES - KEEL_PAGE_SIZE,
		  c->stack_phys + KEEL_STACK_BYTES - KEEL_PAGE_SIZE },
	};

	for (unsigned n = 0; n < sizeof(pages) / sizeof(pages[0]); n++) {
		uint64_t leaf = walk_lookup(boot->kernel_root_phys, pages[n].virt, KEEL_LEVEL_PT);

		if (!expect("page that it needs", pages[n].virt, pages[n].phys | KEEL_PTE_P,
			    leaf & (KEEL_PTE_ADDRESS | KEEL_PTE_P)))
			return false;
	}
	return expect("GDT up to the TSS is that of CPU 0", area, 0,
		      (uint64_t)__builtin_memcmp(page_virt(c->gdt_phys),
						 page_virt(boot->cpus[0].gdt_phys), KEEL_TSS_SEL));
}

static void check_start(uint64_t cpu)
{
	const uint32_t id = boot->cpus[cpu].apic_id;

	point_begin("every CPU: CPU %lu, APIC ID %u, starts", cpu, id);
	if (!apic_can_reach(id)) {
		point_skip("the local APIC is not in x2APIC mode");
		return;
	}
	*(uint64_t *)page_virt(boot->cpus[cpu].espfix_phys) = other_cpu_pattern(cpu);
	if (is_prepared(cpu))
		expect("in kernel text after INIT and SIPI", id, true, start_cpu(cpu));
	point_end();
}

/*
 * Maps a page while the others halt, and wakes them to look at it: they have not been there before,
 * and a CPU does not remember that a page was absent (SDM vol. 3A 4.10.2.3).
 */
static void wake_all(void)
{
	other_cpu_mapped_phys = page_take();
	*(uint64_t *)page_virt(other_cpu_mapped_phys) = other_cpu_mapped_phys;
	map_page(boot->kernel_root_phys, OTHER_CPU_MAPPED_LATE, other_cpu_mapped_phys,
		 KEEL_PTE_RW | KEEL_PTE_NX | KEEL_PTE_G);
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		if (other_cpu_state(cpu) == OTHER_CPU_WAITS)
			apic_send(boot->cpus[cpu].apic_id, APIC_NMI);
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		if (other_cpu_state(cpu) >= OTHER_CPU_WAITS)
			other_cpu_reaches(cpu, OTHER_CPU_DONE, TIME_LIMIT);
	unmap_page(boot->kernel_root_phys, OTHER_CPU_MAPPED_LATE);
}

static void check_end(void)
{
	point_begin("every CPU: comes to the end of its checks");
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++) {
		const struct other_cpu *found = other_cpu(cpu);
		const uint32_t id = boot->cpus[cpu].apic_id;
		const enum other_cpu_state state = other_cpu_state(cpu);

		/* Those that did not start have failed before. */
		if (state != OTHER_CPU_ABSENT)
			expect("state of the CPU with APIC ID", id, OTHER_CPU_DONE, state);
		if (state == OTHER_CPU_DIED)
			comment("exception %lu error 0x%lx CR2 0x%016lx RIP 0x%016lx, APIC ID %u",
				found->death.vector, found->death.error, found->death.cr2,
				found->death_rip, id);
	}
	point_end();
}

static const char *why_not(void)
{
	if (boot->cpu_count <= 1)
		return "there is one CPU";
	if (!boot->ap_start_phys)
		return "no page below 1 MB was free";
	if (!boot->local_apic_phys && !(boot->flags & KEEL_FLAG_X2APIC))
		return "there is no local APIC";
	return NULL;
}

void check_other_cpus(void)
{
	const char *reason = why_not();

	if (reason) {
		point_begin("every CPU: the others start, and find what CPU 0 found");
		point_skip(reason);
		return;
	}
	start_prepare();
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		*other_cpu(cpu) = (struct other_cpu){ .state = OTHER_CPU_ABSENT };
	start_init_all();
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		check_start(cpu);
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		if (other_cpu_state(cpu) != OTHER_CPU_ABSENT)
			other_cpu_reaches(cpu, OTHER_CPU_WAITS, TIME_LIMIT);
	wake_all();
	check_end();
	check_cpu_findings();
}
