/* SPDX-License-Identifier: BSD-2-Clause */
/* What following the firmware's tables is made of; see firmware_tables.h. */
#ifndef PAYLOAD_FOLLOW_TABLES_H
#define PAYLOAD_FOLLOW_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_ENTRY_BYTES 24 /* a GUID and an address: UEFI 2.10, 4.6 */

/*
 * Whether a kernel may expect to find something there. Above 4 GB only what the firmware's map has
 * is followed; page 0 never.
 */
bool is_followed(uint64_t phys, uint64_t bytes);

/*
 * Where the kernel reads it; NULL where it cannot, which the open point is told: `what` is false.
 */
const uint8_t *reach(const char *what, uint64_t phys, uint64_t bytes);

/* Begins another table, with so many bytes at least; NULL where the way ends. */
const uint8_t *look(const char *what, uint64_t phys, uint64_t bytes);

/* It has this length. Returns whether it can have, and all of it is there. */
bool keep(const char *what, uint64_t phys, uint64_t bytes, bool written);

static inline uint64_t number(const uint8_t *from, uint64_t offset, size_t bytes)
{
	uint64_t value = 0;

	__builtin_memcpy(&value, from + offset, bytes);
	return value;
}

/* Zero for a table whose checksum is right: ACPI 6.5, 5.2; DSP0134 3.6, 5.2. */
static inline uint8_t byte_sum(const uint8_t *bytes, uint64_t count)
{
	uint8_t sum = 0;

	while (count--)
		sum = (uint8_t)(sum + *bytes++);
	return sum;
}

static inline bool is(const uint8_t *table, const char *signature)
{
	for (; *signature; table++, signature++)
		if (*table != (uint8_t)*signature)
			return false;
	return true;
}

struct efi_guid;
/* What the configuration table has for the GUID; 0: nothing. */
uint64_t config_table(const struct efi_guid *guid);

/* Each reports one point. The second one needs a configuration table that can be read. */
void check_acpi_tables(void);
void check_config_tables(void);

#endif
