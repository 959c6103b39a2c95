/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver for keel.conf's key driver that does nothing and cannot be unloaded. */
#include <efi.h>

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	(void)image;
	(void)system;
	return EFI_SUCCESS;
}
