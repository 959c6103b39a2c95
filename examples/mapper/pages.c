/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free memory, from boot_info's memory map: pages are taken and never given back. A kernel would
 * count the boot services' memory in, too, and what it no longer needs of Keel's: docs/protocol.md.
 */
#include "mapper.h"

#define ONE_MEGABYTE (UINT64_C(1) << 20)

static const struct keel_memory_range *range; /* from which pages are taken */
static uint64_t next_phys;		      /* the first one in it that is free */

/* Below 1 MB lies what starts other CPUs and old firmware: better left alone. */
static bool is_free(const struct keel_memory_range *r)
{
	return r->type == KEEL_MEMORY_TYPE_CONVENTIONAL && r->virt && r->phys >= ONE_MEGABYTE;
}

/* `count` pages that follow each other, at a multiple of `alignment`, a power of two. */
struct pages pages_take(uint64_t count, uint64_t alignment)
{
	const struct keel_memory_range *end = boot->memory_ranges + boot->memory_range_count;
	const uint64_t bytes = count * KEEL_PAGE_SIZE;

	for (range = range ? range : boot->memory_ranges; range < end; range++) {
		uint64_t phys = next_phys > range->phys ? next_phys : range->phys;

		phys = (phys + alignment - 1) & ~(alignment - 1);
		if (!is_free(range) || phys + bytes > range->phys + range->bytes)
			continue;
		next_phys = phys + bytes;
		return (struct pages){ phys, (void *)KEEL_DIRECT_MAP(phys) };
	}
	bail_out("no %u free pages that follow each other", count);
}
