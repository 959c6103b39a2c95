/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver for keel.conf's key driver that ends with an error, and with words about it that take so
 * many pages that who forgets to free them is noticed. OVMF copies them into memory of its own.
 */
#include <efi.h>

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	static CHAR16 words[32 * 1024];

	system->BootServices->Exit(image, EFI_BUFFER_TOO_SMALL, sizeof(words), words);
	return EFI_ABORTED;
}
