/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that the configuration names. */
#ifndef EFI_CHOOSE_H
#define EFI_CHOOSE_H

#include "files/volume.h"

/*
 * Opens a file by the path that the configuration has for it, which is also what messages call it.
 * A failure has been told when it returns, and leaves nothing to close.
 */
EFI_STATUS configured_open(struct loader *l, const char *path, struct volume_file *f);

#endif
