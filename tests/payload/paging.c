/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables at run time; see paging.h. */
#include <stdbool.h>
#include <stddef.h>
#include "cpu.h"
#include "pages.h"
#include "paging.h"
#include "power.h"
#include "report.h"
#include "walk.h"

static uint64_t *entry_of(uint64_t table_phys, uint64_t virt, unsigned level)
{
	uint64_t *table = page_virt(table_phys);

	return &table[virt / walk_level_bytes(level) % WALK_ENTRIES];
}

/* SDM vol. 3A 4.10.4.1: it also drops what the CPU remembers of entries above the page. */
static void forget(uint64_t virt)
{
	asm volatile("invlpg (%0)" : : "r"(virt) : "memory");
}

void map_page(uint64_t root_phys, uint64_t virt, uint64_t phys, uint64_t bits)
{
	uint64_t table_phys = root_phys;

	for (unsigned level = KEEL_LEVEL_PML4; level > KEEL_LEVEL_PT; level--) {
		uint64_t *entry = entry_of(table_phys, virt, level);

		if (!(*entry & KEEL_PTE_P))
			*entry = page_take() | KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A;
		if (walk_is_leaf(*entry, level)) {
			report_bail_out("a large leaf at 0x%lx, where a page is to be mapped",
					virt);
			finish();
		}
		*entry |= bits & KEEL_PTE_US;
		table_phys = *entry & KEEL_PTE_ADDRESS;
	}
	*entry_of(table_phys, virt, KEEL_LEVEL_PT) =
		phys | bits | KEEL_PTE_P | KEEL_PTE_A | (bits & KEEL_PTE_RW ? KEEL_PTE_D : 0);
	forget(virt);
}

static bool is_empty(uint64_t table_phys)
{
	const uint64_t *table = page_virt(table_phys);

	for (unsigned n = 0; n < WALK_ENTRIES; n++)
		if (table[n])
			return false;
	return true;
}

uint64_t unmap_page(uint64_t root_phys, uint64_t virt)
{
	uint64_t *entries[KEEL_LEVEL_PML4 + 1];
	uint64_t table_phys = root_phys, leaf;

	for (unsigned level = KEEL_LEVEL_PML4; level >= KEEL_LEVEL_PT; level--) {
		entries[level] = entry_of(table_phys, virt, level);
		if (!(*entries[level] & KEEL_PTE_P) ||
		    (level > KEEL_LEVEL_PT && walk_is_leaf(*entries[level], level)))
			return 0;
		table_phys = *entries[level] & KEEL_PTE_ADDRESS;
	}
	leaf = *entries[KEEL_LEVEL_PT];
	*entries[KEEL_LEVEL_PT] = 0;
	for (unsigned level = KEEL_LEVEL_PD; level <= KEEL_LEVEL_PML4; level++) {
		table_phys = *entries[level] & KEEL_PTE_ADDRESS;
		/* Tables of the block came from Keel. */
		if (walk_table(table_phys) || !is_empty(table_phys))
			break;
		*entries[level] = 0;
		page_give(table_phys);
	}
	forget(virt);
	return leaf;
}

uint64_t root_create(void)
{
	const uint64_t *kernel = page_virt(boot->kernel_root_phys);
	const uint64_t phys = page_take();
	uint64_t *root = page_virt(phys);

	for (unsigned n = WALK_ENTRIES / 2; n < WALK_ENTRIES; n++)
		root[n] = kernel[n];
	return phys;
}
