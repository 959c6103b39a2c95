/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PE32+ image that lies in memory says of itself (Microsoft, "PE Format"). Pure C without
 * firmware.
 */
#ifndef EFI_PE_H
#define EFI_PE_H

#include <stdbool.h>
#include <stdint.h>

/* A section of an image, where it was loaded. */
struct pe_section {
	const void *start;
	uint64_t bytes; /* VirtualSize: what is in the file, without the padding behind it */
};

/*
 * Finds the section of that name, of at most 8 characters, in the image of so many bytes that was
 * loaded at `image`. False if there is none, or if it leaves the image, or if the headers are no
 * PE32+ headers: nothing outside the image is read.
 */
bool pe_find_section(const void *image, uint64_t image_bytes, const char *name,
		     struct pe_section *section);

#endif
