/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/tables.h"

static const EFI_GUID acpi20_guid = ACPI_20_TABLE_GUID;
static const EFI_GUID acpi10_guid = ACPI_TABLE_GUID;
static const EFI_GUID smbios_guid = SMBIOS_TABLE_GUID;
static const EFI_GUID smbios3_guid = SMBIOS3_TABLE_GUID;
/* EFI_RT_PROPERTIES_TABLE_GUID, which gnu-efi does not have. */
static const EFI_GUID properties_guid = {
	0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 }
};
/* EFI_MEMORY_ATTRIBUTES_TABLE_GUID, likewise. */
static const EFI_GUID attributes_guid = {
	0xdcfa911d, 0x26eb, 0x469f, { 0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20 }
};
/* EFI_SYSTEM_RESOURCE_TABLE_GUID (UEFI 2.10, 23.4), likewise. */
static const EFI_GUID esrt_guid = {
	0xb122a263, 0x3661, 0x4f68, { 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80 }
};
/* EFI_TCG2_FINAL_EVENTS_TABLE_GUID (TCG EFI Protocol Specification 1.00, 7), likewise. */
static const EFI_GUID final_events_guid = {
	0x1e2ed096, 0x30e2, 0x4254, { 0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 }
};

/* EFI_RT_PROPERTIES_TABLE (UEFI 2.10, 4.6.2). */
struct rt_properties {
	uint16_t version;
	uint16_t length;
	uint32_t supported;
};

#define RT_ALL_SUPPORTED 0x3fff
/* UpdateCapsule, QueryCapsuleCapabilities, QueryVariableInfo. */
#define RT_EFI_2 0x3800

/* Far more than any firmware has: a larger table is rubbish, and would not fit into memory. */
#define MAX_ATTRIBUTES_BYTES (1 << 20)

/* The table of that GUID, or NULL. */
static const void *firmware_table(const struct firmware *fw, const EFI_GUID *guid)
{
	for (UINTN n = 0; n < fw->system->NumberOfTableEntries; n++) {
		const EFI_CONFIGURATION_TABLE *entry = fw->system->ConfigurationTable + n;

		if (!memcmp(&entry->VendorGuid, guid, sizeof(*guid)))
			return entry->VendorTable;
	}
	return NULL;
}

void firmware_tables_find(const struct firmware *fw, struct firmware_tables *tables)
{
	const struct rt_properties *properties = firmware_table(fw, &properties_guid);

	*tables = (struct firmware_tables){
		.rsdp_phys = (uintptr_t)firmware_table(fw, &acpi20_guid),
		.smbios_phys = (uintptr_t)firmware_table(fw, &smbios_guid),
		.smbios3_phys = (uintptr_t)firmware_table(fw, &smbios3_guid),
		.esrt_phys = (uintptr_t)firmware_table(fw, &esrt_guid),
		.final_events_phys = (uintptr_t)firmware_table(fw, &final_events_guid),
		.vendor_phys = (uintptr_t)fw->system->FirmwareVendor,
		.configuration_phys = (uintptr_t)fw->system->ConfigurationTable,
		.configuration_count = fw->system->NumberOfTableEntries,
		.runtime_supported = properties ? properties->supported : RT_ALL_SUPPORTED,
	};
	if (!fw->has_efi_2)
		tables->runtime_supported &= ~RT_EFI_2;
	if (!tables->rsdp_phys)
		tables->rsdp_phys = (uintptr_t)firmware_table(fw, &acpi10_guid);
}

const struct memory_attributes_table *firmware_attributes(const struct firmware *fw,
							  uint64_t *bytes)
{
	const struct memory_attributes_table *table = firmware_table(fw, &attributes_guid);

	*bytes = 0;
	if (!table)
		return NULL;
	*bytes = sizeof(*table) + (uint64_t)table->entries * table->descriptor_size;
	if (*bytes <= MAX_ATTRIBUTES_BYTES)
		return table;
	*bytes = 0;
	return NULL;
}
