/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Monitors say what they are (UEFI 2.10, 12.9.2), which QEMU's firmware does not tell. Variants:
 *
 *	both	the first screen has both protocols, of two and of one block; each other screen only
 *		EFI_EDID_DISCOVERED_PROTOCOL, of one block
 *	long	the first one has more than there can be in the one, nothing in the other
 */
#include "hooks.h"

#define BLOCK	   128
#define TOO_MANY   257 /* blocks */
#define MOST_CARDS 4

struct edid {
	UINT32 bytes;
	const UINT8 *data;
};

static EFI_GUID active_guid = {
	0xbd8c1056, 0x9f36, 0x44ec, { 0x92, 0xa8, 0xa6, 0x33, 0x7f, 0x81, 0x79, 0x86 }
};
static EFI_GUID discovered_guid = {
	0x1c0c34f6, 0xd380, 0x41fa, { 0xa0, 0x49, 0x8a, 0xd0, 0x6c, 0x1a, 0x66, 0xaa }
};

/* Every byte is that number. */
static void install(EFI_HANDLE handle, EFI_GUID *guid, UINT32 blocks, UINT8 number)
{
	struct edid *edid;
	UINT8 *data;

	if (EFI_ERROR(boot_services->AllocatePool(EfiBootServicesData, sizeof(*edid),
						  (void **)&edid)) ||
	    EFI_ERROR(boot_services->AllocatePool(EfiBootServicesData, TOO_MANY * BLOCK,
						  (void **)&data))) {
		complain("no memory");
		return;
	}
	for (UINT32 n = 0; n < blocks * BLOCK; n++)
		data[n] = number;
	*edid = (struct edid){ blocks * BLOCK, blocks ? data : NULL };
	if (EFI_ERROR(boot_services->InstallProtocolInterface(&handle, guid, EFI_NATIVE_INTERFACE,
							      edid)))
		complain("a protocol cannot be installed");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_HANDLE *handles;
	UINT8 card = 0;
	BOOLEAN both;
	UINTN count;

	launch_init(image, system);
	both = text_is(variant(image), "both");
	if (EFI_ERROR(boot_services->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
		count = 0;
	for (UINTN n = 0; n < count; n++) {
		/* The firmware's console is no card. */
		if (handles[n] == system->ConsoleOutHandle)
			continue;
		card++;
		if (card == 1 && both)
			install(handles[n], &active_guid, 2, 0xa0);
		if (card == 1 && !both)
			install(handles[n], &active_guid, TOO_MANY, 0xa0);
		install(handles[n], &discovered_guid, both ? 1 : 0, card);
	}
	if (!card)
		complain("there is no screen");
	launch("edid", NULL, NULL);
	return finish();
}
