/* SPDX-License-Identifier: BSD-2-Clause */
/* Free pages; see pages.h. */
#include "kept.h"
#include "pages.h"
#include "power.h"
#include "report.h"

/* Other CPUs start in protected mode, where CR3 has 32 bits (SDM vol. 3A 8.4.4). */
#define BELOW (4 * KEEL_SIZE_1G)

/* What is left of the range that pages are taken from. */
static uint64_t next_phys, end_phys;
/* Pages that were given back, each with the address of the next one in its first bytes. */
static uint64_t given_phys;

static void choose_range(uint32_t type)
{
	for (uint64_t n = 0; n < boot->memory_range_count; n++) {
		const struct keel_memory_range *r = &boot->memory_ranges[n];

		if (r->type == type && range_is_possible(r) && r->phys + r->bytes <= BELOW &&
		    r->bytes > end_phys - next_phys) {
			next_phys = r->phys;
			end_phys = r->phys + r->bytes;
		}
	}
}

uint64_t page_take(void)
{
	/* What boot services had is free too, but some firmware goes on using it: only at need. */
	static const uint32_t types[] = { KEEL_MEMORY_TYPE_CONVENTIONAL,
					  KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA };
	static unsigned tried;
	uint64_t phys = given_phys;

	while (next_phys == end_phys && tried < sizeof(types) / sizeof(types[0]))
		choose_range(types[tried++]);
	if (phys) {
		given_phys = *(uint64_t *)page_virt(phys);
	} else if (next_phys < end_phys) {
		phys = next_phys;
		next_phys += KEEL_PAGE_SIZE;
	} else {
		report_bail_out("no free memory below 4 GB is left at 0x%lx", end_phys);
		finish();
	}
	__builtin_memset(page_virt(phys), 0, KEEL_PAGE_SIZE);
	return phys;
}

void page_give(uint64_t phys)
{
	*(uint64_t *)page_virt(phys) = given_phys;
	given_phys = phys;
}
