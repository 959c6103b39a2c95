/* SPDX-License-Identifier: BSD-2-Clause */
#include "files/loaded_image.h"
#include "files/network.h"
#include "lib/load_option.h"
#include "lib/path.h"
#include "lib/pe.h"
#include "lib/text.h"
#include "lib/utf.h"

static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static const EFI_GUID to_text_guid = EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID;

#define BUILT_IN_SECTION ".kernel" /* the built-in kernel's file */

#define NODE_BYTES sizeof(EFI_DEVICE_PATH) /* of a node's header; what follows is its own */

/* A node, or NULL where the path ends, or where its length is wrong. */
static const EFI_DEVICE_PATH *node_at(const void *at)
{
	const EFI_DEVICE_PATH *node = at;

	if (!node || IsDevicePathEndType(node) || DevicePathNodeLength(node) < (int)NODE_BYTES)
		return NULL;
	return node;
}

static const EFI_DEVICE_PATH *next_node(const EFI_DEVICE_PATH *node)
{
	return node_at(NextDevicePathNode(node));
}

/* Bytes of the UTF-16 in a node that names a file or folder; 0 for others. */
static uint64_t name_bytes(const EFI_DEVICE_PATH *node)
{
	if (DevicePathType(node) != MEDIA_DEVICE_PATH ||
	    DevicePathSubType(node) != MEDIA_FILEPATH_DP)
		return 0;
	return DevicePathNodeLength(node) - NODE_BYTES;
}

uint64_t loaded_image_folder_bytes(const struct loaded_image *image)
{
	uint64_t bytes = NETWORK_BOOT_FILE_BYTES; /* if there are no such nodes */

	for (const EFI_DEVICE_PATH *node = node_at(image->protocol->FilePath); node;
	     node = next_node(node))
		bytes += UTF8_BYTES_OF_UTF16(name_bytes(node)) + 1;
	return bytes;
}

/* One separator between two names. */
static void join_separators(char *path)
{
	char *to = path;

	for (const char *from = path; *from; from++)
		if (!path_is_separator(*from) || to == path || !path_is_separator(to[-1]))
			*to++ = *from;
	*to = 0;
}

/* Ends a path after its last folder. */
static void keep_folder(char *path)
{
	char *end = path;

	for (char *at = path; *at; at++)
		if (path_is_separator(*at))
			end = at + 1;
	*end = 0;
}

/*
 * On the server the image may lie in more folders than its path says: edk2 gives it no path at all,
 * iPXE only its name. What another boot file has loaded lies wherever its path says.
 */
static void take_boot_file(const struct volume *volume, char *path)
{
	char boot_file[NETWORK_BOOT_FILE_BYTES];
	const uint64_t bytes = text_bytes(path);
	uint64_t boot_bytes;

	network_boot_file(volume->pxe, boot_file);
	boot_bytes = text_bytes(boot_file);
	if (bytes <= boot_bytes && !memcmp(boot_file + boot_bytes - bytes, path, bytes))
		memcpy(path, boot_file, boot_bytes + 1);
}

/* The nodes' texts, one after the other; separators between them may be in them or missing. */
void loaded_image_folder(const struct loaded_image *image, const struct volume *volume, char *to)
{
	char *at = to;

	for (const EFI_DEVICE_PATH *node = node_at(image->protocol->FilePath); node;
	     node = next_node(node)) {
		uint64_t bytes = 0;

		if (name_bytes(node))
			bytes = utf8_from_utf16(node + 1, name_bytes(node), at + 1);
		if (!bytes)
			continue;
		*at = '\\';
		at += bytes;
	}
	*at = 0;
	join_separators(to);
	if (volume->pxe)
		take_boot_file(volume, to);
	/* Without any it is the root. */
	if (!*to)
		memcpy(to, "\\", 2);
	keep_folder(to);
}

