/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware's configuration table leads to (UEFI 2.10, 4.6). */
#include "firmware.h"

static const EFI_GUID acpi20_guid = {
	0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
};
static const EFI_GUID acpi10_guid = {
	0xeb9d2d30, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};
static const EFI_GUID smbios_guid = {
	0xeb9d2d31, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};
static const EFI_GUID smbios3_guid = {
	0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 }
};
static const EFI_GUID properties_guid = {
	0xeb66918a, 0x7eef, 0x402a, { 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 }
};
static const EFI_GUID attributes_guid = {
	0xdcfa911d, 0x26eb, 0x469f, { 0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20 }
};

/* EFI_RT_PROPERTIES_TABLE (UEFI 2.10, 4.6.2). */
struct rt_properties {
	uint16_t version;
	uint16_t length;
	uint32_t supported;
};

/* EFI_MEMORY_ATTRIBUTES_TABLE (UEFI 2.10, 4.6.4); the entries follow. */
struct memory_attributes {
	uint32_t version;
	uint32_t entries;
	uint32_t descriptor_size;
	uint32_t flags;
};

#define RT_ALL_SUPPORTED 0x3fff

/* Far more than any firmware has: a larger table is rubbish, and would not fit into memory. */
#define MAX_ATTRIBUTES_BYTES (1 << 20)

static const void *find(const struct loader *l, const EFI_GUID *guid)
{
	for (UINTN n = 0; n < l->system->NumberOfTableEntries; n++) {
		const EFI_CONFIGURATION_TABLE *entry = l->system->ConfigurationTable + n;

		if (!memcmp(&entry->VendorGuid, guid, sizeof(*guid)))
			return entry->VendorTable;
	}
	return NULL;
}

static uint64_t table_bytes(const struct memory_attributes *table)
{
	return sizeof(*table) + (uint64_t)table->entries * table->descriptor_size;
}

static const struct memory_attributes *find_attributes(const struct loader *l)
{
	const struct memory_attributes *table = find(l, &attributes_guid);

	return table && table_bytes(table) <= MAX_ATTRIBUTES_BYTES ? table : NULL;
}

/*
 * The firmware rebuilds the Memory Attributes Table late, and keeps it in boot services memory: it
 * is looked up anew for each plan, and copied. Whether it makes sense as a whole is mm/'s to say.
 */
bool attributes_refresh(struct loader *l)
{
	const struct memory_attributes *table = find_attributes(l);
	const uint64_t bytes = table ? table_bytes(table) : 0;

	l->attributes_changed = bytes != l->attributes_bytes;
	l->attributes_bytes = bytes;
	if (bytes > l->attributes_capacity)
		return false;
	if (memcmp(l->attributes_copy, table, bytes))
		l->attributes_changed = true;
	l->request.attributes.count = 0;
	if (!table)
		return true;
	memcpy(l->attributes_copy, table, bytes);
	l->request.attributes.entries = (const char *)l->attributes_copy + sizeof(*table);
	l->request.attributes.count = table->entries;
	l->request.attributes.stride = table->descriptor_size;
	return true;
}

/* How large that copy may have to be. */
static void measure_attributes(struct loader *l)
{
	const struct memory_attributes *table = find_attributes(l);

	if (!table)
		return;
	l->attributes_bytes = table_bytes(table);
	l->request.attributes.count = table->entries;
	l->request.attributes.stride = table->descriptor_size;
}

void firmware_examine(struct loader *l)
{
	struct keel_boot_info *facts = &l->facts;
	const struct rt_properties *properties = find(l, &properties_guid);

	facts->rsdp_phys = (uintptr_t)find(l, &acpi20_guid);
	if (!facts->rsdp_phys)
		facts->rsdp_phys = (uintptr_t)find(l, &acpi10_guid);
	facts->smbios_phys = (uintptr_t)find(l, &smbios_guid);
	facts->smbios3_phys = (uintptr_t)find(l, &smbios3_guid);
	facts->runtime_supported = properties ? properties->supported : RT_ALL_SUPPORTED;
	/* SetVirtualAddressMap converts these pointers; the physical ones are lost then. */
	facts->efi_system_table_phys = (uintptr_t)l->system;
	facts->efi_vendor_phys = (uintptr_t)l->system->FirmwareVendor;
	facts->efi_config_table_phys = (uintptr_t)l->system->ConfigurationTable;
	facts->efi_config_table_count = l->system->NumberOfTableEntries;
	measure_attributes(l);
	say(l, "  firmware  UEFI %u.%u, Memory Attributes Table: %u entries\n",
	    (uint64_t)l->system->Hdr.Revision >> 16,
	    (uint64_t)(l->system->Hdr.Revision & 0xffff) / 10, l->request.attributes.count);
}
