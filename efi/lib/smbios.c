/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include "lib/smbios.h"

#define HEADER_BYTES 4 /* of a structure: type, length, handle */

/* DSP0134 5.2.1 and 5.2.2. */
struct entry_point_32 {
	char anchor[4];
	uint8_t checksum, bytes;
	uint8_t unused[16];
	uint16_t table_bytes;
	uint32_t table_phys;
} __attribute__((packed));

struct entry_point_64 {
	char anchor[5];
	uint8_t checksum, bytes;
	uint8_t unused[5];
	uint32_t table_bytes;
	uint64_t table_phys;
} __attribute__((packed));

static bool begins(const char *text, const char *with)
{
	while (*with && *text == *with)
		text++, with++;
	return !*with;
}

struct smbios smbios_find(const void *entry_point)
{
	const struct entry_point_32 *e32 = entry_point;
	const struct entry_point_64 *e64 = entry_point;

	if (entry_point && begins(entry_point, "_SM3_"))
		return (struct smbios){ (const uint8_t *)(uintptr_t)e64->table_phys,
					e64->table_bytes };
	if (entry_point && begins(entry_point, "_SM_"))
		return (struct smbios){ (const uint8_t *)(uintptr_t)e32->table_phys,
					e32->table_bytes };
	return (struct smbios){ 0 };
}

/* Strings follow the structure; two zeros end them, and are all where there are none (6.1.3). */
const uint8_t *smbios_next(struct smbios *left)
{
	const uint8_t *structure = left->first;
	uint64_t bytes;

	if (left->bytes < HEADER_BYTES || structure[1] < HEADER_BYTES)
		return NULL;
	for (bytes = structure[1] + 2; bytes <= left->bytes; bytes++)
		if (!structure[bytes - 2] && !structure[bytes - 1]) {
			left->first += bytes;
			left->bytes -= bytes;
			return structure;
		}
	return NULL;
}

const char *smbios_string(const uint8_t *structure, uint8_t offset)
{
	const char *string = (const char *)structure + structure[1];
	uint8_t n = offset < structure[1] ? structure[offset] : 0;

	if (!n)
		return "";
	while (--n && *string)
		while (*string++)
			;
	return string;
}
