/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes one boot option for each line of \options: keel.efi, with that line as its load options.
 * They are to be tried in this order, and the machine is reset so that the firmware does. UEFI
 * 2.10, 3.1.3.
 */
#include "hooks.h"

#define FIRST_OPTION 0x1000
#define MAX_OPTIONS  64

static EFI_GUID global_guid = {
	0x8be4df61, 0x93ca, 0x11d2, { 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }
};

static char text[16 * 1024];
static UINT16 order[MAX_OPTIONS];
static UINT8 option[4096];

static void set(const CHAR16 *name, UINTN bytes, void *data)
{
	const UINT32 attributes = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
				  EFI_VARIABLE_RUNTIME_ACCESS;

	if (EFI_ERROR(system_table->RuntimeServices->SetVariable((CHAR16 *)name, &global_guid,
								 attributes, bytes, data)))
		complain("a variable cannot be set");
}

static UINTN path_bytes(EFI_DEVICE_PATH *path)
{
	EFI_DEVICE_PATH *node = path;

	while (!IsDevicePathEnd(node))
		node = NextDevicePathNode(node);
	return (UINT8 *)node - (UINT8 *)path + DevicePathNodeLength(node);
}

/* EFI_LOAD_OPTION: attributes, length of the device path, description, path, optional data. */
static UINTN fill_option(const char *line)
{
	static const CHAR16 description[] = u"Keel";
	EFI_DEVICE_PATH *path = keel_path();
	const UINTN bytes = path_bytes(path);
	const UINT32 active = 1;
	const UINT16 length = bytes;
	UINT8 *at = option;

	memcpy(at, &active, sizeof(active));
	memcpy(at += sizeof(active), &length, sizeof(length));
	memcpy(at += sizeof(length), description, sizeof(description));
	memcpy(at += sizeof(description), path, bytes);
	for (at += bytes; *line && *line != '\n'; line++) {
		*at++ = *line;
		*at++ = 0;
	}
	return at - option;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	UINTN count = 0;

	launch_init(image, system);
	file_text(image, (const CHAR16 *)u"\\options", text, sizeof(text));
	for (const char *line = text; *line && count < MAX_OPTIONS; count++) {
		CHAR16 name[] = { 'B', 'o', 'o', 't', '1', '0', '0', '0', 0 };

		order[count] = FIRST_OPTION + count;
		name[6] = "0123456789ABCDEF"[count / 16];
		name[7] = "0123456789ABCDEF"[count % 16];
		set(name, fill_option(line), option);
		while (*line && *line++ != '\n')
			;
	}
	set((const CHAR16 *)u"BootOrder", count * sizeof(order[0]), order);
	system_table->RuntimeServices->ResetSystem(EfiResetWarm, EFI_SUCCESS, 0, NULL);
	return EFI_SUCCESS;
}
