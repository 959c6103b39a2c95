/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware's configuration table leads to (UEFI 2.10, 4.6). */
#ifndef EFI_MACHINE_TABLES_H
#define EFI_MACHINE_TABLES_H

#include "firmware.h"

/* Physical addresses; 0: there is no such table. */
struct firmware_tables {
	uint64_t rsdp_phys; /* ACPI 2.0 or later if there is one, else 1.0 */
	uint64_t smbios_phys;
	uint64_t smbios3_phys;
	uint64_t esrt_phys;
	uint64_t final_events_phys; /* the TPM's: EFI_TCG2_FINAL_EVENTS_TABLE */
	/* SetVirtualAddressMap converts the pointers to these; the physical ones are lost then. */
	uint64_t vendor_phys;
	uint64_t configuration_phys;
	uint64_t configuration_count; /* entries */
	/* EFI_RT_PROPERTIES_TABLE bits, all where it is absent, of services that may be called. */
	uint32_t runtime_supported;
};

void firmware_tables_find(const struct firmware *fw, struct firmware_tables *tables);

/* EFI_MEMORY_ATTRIBUTES_TABLE (UEFI 2.10, 4.6.4); the entries follow. */
struct memory_attributes_table {
	uint32_t version;
	uint32_t entries;
	uint32_t descriptor_size;
	uint32_t flags;
};

/*
 * The firmware's Memory Attributes Table as it is now, with its bytes, or NULL. The firmware
 * rebuilds it late, and keeps it in boot services memory. Whether its entries make sense is mm/'s
 * to say.
 */
const struct memory_attributes_table *firmware_attributes(const struct firmware *fw,
							  uint64_t *bytes);

#endif
