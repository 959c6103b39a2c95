/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware runs with 5-level paging: a PML5 whose first entry leads to the firmware's PML4, so
 * that nothing changes for it. Variants:
 *
 *	early	before keel.efi is loaded
 *	late	after that; and ExitBootServices has four levels once more while it parks the other
 *		CPUs, because this firmware gives them the control registers that it began with
 *	full	early, and then nothing that keel.efi could have is left below 4 GB
 */
#include "levels.h"

static EFI_EXIT_BOOT_SERVICES exit_boot_services;

static EFI_STATUS EFIAPI exit_with_four(EFI_HANDLE image, UINTN key)
{
	EFI_STATUS status;

	levels_flip(levels_pml4);
	status = exit_boot_services(image, key);
	levels_flip(levels_pml5);
	return status;
}

static void enter_late(void)
{
	levels_enter();
	HOOK(boot_services, ExitBootServices, exit_with_four, &exit_boot_services);
}

static void fill(void)
{
	for (UINTN pages = 1 << 20; pages; pages /= 2) {
		EFI_PHYSICAL_ADDRESS page;

		do
			page = LAST_32BIT;
		while (!EFI_ERROR(boot_services->AllocatePages(AllocateMaxAddress,
							       EfiBootServicesData, pages, &page)));
	}
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const char *wanted;

	launch_init(image, system);
	wanted = variant(image);
	if (text_is(wanted, "late")) {
		launch("fivelevels", enter_late, NULL);
	} else {
		levels_enter();
		launch("fivelevels", text_is(wanted, "full") ? fill : NULL, NULL);
	}
	return finish();
}
