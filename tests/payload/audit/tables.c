/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI's, SMBIOS' and the capsules' tables: checksums, and where they lie. */
#include "audit/finding.h"
#include "audit/handed_over.h"
#include "efi.h"
#include "firmware.h"
#include "firmware_tables.h"
#include "follow_tables.h"

/* The kernel takes it when it pleases: UEFI 2.10, 7.2.1, table 7.10. */
static bool is_taken(uint64_t phys)
{
	const struct firmware_span span = firmware_span(phys);

	if (!span.known)
		return false;
	switch (span.type) {
	case KEEL_MEMORY_TYPE_CONVENTIONAL:
	case KEEL_MEMORY_TYPE_LOADER_CODE:
	case KEEL_MEMORY_TYPE_LOADER_DATA:
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE:
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA:
		return true;
	}
	return false;
}

static uint64_t phys_of(const uint8_t *table)
{
	return KEEL_DIRECT_MAP_PHYS((uint64_t)table);
}

/* ACPI 6.5, 5.2.10: the FACS has no checksum. */
static void judge_acpi_table(const uint8_t *t)
{
	const uint64_t bytes = number(t, 4, 4);

	if (!is(t, "FACS") && byte_sum(t, bytes))
		finding(KEEL_FINDING_ACPI_CHECKSUM, "%c%c%c%c at %lx, %lu bytes", t[0], t[1], t[2],
			t[3], phys_of(t), bytes);
	if (is_taken(phys_of(t)))
		finding(KEEL_FINDING_ACPI_PLACE, "%c%c%c%c at %lx", t[0], t[1], t[2], t[3],
			phys_of(t));
}

/* PCI Firmware Specification 3.3, 4.1.2: one entry for a group of buses. */
struct __attribute__((packed)) ecam {
	uint64_t phys;
	uint16_t segment;
	uint8_t first_bus, last_bus;
	uint32_t reserved;
};

#define MCFG_HEADER_BYTES 44
#define BUS_BYTES	  (KEEL_U64(1) << 20)

static void judge_ecam(const struct ecam *e)
{
	const uint64_t phys = e->phys + e->first_bus * BUS_BYTES;
	const struct firmware_span span = firmware_span(phys);

	if (span.memory)
		finding(KEEL_FINDING_ECAM_IN_MEMORY, "at %lx, which is memory of type %u", phys,
			span.type);
	else if (!span.known)
		finding(KEEL_FINDING_ECAM_NOT_RESERVED, "at %lx, buses %u to %u", phys,
			e->first_bus, e->last_bus);
}

static void judge_mcfg(const uint8_t *t)
{
	for (uint64_t at = MCFG_HEADER_BYTES; at + sizeof(struct ecam) <= number(t, 4, 4);
	     at += sizeof(struct ecam))
		judge_ecam((const void *)(t + at));
}

static void judge_acpi(void)
{
	const uint8_t *t;

	point_begin_firmware("ACPI's tables have right checksums and stay where they are");
	if (!acpi_table_met(0)) {
		point_skip("there are no tables of ACPI's");
		return;
	}
	for (unsigned n = 0; (t = acpi_table_met(n)); n++) {
		judge_acpi_table(t);
		if (is(t, "MCFG"))
			judge_mcfg(t);
	}
	point_end();
}

/* DSP0134 3.6, 5.2: the older entry point is 31 bytes long whatever it says. */
static void judge_smbios_entry(uint64_t phys, bool is_new)
{
	const uint8_t *e = (const uint8_t *)KEEL_DIRECT_MAP(phys);
	const uint64_t bytes = e[is_new ? 6 : 5];
	const uint64_t structures = is_new ? number(e, 16, 8) : number(e, 24, 4);

	if (!is(e, is_new ? "_SM3_" : "_SM_") || bytes < 24 || bytes > 64 || byte_sum(e, bytes))
		finding(KEEL_FINDING_SMBIOS_CHECKSUM, "entry point at %lx, %lu bytes", phys, bytes);
	if (is_taken(phys) || is_taken(structures))
		finding(KEEL_FINDING_SMBIOS_PLACE, "entry point at %lx, structures at %lx", phys,
			structures);
}

static void judge_smbios(void)
{
	const bool old = boot->smbios_phys && is_reached(boot->smbios_phys, 64);
	const bool new = boot->smbios3_phys &&is_reached(boot->smbios3_phys, 64);

	point_begin_firmware("SMBIOS has right checksums and stays where it is");
	if (!old && !new) {
		point_skip("there is no SMBIOS");
		return;
	}
	if (old)
		judge_smbios_entry(boot->smbios_phys, false);
	if (new)
		judge_smbios_entry(boot->smbios3_phys, true);
	point_end();
}

/* UEFI 2.10, 23.4: version 1; as many entries as there is room for, or fewer. */
static void judge_esrt(void)
{
	static const struct efi_guid guid = {
		0xb122a263, 0x3661, 0x4f68, { 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80 }
	};
	const uint64_t phys = config_table(&guid);
	const uint8_t *esrt = (const uint8_t *)KEEL_DIRECT_MAP(phys);

	point_begin_firmware("the EFI System Resource Table is as UEFI has it");
	if (!phys || !is_reached(phys, 16)) {
		point_skip("there is no ESRT");
		return;
	}
	judge(KEEL_FINDING_ESRT, "version", 1, number(esrt, 8, 8));
	judge_true(KEEL_FINDING_ESRT, number(esrt, 0, 4) <= number(esrt, 4, 4),
		   "more entries than there may be", number(esrt, 0, 4));
	point_end();
}

void audit_tables(void)
{
	judge_acpi();
	judge_smbios();
	judge_esrt();
}
