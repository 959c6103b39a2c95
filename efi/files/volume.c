/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Large files are read in pieces, so that a slow medium shows that something happens; the pieces
 * are large, so that this costs nothing. The time inside the firmware's Read calls is measured: a
 * loader can hardly be faster than that.
 */
#include "files/volume.h"
#include "files/network.h"
#include "lib/x86.h"

#define PIECE_BYTES  (4 << 20)
#define TICK_100NS   10000000 /* a second, in the unit of SetTimer */
#define BYTES_PER_MB (1 << 20)

static const EFI_GUID file_system_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
static const EFI_GUID file_info_guid = EFI_FILE_INFO_ID;

static void show_progress(struct volume_file *f, uint64_t offset)
{
	const struct firmware *fw = f->volume->fw;

	if (!f->tick || EFI_ERROR(fw->boot->CheckEvent(f->tick)))
		return;
	say(fw, "\r  reading   %s: %u of %u MB", f->file.name, offset / BYTES_PER_MB,
	    f->file.bytes / BYTES_PER_MB);
	f->shown = true;
}

static EFI_STATUS read_piece(struct volume_file *f, void *to, UINTN bytes)
{
	const uint64_t start = read_tsc();
	UINTN got = bytes;
	EFI_STATUS status = f->handle->Read(f->handle, &got, to);

	f->volume->read_ticks += read_tsc() - start;
	f->volume->read_bytes += got;
	f->position += got;
	if (EFI_ERROR(status))
		return status;
	/* A file that is shorter than it said has changed, or the volume is damaged. */
	return got == bytes ? EFI_SUCCESS : EFI_END_OF_FILE;
}

static uint64_t read_from_disk(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	struct volume_file *f = (struct volume_file *)file;
	EFI_STATUS status = EFI_SUCCESS;

	if (f->position != offset)
		status = f->handle->SetPosition(f->handle, offset);
	f->position = offset;
	while (bytes && !EFI_ERROR(status)) {
		const uint64_t piece = bytes < PIECE_BYTES ? bytes : PIECE_BYTES;

		status = read_piece(f, to, piece);
		to = (char *)to + piece;
		bytes -= piece;
		show_progress(f, f->position);
	}
	/* What is said next has a line of its own. */
	if (f->shown)
		say(f->volume->fw, "\n");
	f->shown = false;
	return status;
}

/* EFI_FILE_INFO ends with the file's name, so its size is known only after asking for it. */
static EFI_STATUS find_size(struct volume_file *f)
{
	EFI_BOOT_SERVICES *boot = f->volume->fw->boot;
	EFI_FILE_INFO *info = NULL;
	UINTN bytes = 0;
	EFI_STATUS status =
		f->handle->GetInfo(f->handle, (EFI_GUID *)&file_info_guid, &bytes, NULL);

	if (status != EFI_BUFFER_TOO_SMALL)
		return EFI_ERROR(status) ? status : EFI_DEVICE_ERROR;
	status = boot->AllocatePool(EfiLoaderData, bytes, (void **)&info);
	if (EFI_ERROR(status))
		return status;
	status = f->handle->GetInfo(f->handle, (EFI_GUID *)&file_info_guid, &bytes, info);
	if (!EFI_ERROR(status)) {
		f->file.bytes = info->FileSize;
		f->is_folder = info->Attribute & EFI_FILE_DIRECTORY;
	}
	boot->FreePool(info);
	return status;
}

void volume_find(const struct firmware *fw, const EFI_LOADED_IMAGE *image, struct volume *volume)
{
	*volume = (struct volume){
		.fw = fw,
		.disk = protocol_of(fw, image->DeviceHandle, &file_system_guid),
		.pxe = network_find(fw, image->DeviceHandle),
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

static void start_ticking(struct volume_file *f)
{
	EFI_BOOT_SERVICES *boot = f->volume->fw->boot;

	if (EFI_ERROR(boot->CreateEvent(EVT_TIMER, 0, NULL, NULL, &f->tick)))
		f->tick = NULL;
	else
		boot->SetTimer(f->tick, TimerPeriodic, TICK_100NS);
}

static EFI_STATUS open_on_disk(struct volume_file *f, const CHAR16 *path)
{
	EFI_STATUS status = EFI_NOT_FOUND;

	f->file.read = read_from_disk;
	if (f->volume->disk)
		status = volume_open_handle(f->volume, path, EFI_FILE_MODE_READ, &f->handle);
	if (EFI_ERROR(status))
		return status;
	status = find_size(f);
	if (!EFI_ERROR(status))
		start_ticking(f);
	return status;
}

EFI_STATUS volume_open(struct volume *volume, const CHAR16 *path, const char *name,
		       struct volume_file *f)
{
	EFI_STATUS status;

	memset(f, 0, sizeof(*f));
	f->volume = volume;
	f->file.name = name;
	status = open_on_disk(f, path);
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

void volume_close(struct volume_file *f)
{
	if (f->tick)
		f->volume->fw->boot->CloseEvent(f->tick);
	if (f->handle)
		f->handle->Close(f->handle);
	network_close(f);
	f->tick = NULL;
	f->handle = NULL;
}
