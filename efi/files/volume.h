/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files on the volume that keel.efi was started from (UEFI 2.10, 13.4 and 13.5), or on the server:
 * network.h.
 */
#ifndef EFI_FILES_VOLUME_H
#define EFI_FILES_VOLUME_H

#include "firmware.h"
#include "lib/file.h"

/* Files are smaller than 1 << this. */
#define VOLUME_SIZE_BITS 48

/* Where keel.efi came from, and where its other files are. */
struct volume {
	const struct firmware *fw;
	EFI_FILE_IO_INTERFACE *disk;	 /* NULL: none */
	EFI_PXE_BASE_CODE_PROTOCOL *pxe; /* NULL: no server, or one that is not for us */
	UINTN piece_bytes;		 /* of the disk, to read at once */
	/* Ticks inside the firmware's Read calls, and bytes that they read, so far. */
	uint64_t read_ticks;
	uint64_t read_bytes;
};

/* Of the device that the image was loaded from. */
void volume_find(const struct firmware *fw, const EFI_LOADED_IMAGE *image, struct volume *volume);

/* Whether there are any other files at all. */
static inline bool volume_exists(const struct volume *volume)
{
	return volume->disk || volume->pxe;
}

/* A file of it, open for reading. Its volume outlives it; one in memory has none. */
struct volume_file {
	struct file file;
	struct volume *volume;
	EFI_FILE_HANDLE handle; /* NULL: not open */
	uint64_t position;	/* of the handle, bytes; UINT64_MAX: not known */
	EFI_EVENT tick;		/* once a second; NULL if the firmware gave none */
	bool shown;		/* progress stands on the console's current line */
	bool is_folder;		/* and therefore not open */

	const void *memory; /* of one that is in memory already, all of it; else NULL */

	/* Of one on a server. */
	char remote[512];     /* its path there; a TFTP request has no more (RFC 2347) */
	struct block content; /* once it was fetched */
};

/*
 * Opens the file with that absolute path, `\` between the folders. name is what messages call it,
 * and must live as long as the file is open. Says nothing: a file need not be there. EFI_NOT_FOUND
 * if it is not, or if there is neither volume nor server; EFI_VOLUME_CORRUPTED for one larger than
 * any can be. On failure there is nothing to close; what is known of the file (bytes, is_folder)
 * stays.
 */
EFI_STATUS volume_open(struct volume *volume, const CHAR16 *path, const char *name,
		       struct volume_file *f);

/* The same for a file of no volume, which is in memory as long as it is open, and longer. */
void volume_open_memory(const char *name, const void *start, uint64_t bytes, struct volume_file *f);

/* Also fine for one that is not open. */
void volume_close(struct volume_file *f);

/*
 * Only the firmware's handle, NULL on failure, opened with such EFI_FILE_MODE_ bits: for those who
 * write. Same path and status as above, but a folder is opened too, and where there is no volume it
 * is EFI_NO_MEDIA.
 */
EFI_STATUS volume_open_handle(const struct volume *volume, const CHAR16 *path, uint64_t mode,
			      EFI_FILE_HANDLE *handle);

#endif
