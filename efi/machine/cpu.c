/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPU: what Keel cannot do without, and what page tables depend on. */
#include "firmware.h"
#include "lib/x86.h"

#define LEAF_STRUCTURED	       7
#define LEAF_EXTENDED_MAX      0x80000000
#define LEAF_EXTENDED_FEATURES 0x80000001
#define LEAF_ADDRESS_SIZES     0x80000008
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
static void add_boundary(struct loader *l, uint64_t phys)
{
	const uint64_t largest = MM_LEVEL_BYTES(l->machine.largest_leaf_level);
	uint32_t at = l->machine.boundary_count;

	if (phys % largest == 0)
		return;
	for (uint32_t n = 0; n < at; n++)
		if (l->boundaries[n] == phys)
			return;
	for (; at && l->boundaries[at - 1] > phys; at--)
		l->boundaries[at] = l->boundaries[at - 1];
	l->boundaries[at] = phys;
	l->machine.boundary_count++;
}

/*
 * The ends of the variable-range MTRRs (SDM vol. 3A 11.11.2.3): a large page must not span two
 * memory types. The mask of a sound range is ones down to the range's size. Some boards (MacPro2,1)
 * leave out the highest ones, which repeats the range above memory and changes nothing below.
 */
static void find_boundaries(struct loader *l)
{
	const uint64_t address_mask =
		((UINT64_C(1) << l->machine.phys_bits) - 1) & ~(KEEL_PAGE_SIZE - 1);
	const unsigned count = read_msr(MSR_MTRRCAP) & 0xff;

	l->machine.boundaries = l->boundaries;
	for (unsigned n = 0; n < count; n++) {
		const uint64_t mask = read_msr(MSR_MTRR_MASK(n));
		const uint64_t base = read_msr(MSR_MTRR_BASE(n)) & address_mask;
		const uint64_t ones = mask & address_mask;
		const uint64_t bytes = ones & -ones; /* of the range: the lowest one */

		if (!(mask & MTRR_MASK_VALID) || !ones)
			continue;
		add_boundary(l, base & ~(bytes - 1));
		add_boundary(l, (base & ~(bytes - 1)) + bytes);
	}
}

static void find_features(struct loader *l)
{
	struct cpuid structured = { 0 };

	if (cpuid(0, 0).eax >= LEAF_STRUCTURED)
		structured = cpuid(LEAF_STRUCTURED, 0);
	l->cpu_features = (structured.ebx & STRUCTURED_EBX_SMEP ? CPU_SMEP : 0) |
			  (structured.ebx & STRUCTURED_EBX_SMAP ? CPU_SMAP : 0) |
			  (structured.ecx & STRUCTURED_ECX_UMIP ? CPU_UMIP : 0);
}

EFI_STATUS cpu_examine(struct loader *l)
{
	const struct cpuid features = cpuid(LEAF_FEATURES, 0);
	const uint32_t extended_max = cpuid(LEAF_EXTENDED_MAX, 0).eax;
	struct cpuid extended = { 0 };

	if (extended_max >= LEAF_EXTENDED_FEATURES)
		extended = cpuid(LEAF_EXTENDED_FEATURES, 0);
	if (!(extended.edx & EXTENDED_EDX_NX))
		return fail(l, EFI_UNSUPPORTED,
			    "the CPU has no NX (CPUID 80000001h EDX is %x, bit 20 is needed), or "
			    "the firmware's setup has it turned off",
			    (uint64_t)extended.edx);
	if (!(features.edx & FEATURES_EDX_PAT))
		return fail(l, EFI_UNSUPPORTED, "the CPU has no PAT (CPUID 1 EDX is %x)",
			    (uint64_t)features.edx);
	l->machine.phys_bits = extended_max >= LEAF_ADDRESS_SIZES
				       ? cpuid(LEAF_ADDRESS_SIZES, 0).eax & 0xff
				       : DEFAULT_PHYS_BITS;
	l->machine.largest_leaf_level =
		extended.edx & EXTENDED_EDX_PAGE1GB ? KEEL_LEVEL_PDPT : KEEL_LEVEL_PD;
	find_features(l);
	if (features.edx & FEATURES_EDX_MTRR)
		find_boundaries(l);
	if (read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC)
		l->facts.flags |= KEEL_FLAG_X2APIC;
	say(l, "  cpu       %u physical address bits, %s pages, %u MTRR boundaries\n",
	    (uint64_t)l->machine.phys_bits,
	    l->machine.largest_leaf_level == KEEL_LEVEL_PDPT ? "1 GB" : "2 MB",
	    (uint64_t)l->machine.boundary_count);
	return levels_prepare(l);
}
