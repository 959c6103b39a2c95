/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening the files of an entry, keel.conf among them, and saying why that cannot be done. For
 * boot_entry.c.
 */
#ifndef EFI_ENTRY_ENTRY_FILES_H
#define EFI_ENTRY_ENTRY_FILES_H

#include "entry/boot_entry.h"

/* In that folder of the volume, if the path is relative. As volume_open: says nothing. */
EFI_STATUS entry_open_file(struct volume *volume, const char *folder, const char *path,
			   struct volume_file *f);

/* Says why entry_open_file has failed, but with EFI_NOT_FOUND. Returns the status. */
EFI_STATUS entry_cannot_open(const struct firmware *fw, EFI_STATUS status, const char *folder,
			     const char *path, const struct volume_file *f);

/* The file of exactly that name in the bundle. */
EFI_STATUS entry_open_bundled(const struct firmware *fw, const struct bundle *bundle,
			      const char *path, struct volume_file *f);

#endif
