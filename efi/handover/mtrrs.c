/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover/mtrrs.h"
#include "lib/x86.h"

#define FEATURES_EDX_MTRR (1u << 12)
#define MTRRCAP_COUNT	  0xff
#define MTRRCAP_FIXED	  0x100
#define DEFAULT_ENABLED	  KEEL_U64(0x800)

/* SDM vol. 3A, table 11-9: one of 64 KiB ranges, two of 16 KiB, eight of 4 KiB. */
static const uint32_t fixed_registers[MTRRS_FIXED] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
						       0x26b, 0x26c, 0x26d, 0x26e, 0x26f };

void mtrrs_read(struct mtrrs *mtrrs)
{
	uint64_t capabilities;

	mtrrs->exist = cpuid(LEAF_FEATURES, 0).edx & FEATURES_EDX_MTRR;
	if (!mtrrs->exist)
		return;
	capabilities = read_msr(MSR_MTRRCAP);
	mtrrs->has_fixed = capabilities & MTRRCAP_FIXED;
	mtrrs->variable_count = 2 * (uint32_t)(capabilities & MTRRCAP_COUNT);
	mtrrs->default_type = read_msr(MSR_MTRR_DEFAULT);
	for (unsigned n = 0; mtrrs->has_fixed && n < MTRRS_FIXED; n++)
		mtrrs->fixed[n] = read_msr(fixed_registers[n]);
	for (unsigned n = 0; n < mtrrs->variable_count; n++)
		mtrrs->variable[n] = read_msr(MSR_MTRR_BASE(0) + n);
}

bool mtrrs_match(const struct mtrrs *mtrrs)
{
	if (!mtrrs->exist)
		return true;
	if (read_msr(MSR_MTRR_DEFAULT) != mtrrs->default_type)
		return false;
	for (unsigned n = 0; mtrrs->has_fixed && n < MTRRS_FIXED; n++)
		if (read_msr(fixed_registers[n]) != mtrrs->fixed[n])
			return false;
	for (unsigned n = 0; n < mtrrs->variable_count; n++)
		if (read_msr(MSR_MTRR_BASE(0) + n) != mtrrs->variable[n])
			return false;
	return true;
}

/* In the order of SDM vol. 3A 11.11.8. CR4.PGE is off: loading CR3 drops all translations. */
void mtrrs_write(const struct mtrrs *mtrrs)
{
	uint64_t root;

	__asm__ volatile("mov %%cr3, %0" : "=r"(root));
	__asm__ volatile("wbinvd" ::: "memory");
	write_msr(MSR_MTRR_DEFAULT, mtrrs->default_type & ~DEFAULT_ENABLED);
	for (unsigned n = 0; mtrrs->has_fixed && n < MTRRS_FIXED; n++)
		write_msr(fixed_registers[n], mtrrs->fixed[n]);
	for (unsigned n = 0; n < mtrrs->variable_count; n++)
		write_msr(MSR_MTRR_BASE(0) + n, mtrrs->variable[n]);
	write_msr(MSR_MTRR_DEFAULT, mtrrs->default_type);
	__asm__ volatile("wbinvd; mov %0, %%cr3" : : "r"(root) : "memory");
}