/* What should be there is the boot entry's optional data. */
const void *loaded_image_options(const struct firmware *fw, const struct loaded_image *image,
				 uint64_t *bytes)
{
	const EFI_LOADED_IMAGE *protocol = image->protocol;
	const void *data;
	uint64_t data_bytes;

	*bytes = protocol->LoadOptions ? protocol->LoadOptionsSize : 0;
	data = load_option_data(protocol->LoadOptions, *bytes, &data_bytes);
	if (!data)
		return protocol->LoadOptions;
	note(fw, "load options: the firmware hands over all of the boot entry");
	*bytes = data_bytes;
	return data;
}

/*
 * As the firmware writes it; NULL where it cannot. There are names in it from anywhere, such as a
 * server's: what is made of it is for people.
 */
static CHAR16 *device_text(const struct firmware *fw, EFI_HANDLE device)
{
	const EFI_DEVICE_PATH *path = protocol_of(fw, device, &device_path_guid);
	EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *to_text = protocol_first(fw, &to_text_guid);

	if (!path || !to_text)
		return NULL;
	return to_text->ConvertDevicePathToText(path, FALSE, FALSE);
}

static EFI_STATUS find_device(const struct firmware *fw, struct loaded_image *image)
{
	CHAR16 *text = device_text(fw, image->protocol->DeviceHandle);
	EFI_STATUS status;
	UINTN bytes = 0;

	if (!text)
		return EFI_SUCCESS;
	while (text[bytes / 2])
		bytes += 2;
	status = fw->boot->AllocatePool(EfiLoaderData, UTF8_BYTES_OF_UTF16(bytes),
					(void **)&image->device);
	if (EFI_ERROR(status)) {
		image->device = NULL;
		status = fail(fw, status, "no memory for the boot device's path: %u bytes",
			      (uint64_t)bytes);
	} else if (!utf8_from_utf16(text, bytes, image->device)) {
		*image->device = 0;
	}
	if (!EFI_ERROR(status))
		text_neutralise(image->device);
	fw->boot->FreePool(text);
	return status;
}

static bool find_section(const struct loaded_image *image, const char *name,
			 struct pe_section *section)
{
	return pe_find_section((const void *)image->phys, image->bytes, name, section);
}

/* As the firmware has loaded it, and looked at its signature: the file is never read again. */
static EFI_STATUS find_bundle(const struct firmware *fw, struct loaded_image *image)
{
	struct bundle_error error = { .text = "its section does not begin at a page" };
	struct pe_section section;

	if (!find_section(image, BUNDLE_SECTION, &section))
		return EFI_SUCCESS;
	if (!((uintptr_t)section.start % KEEL_PAGE_SIZE) &&
	    bundle_open(section.start, section.bytes, &image->bundle, &error))
		return EFI_SUCCESS;
	return fail(fw, EFI_LOAD_ERROR, "this image's bundle is damaged: %s; make it again",
		    error.text);
}

EFI_STATUS loaded_image_open_built_in(const struct firmware *fw, const struct loaded_image *image,
				      struct volume_file *f)
{
	struct pe_section section;

	if (!find_section(image, BUILT_IN_SECTION, &section))
		return fail(fw, EFI_LOAD_ERROR,
			    "keel.efi has no section " BUILT_IN_SECTION
			    ": there is no built-in kernel; copy keel.efi again");
	volume_open_memory("built-in self-check", section.start, section.bytes, f);
	return EFI_SUCCESS;
}

EFI_STATUS loaded_image_examine(const struct firmware *fw, struct loaded_image *image)
{
	EFI_STATUS status;

	*image = (struct loaded_image){
		.protocol = protocol_of(fw, fw->image, &loaded_image_guid),
	};
	if (!image->protocol)
		return fail(fw, EFI_UNSUPPORTED, "this image has no EFI_LOADED_IMAGE_PROTOCOL");
	image->phys = (uintptr_t)image->protocol->ImageBase;
	image->bytes = image->protocol->ImageSize;
	status = find_bundle(fw, image);
	return EFI_ERROR(status) ? status : find_device(fw, image);
}

void loaded_image_free(const struct firmware *fw, struct loaded_image *image)
{
	if (image->device)
		fw->boot->FreePool(image->device);
	image->device = NULL;
}
