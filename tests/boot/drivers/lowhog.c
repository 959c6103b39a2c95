/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes all memory below 1 MB, where other CPUs start, and then starts keel.efi. Variants:
 *
 *	page-0		the firmware gives away page 0 there, where the BIOS has its vectors, and
 *			looks at what is in it when it comes back
 */
#include "hooks.h"

#define REAL_MODE_LAST 0xfffff
#define PATTERN	       0x5a

static EFI_ALLOCATE_PAGES allocate;
static EFI_FREE_PAGES free_again;
static volatile UINT8 *volatile page_0; /* the compiler takes an address that is 0 for no object */

static EFI_STATUS EFIAPI give_page_0(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
				     EFI_PHYSICAL_ADDRESS *phys)
{
	if (how != AllocateMaxAddress || *phys > REAL_MODE_LAST)
		return allocate(how, type, pages, phys);
	for (UINTN n = 0; n < EFI_PAGE_SIZE; n++)
		page_0[n] = PATTERN;
	*phys = 0;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI look_at_page_0(EFI_PHYSICAL_ADDRESS phys, UINTN pages)
{
	UINTN n = 0;

	if (phys)
		return free_again(phys, pages);
	while (n < EFI_PAGE_SIZE && page_0[n] == PATTERN)
		n++;
	print(n == EFI_PAGE_SIZE ? "lowhog: page 0 is as it was\n"
				 : "lowhog: page 0 was written to\n");
	return EFI_SUCCESS;
}

static void take_all(void)
{
	EFI_PHYSICAL_ADDRESS phys;

	do
		phys = REAL_MODE_LAST;
	while (!EFI_ERROR(
		boot_services->AllocatePages(AllocateMaxAddress, EfiBootServicesData, 1, &phys)));
}

static void change_page_0(void)
{
	take_all();
	HOOK(boot_services, AllocatePages, give_page_0, &allocate);
	HOOK(boot_services, FreePages, look_at_page_0, &free_again);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	launch("lowhog", text_is(variant(image), "page-0") ? change_page_0 : take_all, NULL);
	return finish();
}
