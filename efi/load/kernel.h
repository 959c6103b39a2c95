/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel: where its file comes from, and where the memory for it does. */
#ifndef EFI_LOAD_KERNEL_H
#define EFI_LOAD_KERNEL_H

#include "elf/elf.h"
#include "entry/boot_entry.h"

struct kernel {
	struct elf_image elf;
	struct elf_symbols symbols;
	struct requests requests;  /* of its file and of its entry, as one */
	struct block image;	   /* the segments */
	struct block symbol_block; /* symbols and their names, if those are wanted */
	struct block file; /* all of it, where it has to be measured; only while it is loaded */
};

/* Whether other CPUs are to be started for it. */
static inline bool kernel_wants_cpus(const struct kernel *kernel)
{
	return requests_value(&kernel->requests, KEEL_REQUEST_CPUS) == KEEL_CPUS_STARTED;
}

/*
 * Loads the entry's kernel, or the one that the image carries, unless it asks for what Keel does
 * not know or the entry forbids.
 */
EFI_STATUS kernel_load(const struct firmware *fw, const struct loaded_image *image,
		       struct volume *volume, const struct boot_entry *entry,
		       struct kernel *kernel);
void kernel_free(const struct firmware *fw, struct kernel *kernel);

#endif
