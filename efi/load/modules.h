/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files for the kernel: each in whole pages of its own, read straight to where they stay; those of
 * a bundle stay where they are.
 */
#ifndef EFI_LOAD_MODULES_H
#define EFI_LOAD_MODULES_H

#include <keel/boot_info.h>
#include "entry/boot_entry.h"

struct modules {
	struct keel_module *list; /* in `block`; names and options are the entry's */
	uint64_t count;
	const struct bundle *bundle; /* NULL: all of them were read */
	struct block block;
};

EFI_STATUS modules_load(const struct firmware *fw, struct volume *volume,
			const struct boot_entry *entry, struct modules *modules);
void modules_free(const struct firmware *fw, struct modules *modules);

#endif
