/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory type range registers; see mtrr.h. SDM vol. 3A 11.11. */
#include <keel/paging.h>
#include "cpu.h"
#include "mtrr.h"
#include "report.h"

#define FIXED_RANGES_END UINT64_C(0x100000)
#define CAP_COUNT	 0xff
#define MASK_VALID	 BIT(11)
#define DEF_TYPE_ENABLED BIT(11)

/* The count has eight bits in IA32_MTRRCAP: there cannot be more. */
static struct {
	uint64_t base, mask;
} ranges[CAP_COUNT];
static unsigned range_count;

void mtrr_init(void)
{
	if (!(read_cpuid(1).edx & CPUID_1_EDX_MTRR))
		return;
	if (!(read_msr(MSR_MTRR_DEF_TYPE) & DEF_TYPE_ENABLED))
		return;
	unsigned count = read_msr(MSR_MTRR_CAP) & CAP_COUNT;

	for (unsigned n = 0; n < count; n++) {
		uint64_t mask = read_msr(MSR_MTRR_PHYSMASK(n));

		if (!(mask & MASK_VALID))
			continue;
		ranges[range_count].base = read_msr(MSR_MTRR_PHYSBASE(n)) & KEEL_PTE_ADDRESS;
		ranges[range_count++].mask = mask & KEEL_PTE_ADDRESS;
	}
}

bool mtrr_is_uniform(uint64_t phys, uint64_t bytes)
{
	if (phys < FIXED_RANGES_END)
		return false;
	for (unsigned n = 0; n < range_count; n++) {
		uint64_t inner = ranges[n].mask & (bytes - 1);
		bool touches = !((phys ^ ranges[n].base) & ranges[n].mask & ~(bytes - 1));

		/* It may begin inside the page, and some bits below the page's size decide. */
		if (touches && inner)
			return false;
	}
	return true;
}
