/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover/set_virtual.h"
#include "handover/fault.h"
#include "lib/crc.h"
#include "space/runtime_map.h"

#define RT_SET_VIRTUAL_ADDRESS_MAP 0x80u /* EFI_RT_SUPPORTED_..., UEFI 2.10, 4.6.2 */

/* The CRC32 of a table's header covers the table with the field itself as zero. */
static bool crc_is_stale(EFI_TABLE_HEADER *header)
{
	const uint32_t stored = header->CRC32;
	uint32_t computed;

	if (header->HeaderSize > KEEL_PAGE_SIZE)
		return true;
	header->CRC32 = 0;
	computed = crc32(0, header, header->HeaderSize);
	header->CRC32 = stored;
	return stored != computed;
}

/* Has every runtime function moved into the EFI region? Two of them are not converted. */
static bool functions_moved(const struct mm_descriptors *map, const EFI_RUNTIME_SERVICES *services)
{
	const uint64_t pointers[] = {
		(uintptr_t)services->GetTime,	    (uintptr_t)services->SetTime,
		(uintptr_t)services->GetWakeupTime, (uintptr_t)services->SetWakeupTime,
		(uintptr_t)services->GetVariable,   (uintptr_t)services->GetNextVariableName,
		(uintptr_t)services->SetVariable,   (uintptr_t)services->GetNextHighMonotonicCount,
		(uintptr_t)services->ResetSystem,
	};

	for (unsigned n = 0; n < sizeof(pointers) / sizeof(pointers[0]); n++)
		if (!runtime_map_find_virt(map, pointers[n]))
			return false;
	return true;
}

/* Success is not believed: some firmware returns it and has converted nothing. */
static bool has_converted(const struct firmware *fw, const struct mm_descriptors *map)
{
	const uint64_t services_virt = (uintptr_t)fw->system->RuntimeServices;
	const struct keel_efi_descriptor *d = runtime_map_find_virt(map, services_virt);

	return d && d->phys + (services_virt - d->virt) == (uintptr_t)fw->runtime &&
	       functions_moved(map, fw->runtime);
}

static EFI_STATUS call_firmware(const struct firmware *fw, const struct space *space,
				struct exit_facts *exit)
{
	const struct mm_descriptors *map = &space->plans.runtime_map;
	const EFI_STATUS status = fault_call(fw->runtime->SetVirtualAddressMap, map->bytes,
					     map->stride, space->firmware_map.version, map->first);

	if (!fault.count)
		return status;
	exit->fault_rip = fault.rip;
	exit->fault_cr2 = fault.cr2;
	exit->fault_vector = fault.vector;
	exit->fault_error = fault.error;
	return EFI_ABORTED;
}

void set_virtual_address_map(const struct firmware *fw, const struct firmware_tables *tables,
			     const struct space *space, struct exit_facts *exit)
{
	exit->system_table_virt = space_virt_of(space, (uintptr_t)fw->system);
	exit->configuration_phys = (uintptr_t)fw->system->ConfigurationTable;
	exit->configuration_count = fw->system->NumberOfTableEntries;
	exit->runtime_state = KEEL_RUNTIME_UNSUPPORTED;
	if (!(tables->runtime_supported & RT_SET_VIRTUAL_ADDRESS_MAP))
		return;
	exit->runtime_status = call_firmware(fw, space, exit);
	exit->runtime_state = KEEL_RUNTIME_FAILED;
	if (EFI_ERROR(exit->runtime_status) || !has_converted(fw, &space->plans.runtime_map))
		return;
	exit->runtime_state = KEEL_RUNTIME_VIRTUAL;
	exit->stale_crc = crc_is_stale(&fw->system->Hdr) || crc_is_stale(&fw->runtime->Hdr);
}
