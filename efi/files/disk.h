/* SPDX-License-Identifier: BSD-2-Clause */
/* Files on the volume itself (UEFI 2.10, 13.5). Only for volume.c. */
#ifndef EFI_FILES_DISK_H
#define EFI_FILES_DISK_H

#include "files/volume.h"

#define DISK_PIECE_BYTES (1 << 20) /* what is read at once, unless that has failed */

/* As volume_open, but that a folder is no error. Whatever it returns, disk_close has to follow. */
EFI_STATUS disk_open(struct volume_file *f, const CHAR16 *path);
void disk_close(struct volume_file *f);

#endif
