/* SPDX-License-Identifier: BSD-2-Clause */
/* File names as people write them, made into what EFI_FILE_PROTOCOL.Open takes. Pure C. */
#ifndef EFI_PATH_H
#define EFI_PATH_H

#include <stdbool.h>
#include <stdint.h>

/* Both \ and / separate; a path that begins with one does not depend on the folder. */
static inline bool path_is_separator(char c)
{
	return c == '\\' || c == '/';
}

/*
 * Writes `path`, taken from `folder` if it is relative, into `to` as an absolute path with one \
 * between two names, to be opened from the volume's root. Both are UTF-8; "." and ".." are left to
 * the file system, which knows them (UEFI 2.10 13.5, EFI_FILE_PROTOCOL.Open). Returns false if it
 * does not fit into `capacity` units with its NUL, or is not UTF-8; the number of bytes of both
 * together plus 3 always suffices.
 */
bool path_resolve(const char *folder, const char *path, uint16_t *to, uint64_t capacity);

#endif
