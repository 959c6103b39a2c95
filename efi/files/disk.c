/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files are read in pieces: a slow medium shows that something happens, and some firmware fails
 * large reads (a Dell R420 among others: systemd issue 25911, uefi-rs issue 825; Linux, too, reads
 * 1 MB at a time). Where even such a piece fails, smaller ones are tried. The time inside the
 * firmware's Read calls is measured: a loader can hardly be faster than that.
 */
#include "files/disk.h"
#include "lib/x86.h"

#define LEAST_PIECE_BYTES (4 << 10)
#define SMALLER		  4	   /* pieces in the place of one that failed */
#define TICK_100NS	  10000000 /* a second, in the unit of SetTimer */
#define BYTES_PER_MB	  (1 << 20)

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

/* What is said next has a line of its own. */
static void end_progress(struct volume_file *f)
{
	if (f->shown)
		say(f->volume->fw, "\n");
	f->shown = false;
}

/*
 * Reads from there on. *bytes becomes what the firmware gave. Where the handle stands after an
 * error is not known.
 */
static EFI_STATUS read_piece(struct volume_file *f, uint64_t offset, void *to, UINTN *bytes)
{
	const UINTN asked = *bytes;
	const uint64_t start = read_tsc();
	EFI_STATUS status = EFI_SUCCESS;

	if (f->position != offset)
		status = f->handle->SetPosition(f->handle, offset);
	f->position = UINT64_MAX;
	if (!EFI_ERROR(status))
		status = f->handle->Read(f->handle, bytes, to);
	f->volume->read_ticks += read_tsc() - start;
	if (EFI_ERROR(status))
		return status;
	/* A file that is shorter than it said has changed, or the volume is damaged. */
	if (!*bytes || *bytes > asked)
		return EFI_END_OF_FILE;
	f->volume->read_bytes += *bytes;
	f->position = offset + *bytes;
	return EFI_SUCCESS;
}

/* After an error: whether there are smaller pieces than the one that failed. */
static bool make_smaller(struct volume *volume, UINTN failed_bytes, EFI_STATUS status)
{
	if (status == EFI_END_OF_FILE || failed_bytes <= LEAST_PIECE_BYTES)
		return false;
	if (volume->piece_bytes == DISK_PIECE_BYTES)
		note(volume->fw, "reading %u bytes at once fails (EFI status %p): fewer are tried",
		     (uint64_t)failed_bytes, (uint64_t)status);
	while (volume->piece_bytes >= failed_bytes)
		volume->piece_bytes /= SMALLER;
	return true;
}

static uint64_t read_from_disk(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	struct volume_file *f = (struct volume_file *)file;
	struct volume *volume = f->volume;
	EFI_STATUS status = EFI_SUCCESS;

	while (bytes) {
		UINTN piece = bytes < volume->piece_bytes ? bytes : volume->piece_bytes;

		status = read_piece(f, offset, to, &piece);
		if (EFI_ERROR(status) && make_smaller(volume, piece, status))
			continue;
		if (EFI_ERROR(status))
			break;
		to = (char *)to + piece;
		offset += piece;
		bytes -= piece;
		show_progress(f, offset);
	}
	end_progress(f);
	if (EFI_ERROR(status))
		note(volume->fw, "%s cannot be read from byte %u of %u on", file->name, offset,
		     file->bytes);
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

static void start_ticking(struct volume_file *f)
{
	EFI_BOOT_SERVICES *boot = f->volume->fw->boot;

	if (EFI_ERROR(boot->CreateEvent(EVT_TIMER, 0, NULL, NULL, &f->tick)))
		f->tick = NULL;
	else
		boot->SetTimer(f->tick, TimerPeriodic, TICK_100NS);
}

EFI_STATUS disk_open(struct volume_file *f, const CHAR16 *path)
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

void disk_close(struct volume_file *f)
{
	if (f->tick)
		f->volume->fw->boot->CloseEvent(f->tick);
	if (f->handle)
		f->handle->Close(f->handle);
	f->tick = NULL;
	f->handle = NULL;
}
