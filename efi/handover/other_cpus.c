/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting other CPUs (SDM vol. 3A 8.4.4 "MP Initialization Example"). All share each wait: INIT to
 * everybody, one delay, SIPI to everybody, and one limit until everybody is there.
 */
#include "handover/other_cpus.h"
#include "handover/arrival.h"
#include "handover/local_apic.h"
#include "handover/panic.h"
#include "handover/start_page.h"
#include "handover/waiting.h"

#define INIT_DELAY_US	  10000
#define START_UP_DELAY_US 200
#define LIMIT_US	  1000000
#define MEASURED_US	  1000

#define CR0_CACHES_OFF KEEL_U64(0x60000000) /* CD, NW: as INIT leaves them */
#define EFER_LMA       KEEL_U64(0x400)
#define INT3	       0xcc

/* Interrupt command register (SDM vol. 3A 10.6.1). */
#define ICR_INIT	   0x4500
#define ICR_START_UP(phys) (0x4600 | (uint32_t)((phys) >> KEEL_PAGE_SHIFT))
#define ICR_PENDING	   0x1000
#define XAPIC_BROADCAST	   0xff /* no ID of one CPU, and larger ones cannot be said */

static uint64_t ticks_in_measured_time;
static uint64_t firmware_pat;

void other_cpus_prepare(const struct firmware *fw, const struct boot_facts *facts)
{
	const uint64_t start = read_tsc();

	firmware_pat = read_msr(KEEL_PAT_MSR);
	if (!kernel_wants_cpus(facts->kernel) || facts->machine->acpi.madt.cpu_count == 1)
		return;
	fw->boot->Stall(MEASURED_US);
	ticks_in_measured_time = read_tsc() - start;
}

static uint64_t ticks_of(uint64_t microseconds)
{
	return microseconds * ticks_in_measured_time / MEASURED_US;
}

static void delay(uint64_t microseconds)
{
	const uint64_t start = read_tsc();

	while (read_tsc() - start < ticks_of(microseconds))
		__asm__ volatile("pause");
}

static bool can_reach(uint32_t apic_id)
{
	return arrival.x2apic || apic_id < XAPIC_BROADCAST;
}

static void send_ipi(uint32_t apic_id, uint32_t command)
{
	const uint64_t start = read_tsc();

	if (arrival.x2apic) {
		write_msr(MSR_X2APIC(APIC_ICR_LOW), (uint64_t)apic_id << 32 | command);
		return;
	}
	*xapic_register(APIC_ICR_HIGH) = apic_id << APIC_ID_SHIFT;
	*xapic_register(APIC_ICR_LOW) = command;
	while (*xapic_register(APIC_ICR_LOW) & ICR_PENDING &&
	       read_tsc() - start < ticks_of(START_UP_DELAY_US))
		__asm__ volatile("pause");
}

static uint32_t state_of(uint64_t cpu)
{
	return __atomic_load_n(&arrival.mailboxes[cpu].state, __ATOMIC_ACQUIRE);
}

/* To every other CPU that is not there yet. Returns how many that are. */
static uint64_t send_all(uint32_t command)
{
	uint64_t sent = 0;

	for (uint64_t cpu = 1; cpu < arrival.cpu_count; cpu++) {
		const uint32_t id = arrival.cpus[cpu].apic_id;

		if (!can_reach(id) || state_of(cpu) == KEEL_CPU_WAITING)
			continue;
		send_ipi(id, command);
		sent++;
	}
	return sent;
}

static uint64_t count_waiting(void)
{
	uint64_t count = 0;

	for (uint64_t cpu = 1; cpu < arrival.cpu_count; cpu++)
		count += state_of(cpu) == KEEL_CPU_WAITING;
	return count;
}

static uint64_t wait_for(uint64_t count)
{
	const uint64_t start = read_tsc();

	while (count_waiting() < count && read_tsc() - start < ticks_of(LIMIT_US))
		__asm__ volatile("pause");
	return count_waiting();
}

