/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover/arrival.h"
#include "handover/local_apic.h"
#include "handover/waiting.h"

#define MSR_FS_BASE   0xc0000100
#define MSR_GS_BASE   0xc0000101
#define MSR_KERNEL_GS 0xc0000102

struct arrival arrival;

/*
 * INIT keeps the mode (SDM vol. 3A 10.12.5.1); some emulators reset it. From x2APIC mode the way
 * back leads through a disabled APIC. Returns whether it was another one.
 */
static bool set_apic_mode(void)
{
	const uint64_t base = read_msr(MSR_APIC_BASE);

	if (!(base & APIC_BASE_X2APIC) == !arrival.x2apic)
		return false;
	if (arrival.x2apic) {
		write_msr(MSR_APIC_BASE, base | APIC_BASE_ENABLED | APIC_BASE_X2APIC);
		return true;
	}
	write_msr(MSR_APIC_BASE, base & ~(uint64_t)(APIC_BASE_ENABLED | APIC_BASE_X2APIC));
	write_msr(MSR_APIC_BASE, (base | APIC_BASE_ENABLED) & ~(uint64_t)APIC_BASE_X2APIC);
	return true;
}

static uint32_t own_apic_id(void)
{
	const uint32_t id = apic_read(arrival.x2apic, APIC_ID);

	return arrival.x2apic ? id : id >> APIC_ID_SHIFT;
}

static uint64_t own_number(void)
{
	const uint32_t id = own_apic_id();

	for (uint64_t n = 1; n < arrival.cpu_count; n++)
		if (arrival.cpus[n].apic_id == id)
			return n;
	/* The MADT knows nothing of it. */
	halt_for_good();
}

/* Memory types first, as long as the caches are off. Returns KEEL_CPU_DIFFERED_ bits. */
static uint32_t set_memory_types(void)
{
	uint32_t differed = 0;

	if (read_msr(KEEL_PAT_MSR) != arrival.firmware_pat)
		differed |= KEEL_CPU_DIFFERED_PAT;
	write_msr(KEEL_PAT_MSR, arrival.pat);
	if (mtrrs_match(&arrival.mtrrs))
		return differed;
	mtrrs_write(&arrival.mtrrs);
	return differed | KEEL_CPU_DIFFERED_MTRRS;
}

static void set_registers(void)
{
	const uint32_t mxcsr = 0x1f80;

	write_msr(MSR_EFER, arrival.efer);
	__asm__ volatile("mov %0, %%cr0" : : "r"(arrival.cr0) : "memory");
	__asm__ volatile("mov %0, %%cr4" : : "r"(arrival.cr4) : "memory");
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
	write_msr(MSR_FS_BASE, 0);
	write_msr(MSR_GS_BASE, 0);
	write_msr(MSR_KERNEL_GS, 0);
}

static struct waiter waiter_of(uint64_t number)
{
	const uint64_t mailbox_phys = (uintptr_t)(arrival.mailboxes + number);

	return (struct waiter){
		.kernel_root = arrival.kernel_root_phys,
		.page_virt = KEEL_CEA_WAITING_PAGE,
		.mailbox_virt = KEEL_DIRECT_MAP(mailbox_phys),
		.number = number,
		.stack =
			KEEL_STACKS_START + (number + 1) * KEEL_STACK_SLOT_BYTES - sizeof(uint64_t),
		.gdt_writable = { KEEL_GDT_BYTES - 1,
				  KEEL_DIRECT_MAP(arrival.cpus[number].gdt_phys) },
		.gdt = { KEEL_GDT_BYTES - 1,
			 KEEL_CEA_CPU_START(number) + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE },
		.idt = { KEEL_PAGE_SIZE - 1, KEEL_CPU_ENTRY_AREA_START },
	};
}

_Noreturn void arrive(void)
{
	const uint32_t differed_apic = set_apic_mode() ? KEEL_CPU_DIFFERED_X2APIC : 0;
	const uint64_t number = own_number();
	const struct waiter waiter = waiter_of(number);

	arrival.mailboxes[number].differed = differed_apic | set_memory_types();
	set_registers();
	wait_for_kernel(&waiter);
}
