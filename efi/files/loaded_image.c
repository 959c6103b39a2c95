/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image itself: where in memory it lies, which device it came from, and which folder there
 * (UEFI 2.10, 9.1, 10.3.5 and 10.6).
 */
#include "firmware.h"
#include "files/network.h"
#include "lib/path.h"
#include "lib/utf.h"

static const EFI_GUID loaded_image_guid = {
	0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
};
static const EFI_GUID device_path_guid = {
	0x09576e91, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
};
static const EFI_GUID to_text_guid = {
	0x8b843e20, 0x8132, 0x4852, { 0x90, 0xcc, 0x55, 0x1a, 0x4e, 0x4a, 0x7f, 0x1c }
};

/* EFI_DEVICE_PATH_TO_TEXT_PROTOCOL (10.6.2). The text comes from AllocatePool. */
struct to_text {
	void *node_to_text;
	CHAR16 *(EFIAPI *path_to_text)(const void *path, BOOLEAN display_only,
				       BOOLEAN allow_shortcuts);
};

/* EFI_DEVICE_PATH_PROTOCOL (10.2): a node; its length, which counts these four bytes, is at least 4. */
struct path_node {
	uint8_t type;
	uint8_t subtype;
	uint8_t length[2];
	char body[];
};

#define NODE_BYTES    4
#define NODE_END      0x7f
#define NODE_MEDIA    4
#define NODE_FILEPATH 4 /* a subtype of NODE_MEDIA: UTF-16 with a NUL */

static unsigned node_bytes(const struct path_node *node)
{
	return node->length[0] | node->length[1] << 8;
}

static bool is_file_path(const struct path_node *node)
{
	return node->type == NODE_MEDIA && node->subtype == NODE_FILEPATH;
}

/* The node after `node`; NULL at the end, or where the lengths are wrong. */
static const struct path_node *next_node(const struct path_node *node)
{
	const struct path_node *next = (const void *)((const char *)node + node_bytes(node));

	return next->type == NODE_END || node_bytes(next) < NODE_BYTES ? NULL : next;
}

static const struct path_node *first_node(const void *path)
{
	const struct path_node *node = path;

	return !node || node->type == NODE_END || node_bytes(node) < NODE_BYTES ? NULL : node;
}

uint64_t image_folder_bytes(const struct loader *l)
{
	uint64_t bytes = NETWORK_FOLDER_BYTES; /* if there are no such nodes */

	for (const struct path_node *node = first_node(l->loaded->FilePath); node;
	     node = next_node(node))
		if (is_file_path(node))
			bytes += UTF8_BYTES_OF_UTF16(node_bytes(node) - NODE_BYTES) + 1;
	return bytes;
}

/* Ends a path after its last folder, with one separator between two names. */
static void keep_folder(char *path)
{
	char *to = path;
	char *end = path;

	for (const char *from = path; *from; from++) {
		if (path_is_separator(*from) && to > path && path_is_separator(to[-1]))
			continue;
		*to++ = *from;
		if (path_is_separator(*from))
			end = to;
	}
	*end = 0;
}

/* The nodes' texts, one after the other; separators between them may be in them or missing. */
void image_folder(const struct loader *l, char *to)
{
	char *at = to;

	for (const struct path_node *node = first_node(l->loaded->FilePath); node;
	     node = next_node(node)) {
		uint64_t bytes = 0;

		if (is_file_path(node))
			bytes = utf8_from_utf16(node->body, node_bytes(node) - NODE_BYTES, at + 1);
		if (!bytes)
			continue;
		*at = '\\';
		at += bytes;
	}
	/* Without any it came from a server, or else it is the root. */
	if (at == to)
		network_boot_file(l, to);
	else
		*at = 0;
	keep_folder(to);
}

/* As the firmware writes it; NULL where it cannot. */
static CHAR16 *describe_device(const struct loader *l)
{
	const void *path = protocol_of(l, l->loaded->DeviceHandle, &device_path_guid);
	struct to_text *to_text = protocol(l, &to_text_guid);

	if (!path || !to_text)
		return NULL;
	return to_text->path_to_text(path, FALSE, FALSE);
}

static EFI_STATUS find_device(struct loader *l)
{
	CHAR16 *text = describe_device(l);
	EFI_STATUS status;
	UINTN bytes = 0;

	if (!text)
		return EFI_SUCCESS;
	while (text[bytes / 2])
		bytes += 2;
	status = l->boot->AllocatePool(EfiLoaderData, UTF8_BYTES_OF_UTF16(bytes),
				       (void **)&l->boot_device);
	if (EFI_ERROR(status)) {
		l->boot_device = NULL;
		status = fail(l, status, "no memory for the boot device's path: %u bytes",
			      (uint64_t)bytes);
	} else if (!utf8_from_utf16(text, bytes, l->boot_device)) {
		*l->boot_device = 0;
	}
	l->boot->FreePool(text);
	return status;
}

EFI_STATUS image_examine(struct loader *l)
{
	l->loaded = protocol_of(l, l->image, &loaded_image_guid);
	if (!l->loaded)
		return fail(l, EFI_UNSUPPORTED, "this image has no EFI_LOADED_IMAGE_PROTOCOL");
	l->facts.loader_phys = (uintptr_t)l->loaded->ImageBase;
	l->facts.loader_bytes = l->loaded->ImageSize;
	return find_device(l);
}

void image_free(struct loader *l)
{
	if (l->boot_device)
		l->boot->FreePool(l->boot_device);
	l->boot_device = NULL;
}
