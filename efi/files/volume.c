/* SPDX-License-Identifier: BSD-2-Clause */
#include "files/volume.h"
#include "files/disk.h"
#include "files/network.h"

static const EFI_GUID file_system_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

void volume_find(const struct firmware *fw, const EFI_LOADED_IMAGE *image, struct volume *volume)
{
	*volume = (struct volume){
		.fw = fw,
		.disk = protocol_of(fw, image->DeviceHandle, &file_system_guid),
		.pxe = network_find(fw, image->DeviceHandle),
		.piece_bytes = DISK_PIECE_BYTES,
	};
}

EFI_STATUS volume_open_handle(const struct volume *volume, const CHAR16 *path, uint64_t mode,
			      EFI_FILE_HANDLE *handle)
{
	EFI_FILE_HANDLE root;
	EFI_STATUS status;

	*handle = NULL;
	if (!volume->disk)
		return EFI_NO_MEDIA;
	status = volume->disk->OpenVolume(volume->disk, &root);
	if (EFI_ERROR(status))
		return status;
	/* The prototype forgets that the path is only read. */
	status = root->Open(root, handle, (CHAR16 *)path, mode, 0);
	root->Close(root);
	if (EFI_ERROR(status))
		*handle = NULL;
	return status;
}

EFI_STATUS volume_open(struct volume *volume, const CHAR16 *path, const char *name,
		       struct volume_file *f)
{
	EFI_STATUS status;

	memset(f, 0, sizeof(*f));
	f->volume = volume;
	f->file.name = name;
	status = disk_open(f, path);
	if (status == EFI_NOT_FOUND)
		status = network_open(f, path);
	/* No volume is that large; sums of such sizes would wrap. */
	if (!EFI_ERROR(status) && f->file.bytes >> VOLUME_SIZE_BITS)
		status = EFI_VOLUME_CORRUPTED;
	if (!EFI_ERROR(status) && f->is_folder)
		status = EFI_UNSUPPORTED;
	if (EFI_ERROR(status))
		volume_close(f);
	return status;
}

static uint64_t read_from_memory(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	memcpy(to, (const char *)((struct volume_file *)file)->memory + offset, bytes);
	return EFI_SUCCESS;
}

void volume_open_memory(const char *name, const void *start, uint64_t bytes, struct volume_file *f)
{
	memset(f, 0, sizeof(*f));
	f->file.name = name;
	f->file.bytes = bytes;
	f->file.read = read_from_memory;
	f->memory = start;
}

void volume_close(struct volume_file *f)
{
	if (!f->volume)
		return;
	disk_close(f);
	network_close(f);
}
