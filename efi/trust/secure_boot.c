/* SPDX-License-Identifier: BSD-2-Clause */
#include "trust/secure_boot.h"

static EFI_GUID global_variable = EFI_GLOBAL_VARIABLE;

/* A variable of one byte that is 0 or 1; anything else is an error. */
static EFI_STATUS read_flag(const struct firmware *fw, CHAR16 *name, bool *set)
{
	UINT8 value = 0;
	UINTN bytes = sizeof(value);
	const EFI_STATUS status =
		fw->runtime->GetVariable(name, &global_variable, NULL, &bytes, &value);

	*set = value == 1;
	if (EFI_ERROR(status))
		return status;
	return bytes == sizeof(value) && value <= 1 ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
}

enum keel_secure_boot secure_boot_state(const struct firmware *fw)
{
	static CHAR16 secure_boot_name[] = L"SecureBoot";
	static CHAR16 setup_mode_name[] = L"SetupMode";
	bool secure_boot;
	bool setup_mode;
	const EFI_STATUS status = read_flag(fw, secure_boot_name, &secure_boot);

	if (status == EFI_NOT_FOUND)
		return KEEL_SECURE_BOOT_ABSENT;
	if (EFI_ERROR(status))
		return KEEL_SECURE_BOOT_ON;
	if (!secure_boot)
		return KEEL_SECURE_BOOT_OFF;
	/* Nothing is enforced as long as there is no platform key. */
	if (!EFI_ERROR(read_flag(fw, setup_mode_name, &setup_mode)) && setup_mode)
		return KEEL_SECURE_BOOT_SETUP;
	return KEEL_SECURE_BOOT_ON;
}
