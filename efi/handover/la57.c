/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware may run with 5-level paging; Keel's tables have four. On the way from one to the other
 * the CPU is outside long mode for a few instructions, where only addresses below 4 GB exist. The
 * code for that need not be executable in the firmware's tables, nor mapped at all: a PML5 above
 * Keel's own transition tables comes first.
 */
#include "firmware.h"
#include "lib/x86.h"

/* levels_code.S. It is called where it was copied to. */
extern const uint8_t levels_code[];
extern const uint8_t levels_code_end[];

enum { CODE_PAGE, PML5_PAGE, PML4_PAGE, PAGES };

#define LAST_32BIT 0xffffffff

EFI_STATUS levels_prepare(struct loader *l)
{
	EFI_STATUS status;

	if (!(read_cr4() & CR4_LA57))
		return EFI_SUCCESS;
	status = block_allocate_below(l, BLOCK_LEVELS, LAST_32BIT, PAGES);
	if (EFI_ERROR(status))
		return fail(l, status,
			    "no memory below 4 GB for leaving 5-level paging: %u pages of 4 KiB",
			    (uint64_t)PAGES);
	say(l, "  note      the firmware runs with 5-level paging: it is left later\n");
	return EFI_SUCCESS;
}

/* The transition root may lie above 4 GB: a copy of it will do, its tables are the same. */
void levels_leave(const struct loader *l)
{
	const uint64_t phys = l->blocks[BLOCK_LEVELS].phys;
	const uint64_t pml5_phys = phys + PML5_PAGE * KEEL_PAGE_SIZE;
	const uint64_t pml4_phys = phys + PML4_PAGE * KEEL_PAGE_SIZE;

	if (!l->blocks[BLOCK_LEVELS].pages)
		return;
	memcpy((void *)phys, levels_code, levels_code_end - levels_code);
	memcpy((void *)pml4_phys, mm_pool_table(&l->pool, l->transition_root), KEEL_PAGE_SIZE);
	mm_root_above((uint64_t *)pml5_phys, pml4_phys);
	__asm__ volatile("mov %0, %%cr3" : : "r"(pml5_phys) : "memory");
	((void (*)(uint64_t))phys)(pml4_phys);
}
