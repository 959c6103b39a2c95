/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel: where its file comes from, and where the memory for it does. */
#ifndef EFI_LOAD_KERNEL_H
#define EFI_LOAD_KERNEL_H

#include "elf/elf.h"
#include "entry/boot_entry.h"

struct kernel {
	struct elf_image elf;
	struct elf_symbols symbols;
	struct block image;	   /* the segments */
	struct block symbol_block; /* symbols and their names, if those are wanted */
};

/* Loads the entry's kernel, or the one that the image carries. */
EFI_STATUS kernel_load(const struct firmware *fw, const struct loaded_image *image,
		       struct volume *volume, const struct boot_entry *entry,
		       struct kernel *kernel);
void kernel_free(const struct firmware *fw, struct kernel *kernel);

#endif
