/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the CPU does with a leaf: it sets A and D (SDM vol. 3A 4.8), and forgets it with the next
 * load of CR3 unless G is set (4.10.4.1). Tried on the fixmap's last slot, whose PT is Keel's.
 */
#include "checks.h"
#include "cpu.h"
#include "fault.h"
#include "pages.h"
#include "paging.h"
#include "report.h"
#include "walk.h"

#define VIRT	  KEEL_FIXMAP_START
#define USED_BITS (KEEL_PTE_A | KEEL_PTE_D)

static volatile uint64_t *leaf(void)
{
	const uint64_t pt = walk_lookup(boot->kernel_root_phys, VIRT, KEEL_LEVEL_PD);
	volatile uint64_t *table = page_virt(pt & KEEL_PTE_ADDRESS);

	return &table[VIRT / KEEL_PAGE_SIZE % WALK_ENTRIES];
}

/* Maps it with neither bit set, and nothing of it left in the TLB. */
static void map_unused(uint64_t phys, uint64_t bits)
{
	map_page(boot->kernel_root_phys, VIRT, phys, bits);
	*leaf() &= ~USED_BITS;
	asm volatile("invlpg (%0)" : : "r"(VIRT) : "memory");
}

static void check_used_bits(uint64_t phys)
{
	point_begin("entries: a read sets A, a write sets A and D, at %016lx", VIRT);
	map_unused(phys, KEEL_PTE_RW | KEEL_PTE_NX);
	expect("A and D before any access", VIRT, 0, *leaf() & USED_BITS);
	probe(PROBE_READ, VIRT);
	expect("A and D after a read", VIRT, KEEL_PTE_A, *leaf() & USED_BITS);
	probe(PROBE_WRITE, VIRT);
	expect("A and D after a write", VIRT, USED_BITS, *leaf() & USED_BITS);
	point_end();

	point_begin("entries: a write that faults does not set D, at %016lx", VIRT);
	map_unused(phys, KEEL_PTE_NX);
	probe(PROBE_WRITE, VIRT);
	expect("D after a write that faulted", VIRT, 0, *leaf() & KEEL_PTE_D);
	point_end();
}

/* Whether the CPU still uses the leaf for `before` after CR3 was loaded. */
static bool survives(uint64_t before, uint64_t after, uint64_t bits)
{
	const volatile uint64_t *word = (const volatile uint64_t *)VIRT;
	uint64_t seen;

	map_page(boot->kernel_root_phys, VIRT, before, bits | KEEL_PTE_NX);
	seen = *word;
	*leaf() = (*leaf() & ~KEEL_PTE_ADDRESS) | after;
	asm volatile("mov %0, %%cr3" : : "r"(read_cr3()) : "memory");
	return *word == seen;
}

static void check_global_bit(uint64_t one, uint64_t other)
{
	*(uint64_t *)page_virt(one) = one;
	*(uint64_t *)page_virt(other) = other;
	point_begin("entries: a load of CR3 drops what is not global");
	expect("the old frame is still seen", VIRT, false, survives(one, other, 0));
	point_end();
	/* Emulators drop them, and a CPU may at any time: nothing that could fail. */
	comment("a global entry %s a load of CR3",
		survives(one, other, KEEL_PTE_G) ? "survives" : "does not survive");
}

void check_leaf_bits(void)
{
	const uint64_t one = page_take(), other = page_take();

	check_used_bits(one);
	check_global_bit(one, other);
	unmap_page(boot->kernel_root_phys, VIRT);
	page_give(one);
	page_give(other);
}
