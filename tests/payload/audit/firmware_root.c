/* SPDX-License-Identifier: BSD-2-Clause */
/* The root for runtime services; see firmware_root.h. */
#include <keel/layout.h>
#include "audit/firmware_root.h"
#include "cpu.h"
#include "found.h"
#include "pages.h"
#include "paging.h"
#include "report.h"
#include "walk.h"

static uint64_t root_phys;

static uint64_t copy_of(uint64_t table_phys)
{
	const uint64_t phys = page_take();

	__builtin_memcpy(page_virt(phys), page_virt(table_phys), KEEL_PAGE_SIZE);
	return phys;
}

static void replace_table(uint64_t *entry)
{
	*entry = copy_of(*entry & KEEL_PTE_ADDRESS) | (*entry & ~KEEL_PTE_ADDRESS);
}

/* The entry leads to a table of this level: that one and those below it become copies. */
static void copy_below(uint64_t *entry, unsigned level)
{
	uint64_t *table;

	replace_table(entry);
	table = page_virt(*entry & KEEL_PTE_ADDRESS);
	for (unsigned n = 0; level > KEEL_LEVEL_PT && n < WALK_ENTRIES; n++)
		if (table[n] & KEEL_PTE_P && !walk_is_leaf(table[n], level))
			copy_below(&table[n], level - 1);
}

static unsigned index_of(uint64_t virt, unsigned level)
{
	return virt / walk_level_bytes(level) % WALK_ENTRIES;
}

void firmware_root_init(void)
{
	uint64_t *root, *pdpt;

	root_phys = root_create();
	root = page_virt(root_phys);
	/* The EFI region shares this entry with kernel text, whose tables stay shared. */
	replace_table(&root[index_of(KEEL_EFI_START, KEEL_LEVEL_PML4)]);
	pdpt = page_virt(root[index_of(KEEL_EFI_START, KEEL_LEVEL_PML4)] & KEEL_PTE_ADDRESS);
	for (unsigned n = index_of(KEEL_EFI_START, KEEL_LEVEL_PDPT);
	     n <= index_of(KEEL_EFI_LAST, KEEL_LEVEL_PDPT); n++)
		if (pdpt[n] & KEEL_PTE_P && !walk_is_leaf(pdpt[n], KEEL_LEVEL_PDPT))
			copy_below(&pdpt[n], KEEL_LEVEL_PD);
}

/* SDM vol. 3A 4.10.4.1: a change of CR4.PGE is what global translations do not survive. */
static void load(uint64_t phys)
{
	const uint64_t cr4 = read_cr4();

	write_cr4(cr4 & ~CR4_PGE);
	write_cr3(phys);
	write_cr4(cr4);
}

void firmware_root_enter(void)
{
	load(root_phys);
}

void firmware_root_leave(void)
{
	load(boot->kernel_root_phys);
}

static uint64_t pte_bits(uint8_t rights, enum keel_memory_type type)
{
	return (rights & RIGHT_W ? KEEL_PTE_RW : 0) | (rights & RIGHT_X ? 0 : KEEL_PTE_NX) |
	       (type & 1 ? KEEL_PTE_PWT : 0) | (type & 2 ? KEEL_PTE_PCD : 0);
}

void firmware_root_map(uint64_t phys, uint8_t rights, enum keel_memory_type type)
{
	phys &= ~(KEEL_PAGE_SIZE - 1);
	map_page(root_phys, phys, phys, pte_bits(rights, type));
}

/* A large leaf becomes a table of leaves of the next size, which together say the same. */
static void split(uint64_t *entry, unsigned level)
{
	const uint64_t leaf = *entry, table_phys = page_take();
	const uint64_t step = walk_level_bytes(level - 1);
	uint64_t *table = page_virt(table_phys);
	uint64_t bits = leaf & ~(KEEL_PTE_ADDRESS | KEEL_PTE_PAT_LARGE);

	if (level - 1 == KEEL_LEVEL_PT) {
		bits &= ~KEEL_PTE_PS;
		bits |= leaf & KEEL_PTE_PAT_LARGE ? KEEL_PTE_PAT_4K : 0;
	} else {
		bits |= leaf & KEEL_PTE_PAT_LARGE;
	}
	for (unsigned n = 0; n < WALK_ENTRIES; n++)
		table[n] = (walk_phys(leaf, level) + n * step) | bits;
	*entry = table_phys | KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_A;
}

/* The entry of the page itself; NULL where nothing is mapped. */
static uint64_t *page_entry(uint64_t virt)
{
	uint64_t table_phys = root_phys;

	for (unsigned level = KEEL_LEVEL_PML4;; level--) {
		uint64_t *entry = (uint64_t *)page_virt(table_phys) + index_of(virt, level);

		if (!(*entry & KEEL_PTE_P))
			return NULL;
		if (level == KEEL_LEVEL_PT)
			return entry;
		if (walk_is_leaf(*entry, level))
			split(entry, level);
		table_phys = *entry & KEEL_PTE_ADDRESS;
	}
}

bool firmware_root_widen(uint64_t virt, uint8_t rights)
{
	uint64_t *entry = page_entry(virt), wanted;

	if (!entry)
		return false;
	wanted = *entry | (rights & RIGHT_W ? KEEL_PTE_RW | KEEL_PTE_D : 0);
	if (rights & RIGHT_X)
		wanted &= ~KEEL_PTE_NX;
	if (wanted == *entry)
		return false;
	*entry = wanted;
	asm volatile("invlpg (%0)" : : "r"(virt) : "memory");
	return true;
}
