/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting another CPU; see start_cpu.h. Intel SDM vol. 3A 8.4.4 "MP Initialization Example".
 *
 * The page below 1 MB runs on a root of its own, which has the kernel's upper half and, below, that
 * page alone at its physical address: enough to jump to kernel text, where the kernel root can be
 * loaded.
 */
#include <stddef.h>
#include "apic.h"
#include "cpu.h"
#include "other_cpu.h"
#include "pages.h"
#include "paging.h"
#include "report.h"
#include "start_cpu.h"

#define PORT_DELAY	 0x80 /* nothing happens there, but it takes the bus about a microsecond */
#define INIT_DELAY	 10000
#define START_UP_DELAY	 200
#define START_TIME_LIMIT 5000000

/* What the CPU that is being started loads once it runs kernel text. start_page.S knows it. */
struct __attribute__((packed)) start_registers {
	uint64_t kernel_root_phys;
	uint64_t stack_virt;
	uint64_t cpu;
	struct table_register gdt_writable, gdt, idt;
};

_Static_assert(offsetof(struct start_registers, gdt_writable) == 24, "as in start_page.S");
_Static_assert(offsetof(struct start_registers, gdt) == 34, "as in start_page.S");
_Static_assert(offsetof(struct start_registers, idt) == 44, "as in start_page.S");

extern struct start_registers start_registers;
struct start_registers start_registers;

void start_delay(unsigned microseconds)
{
	while (microseconds--)
		port_read(PORT_DELAY);
}

void start_prepare(void)
{
	const uint64_t page_phys = boot->ap_start_phys;
	const size_t bytes = (size_t)(start_page_end - start_page);
	const uint64_t root_phys = root_create();
	uint8_t *page = page_virt(page_phys);
	struct start_values *values = (void *)(page + bytes - sizeof(*values));

	/* Readable and executable, and not global: it goes with the load of the kernel root. */
	map_page(root_phys, page_phys, page_phys, 0);

	__builtin_memcpy(page, start_page, bytes);
	values->cr0 = (uint32_t)read_cr0();
	values->cr3 = (uint32_t)root_phys;
	values->cr4 = (uint32_t)read_cr4();
	values->efer = (uint32_t)(read_msr(MSR_EFER) & ~EFER_LMA);
	values->protected_phys += (uint32_t)page_phys;
	values->long_phys += (uint32_t)page_phys;
	values->gdt_phys += (uint32_t)page_phys;
}

void start_init_all(void)
{
	for (uint64_t cpu = 1; cpu < boot->cpu_count; cpu++)
		if (apic_can_reach(boot->cpus[cpu].apic_id))
			apic_send(boot->cpus[cpu].apic_id, APIC_INIT);
	start_delay(INIT_DELAY);
}

static void fill_registers(uint64_t cpu)
{
	const uint64_t gdt_virt = KEEL_CEA_CPU_START(cpu) + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE;

	start_registers = (struct start_registers){
		.kernel_root_phys = boot->kernel_root_phys,
		.stack_virt = KEEL_STACKS_START + (cpu + 1) * KEEL_STACK_SLOT_BYTES,
		.cpu = cpu,
		.gdt_writable = { KEEL_GDT_BYTES - 1, KEEL_DIRECT_MAP(boot->cpus[cpu].gdt_phys) },
		.gdt = { KEEL_GDT_BYTES - 1, gdt_virt },
		.idt = { KEEL_PAGE_SIZE - 1, KEEL_CPU_ENTRY_AREA_START },
	};
}

bool start_cpu(uint64_t cpu)
{
	const uint32_t id = boot->cpus[cpu].apic_id;

	fill_registers(cpu);
	apic_send(id, APIC_START_UP(boot->ap_start_phys));
	/* Some CPUs miss the first one; the others ignore the second. */
	if (other_cpu_reaches(cpu, OTHER_CPU_RUNS, START_UP_DELAY))
		return true;
	apic_send(id, APIC_START_UP(boot->ap_start_phys));
	if (other_cpu_reaches(cpu, OTHER_CPU_RUNS, START_TIME_LIMIT))
		return true;
	/* If it came now, it would take the place of the next one. */
	apic_send(id, APIC_INIT);
	return false;
}
