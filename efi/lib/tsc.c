/* SPDX-License-Identifier: BSD-2-Clause */
#include <keel/boot_info.h>
#include "lib/tsc.h"

#define LEAF_TSC		0x15 /* SDM vol. 2A, CPUID; vol. 3B 18.7.3 */
#define LEAF_HYPERVISOR		0x40000000
#define LEAF_HYPERVISOR_TIMING	0x40000010
#define FEATURES_ECX_HYPERVISOR (1u << 31)
#define HZ_PER_KHZ		1000

/*
 * Some CPUs enumerate the ratio but not the crystal (ECX = 0). Which crystal it is depends on the
 * model, and a guess is worse than no answer.
 */
static uint64_t from_crystal(struct cpuid tsc)
{
	return tsc.eax && tsc.ebx ? (uint64_t)tsc.ecx * tsc.ebx / tsc.eax : 0;
}

uint64_t tsc_frequency(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf), uint32_t *source)
{
	uint64_t hz = 0;

	if (leaf(0, 0).eax >= LEAF_TSC)
		hz = from_crystal(leaf(LEAF_TSC, 0));
	*source = KEEL_TSC_CPUID_15H;
	if (hz)
		return hz;
	if (leaf(LEAF_FEATURES, 0).ecx & FEATURES_ECX_HYPERVISOR &&
	    leaf(LEAF_HYPERVISOR, 0).eax >= LEAF_HYPERVISOR_TIMING)
		hz = (uint64_t)leaf(LEAF_HYPERVISOR_TIMING, 0).eax * HZ_PER_KHZ;
	*source = hz ? KEEL_TSC_HYPERVISOR : KEEL_TSC_UNKNOWN;
	return hz;
}
