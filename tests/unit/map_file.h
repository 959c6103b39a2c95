/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the files of tests/maps into descriptors as firmware would give them: one a line, type,
 * physical start (hex), pages (decimal), attribute (hex).
 */
#ifndef TESTS_MAP_FILE_H
#define TESTS_MAP_FILE_H

#include "check.h"

/* Appends one descriptor. The array grows; bytes beyond the structure are filled with 0xee. */
static inline void descriptors_add(struct mm_descriptors *d, uint32_t type, uint64_t phys,
				   uint64_t pages, uint64_t attribute)
{
	struct keel_efi_descriptor descriptor = {
		.type = type, .phys = phys, .pages = pages, .attribute = attribute
	};

	d->first = realloc(d->first, d->bytes + d->stride);
	assert_non_null(d->first);
	memset((char *)d->first + d->bytes, 0xee, d->stride);
	memcpy((char *)d->first + d->bytes, &descriptor, sizeof(descriptor));
	d->bytes += d->stride;
}

static inline void descriptors_free(struct mm_descriptors *d)
{
	free(d->first);
	d->first = NULL;
	d->bytes = 0;
}

static inline struct mm_descriptors map_file_read(const char *path, uint64_t stride)
{
	struct mm_descriptors d = { .stride = stride };
	FILE *file = fopen(path, "r");
	char line[512];

	if (!file)
		fail_msg("cannot open %s: run from the top folder", path);
	while (fgets(line, sizeof(line), file)) {
		uint64_t phys, pages, attribute;
		uint32_t type;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "%" SCNu32 " %" SCNx64 " %" SCNu64 " %" SCNx64, &type, &phys,
			   &pages, &attribute) != 4)
			fail_msg("%s: cannot read \"%s\"", path, line);
		descriptors_add(&d, type, phys, pages, attribute);
	}
	fclose(file);
	return d;
}

#endif
