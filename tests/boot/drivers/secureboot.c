/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware says of Secure Boot, in place of its own answer. Variants:
 *
 *	off, on, setup	as these are: SecureBoot 0; 1 with SetupMode 0; 1 with SetupMode 1
 *	missing		there is no SecureBoot
 *	error		SecureBoot cannot be read
 *	two, wide	its value is 2; it has two bytes
 *	half		SecureBoot is 1, SetupMode cannot be read
 */
#include "hooks.h"

#define DEVICE_ERROR EFIERR(7)

static EFI_GET_VARIABLE get_variable;
static const char *wanted;

static BOOLEAN name_is(const CHAR16 *name, const char *other)
{
	while (*name && *name == (CHAR16)*other)
		name++, other++;
	return *name == (CHAR16)*other;
}

/* The variable as it is, but with that value in so many bytes. */
static EFI_STATUS give(UINT8 value, UINTN bytes, UINTN *room, UINT8 *data)
{
	const UINTN had = *room;

	*room = bytes;
	if (had < bytes)
		return EFI_BUFFER_TOO_SMALL;
	for (UINTN n = 0; n < bytes; n++)
		data[n] = n ? 0 : value;
	return EFI_SUCCESS;
}

static EFI_STATUS answer_secure_boot(UINTN *bytes, UINT8 *data)
{
	if (text_is(wanted, "missing"))
		return EFI_NOT_FOUND;
	if (text_is(wanted, "error"))
		return DEVICE_ERROR;
	if (text_is(wanted, "two"))
		return give(2, 1, bytes, data);
	if (text_is(wanted, "wide"))
		return give(1, 2, bytes, data);
	return give(!text_is(wanted, "off"), 1, bytes, data);
}

static EFI_STATUS EFIAPI answer(CHAR16 *name, EFI_GUID *vendor, UINT32 *attributes, UINTN *bytes,
				void *data)
{
	if (name_is(name, "SecureBoot"))
		return answer_secure_boot(bytes, data);
	if (!name_is(name, "SetupMode"))
		return get_variable(name, vendor, attributes, bytes, data);
	if (text_is(wanted, "half"))
		return DEVICE_ERROR;
	return give(text_is(wanted, "setup"), 1, bytes, data);
}

/* Once keel.efi is loaded: the firmware asks for its own variable before that. */
static void change(void)
{
	HOOK(system_table->RuntimeServices, GetVariable, answer, &get_variable);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	wanted = variant(image);
	launch("secureboot", change, NULL);
	return finish();
}
