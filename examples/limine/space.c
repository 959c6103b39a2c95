/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct map, which is Limine's HHDM, where Limine promises more than Keel: the first 4 GB as a
 * whole, devices too, up to base revision 2; the lower half up to base revision 0. What is new is
 * writable and not executable. And framebuffers are write-combining by Limine's index of the PAT.
 * Only absent entries are filled, so nothing has to be flushed before the PAT is loaded.
 */
#include "adapter.h"

#define WHOLE_BYTES (UINT64_C(4) << 30)
#define TABLE_BITS  (KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A | KEEL_PTE_D)
#define LEAF_BITS   (TABLE_BITS | KEEL_PTE_NX)
#define ENTRIES	    512

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)KEEL_DIRECT_MAP(entry & KEEL_PTE_ADDRESS);
}

/* Bytes that one entry of a table of this level stands for. */
static uint64_t entry_bytes(int level)
{
	return KEEL_PAGE_SIZE << 9 * (level - 1);
}

/* The entry for that address in the table of that level, or the leaf above it. Makes tables. */
static uint64_t *entry_for(const struct guest *guest, uint64_t virt, int *level, int wanted)
{
	uint64_t *table = table_of(guest->info->kernel_root_phys);

	for (*level = KEEL_LEVEL_PML4;; (*level)--) {
		uint64_t *entry = &table[virt / entry_bytes(*level) % ENTRIES];

		if (*level == wanted || (*entry & KEEL_PTE_PS && *level < KEEL_LEVEL_PML4))
			return entry;
		if (!(*entry & KEEL_PTE_P))
			*entry = KEEL_DIRECT_MAP_PHYS((uint64_t)take_page()) | TABLE_BITS;
		table = table_of(*entry);
	}
}

/* 2 MB at a time where nothing is there, else page by page. */
static void map_first_4g(const struct guest *guest)
{
	int level;

	for (uint64_t phys = 0; phys < WHOLE_BYTES; phys += KEEL_SIZE_2M) {
		uint64_t *entry = entry_for(guest, KEEL_DIRECT_MAP(phys), &level, KEEL_LEVEL_PD);

		if (!(*entry & KEEL_PTE_P)) {
			*entry = phys | LEAF_BITS | KEEL_PTE_PS;
			continue;
		}
		if (*entry & KEEL_PTE_PS)
			continue;
		for (unsigned n = 0; n < ENTRIES; n++)
			if (!(table_of(*entry)[n] & KEEL_PTE_P))
				table_of(*entry)[n] = (phys + n * KEEL_PAGE_SIZE) | LEAF_BITS;
	}
}

/* The same addresses in the lower half: by the same tables. */
static void map_identity(const struct guest *guest)
{
	uint64_t *root = table_of(guest->info->kernel_root_phys);
	const uint64_t last =
		(KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START) / entry_bytes(KEEL_LEVEL_PML4);

	for (uint64_t n = 0; n <= last; n++)
		root[n] = root[ENTRIES / 2 + n];
}

/* From index 1 of the PAT to index 5: one bit more in each leaf. */
static void recombine(const struct guest *guest, const struct keel_framebuffer *screen)
{
	uint64_t virt = screen->virt;
	int level;

	while (virt < screen->virt + screen->bytes) {
		uint64_t *entry = entry_for(guest, virt, &level, KEEL_LEVEL_PT);

		*entry |= level == KEEL_LEVEL_PT ? KEEL_PTE_PAT_4K : KEEL_PTE_PAT_LARGE;
		virt = virt / entry_bytes(level) * entry_bytes(level) + entry_bytes(level);
	}
}

void widen_space(const struct guest *guest)
{
	for (uint64_t n = 0; n < guest->info->screen_count; n++)
		recombine(guest, &guest->info->screens[n].framebuffer);
	if (guest->revision <= 2)
		map_first_4g(guest);
	if (guest->revision == 0)
		map_identity(guest);
}
