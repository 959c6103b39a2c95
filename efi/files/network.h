/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files on the server that keel.efi was started from by PXE: TFTP over IPv4, through the firmware's
 * EFI_PXE_BASE_CODE_PROTOCOL (UEFI 2.10, 24.3). volume.c calls this for what is on no volume: with
 * iPXE there are both.
 */
#ifndef EFI_FILES_NETWORK_H
#define EFI_FILES_NETWORK_H

#include "files/volume.h"

/* A DHCP option has no more; with a separator before it and a NUL. */
#define NETWORK_BOOT_FILE_BYTES (2 + 255)

/*
 * The server that the image came from, by its device; NULL if there is none, or if it needs IPv6.
 */
EFI_PXE_BASE_CODE_PROTOCOL *network_find(const struct firmware *fw, EFI_HANDLE device);

/* The path of the boot file with \ before it, on that server; just \ if it is not known. */
void network_boot_file(const EFI_PXE_BASE_CODE_PROTOCOL *pxe, char *to);

/*
 * As volume_open, for its caller only. EFI_NOT_FOUND if keel.efi did not come from a network, or if
 * the server refuses to give the file.
 */
EFI_STATUS network_open(struct volume_file *f, const CHAR16 *path);
void network_close(struct volume_file *f);

/*
 * All of an open file, into so many bytes; *bytes becomes what was read. The firmware's status as
 * it is: with EFI_BUFFER_TOO_SMALL, *bytes may be what would do. iPXE before 2025 leaves *bytes as
 * it was. Only for this file and unsized.c.
 */
EFI_STATUS network_read(const struct volume_file *f, void *to, uint64_t *bytes);

#endif
