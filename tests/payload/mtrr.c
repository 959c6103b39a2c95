/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory type range registers; see mtrr.h. SDM vol. 3A 11.11. */
#include <keel/paging.h>
#include "cpu.h"
#include "fault.h"
#include "mtrr.h"
#include "report.h"

#define FIXED_RANGES_END UINT64_C(0x100000)
#define FIRST_TOM2	 UINT64_C(0x100000000)
#define MSR_SYSCFG	 0xc0010010
#define MSR_TOP_MEM2	 0xc001001d
#define CAP_COUNT	 0xff
#define CAP_FIXED	 BIT(8)
#define MASK_VALID	 BIT(11)
#define DEF_TYPE_ENABLED BIT(11)
#define DEF_TYPE_FIXED	 BIT(10)
#define TYPE		 0xff

/* 11.11.2.2: eight types a register, for ranges of the same size each. */
static const struct {
	uint32_t msr, end, range_bytes;
} fixed[] = {
	{ 0x250, 0x80000, 0x10000 }, { 0x258, 0xa0000, 0x4000 },  { 0x259, 0xc0000, 0x4000 },
	{ 0x268, 0xc8000, 0x1000 },  { 0x269, 0xd0000, 0x1000 },  { 0x26a, 0xd8000, 0x1000 },
	{ 0x26b, 0xe0000, 0x1000 },  { 0x26c, 0xe8000, 0x1000 },  { 0x26d, 0xf0000, 0x1000 },
	{ 0x26e, 0xf8000, 0x1000 },  { 0x26f, 0x100000, 0x1000 },
};

/* The count has eight bits in IA32_MTRRCAP: there cannot be more. */
static struct {
	uint64_t base, mask;
	uint8_t type;
} ranges[CAP_COUNT];
static unsigned range_count;
static uint64_t def_type;
static uint64_t wb_end; /* AMD: from 4 GiB up to here it is write-back whatever def_type says */
static bool has_registers;

/*
 * AMD64 APM vol. 2, 7.7.5 and 3.2.9: SYSCFG.MtrrTom2En and Tom2ForceMemTypeWB, TOP_MEM2. Firmware
 * for AMD's CPUs describes memory above 4 GiB in this way only. Some hypervisors show such a CPU
 * without these registers.
 */
static uint64_t read_wb_end(void)
{
	const uint64_t both = BIT(21) | BIT(22);
	const struct cpuid vendor = read_cpuid(0);
	const bool is_amd = vendor.ebx == 0x68747541 || vendor.ebx == 0x6f677948;

	if (!is_amd || (probe_msr(MSR_SYSCFG) & both) != both)
		return 0;
	return probe_msr(MSR_TOP_MEM2) & KEEL_PTE_ADDRESS;
}

void mtrr_init(void)
{
	if (!(read_cpuid(1).edx & CPUID_1_EDX_MTRR))
		return;
	def_type = read_msr(MSR_MTRR_DEF_TYPE);
	has_registers = true;
	wb_end = read_wb_end();
	if (!(def_type & DEF_TYPE_ENABLED))
		return;
	unsigned count = read_msr(MSR_MTRR_CAP) & CAP_COUNT;

	for (unsigned n = 0; n < count; n++) {
		uint64_t mask = read_msr(MSR_MTRR_PHYSMASK(n));

		if (!(mask & MASK_VALID))
			continue;
		ranges[range_count].base = read_msr(MSR_MTRR_PHYSBASE(n)) & KEEL_PTE_ADDRESS;
		ranges[range_count].type = read_msr(MSR_MTRR_PHYSBASE(n)) & TYPE;
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

static uint8_t fixed_type(uint64_t phys)
{
	unsigned n = 0;

	while (phys >= fixed[n].end)
		n++;
	return (uint8_t)(read_msr(fixed[n].msr) >> phys / fixed[n].range_bytes % 8 * 8);
}

uint8_t mtrr_type(uint64_t phys)
{
	uint8_t type = KEEL_PAT_WB;
	bool in_range = false;

	if (!has_registers)
		return KEEL_PAT_WB;
	if (!(def_type & DEF_TYPE_ENABLED))
		return KEEL_PAT_UC;
	if (phys < FIXED_RANGES_END && def_type & DEF_TYPE_FIXED)
		return fixed_type(phys);
	/* 11.11.4.1: of overlapping ranges UC wins, then WT; firmware leaves no other pairs. */
	for (unsigned n = 0; n < range_count; n++) {
		if ((phys ^ ranges[n].base) & ranges[n].mask)
			continue;
		if (!in_range || ranges[n].type < type)
			type = ranges[n].type;
		in_range = true;
	}
	if (in_range)
		return type;
	return phys >= FIRST_TOM2 && phys < wb_end ? KEEL_PAT_WB : (uint8_t)def_type;
}

static uint64_t add(uint64_t sum, uint32_t msr)
{
	/* Any odd factor that spreads the bits. */
	return sum * UINT64_C(0x9e3779b97f4a7c15) + read_msr(msr);
}

uint64_t mtrr_sum(void)
{
	static const uint16_t fixed[] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
					  0x26b, 0x26c, 0x26d, 0x26e, 0x26f };
	uint64_t sum = 0, cap;

	if (!(read_cpuid(1).edx & CPUID_1_EDX_MTRR))
		return 0;
	cap = read_msr(MSR_MTRR_CAP);
	sum = add(sum, MSR_MTRR_DEF_TYPE);
	for (unsigned n = 0; n < (cap & CAP_COUNT); n++)
		sum = add(add(sum, MSR_MTRR_PHYSBASE(n)), MSR_MTRR_PHYSMASK(n));
	for (unsigned n = 0; cap & CAP_FIXED && n < sizeof(fixed) / sizeof(fixed[0]); n++)
		sum = add(sum, fixed[n]);
	return sum;
}
