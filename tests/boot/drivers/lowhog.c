/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes all memory below 1 MB, where other CPUs start, and then starts keel.efi. */
#include "launch.h"

#define REAL_MODE_LAST 0xfffff

static void hog(void)
{
	EFI_PHYSICAL_ADDRESS phys;

	do
		phys = REAL_MODE_LAST;
	while (!EFI_ERROR(
		boot_services->AllocatePages(AllocateMaxAddress, EfiBootServicesData, 1, &phys)));
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	launch("lowhog", hog, NULL);
	return finish();
}
