/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for what the kernel is told, its stacks and a few page tables: from the end of the largest
 * free range below 4 GB downwards. The kernel learns of it in its memory map.
 */
#include "adapter.h"

static uint64_t first_phys, next_phys, end_phys;

void memory_init(const struct keel_boot_info *info)
{
	const struct keel_memory_range *best = NULL;

	for (uint64_t n = 0; n < info->memory_range_count; n++) {
		const struct keel_memory_range *range = &info->memory_ranges[n];

		if (range->type == KEEL_MEMORY_TYPE_CONVENTIONAL && range->virt &&
		    range->phys + range->bytes <= UINT64_C(1) << 32 &&
		    (!best || range->bytes > best->bytes))
			best = range;
	}
	if (!best)
		give_up("there is no free memory below 4 GB");
	first_phys = best->phys;
	end_phys = best->phys + best->bytes;
	next_phys = end_phys;
}

void *take(uint64_t bytes)
{
	const uint64_t taken = (bytes + 15) / 16 * 16;
	uint64_t *word;

	if (bytes > next_phys - first_phys || taken > next_phys - first_phys)
		give_up("the largest piece of free memory below 4 GB is too small for it");
	next_phys -= taken;
	word = (uint64_t *)KEEL_DIRECT_MAP(next_phys);
	for (uint64_t n = 0; n < taken / 8; n++)
		word[n] = 0;
	return word;
}

void *take_page(void)
{
	next_phys = next_phys / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE;
	return take(KEEL_PAGE_SIZE);
}

uint64_t memory_taken_phys(void)
{
	return next_phys / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE;
}

uint64_t memory_taken_bytes(void)
{
	return end_phys - memory_taken_phys();
}
