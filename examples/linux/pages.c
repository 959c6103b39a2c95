/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free memory, from boot_info's memory map: what is ordinary memory from 1 MB on. Below that Linux
 * starts other CPUs. Whatever is taken here Linux finds through boot_params, and keeps.
 */
#include "linux.h"

#define ONE_MEGABYTE (UINT64_C(1) << 20)

struct piece linux_itself;
static uint64_t next_phys = ONE_MEGABYTE;

static bool is_free(const struct keel_memory_range *r)
{
	const uint64_t matters = KEEL_EFI_MEMORY_WB | KEEL_EFI_MEMORY_SP | KEEL_EFI_MEMORY_RUNTIME;

	return r->type == KEEL_MEMORY_TYPE_CONVENTIONAL && r->virt &&
	       (r->attribute & matters) == KEEL_EFI_MEMORY_WB;
}

/* The first such piece at or above least_phys, or 0. `alignment` is a power of two. */
uint64_t pages_find(uint64_t bytes, uint64_t alignment, uint64_t least_phys)
{
	const struct keel_memory_range *end = boot->memory_ranges + boot->memory_range_count;
	const uint64_t linux_end = linux_itself.phys + linux_itself.bytes;

	for (const struct keel_memory_range *r = boot->memory_ranges; r < end; r++) {
		const uint64_t range_end = r->phys + r->bytes;
		uint64_t phys = r->phys > least_phys ? r->phys : least_phys;

		if (phys < linux_end && phys + bytes > linux_itself.phys)
			phys = linux_end;
		phys = (phys + alignment - 1) & ~(alignment - 1);
		if (is_free(r) && phys < range_end && bytes <= range_end - phys)
			return phys;
	}
	return 0;
}

void *pages_take(uint64_t bytes)
{
	const uint64_t whole = (bytes + KEEL_PAGE_SIZE - 1) & ~(KEEL_PAGE_SIZE - 1);
	const uint64_t phys = pages_find(whole, KEEL_PAGE_SIZE, next_phys);

	if (!phys)
		give_up("linux: error: no 0x%x free bytes in one piece for what Linux is told",
			whole);
	next_phys = phys + whole;
	for (uint64_t n = 0; n < whole; n += sizeof(uint64_t))
		*(volatile uint64_t *)KEEL_DIRECT_MAP(phys + n) = 0;
	return (void *)KEEL_DIRECT_MAP(phys);
}
