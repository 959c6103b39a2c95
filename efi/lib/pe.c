/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include "lib/pe.h"

#define DOS_NEW_HEADER	     0x3c /* e_lfanew: where the PE header is */
#define PE_SIGNATURE	     0x00004550
#define OPTIONAL_MAGIC_PE32P 0x20b
#define NAME_BYTES	     8

struct pe_header {
	uint32_t signature;
	uint16_t machine;
	uint16_t section_count;
	uint32_t time_stamp;
	uint32_t symbol_table;
	uint32_t symbol_count;
	uint16_t optional_header_bytes;
	uint16_t characteristics;
	uint16_t optional_magic; /* the first member of the optional header */
} __attribute__((packed));

#define OPTIONAL_HEADER_OFFSET (sizeof(struct pe_header) - sizeof(uint16_t))

struct section_header {
	char name[NAME_BYTES];
	uint32_t virtual_bytes;
	uint32_t virtual_address; /* from the start of the image */
	uint32_t raw_bytes;
	uint32_t raw_offset;
	uint8_t unused[12];
	uint32_t characteristics;
} __attribute__((packed));

/* The bytes from an offset on, if so many of them are within the image. */
static const void *bytes_at(const void *image, uint64_t image_bytes, uint64_t offset,
			    uint64_t bytes)
{
	if (offset > image_bytes || bytes > image_bytes - offset)
		return NULL;
	return (const char *)image + offset;
}

/* A name of fewer than 8 characters ends with zeros. */
static bool is_named(const struct section_header *section, const char *name)
{
	for (unsigned n = 0; n < NAME_BYTES; n++) {
		if (section->name[n] != *name)
			return false;
		if (*name)
			name++;
	}
	return !*name;
}

bool pe_find_section(const void *image, uint64_t image_bytes, const char *name,
		     struct pe_section *section)
{
	const uint32_t *pe_offset =
		bytes_at(image, image_bytes, DOS_NEW_HEADER, sizeof(*pe_offset));
	const struct pe_header *pe;
	uint64_t table;

	if (!pe_offset)
		return false;
	pe = bytes_at(image, image_bytes, *pe_offset, sizeof(*pe));
	if (!pe || pe->signature != PE_SIGNATURE || pe->optional_magic != OPTIONAL_MAGIC_PE32P)
		return false;
	table = *pe_offset + OPTIONAL_HEADER_OFFSET + pe->optional_header_bytes;
	for (unsigned n = 0; n < pe->section_count; n++) {
		const struct section_header *s =
			bytes_at(image, image_bytes, table + n * sizeof(*s), sizeof(*s));

		if (!s)
			return false;
		if (!is_named(s, name))
			continue;
		section->bytes = s->virtual_bytes;
		section->start = bytes_at(image, image_bytes, s->virtual_address, s->virtual_bytes);
		return section->start != NULL;
	}
	return false;
}
