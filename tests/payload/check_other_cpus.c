/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every CPU: the others wait in their mailboxes, are started on the same kernel root, look at
 * themselves, and see what the boot CPU maps meanwhile.
 */
#include "apic.h"
#include "checks.h"
#include "kept.h"
#include "other_cpu.h"
#include "pages.h"
#include "paging.h"
#include "report.h"
#include "walk.h"

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

static void check_mailbox(const struct keel_mailbox *mailbox, uint32_t id,
			  enum keel_cpu_state state)
{
	const uint32_t meant =
		KEEL_CPU_DIFFERED_MTRRS | KEEL_CPU_DIFFERED_PAT | KEEL_CPU_DIFFERED_X2APIC;
	uint64_t reserved = 0;

	for (unsigned n = 0; n < sizeof(mailbox->reserved) / sizeof(mailbox->reserved[0]); n++)
		reserved |= mailbox->reserved[n];
	expect("mailbox: state, of APIC ID", id, state, mailbox->state);
	expect("mailbox: entry, of APIC ID", id, 0, mailbox->entry);
	expect("mailbox: argument, of APIC ID", id, 0, mailbox->argument);
	expect("mailbox: bits of differed without a meaning, of APIC ID", id, 0,
	       mailbox->differed & ~meant);
	expect("mailbox: reserved members, of APIC ID", id, 0, reserved);
}

static void start(struct keel_mailbox *mailbox, uint64_t cpu)
{
	const uint32_t id = boot->cpus[cpu].apic_id;

	*(uint64_t *)page_virt(boot->cpus[cpu].espfix_phys) = other_cpu_pattern(cpu);
	mailbox->argument = other_cpu_pattern(cpu);
	__atomic_store_n(&mailbox->entry, (uint64_t)other_cpu_entry, __ATOMIC_RELEASE);
	expect("runs what its mailbox names, APIC ID", id, true,
	       other_cpu_reaches(cpu, OTHER_CPU_RUNS));
	expect("mailbox: state after that, of APIC ID", id, KEEL_CPU_RUNNING, mailbox->state);
}

static void check_start(uint64_t cpu)
{
	struct keel_mailbox *mailbox = boot->mailboxes + cpu;
	const uint32_t id = boot->cpus[cpu].apic_id;

	point_begin("every CPU: CPU %lu, APIC ID %u, waits, and starts", cpu, id);
	if (!apic_can_reach(id)) {
		point_skip("the local APIC is not in x2APIC mode");
		return;
	}
	check_mailbox(mailbox, id, KEEL_CPU_WAITING);
	if (is_prepared(cpu) && mailbox->state == KEEL_CPU_WAITING)
		start(mailbox, cpu);
	point_end();
}

/* The array as a whole: where it lies, what it says of CPU 0, and how many wait. */
static void check_mailboxes(void)
{
	uint64_t waiting = 0;

	point_begin("every CPU: mailboxes lie in the CPU area");
	if (expect("boot_info.mailboxes", 0, true, boot->mailboxes != NULL)) {
		expect_cpu_area("mailboxes", KEEL_DIRECT_MAP_PHYS((uint64_t)boot->mailboxes),
				boot->cpu_count * sizeof(*boot->mailboxes));
		for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
			waiting += boot->mailboxes[cpu].state == KEEL_CPU_WAITING;
		check_mailbox(boot->mailboxes, boot->cpus[0].apic_id, KEEL_CPU_RUNNING);
		expect("boot_info.cpus_waiting", 0, waiting, boot->cpus_waiting);
	}
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
			other_cpu_reaches(cpu, OTHER_CPU_DONE);
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
	if (!boot->ap_start_phys && !boot->cpus_waiting)
		return "no page below 1 MB was free";
	return apic_why_not();
}

void check_other_cpus(void)
{
	const char *reason = why_not();

	check_mailboxes();
	if (reason || !boot->mailboxes) {
		point_begin("every CPU: the others start, and find what CPU 0 found");
		point_skip(reason ? reason : "there are no mailboxes");
		return;
	}
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		*other_cpu(cpu) = (struct other_cpu){ .state = OTHER_CPU_ABSENT };
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		check_start(cpu);
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		if (other_cpu_state(cpu) != OTHER_CPU_ABSENT)
			other_cpu_reaches(cpu, OTHER_CPU_WAITS);
	wake_all();
	check_end();
	check_cpu_findings();
}
