/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF64 kernels: what Keel accepts and where the segments go. Pure C without firmware, so that the
 * host can test it.
 */
#ifndef EFI_ELF_H
#define EFI_ELF_H

#include <stddef.h>
#include <stdint.h>
#include <keel/boot_info.h>

#define ELF_MAX_SEGMENTS 16

/* The instruction that loads CR3 lies right before the entry point, in pages of its own. */
#define LANDING_BYTES 3

/* A PT_LOAD segment, in whole pages in memory. */
struct elf_segment {
	uint64_t file_offset;	 /* bytes from the start of the file */
	uint64_t file_bytes;	 /* to copy to data_virt; the rest of the pages is zero */
	uint64_t data_virt;	 /* where the file's bytes go */
	uint64_t virt;		 /* first page */
	uint64_t bytes;		 /* whole pages */
	enum keel_rights rights; /* R, RW or RX */
};

struct elf_image {
	uint64_t entry_virt;
	uint64_t virt;	/* first page of the first segment */
	uint64_t bytes; /* up to the end of the last segment's last page */
	uint32_t segment_count;
	struct elf_segment segments[ELF_MAX_SEGMENTS]; /* ascending */
};

/* Why a file is refused: a sentence, the value that was found, and the one that would be right. */
struct elf_error {
	const char *what;
	uint64_t found;
	uint64_t wanted;
};

/*
 * Checks the whole of `file` (bytes long, aligned to 8) and describes what to load. Returns 0, or
 * -1 with *error filled in. The file is not modified, and nothing outside it is read.
 */
int elf_parse(const void *file, uint64_t bytes, struct elf_image *image, struct elf_error *error);

#endif
