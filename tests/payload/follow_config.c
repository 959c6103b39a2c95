/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration table leads to beside ACPI's tables; see firmware_tables.h. */
#include "efi.h"
#include "follow_tables.h"
#include "report.h"

#define BYTES_AT_MOST (KEEL_U64(64) << 20)

/* DSP0134 3.6, 5.2. */
static void follow_smbios(uint64_t phys)
{
	const char *what = "SMBIOS is mapped";
	const uint8_t *entry = look(what, phys, 24);
	uint64_t structures = 0, bytes = 0;

	if (entry && is(entry, "_SM3_") && entry[6] >= 24 && keep(what, phys, 24, false)) {
		structures = number(entry, 16, 8);
		bytes = number(entry, 12, 4);
	} else if (entry && !is(entry, "_SM3_") && is(entry, "_SM_") && entry[5] >= 30 &&
		   keep(what, phys, 31, false)) {
		structures = number(entry, 24, 4);
		bytes = number(entry, 22, 2);
	}
	if (look(what, structures, 1))
		keep(what, structures, bytes, false);
}

uint64_t config_table(const struct efi_guid *guid)
{
	const uint8_t *entry = (const uint8_t *)boot->efi_config_table_virt;

	for (uint64_t n = boot->efi_config_table_count; entry && n;
	     n--, entry += CONFIG_ENTRY_BYTES)
		if (!__builtin_memcmp(entry, guid, sizeof(*guid)))
			return number(entry, 16, 8);
	return 0;
}

/* UEFI 2.10, 23.4. */
static void follow_esrt(uint64_t phys)
{
	const uint8_t *esrt = look("the ESRT is mapped", phys, 16);

	if (esrt)
		keep("the ESRT is mapped", phys, 16 + number(esrt, 0, 4) * 40, false);
}

static uint64_t digest_bytes(uint64_t algorithm)
{
	switch (algorithm) {
	case 0x4:
		return 20;
	case 0xb:
	case 0x12:
	case 0x27:
		return 32;
	case 0xc:
	case 0x28:
		return 48;
	case 0xd:
	case 0x29:
		return 64;
	}
	return 0;
}

/* Where this event ends: PCR, type, digests, and data with its size before it; 0: nowhere. */
static uint64_t event_end(uint64_t phys)
{
	const char *what = "the TPM's final events are mapped";
	uint64_t digests, at = phys + 12;

	if (!is_followed(phys, 12) || !reach(what, phys, 12))
		return 0;
	for (digests = number((void *)KEEL_DIRECT_MAP(phys), 8, 4); digests; digests--) {
		uint64_t bytes;

		if (!is_followed(at, 2) || !reach(what, at, 2))
			return 0;
		bytes = digest_bytes(number((void *)KEEL_DIRECT_MAP(at), 0, 2));
		if (!bytes)
			return 0;
		at += 2 + bytes;
	}
	if (!is_followed(at, 4) || !reach(what, at, 4))
		return 0;
	return at + 4 + number((void *)KEEL_DIRECT_MAP(at), 0, 4);
}

/* TCG EFI Protocol Specification 1.00, 7. */
static void follow_final_events(uint64_t phys)
{
	const char *what = "the TPM's final events are mapped";
	const uint8_t *table = look(what, phys, 16);
	uint64_t end = phys + 16;

	for (uint64_t n = table ? number(table, 8, 8) : 0; n; n--) {
		const uint64_t next = event_end(end);

		if (!next || next - phys > BYTES_AT_MOST)
			break;
		end = next;
	}
	if (table)
		keep(what, phys, end - phys, false);
}

void check_config_tables(void)
{
	static const struct efi_guid esrt = {
		0xb122a263, 0x3661, 0x4f68, { 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80 }
	};
	static const struct efi_guid final_events = {
		0x1e2ed096, 0x30e2, 0x4254, { 0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 }
	};

	point_begin("firmware's tables: SMBIOS, ESRT and the TPM's final events are mapped");
	follow_smbios(boot->smbios_phys);
	follow_smbios(boot->smbios3_phys);
	follow_esrt(config_table(&esrt));
	follow_final_events(config_table(&final_events));
	point_end();
}
