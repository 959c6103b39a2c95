/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files on the volume that keel.efi was started from (UEFI 2.10, 13.4 and 13.5), or on the server:
 * network.h.
 */
#ifndef EFI_VOLUME_H
#define EFI_VOLUME_H

#include "lib/file.h"
#include "firmware.h"

/* Files are smaller than 1 << this. */
#define VOLUME_SIZE_BITS 48

struct volume_file {
	struct file file;
	struct loader *l;
	EFI_FILE_HANDLE handle; /* NULL: not open */
	uint64_t position;	/* of the handle, bytes */
	EFI_EVENT tick;		/* once a second; NULL if the firmware gave none */
	bool shown;		/* progress stands on the console's current line */
	bool is_folder;		/* and therefore not open */

	/* Of one on a server. */
	EFI_PXE_BASE_CODE_PROTOCOL *pxe; /* NULL: it is not one */
	char remote[512];		 /* its path there; a TFTP request has no more (RFC 2347) */
	uint64_t phys;			 /* its content, once it was fetched; 0: not yet */
};

/*
 * Opens the file with that absolute path, `\` between the folders. name is what messages call it, and
 * must live as long as the file is open. Says nothing: a file need not be there. EFI_NOT_FOUND if it
 * is not, or if there is neither volume nor server; EFI_VOLUME_CORRUPTED for one larger than any can
 * be. On failure there is nothing to close; what is known of the file (bytes, is_folder) stays.
 */
EFI_STATUS volume_open(struct loader *l, const CHAR16 *path, const char *name,
		       struct volume_file *f);

/* Also fine for one that is not open. */
void volume_close(struct volume_file *f);

/* Whether keel.efi came from a volume or a server, which may have other files. */
bool volume_exists(const struct loader *l);

/*
 * Only the firmware's handle, NULL on failure, opened with such EFI_FILE_MODE_ bits: for those who
 * write. Same path and status as above, but a folder is opened too, and where there is no volume it is
 * EFI_NO_MEDIA.
 */
EFI_STATUS volume_open_handle(const struct loader *l, const CHAR16 *path, uint64_t mode,
			      EFI_FILE_HANDLE *handle);

#endif
