/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables that the configuration table leads to, beside ACPI's; and itself. */
#include "lib/smbios.h"
#include "lib/table_list.h"

/* Offsets. SMBIOS: DSP0134 3.6, 5.2.1 and 5.2.2; ESRT: UEFI 2.10, 23.4. */
enum {
	SMBIOS_LENGTH = 5,
	SMBIOS_BYTES = 22,
	SMBIOS_STRUCTURES = 24,
	SMBIOS3_LENGTH = 6,
	SMBIOS3_BYTES = 12,
	SMBIOS3_STRUCTURES = 16,
	ESRT_COUNT = 0,
	EVENTS_COUNT = 8,
};

#define CONFIGURATION_ENTRY_BYTES 24 /* UEFI 2.10, 4.6 */
#define SMBIOS_ENTRY_LEAST	  30 /* version 2.1 of the specification said so: 5.2.1 */
#define ESRT_HEADER_BYTES	  16
#define ESRT_ENTRY_BYTES	  40
#define EVENTS_HEADER_BYTES	  16

void table_walk_configuration(struct table_list *list, uint64_t phys, uint64_t count)
{
	if (!count || !table_look(list, "configuration table", phys, CONFIGURATION_ENTRY_BYTES))
		return;
	/* More would not be listed anyway. */
	if (count > TABLES_BYTES_MOST / CONFIGURATION_ENTRY_BYTES)
		table_tell(list, TABLE_LENGTH, "configuration table", phys, count);
	else
		table_add(list, "configuration table", phys, count * CONFIGURATION_ENTRY_BYTES,
			  false);
}

static void walk_structures(struct table_list *list, uint64_t phys, uint64_t bytes)
{
	if (table_look(list, "SMBIOS structures", phys, 1))
		table_add(list, "SMBIOS structures", phys, bytes, false);
}

static void walk_smbios3(struct table_list *list, const uint8_t *entry, uint64_t phys)
{
	if (entry[SMBIOS3_LENGTH] < SMBIOS3_ENTRY_BYTES)
		table_tell(list, TABLE_LENGTH, "SMBIOS entry point", phys, entry[SMBIOS3_LENGTH]);
	else if (table_add(list, "SMBIOS entry point", phys, SMBIOS3_ENTRY_BYTES, false))
		walk_structures(list, table_number(entry, SMBIOS3_STRUCTURES, 8),
				table_number(entry, SMBIOS3_BYTES, 4));
}

void table_walk_smbios(struct table_list *list, uint64_t phys)
{
	const uint8_t *entry = table_look(list, "SMBIOS entry point", phys, SMBIOS3_ENTRY_BYTES);

	if (!entry)
		return;
	if (table_begins(entry, "_SM3_"))
		walk_smbios3(list, entry, phys);
	else if (!table_begins(entry, "_SM_"))
		table_tell(list, TABLE_SIGNATURE, "SMBIOS entry point", phys, 0);
	else if (entry[SMBIOS_LENGTH] < SMBIOS_ENTRY_LEAST)
		table_tell(list, TABLE_LENGTH, "SMBIOS entry point", phys, entry[SMBIOS_LENGTH]);
	else if (table_add(list, "SMBIOS entry point", phys, SMBIOS_ENTRY_BYTES, false))
		walk_structures(list, table_number(entry, SMBIOS_STRUCTURES, 4),
				table_number(entry, SMBIOS_BYTES, 2));
}

void table_walk_esrt(struct table_list *list, uint64_t phys)
{
	const uint8_t *esrt = table_look(list, "ESRT", phys, ESRT_HEADER_BYTES);

	if (esrt)
		table_add(list, "ESRT", phys,
			  ESRT_HEADER_BYTES + table_number(esrt, ESRT_COUNT, 4) * ESRT_ENTRY_BYTES,
			  false);
}

/* Bytes of a digest of this algorithm (TCG Algorithm Registry 1.32); 0: unknown. */
static unsigned digest_bytes(uint64_t algorithm)
{
	static const struct {
		uint16_t algorithm;
		uint8_t bytes;
	} digests[] = {
		{ 0x4, 20 },  /* SHA-1 */
		{ 0xb, 32 },  /* SHA-256 */
		{ 0xc, 48 },  /* SHA-384 */
		{ 0xd, 64 },  /* SHA-512 */
		{ 0x12, 32 }, /* SM3-256 */
		{ 0x27, 32 }, /* SHA3-256 */
		{ 0x28, 48 }, /* SHA3-384 */
		{ 0x29, 64 }, /* SHA3-512 */
	};

	for (unsigned n = 0; n < sizeof(digests) / sizeof(digests[0]); n++)
		if (digests[n].algorithm == algorithm)
			return digests[n].bytes;
	return 0;
}

/* Reads a number at *at and moves it on. False where nothing can be read. */
static bool next_number(const struct table_list *list, uint64_t *at, unsigned bytes,
			uint64_t *number)
{
	const uint8_t *place = list->reader->at(list->reader->context, *at, bytes);

	if (!place)
		return false;
	*number = table_number(place, 0, bytes);
	*at += bytes;
	return true;
}

/* TCG_PCR_EVENT2 (TCG PC Client Platform Firmware Profile 1.05, 10.2.2); moves *at behind it. */
static bool next_event(const struct table_list *list, uint64_t *at)
{
	uint64_t number, digests;

	/* PCR and type; the digests' number. */
	if (!next_number(list, at, 8, &number) || !next_number(list, at, 4, &digests))
		return false;
	for (; digests; digests--) {
		unsigned bytes;

		if (!next_number(list, at, 2, &number))
			return false;
		bytes = digest_bytes(number);
		if (!bytes)
			return false;
		*at += bytes;
	}
	if (!next_number(list, at, 4, &number))
		return false;
	*at += number;
	return true;
}

/*
 * The table does not say how long it is (TCG EFI Protocol Specification 1.00, 7): that follows from
 * its events. It may grow until boot services have ended.
 */
void table_walk_events(struct table_list *list, uint64_t phys)
{
	const uint8_t *table = table_look(list, "TPM final events", phys, EVENTS_HEADER_BYTES);
	const uint64_t count = table ? table_number(table, EVENTS_COUNT, 8) : 0;
	uint64_t end = phys + EVENTS_HEADER_BYTES;

	if (!table)
		return;
	for (uint64_t n = 0; n < count; n++) {
		uint64_t at = end;

		if (!next_event(list, &at) || at - phys > TABLES_BYTES_MOST) {
			table_tell(list, TABLE_EVENT, "TPM final events", phys, n);
			break;
		}
		end = at;
	}
	table_add(list, "TPM final events", phys, end - phys, false);
}
