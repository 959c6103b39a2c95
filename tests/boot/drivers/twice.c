/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts keel.efi twice in a world that is as it is. In the first try the firmware may set memory
 * aside for itself that it keeps; a page that is missing after the second one was lost.
 */
#include "hooks.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	variant(image); /* It may have to wait; there is only one. */
	launch("first", NULL, NULL);
	launch("second", NULL, NULL);
	return finish();
}
