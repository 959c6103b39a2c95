/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC; see apic.h. */
#include "apic.h"
#include "cpu.h"
#include "report.h"
#include "walk.h"

/* Offsets in the page of registers; in x2APIC mode each 16 bytes are one MSR. */
#define REG_ID	     0x20
#define REG_ICR	     0x300
#define REG_ICR_HIGH 0x310
#define MSR_OF(reg)  (0x800 + (reg) / 16)

#define ICR_PENDING    (1u << 12)
#define ID_SHIFT       24
#define ID_BROADCAST   0xff
#define DELIVERY_TRIES 100000

uint64_t apic_base(void)
{
	const bool exists = read_cpuid(1).edx & CPUID_1_EDX_APIC;
	const uint64_t base = exists ? read_msr(MSR_APIC_BASE) : 0;

	return base & APIC_BASE_ENABLED ? base : 0;
}

const char *apic_why_not(void)
{
	const uint64_t base = apic_base(), virt = KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC);

	if (!base)
		return "there is no local APIC";
	if (!(base & APIC_BASE_X2APIC) &&
	    !(walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PT) & KEEL_PTE_P))
		return "its slot is not mapped: see above";
	return NULL;
}

static bool is_x2apic(void)
{
	return boot->flags & KEEL_FLAG_X2APIC;
}

static volatile uint32_t *at(unsigned reg)
{
	return (void *)(KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC) + reg);
}

uint32_t apic_register(unsigned offset)
{
	return is_x2apic() ? (uint32_t)read_msr(MSR_OF(offset)) : *at(offset);
}

uint32_t apic_id(void)
{
	return is_x2apic() ? (uint32_t)read_msr(MSR_OF(REG_ID)) : *at(REG_ID) >> ID_SHIFT;
}

bool apic_can_reach(uint32_t id)
{
	return is_x2apic() || id < ID_BROADCAST;
}

void apic_send(uint32_t id, uint32_t command)
{
	/* Neither a write of an x2APIC MSR nor an uncached one waits for stores before it. */
	asm volatile("mfence; lfence" : : : "memory");
	if (is_x2apic()) {
		write_msr(MSR_OF(REG_ICR), (uint64_t)id << 32 | command);
		return;
	}
	for (int tries = 0; *at(REG_ICR) & ICR_PENDING && tries < DELIVERY_TRIES; tries++)
		asm volatile("pause");
	*at(REG_ICR_HIGH) = id << ID_SHIFT;
	*at(REG_ICR) = command;
}