/* CPU 0 is the model. */
static void fill_arrival(const struct boot_facts *facts, const struct space *space)
{
	__asm__ volatile("mov %%cr0, %0" : "=r"(arrival.cr0));
	arrival.cr4 = read_cr4() | CR4_PGE;
	arrival.efer = read_msr(MSR_EFER);
	arrival.pat = read_msr(KEEL_PAT_MSR);
	arrival.firmware_pat = firmware_pat;
	mtrrs_read(&arrival.mtrrs);
	arrival.x2apic = facts->machine->cpu.x2apic;
	arrival.kernel_root_phys = mm_pool_phys(&space->roots.pool, space->roots.kernel);
	arrival.cpus = space->boot_info.cpus;
	arrival.cpu_count = facts->machine->acpi.madt.cpu_count;
	arrival.mailboxes = (struct keel_mailbox *)space->plans.request.area.mailboxes_phys;
}

/* Returns where the values at the start page's end are. */
static struct start_values *fill_start_page(const struct space *space)
{
	const uint64_t phys = space->ap_start.phys + START_CODE_PAGE * KEEL_PAGE_SIZE;
	const uint64_t root_phys = space->ap_start.phys + START_ROOT_PAGE * KEEL_PAGE_SIZE;
	const struct roots *roots = &space->roots;
	const uint64_t bytes = start_page_end - start_page;
	struct start_values *values =
		(struct start_values *)(phys + bytes - sizeof(struct start_values));

	memcpy((void *)phys, start_page, bytes);
	memcpy((void *)root_phys, mm_pool_table(&roots->pool, roots->transition), KEEL_PAGE_SIZE);
	values->entry_virt = (uintptr_t)arrive;
	values->stack_virt = KEEL_STACKS_START + 2 * KEEL_STACK_SLOT_BYTES;
	values->stack_step_bytes = KEEL_STACK_SLOT_BYTES;
	values->stacks = arrival.cpu_count - 1;
	values->cr0 = (uint32_t)(arrival.cr0 | CR0_CACHES_OFF);
	values->cr4 = (uint32_t)(arrival.cr4 & ~CR4_PGE);
	values->efer = (uint32_t)(arrival.efer & ~EFER_LMA);
	values->protected_phys += (uint32_t)phys;
	values->long_phys += (uint32_t)phys;
	values->gdt_phys += (uint32_t)phys;
	return values;
}

static void fill_waiting_page(uint64_t phys)
{
	memset((void *)phys, INT3, KEEL_PAGE_SIZE);
	memcpy((void *)phys, waiting_code, waiting_code_end - waiting_code);
}

/* Those that came used them for a while, each another's. */
static void clear_stacks(uint64_t stacks_phys)
{
	memset((void *)(stacks_phys + KEEL_STACK_BYTES), 0,
	       (arrival.cpu_count - 1) * KEEL_STACK_BYTES);
}

static void start_all(const struct space *space, struct exit_facts *exit)
{
	struct start_values *values = fill_start_page(space);
	const uint32_t start_up = ICR_START_UP(space->ap_start.phys);
	uint32_t came;

	exit->cpus_told = send_all(ICR_INIT);
	delay(INIT_DELAY_US);
	send_all(start_up);
	delay(START_UP_DELAY_US);
	/* Some CPUs miss the first one; those that do not ignore the second. */
	send_all(start_up);
	wait_for(exit->cpus_told);
	came = __atomic_fetch_or(&values->gate, START_GATE_CLOSED, __ATOMIC_ACQ_REL);
	exit->cpus_waiting = wait_for(came);
	if (exit->cpus_waiting == exit->cpus_told)
		memset((void *)space->ap_start.phys, 0, block_bytes(&space->ap_start));
}

static void tell_missing(void)
{
	for (uint64_t cpu = 1; cpu < arrival.cpu_count; cpu++)
		if (state_of(cpu) != KEEL_CPU_WAITING)
			panic_note("CPU %u, APIC ID %u, did not start", cpu,
				   (uint64_t)arrival.cpus[cpu].apic_id);
}

void other_cpus_start(const struct boot_facts *facts, const struct space *space,
		      struct exit_facts *exit)
{
	const struct mm_cpu_area *area = &space->plans.request.area;

	if (!area->waiting_phys)
		return;
	fill_arrival(facts, space);
	fill_waiting_page(area->waiting_phys);
	arrival.mailboxes[0].state = KEEL_CPU_RUNNING;
	if (arrival.cpu_count == 1)
		return;
	if (space->ap_start.pages == START_PAGES && facts->machine->cpu.apic_base)
		start_all(space, exit);
	clear_stacks(area->stacks_phys);
	tell_missing();
}
