/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Adds 120 GB of device memory that the firmware wants to keep using at run time, as two windows,
 * each of which would fit into the EFI region alone; then starts keel.efi. The windows are
 * announced through the DXE services (PI 1.7 vol. 2, 7.2 "Global Coherency Domain Services").
 */
#include "launch.h"

#define GB (1ULL << 30)

/* Just as much of EFI_DXE_SERVICES as is used. */
struct dxe_services {
	EFI_TABLE_HEADER header;
	EFI_STATUS(EFIAPI *add_memory_space)
	(UINT32 type, EFI_PHYSICAL_ADDRESS base, UINT64 bytes, UINT64 capabilities);
	void *allocate_memory_space;
	void *free_memory_space;
	void *remove_memory_space;
	void *get_memory_space_descriptor;
	EFI_STATUS(EFIAPI *set_memory_space_attributes)
	(EFI_PHYSICAL_ADDRESS base, UINT64 bytes, UINT64 attributes);
};

#define GCD_MEMORY_MAPPED_IO 3

static const EFI_GUID dxe_services_guid = {
	0x05ad34ba, 0x6f02, 0x4214, { 0x95, 0x2e, 0x4d, 0xa0, 0x39, 0x8e, 0x2b, 0xb9 }
};

static const struct dxe_services *find_dxe_services(void)
{
	const UINT64 *wanted = (const UINT64 *)&dxe_services_guid;

	for (UINTN n = 0; n < system_table->NumberOfTableEntries; n++) {
		const EFI_CONFIGURATION_TABLE *t = system_table->ConfigurationTable + n;
		const UINT64 *guid = (const UINT64 *)&t->VendorGuid;

		if (guid[0] == wanted[0] && guid[1] == wanted[1])
			return t->VendorTable;
	}
	return NULL;
}

static EFI_STATUS add_window(const struct dxe_services *dxe, UINT64 phys, UINT64 bytes)
{
	EFI_STATUS status = dxe->add_memory_space(GCD_MEMORY_MAPPED_IO, phys, bytes,
						  EFI_MEMORY_UC | EFI_MEMORY_RUNTIME);

	if (!EFI_ERROR(status))
		status = dxe->set_memory_space_attributes(phys, bytes, EFI_MEMORY_RUNTIME);
	if (EFI_ERROR(status)) {
		print("bigruntime: the window was refused: ");
		print_number(status, 16);
		print("\n");
	}
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const struct dxe_services *dxe;

	launch_init(image, system);
	dxe = find_dxe_services();
	if (dxe && !EFI_ERROR(add_window(dxe, 128 * GB, 60 * GB)) &&
	    !EFI_ERROR(add_window(dxe, 256 * GB, 60 * GB))) {
		launch("first", NULL, NULL);
		launch("second", NULL, NULL);
	}
	return finish();
}
