/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On the way from five levels to four the CPU is outside long mode for a few instructions, where
 * only addresses below 4 GB exist. The code for that need not be executable in the firmware's
 * tables, nor mapped at all: a PML5 above Keel's own transition tables comes first.
 */
#include "handover/la57.h"
#include "lib/x86.h"

/* la57_code.S. It is called where it was copied to. */
extern const uint8_t la57_code[] __attribute__((visibility("hidden")));
extern const uint8_t la57_code_end[] __attribute__((visibility("hidden")));

enum { CODE_PAGE, PML5_PAGE, PML4_PAGE, PAGES };

#define LAST_32BIT 0xffffffff

EFI_STATUS la57_prepare(const struct firmware *fw, bool la57, struct block *block)
{
	EFI_STATUS status;

	*block = (struct block){ 0 };
	if (!la57)
		return EFI_SUCCESS;
	status = block_allocate_below(fw, block, LAST_32BIT, PAGES);
	if (EFI_ERROR(status))
		return fail(fw, status,
			    "no memory below 4 GB for leaving 5-level paging: %u pages of 4 KiB",
			    (uint64_t)PAGES);
	note(fw, "the firmware runs with 5-level paging: it is left later");
	return EFI_SUCCESS;
}

/* The transition root may lie above 4 GB: a copy of it will do, its tables are the same. */
void la57_leave(const struct block *block, const struct roots *roots)
{
	const uint64_t phys = block->phys;
	const uint64_t pml5_phys = phys + PML5_PAGE * KEEL_PAGE_SIZE;
	const uint64_t pml4_phys = phys + PML4_PAGE * KEEL_PAGE_SIZE;

	if (!block->pages)
		return;
	memcpy((void *)phys, la57_code, la57_code_end - la57_code);
	memcpy((void *)pml4_phys, mm_pool_table(&roots->pool, roots->transition), KEEL_PAGE_SIZE);
	mm_root_above((uint64_t *)pml5_phys, pml4_phys);
	__asm__ volatile("mov %0, %%cr3" : : "r"(pml5_phys) : "memory");
	((void (*)(uint64_t))phys)(pml4_phys);
}
