/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file system that does not read well. Variants, with a number of bytes:
 *
 *	more N		Read of more than so many fails with EFI_BAD_BUFFER_SIZE, as a Dell R420's
 *			does, and leaves the file's position somewhere
 *	at N		whatever has that byte of a file in it fails with EFI_DEVICE_ERROR
 *	short N		Read gives no more than so many, wherever the file ends
 *	ends N		files end there, whatever their size is said to be
 *	over N		Read says that it gave so many more than it was asked for
 */
#include "hooks.h"

static char word[8];
static UINT64 number;
static EFI_FILE_IO_INTERFACE *volume;
static EFI_STATUS(EFIAPI *open_volume)(EFI_FILE_IO_INTERFACE *volume, EFI_FILE_HANDLE *root);
static EFI_STATUS(EFIAPI *open_file)(EFI_FILE_HANDLE root, EFI_FILE_HANDLE *file, CHAR16 *path,
				     UINT64 mode, UINT64 attributes);
static EFI_STATUS(EFIAPI *read)(EFI_FILE_HANDLE file, UINTN *bytes, void *to);

static EFI_STATUS EFIAPI bad_read(EFI_FILE_HANDLE file, UINTN *bytes, void *to)
{
	UINT64 from = 0;
	EFI_STATUS status;

	file->GetPosition(file, &from);
	if (text_is(word, "more") && *bytes > number) {
		file->SetPosition(file, 1);
		return EFI_BAD_BUFFER_SIZE;
	}
	if (text_is(word, "at") && from <= number && number < from + *bytes)
		return EFI_DEVICE_ERROR;
	if (text_is(word, "short") && *bytes > number)
		*bytes = number;
	if (text_is(word, "ends") && from + *bytes > number)
		*bytes = from < number ? number - from : 0;
	status = *bytes ? read(file, bytes, to) : EFI_SUCCESS;
	if (text_is(word, "over"))
		*bytes += number;
	return status;
}

static EFI_STATUS EFIAPI open_bad_file(EFI_FILE_HANDLE root, EFI_FILE_HANDLE *file, CHAR16 *path,
				       UINT64 mode, UINT64 attributes)
{
	const EFI_STATUS status = open_file(root, file, path, mode, attributes);

	if (!EFI_ERROR(status)) {
		read = (*file)->Read;
		(*file)->Read = bad_read;
	}
	return status;
}

static EFI_STATUS EFIAPI open_bad_volume(EFI_FILE_IO_INTERFACE *this, EFI_FILE_HANDLE *root)
{
	const EFI_STATUS status = open_volume(this, root);

	if (!EFI_ERROR(status)) {
		open_file = (*root)->Open;
		(*root)->Open = open_bad_file;
	}
	return status;
}

static void spoil(void)
{
	volume->OpenVolume = open_bad_volume;
}

static void restore(void)
{
	volume->OpenVolume = open_volume;
}

static void find_volume(EFI_HANDLE image)
{
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;

	if (EFI_ERROR(boot_services->HandleProtocol(image, &image_guid, (void **)&loaded)) ||
	    EFI_ERROR(boot_services->HandleProtocol(loaded->DeviceHandle, &volume_guid,
						    (void **)&volume)))
		complain("there is no volume");
	else
		open_volume = volume->OpenVolume;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const char *text;
	UINTN n;

	launch_init(image, system);
	find_volume(image);
	text = variant(image);
	for (n = 0; text[n] && text[n] != ' ' && n < sizeof(word) - 1; n++)
		word[n] = text[n];
	for (n += text[n] == ' '; text[n] >= '0' && text[n] <= '9'; n++)
		number = 10 * number + (UINT64)(text[n] - '0');
	launch("first", spoil, restore);
	launch("second", spoil, restore);
	return finish();
}
