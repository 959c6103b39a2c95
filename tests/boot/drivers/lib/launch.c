/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting \keel.efi and telling how that went: see launch.h. */
#include "launch.h"

EFI_SYSTEM_TABLE *system_table;
EFI_BOOT_SERVICES *boot_services;
EFI_LOADED_IMAGE *launched;
static EFI_HANDLE this_image;

/* The memory map goes here and not into allocated memory: counting must not change the count. */
static UINT8 memory_map[64 * 1024] __attribute__((aligned(8)));

/* The compiler makes calls to these out of plain code; there is no C library. */
void *memcpy(void *to, const void *from, UINTN bytes)
{
	for (UINTN n = 0; n < bytes; n++)
		((UINT8 *)to)[n] = ((const UINT8 *)from)[n];
	return to;
}

void *memset(void *to, int value, UINTN bytes)
{
	for (UINTN n = 0; n < bytes; n++)
		((UINT8 *)to)[n] = value;
	return to;
}

void launch_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	this_image = image;
	system_table = system;
	boot_services = system->BootServices;
}

void print(const char *text)
{
	CHAR16 wide[2] = { 0, 0 };

	for (; *text; text++) {
		if (*text == '\n')
			system_table->ConOut->OutputString(system_table->ConOut, (CHAR16 *)u"\r");
		wide[0] = *text;
		system_table->ConOut->OutputString(system_table->ConOut, wide);
	}
}

void print_number(UINT64 value, unsigned base)
{
	char digits[21];
	char *first = digits + sizeof(digits) - 1;

	*first = 0;
	do
		*--first = "0123456789abcdef"[value % base];
	while ((value /= base) != 0);
	print(first);
}

UINT64 free_pages(void)
{
	UINTN bytes = sizeof(memory_map), key, stride;
	UINT32 version;
	UINT64 pages = 0;

	if (EFI_ERROR(boot_services->GetMemoryMap(&bytes, (EFI_MEMORY_DESCRIPTOR *)memory_map, &key,
						  &stride, &version)))
		return 0;
	for (UINTN at = 0; at < bytes; at += stride) {
		const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(memory_map + at);

		if (d->Type == EfiConventionalMemory)
			pages += d->NumberOfPages;
	}
	return pages;
}

/* Where keel.efi is: in the root, or in a folder of it. */
static char folder[64];

EFI_DEVICE_PATH *keel_path(void)
{
	static CHAR16 name[sizeof(folder) + 16];
	UINTN n = 0;

	name[n++] = '\\';
	for (const char *at = folder; *at; at++)
		name[n++] = *at;
	for (const char *at = *folder ? "\\keel.efi" : "keel.efi"; *at; at++)
		name[n++] = *at;
	name[n++] = 0;
	return path_on_disk(name, n * sizeof(name[0]));
}

EFI_DEVICE_PATH *path_on_disk(const CHAR16 *name, UINTN name_bytes)
{
	static UINT8 path[1024] __attribute__((aligned(8)));
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_DEVICE_PATH *disk, *node;
	UINTN bytes = 0;

	if (EFI_ERROR(boot_services->HandleProtocol(this_image, &image_guid, (void **)&loaded)) ||
	    EFI_ERROR(boot_services->HandleProtocol(loaded->DeviceHandle, &path_guid,
						    (void **)&disk)))
		return NULL;
	for (node = disk; !IsDevicePathEnd(node); node = NextDevicePathNode(node))
		bytes += DevicePathNodeLength(node);
	if (bytes + 2 * sizeof(EFI_DEVICE_PATH) + name_bytes > sizeof(path))
		return NULL;
	memcpy(path, disk, bytes);

	node = (EFI_DEVICE_PATH *)(path + bytes);
	node->Type = MEDIA_DEVICE_PATH;
	node->SubType = MEDIA_FILEPATH_DP;
	SetDevicePathNodeLength(node, sizeof(*node) + name_bytes);
	memcpy(node + 1, name, name_bytes);
	node = NextDevicePathNode(node);
	SetDevicePathEndNode(node);
	return (EFI_DEVICE_PATH *)path;
}

static CHAR16 options[512];
static UINTN options_bytes;

/* UEFI 2.10, 3.1.3: attributes, bytes of the path, the description, and a path that ends. */
static const CHAR16 load_option[] = { 1, 0, 4, 'K', 'e', 'e', 'l', 0, 0xff7f, 4 };

void launch_options(const char *text)
{
	UINTN n = 0;

	if (*text == '@') {
		memcpy(options, load_option, sizeof(load_option));
		n = sizeof(load_option) / sizeof(load_option[0]);
		text++;
	}
	while (*text && n < sizeof(options) / sizeof(options[0]))
		options[n++] = (UINT8)*text++;
	options_bytes = n * sizeof(options[0]);
}

/* A debugger writes them, while the machine is stopped. */
static volatile char words[512];

/* Ends the text at the first such sign, and returns what follows it; NULL if there is none. */
static char *cut(char *text, char sign)
{
	while (*text && *text != sign)
		text++;
	if (!*text)
		return NULL;
	*text = 0;
	return text + 1;
}

const char *launch_wait(void)
{
	char *text = (char *)words;
	char *rest;

	print("launch: waits for words at ");
	print_number((UINT64)words, 16);
	print("\n");
	while (!words[0])
		__asm__ volatile("pause");
	rest = cut(text, ';');
	if (rest)
		launch_options(rest);
	rest = cut(text, '|');
	if (!rest)
		return text;
	for (UINTN n = 0; text[n] && n < sizeof(folder) - 1; n++)
		folder[n] = text[n];
	return rest;
}

static void prepare(EFI_HANDLE keel)
{
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

	if (EFI_ERROR(boot_services->HandleProtocol(keel, &image_guid, (void **)&launched)) ||
	    !options_bytes)
		return;
	launched->LoadOptions = options;
	launched->LoadOptionsSize = options_bytes;
}

EFI_STATUS launch(const char *name, void (*change)(void), void (*restore)(void))
{
	EFI_DEVICE_PATH *path = keel_path();
	EFI_STATUS status = EFI_NOT_FOUND;
	EFI_HANDLE keel;
	UINT64 before = free_pages();

	if (path)
		status = boot_services->LoadImage(FALSE, this_image, path, NULL, 0, &keel);
	if (EFI_ERROR(status)) {
		print("launch: \\keel.efi cannot be loaded\n");
	} else {
		prepare(keel);
		if (change)
			change();
		status = boot_services->StartImage(keel, NULL, NULL);
		if (restore)
			restore();
	}
	print("\nlaunch: ");
	print(name);
	print(" status ");
	print_number(status, 16);
	print(" free ");
	print_number(before, 10);
	print(" ");
	print_number(free_pages(), 10);
	print("\n");
	return status;
}

EFI_STATUS finish(void)
{
	system_table->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	return EFI_SUCCESS;
}
