/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that can be read in any order, wherever it comes from: a volume, a server, the loader's
 * own image, or a test. Knows no firmware.
 */
#ifndef EFI_FILE_H
#define EFI_FILE_H

#include <stdint.h>

struct file {
	const char *name; /* for messages; UTF-8 */
	uint64_t bytes;
	/*
	 * Reads `bytes` from `offset` on, both within the file, into `to`: all of them or it is an
	 * error. Returns 0, or the EFI_STATUS that says why not.
	 */
	uint64_t (*read)(struct file *file, uint64_t offset, void *to, uint64_t bytes);
};

#endif
