/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that an image carries: its section .bundle, which tools/keel-bundle makes. Pure C.
 *
 * The section begins with struct bundle_header, then one struct bundle_entry for each file, then
 * their names, each with a NUL behind it. The files follow, each in whole pages of its own, zeros
 * from its end to that of its last page, in the order of the entries. The first file is the
 * configuration, BUNDLE_CONFIG. Numbers are little-endian.
 *
 * Lengths are those of the index: that of the section is rounded up to whole pages, because not all
 * firmware clears what follows a section's bytes in the file.
 */
#ifndef EFI_LIB_BUNDLE_H
#define EFI_LIB_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#define BUNDLE_SECTION ".bundle"
#define BUNDLE_CONFIG  "keel.conf"
#define BUNDLE_MAGIC   UINT64_C(0x6c646e626c65656b) /* "keelbndl" */
#define BUNDLE_VERSION 1

struct bundle_header {
	uint64_t magic;
	uint32_t version;
	uint32_t file_count;  /* at least 1 */
	uint64_t index_bytes; /* of header, entries and names */
};

struct bundle_entry {
	uint64_t offset; /* from the section's start, a multiple of 4 KiB; 0 for an empty file */
	uint64_t bytes;
	uint32_t name_offset; /* from the section's start */
	uint32_t name_bytes;  /* without the NUL, at least 1 */
};

/* A section that bundle_open has taken. */
struct bundle {
	const char *start;
	uint64_t bytes;
	uint32_t file_count; /* 0: the image carries none */
};

struct bundle_file {
	const char *name;
	const void *start; /* at a page, if the section does; NULL for an empty file */
	uint64_t bytes;
};

struct bundle_error {
	char text[128]; /* a sentence without a full stop */
};

/* Checks a whole section of so many bytes, aligned to 8. False, with the error, if it is wrong. */
bool bundle_open(const void *section, uint64_t bytes, struct bundle *bundle,
		 struct bundle_error *error);

/* The file of that number, which is less than file_count. */
struct bundle_file bundle_file(const struct bundle *bundle, uint32_t n);

/* The file of exactly that name; false if there is none. */
bool bundle_find(const struct bundle *bundle, const char *name, struct bundle_file *file);

#endif
