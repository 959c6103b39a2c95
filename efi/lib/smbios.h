/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's names in its SMBIOS tables (System Management BIOS Reference Specification 3.6,
 * DSP0134). Pure C without firmware.
 */
#ifndef EFI_SMBIOS_H
#define EFI_SMBIOS_H

#include <stdbool.h>
#include <stdint.h>

#define SMBIOS_BIOS   0 /* type of the structure with vendor (4), version (5), date (8) */
#define SMBIOS_SYSTEM 1 /* with manufacturer (4), product (5), version (6) */

/* What is read of an entry point of 32 bits, and of one of 64. */
#define SMBIOS_ENTRY_BYTES  31
#define SMBIOS3_ENTRY_BYTES 24

/* Structures, one after the other. */
struct smbios {
	const uint8_t *first;
	uint64_t bytes; /* 0: there are none */
};

/* Where the entry point leads, of either kind. None if it is NULL, or rubbish. */
struct smbios smbios_find(const void *entry_point);

/*
 * Takes the first structure, which begins with its type. NULL at the end, and where what is there
 * is no whole structure.
 */
const uint8_t *smbios_next(struct smbios *left);

/*
 * The string whose number the structure has at that offset; "" where there is none. It ends with a
 * zero, within the structure; which characters it has is not looked at.
 */
const char *smbios_string(const uint8_t *structure, uint8_t offset);

#endif
