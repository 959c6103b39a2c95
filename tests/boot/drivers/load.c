/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only asks the firmware whether it would start \00.efi, \01.efi and so on, up to the first that is
 * not there, and starts none:
 *
 *	load: NUMBER status STATUS
 */
#include "hooks.h"

#define MOST_BYTES (4 << 20)

/* Bytes read; 0 if there is no such file. */
static UINTN read_whole(EFI_HANDLE image, const CHAR16 *path, void *to)
{
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_FILE_IO_INTERFACE *volume;
	EFI_FILE_HANDLE root, file;
	UINTN bytes = MOST_BYTES;

	if (EFI_ERROR(boot_services->HandleProtocol(image, &image_guid, (void **)&loaded)) ||
	    EFI_ERROR(boot_services->HandleProtocol(loaded->DeviceHandle, &volume_guid,
						    (void **)&volume)) ||
	    EFI_ERROR(volume->OpenVolume(volume, &root)) ||
	    EFI_ERROR(root->Open(root, &file, (CHAR16 *)path, EFI_FILE_MODE_READ, 0)))
		return 0;
	if (EFI_ERROR(file->Read(file, &bytes, to)))
		bytes = 0;
	file->Close(file);
	root->Close(root);
	return bytes;
}

static void ask(EFI_HANDLE image, UINTN n, void *file, UINTN bytes)
{
	EFI_HANDLE handle = NULL;
	const EFI_STATUS status =
		boot_services->LoadImage(FALSE, image, keel_path(), file, bytes, &handle);

	print("load: ");
	print_number(n, 10);
	print(" status ");
	print_number(status, 16);
	print("\n");
	/* A violation of the policy leaves an image that may be looked at: UEFI 2.10, 7.4. */
	if (handle)
		boot_services->UnloadImage(handle);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	void *file;

	launch_init(image, system);
	if (EFI_ERROR(boot_services->AllocatePool(EfiLoaderData, MOST_BYTES, &file)))
		complain("no memory");
	for (UINTN n = 0; n < 100; n++) {
		CHAR16 path[] = u"\\00.efi";
		UINTN bytes;

		path[1] = '0' + n / 10;
		path[2] = '0' + n % 10;
		bytes = read_whole(image, path, file);
		if (!bytes)
			break;
		ask(image, n, file, bytes);
	}
	return finish();
}
