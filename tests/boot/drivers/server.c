/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A network below the disk: a PXE base code protocol on the disk's handle, whose server gives what
 * is in \srv. keel.efi is its boot file, in the folder boot. Variants, each of them a firmware or a
 * server that does not tell the size of files:
 *
 *	oack	the server tells no size: edk2 says EFI_NOT_FOUND
 *	data	the server knows no options: edk2 says EFI_PROTOCOL_ERROR
 *	wrapped	as data, and edk2 drops what is behind the buffer and says nothing of that, as with
 *		65,536 packets
 *	ipxe	iPXE of 2015 to 2024: it does not ask, nor say how much it has read
 *	ipxe26	iPXE of 2026: it does both
 *	none	U-Boot: there is such a protocol, and all it says is EFI_UNSUPPORTED
 *
 * In all of them the server tells that the file "folder" has 4096 bytes, and then nothing more.
 */
#include "hooks.h"

#define MOST_BYTES (8 << 20)

static const char *wanted;
static EFI_FILE_HANDLE root;
static UINT8 *content;
static EFI_PXE_BASE_CODE_MODE mode;
static EFI_PXE_BASE_CODE_PROTOCOL pxe;

static BOOLEAN is(const char *name)
{
	return text_is(wanted, name);
}

static void name_on_disk(const UINT8 *name, CHAR16 *path)
{
	for (const char *folder = "\\srv\\"; *folder; folder++)
		*path++ = *folder;
	for (; *name; name++)
		*path++ = *name == '/' ? '\\' : *name;
	*path = 0;
}

/* The file's bytes, which go to `content`. */
static EFI_STATUS read_file(const UINT8 *name, UINTN *bytes)
{
	CHAR16 path[300];
	EFI_FILE_HANDLE file;
	EFI_STATUS status;

	name_on_disk(name, path);
	*bytes = MOST_BYTES;
	status = root->Open(root, &file, path, EFI_FILE_MODE_READ, 0);
	if (EFI_ERROR(status))
		return is("ipxe") || is("ipxe26") ? EFI_NOT_FOUND : EFI_TFTP_ERROR;
	status = file->Read(file, bytes, content);
	file->Close(file);
	return status;
}

static EFI_STATUS tell_size(const UINT8 *name, UINT64 *size)
{
	UINTN bytes;
	EFI_STATUS status = read_file(name, &bytes);

	*size = 0;
	if (is("none") || is("ipxe"))
		return EFI_UNSUPPORTED;
	if (text_is((const char *)name, "folder")) {
		*size = 4096;
		return EFI_SUCCESS;
	}
	if (EFI_ERROR(status))
		return status;
	if (!is("ipxe26"))
		return is("oack") ? EFI_NOT_FOUND : EFI_PROTOCOL_ERROR;
	*size = bytes;
	return EFI_SUCCESS;
}

static EFI_STATUS give(const UINT8 *name, UINT8 *to, UINT64 *room)
{
	UINTN bytes, fit;
	EFI_STATUS status = read_file(name, &bytes);

	if (is("none"))
		return EFI_UNSUPPORTED;
	if (text_is((const char *)name, "folder"))
		return EFI_TIMEOUT;
	if (EFI_ERROR(status))
		return status;
	fit = bytes < *room ? bytes : *room;
	memcpy(to, content, fit);
	if (is("wrapped") && fit < bytes)
		return EFI_SUCCESS;
	if (!is("ipxe"))
		*room = bytes;
	return fit < bytes ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI mtftp(EFI_PXE_BASE_CODE_PROTOCOL *this,
			       EFI_PXE_BASE_CODE_TFTP_OPCODE operation, void *to, BOOLEAN overwrite,
			       UINT64 *bytes, UINTN *block, EFI_IP_ADDRESS *server, UINT8 *name,
			       EFI_PXE_BASE_CODE_MTFTP_INFO *info, BOOLEAN no_buffer)
{
	(void)this, (void)overwrite, (void)block, (void)server, (void)info, (void)no_buffer;
	if (operation == EFI_PXE_BASE_CODE_TFTP_GET_FILE_SIZE)
		return tell_size(name, bytes);
	return operation == EFI_PXE_BASE_CODE_TFTP_READ_FILE ? give(name, to, bytes)
							     : EFI_UNSUPPORTED;
}

static void install(EFI_HANDLE image)
{
	static const char boot_file[] = "boot/keel.efi";
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	EFI_GUID pxe_guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_FILE_IO_INTERFACE *volume;

	memcpy(mode.DhcpAck.Dhcpv4.BootpBootFile, boot_file, sizeof(boot_file));
	pxe.Mode = &mode;
	pxe.Mtftp = mtftp;
	if (EFI_ERROR(boot_services->AllocatePool(EfiBootServicesData, MOST_BYTES,
						  (void **)&content)) ||
	    EFI_ERROR(boot_services->HandleProtocol(image, &image_guid, (void **)&loaded)) ||
	    EFI_ERROR(boot_services->HandleProtocol(loaded->DeviceHandle, &volume_guid,
						    (void **)&volume)) ||
	    EFI_ERROR(volume->OpenVolume(volume, &root)) ||
	    EFI_ERROR(boot_services->InstallProtocolInterface(&loaded->DeviceHandle, &pxe_guid,
							      EFI_NATIVE_INTERFACE, &pxe)))
		complain("no network can be put below the disk");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	install(image);
	wanted = variant(image);
	launch("first", NULL, NULL);
	launch("second", NULL, NULL);
	return finish();
}
