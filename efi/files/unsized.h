/* SPDX-License-Identifier: BSD-2-Clause */
/* A file on a server that does not tell how large it is, or by a firmware that does not ask. */
#ifndef EFI_FILES_UNSIZED_H
#define EFI_FILES_UNSIZED_H

#include "files/volume.h"

/*
 * Fetches the file, whose path on the server is known, into its content, and finds its size. Says
 * nothing. The firmware's status, or EFI_OUT_OF_RESOURCES; then it has no content.
 */
EFI_STATUS unsized_fetch(struct volume_file *f);

#endif
