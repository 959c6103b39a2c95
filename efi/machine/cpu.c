/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/cpu.h"
#include "lib/confidential.h"
#include "lib/x86.h"

#define LEAF_STRUCTURED	       7
#define LEAF_EXTENDED_MAX      0x80000000
#define LEAF_EXTENDED_FEATURES 0x80000001
#define LEAF_ADDRESS_SIZES     0x80000008
#define FEATURES_EDX_APIC      (1u << 9) /* also 0 where it was switched off: vol. 3A 10.4.3 */
#define FEATURES_EDX_MTRR      (1u << 12)
#define FEATURES_EDX_PAT       (1u << 16)
#define STRUCTURED_EBX_SMEP    (1u << 7)
#define STRUCTURED_EBX_SMAP    (1u << 20)
#define STRUCTURED_ECX_UMIP    (1u << 2)
#define EXTENDED_EDX_NX	       (1u << 20)
#define EXTENDED_EDX_PAGE1GB   (1u << 26)

/* Physical address width when the CPU does not say: SDM vol. 3A 4.1.4. */
#define DEFAULT_PHYS_BITS 36

/* Adds an address to the ascending list, unless no large page could have it inside. */
static void add_boundary(struct cpu *cpu, uint64_t phys)
{
	const uint64_t largest = MM_LEVEL_BYTES(cpu->paging.largest_leaf_level);
	uint32_t at = cpu->paging.boundary_count;

	if (phys % largest == 0)
		return;
	for (uint32_t n = 0; n < at; n++)
		if (cpu->boundaries[n] == phys)
			return;
	for (; at && cpu->boundaries[at - 1] > phys; at--)
		cpu->boundaries[at] = cpu->boundaries[at - 1];
	cpu->boundaries[at] = phys;
	cpu->paging.boundary_count++;
}

/*
 * The ends of the variable-range MTRRs (SDM vol. 3A 11.11.2.3): a large page must not span two
 * memory types. The mask of a sound range is ones down to the range's size. Some boards (MacPro2,1)
 * leave out the highest ones, which repeats the range above memory and changes nothing below.
 */
static void find_boundaries(struct cpu *cpu)
{
	const uint64_t address_mask =
		((UINT64_C(1) << cpu->paging.phys_bits) - 1) & ~(KEEL_PAGE_SIZE - 1);
	const unsigned count = read_msr(MSR_MTRRCAP) & 0xff;

	for (unsigned n = 0; n < count; n++) {
		const uint64_t mask = read_msr(MSR_MTRR_MASK(n));
		const uint64_t base = read_msr(MSR_MTRR_BASE(n)) & address_mask;
		const uint64_t ones = mask & address_mask;
		const uint64_t bytes = ones & -ones; /* of the range: the lowest one */

		if (!(mask & MTRR_MASK_VALID) || !ones)
			continue;
		add_boundary(cpu, base & ~(bytes - 1));
		add_boundary(cpu, (base & ~(bytes - 1)) + bytes);
	}
}

static void find_features(struct cpu *cpu)
{
	struct cpuid structured = { 0 };

	if (cpuid(0, 0).eax >= LEAF_STRUCTURED)
		structured = cpuid(LEAF_STRUCTURED, 0);
	cpu->features = (structured.ebx & STRUCTURED_EBX_SMEP ? CPU_SMEP : 0) |
			(structured.ebx & STRUCTURED_EBX_SMAP ? CPU_SMAP : 0) |
			(structured.ecx & STRUCTURED_ECX_UMIP ? CPU_UMIP : 0);
}

/* Without one there is no such register: RDMSR faults. */
static uint64_t find_apic(const struct cpuid *features)
{
	const uint64_t base = features->edx & FEATURES_EDX_APIC ? read_msr(MSR_APIC_BASE) : 0;

	return base & APIC_BASE_ENABLED ? base : 0;
}

EFI_STATUS cpu_examine(const struct firmware *fw, struct cpu *cpu)
{
	const struct cpuid features = cpuid(LEAF_FEATURES, 0);
	const uint32_t extended_max = cpuid(LEAF_EXTENDED_MAX, 0).eax;
	const char *confidential = confidential_guest(cpuid, read_msr);
	struct cpuid extended = { 0 };

	if (confidential)
		return fail(fw, EFI_UNSUPPORTED,
			    "this is a virtual machine with encrypted memory (%s): Keel's page "
			    "tables do not say which memory is shared with its host",
			    confidential);
	if (extended_max >= LEAF_EXTENDED_FEATURES)
		extended = cpuid(LEAF_EXTENDED_FEATURES, 0);
	if (!(extended.edx & EXTENDED_EDX_NX))
		return fail(
			fw, EFI_UNSUPPORTED,
			"the CPU has no NX (CPUID leaf 0x80000001: EDX is %x, bit 20 is needed), or "
			"the firmware's setup has it turned off",
			(uint64_t)extended.edx);
	if (!(features.edx & FEATURES_EDX_PAT))
		return fail(fw, EFI_UNSUPPORTED, "the CPU has no PAT (CPUID leaf 1: EDX is %x)",
			    (uint64_t)features.edx);
	*cpu = (struct cpu){
		.apic_base = find_apic(&features),
		.la57 = read_cr4() & CR4_LA57,
	};
	cpu->x2apic = cpu->apic_base & APIC_BASE_X2APIC;
	cpu->paging.boundaries = cpu->boundaries;
	cpu->paging.phys_bits = extended_max >= LEAF_ADDRESS_SIZES
					? cpuid(LEAF_ADDRESS_SIZES, 0).eax & 0xff
					: DEFAULT_PHYS_BITS;
	cpu->paging.largest_leaf_level =
		extended.edx & EXTENDED_EDX_PAGE1GB ? KEEL_LEVEL_PDPT : KEEL_LEVEL_PD;
	find_features(cpu);
	if (features.edx & FEATURES_EDX_MTRR)
		find_boundaries(cpu);
	return EFI_SUCCESS;
}
