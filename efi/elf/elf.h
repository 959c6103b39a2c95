/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF64 kernels: what Keel accepts, where the segments go, and getting them there. Pure C without
 * firmware, so that the host can test it.
 *
 * An executable at a fixed address (ET_EXEC) lies in the kernel text window. One that can be moved
 * (ET_DYN: static PIE) may be linked there or anywhere else, and is moved in steps of 2 MB, or of
 * its largest p_align should that be more, to the first free place from 1 MB on. PT_LOAD segments
 * ascend, as the ABI has it, and have rights R, RW or RX; segments with the same rights may share a
 * page.
 */
#ifndef EFI_ELF_H
#define EFI_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <keel/boot_info.h>
#include "lib/file.h"
#include "lib/requests.h"

#define ELF_MAX_SEGMENTS 32

/* The instruction that loads CR3 lies right before the entry point, in pages of its own. */
#define LANDING_BYTES 3

enum elf_result {
	ELF_GOOD,
	ELF_REFUSED,	/* Keel cannot load such a file, or it is damaged */
	ELF_UNREADABLE, /* reading has failed */
	ELF_NO_MEMORY
};

struct elf_error {
	uint64_t status; /* of the read that failed, for ELF_UNREADABLE */
	char text
		[256]; /* a sentence without a full stop; a failure that was returned fills it in */

	/* For elf*.c: the part that is being looked at, as "program header" 2. NULL: none. */
	const char *part;
	uint64_t number;
};

/* A PT_LOAD segment as the file has it. Addresses are those that it was linked at. */
struct elf_piece {
	uint64_t offset; /* in the file */
	uint64_t file_bytes;
	uint64_t virt;
	uint64_t bytes; /* in memory, not zero; zeroes follow what is in the file */
	enum keel_rights rights;
};

struct elf_image {
	/* From elf_examine. */
	uint64_t link_virt; /* first page of the first segment, as the file was linked */
	uint64_t bytes;	    /* from there to the end of the last segment's last page */
	bool movable;
	uint64_t step;		  /* distance in bytes of the places that it can be moved to */
	uint64_t dynamic_virt;	  /* PT_DYNAMIC, as linked */
	uint64_t dynamic_bytes;	  /* 0: there is none */
	struct requests requests; /* of its notes */
	uint32_t note_count;
	uint64_t sections_offset;
	uint32_t section_count;
	uint32_t section_bytes; /* of a section header */
	uint32_t piece_count;
	struct elf_piece pieces[ELF_MAX_SEGMENTS]; /* ascending */

	/*
	 * For elf_load, from the caller: one that can be moved goes to any free place of the kernel
	 * text window, each as likely, which these random bits choose.
	 */
	bool anywhere;
	uint64_t random;

	/*
	 * Where elf_examine would like it to be, and where elf_load has put it. For a byte at virt,
	 * phys is virt - KEEL_TEXT_START + phys_base.
	 */
	uint64_t virt;
	uint64_t entry_virt;
	uint64_t slide;	    /* virt - link_virt */
	uint64_t phys;	    /* elf_load: all of it is one piece of physical memory */
	uint64_t phys_base; /* elf_load; 0 where VA = PA + KEEL_TEXT_START */
	bool moved;	    /* elf_load: the place that elf_examine named was not free */

	/*
	 * Page ranges with rights of their own, ascending, apart from each other or with other
	 * rights than their neighbours. phys comes from elf_load.
	 */
	uint32_t segment_count;
	struct keel_segment segments[ELF_MAX_SEGMENTS];
};

enum elf_use { ELF_FOR_KERNEL, ELF_FOR_SYMBOLS };

/* Whoever has memory to give. What was given stays his, and he frees it, also after a failure. */
struct elf_memory {
	/* Whole pages of 4 KiB, exactly at phys; false if that place is not free. */
	bool (*allocate_at)(struct elf_memory *m, enum elf_use use, uint64_t phys, uint64_t pages);
	/* Anywhere; 0 if there are none. */
	uint64_t (*allocate)(struct elf_memory *m, enum elf_use use, uint64_t pages);
};

/* .symtab and its string table, as they stand in the file, one after the other. */
struct elf_symbols {
	uint64_t phys;
	uint64_t count; /* 0: the file has none; then there is nothing else either */
	uint64_t names_phys;
	uint64_t names_bytes; /* the last of them is zero */
};

/* Reads and checks the file's headers, and describes what to load. */
enum elf_result elf_examine(struct file *file, struct elf_image *image, struct elf_error *error);

/* Finds a place for what elf_examine has described, loads it there and relocates it. */
enum elf_result elf_load(struct file *file, struct elf_image *image, struct elf_memory *memory,
			 struct elf_error *error);

/*
 * What shows that a kernel is made for another loader, perhaps besides Keel: a header in the file's
 * beginning, be that an ELF file or not; requests in what elf_load has loaded. A noun, or NULL.
 */
const char *elf_foreign_header(struct file *file);
const char *elf_foreign_requests(const struct elf_image *image);

/* Loads the symbols of a file that elf_examine has taken. */
enum elf_result elf_load_symbols(struct file *file, const struct elf_image *image,
				 struct elf_memory *memory, struct elf_symbols *symbols,
				 struct elf_error *error);

#endif
