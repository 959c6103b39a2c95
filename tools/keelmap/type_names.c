/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of memory types, as Linux and as the UEFI shell print them. */
#include <string.h>
#include <strings.h>
#include "parse_line.h"

struct type_name {
	const char *name;
	uint32_t type;
};

static bool find_type(const struct type_name *names, size_t count, const char *name, size_t length,
		      uint32_t *type)
{
	for (size_t n = 0; n < count; n++)
		if (strlen(names[n].name) == length && !strncasecmp(names[n].name, name, length)) {
			*type = names[n].type;
			return true;
		}
	return false;
}

/* Longer names until Linux 4.7, shorter ones since. */
bool linux_type(const char *name, size_t length, uint32_t *type)
{
	static const struct type_name names[] = {
		{ "Reserved", KEEL_MEMORY_TYPE_RESERVED },
		{ "Loader Code", KEEL_MEMORY_TYPE_LOADER_CODE },
		{ "Loader Data", KEEL_MEMORY_TYPE_LOADER_DATA },
		{ "Boot Code", KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE },
		{ "Boot Data", KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA },
		{ "Runtime Code", KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE },
		{ "Runtime Data", KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA },
		{ "Conventional Memory", KEEL_MEMORY_TYPE_CONVENTIONAL },
		{ "Conventional", KEEL_MEMORY_TYPE_CONVENTIONAL },
		{ "Unusable Memory", KEEL_MEMORY_TYPE_UNUSABLE },
		{ "Unusable", KEEL_MEMORY_TYPE_UNUSABLE },
		{ "ACPI Reclaim Memory", KEEL_MEMORY_TYPE_ACPI_RECLAIM },
		{ "ACPI Reclaim", KEEL_MEMORY_TYPE_ACPI_RECLAIM },
		{ "ACPI Memory NVS", KEEL_MEMORY_TYPE_ACPI_NVS },
		{ "ACPI Mem NVS", KEEL_MEMORY_TYPE_ACPI_NVS },
		{ "ACPI NVS", KEEL_MEMORY_TYPE_ACPI_NVS },
		{ "Memory Mapped I/O", KEEL_MEMORY_TYPE_MMIO },
		{ "MMIO", KEEL_MEMORY_TYPE_MMIO },
		{ "Memory Mapped I/O Port Space", KEEL_MEMORY_TYPE_MMIO_PORT },
		{ "MMIO Port Space", KEEL_MEMORY_TYPE_MMIO_PORT },
		{ "MMIO Port", KEEL_MEMORY_TYPE_MMIO_PORT },
		{ "PAL Code", KEEL_MEMORY_TYPE_PAL_CODE },
		{ "Persistent Memory", KEEL_MEMORY_TYPE_PERSISTENT },
		{ "Persistent", KEEL_MEMORY_TYPE_PERSISTENT },
		{ "Unaccepted Memory", KEEL_MEMORY_TYPE_UNACCEPTED },
		{ "Unaccepted", KEEL_MEMORY_TYPE_UNACCEPTED },
	};

	return find_type(names, sizeof(names) / sizeof(names[0]), name, length, type);
}

/* As edk2's shell 2 prints them, and after these the other names of the EFI shell 1.0. */
bool shell_type(const char *name, size_t length, uint32_t *type)
{
	static const struct type_name names[] = {
		{ "Reserved", KEEL_MEMORY_TYPE_RESERVED },
		{ "LoaderCode", KEEL_MEMORY_TYPE_LOADER_CODE },
		{ "LoaderData", KEEL_MEMORY_TYPE_LOADER_DATA },
		{ "BS_Code", KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE },
		{ "BS_Data", KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA },
		{ "RT_Code", KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE },
		{ "RT_Data", KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA },
		{ "Available", KEEL_MEMORY_TYPE_CONVENTIONAL },
		{ "Unusable", KEEL_MEMORY_TYPE_UNUSABLE },
		{ "ACPI_Recl", KEEL_MEMORY_TYPE_ACPI_RECLAIM },
		{ "ACPI_NVS", KEEL_MEMORY_TYPE_ACPI_NVS },
		{ "MMIO", KEEL_MEMORY_TYPE_MMIO },
		{ "MMIO_Port", KEEL_MEMORY_TYPE_MMIO_PORT },
		{ "PalCode", KEEL_MEMORY_TYPE_PAL_CODE },
		{ "Persistent", KEEL_MEMORY_TYPE_PERSISTENT },
		{ "Unaccepted", KEEL_MEMORY_TYPE_UNACCEPTED },
		{ "MemMapIO", KEEL_MEMORY_TYPE_MMIO },
		{ "MemPortIO", KEEL_MEMORY_TYPE_MMIO_PORT },
		{ "PAL_code", KEEL_MEMORY_TYPE_PAL_CODE },
	};

	return find_type(names, sizeof(names) / sizeof(names[0]), name, length, type);
}
