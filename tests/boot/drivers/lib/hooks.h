/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the drivers share that make the firmware misbehave: they put functions of their own into its
 * tables. One driver can do several such things; which one is wanted stands in the file \variant of
 * the disk (tests/boot/lib/Guest.pm writes it).
 */
#ifndef HOOKS_H
#define HOOKS_H

#include "launch.h"

void *memcpy(void *to, const void *from, UINTN bytes);

/* Tables with a wrong CRC would be another misbehaviour than the one that is meant. */
static inline void hook_sign(EFI_TABLE_HEADER *table)
{
	UINT32 crc = 0;

	table->CRC32 = 0;
	boot_services->CalculateCrc32(table, table->HeaderSize, &crc);
	table->CRC32 = crc;
}

/* Puts a function into a services table; *original gets the firmware's. */
#define HOOK(table, member, function, original) \
	do {                                    \
		*(original) = (table)->member;  \
		(table)->member = (function);   \
		hook_sign(&(table)->Hdr);       \
	} while (0)

static inline BOOLEAN guid_is(const EFI_GUID *left, const EFI_GUID *right)
{
	for (UINTN n = 0; n < sizeof(*left); n++)
		if (((const UINT8 *)left)[n] != ((const UINT8 *)right)[n])
			return FALSE;
	return TRUE;
}

static inline void *configuration_table(const EFI_GUID *guid)
{
	for (UINTN n = 0; n < system_table->NumberOfTableEntries; n++)
		if (guid_is(&system_table->ConfigurationTable[n].VendorGuid, guid))
			return system_table->ConfigurationTable[n].VendorTable;
	return NULL;
}

static const EFI_GUID memory_attributes_guid = {
	0xdcfa911d, 0x26eb, 0x469f, { 0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20 }
};

/* EFI_MEMORY_ATTRIBUTES_TABLE (UEFI 2.10, 4.6.4); the entries follow. */
struct memory_attributes {
	UINT32 version;
	UINT32 count;
	UINT32 stride;
	UINT32 flags;
};

/* The nth descriptor of an array of them, memory map or table of attributes. */
static inline EFI_MEMORY_DESCRIPTOR *descriptor_at(void *first, UINTN stride, UINTN n)
{
	return (EFI_MEMORY_DESCRIPTOR *)((UINT8 *)first + n * stride);
}

/* For when the driver itself fails; the test looks for it. */
static inline void complain(const char *what)
{
	print("driver: ");
	print(what);
	print("\n");
}

/*
 * What each Graphics Output Protocol says of its screen: the graphics card's, and that of the
 * console, which has a copy of its own. Returns how many there are, `most` at most.
 */
static inline UINTN graphics_modes(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE **modes, UINTN most)
{
	EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics;
	EFI_HANDLE *handles;
	UINTN count, found = 0;

	if (EFI_ERROR(boot_services->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
		return 0;
	for (UINTN n = 0; n < count && found < most; n++)
		if (!EFI_ERROR(
			    boot_services->HandleProtocol(handles[n], &guid, (void **)&graphics)))
			modes[found++] = graphics->Mode;
	boot_services->FreePool(handles);
	return found;
}

/* The content of a file on the disk, ended with a zero; empty if there is none. */
static inline const char *file_text(EFI_HANDLE image, const CHAR16 *path, char *text, UINTN bytes)
{
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_FILE_IO_INTERFACE *volume;
	EFI_FILE_HANDLE root, file;

	text[0] = 0;
	bytes--;
	if (EFI_ERROR(boot_services->HandleProtocol(image, &image_guid, (void **)&loaded)) ||
	    EFI_ERROR(boot_services->HandleProtocol(loaded->DeviceHandle, &volume_guid,
						    (void **)&volume)) ||
	    EFI_ERROR(volume->OpenVolume(volume, &root)) ||
	    EFI_ERROR(root->Open(root, &file, (CHAR16 *)path, EFI_FILE_MODE_READ, 0)))
		return text;
	if (EFI_ERROR(file->Read(file, &bytes, text)))
		bytes = 0;
	text[bytes] = 0;
	file->Close(file);
	root->Close(root);
	return text;
}

static inline BOOLEAN text_is(const char *left, const char *right)
{
	while (*left && *left == *right)
		left++, right++;
	return *left == *right;
}

/* The content of \variant; empty if there is none; what it is told, if that is "wait". */
static inline const char *variant(EFI_HANDLE image)
{
	static char text[32];

	file_text(image, (const CHAR16 *)u"\\variant", text, sizeof(text));
	return text_is(text, "wait") ? launch_wait() : text;
}

#endif
