/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that OVMF does not report by itself, as DIMMs that QEMU adds: this driver says through the
 * DXE services (PI 1.7, volume 2, 7.2.2.1) that it is there. Persistent memory lies at 4 GB, memory
 * for a specific purpose 256 MB further on, and behind a hole persistent memory again. One variant:
 * none.
 */
#include "hooks.h"

#define DXE_ADD_MEMORY_SPACE 24 /* offset of AddMemorySpace: the first after the header */
#define GCD_SYSTEM_MEMORY    2
#define GCD_PERSISTENT	     4
#define MB		     (1ULL << 20)
#define GB		     (1ULL << 30)
#define CACHEABLE	     (EFI_MEMORY_UC | EFI_MEMORY_WC | EFI_MEMORY_WT | EFI_MEMORY_WB)
#define NON_VOLATILE	     0x8000
#define SPECIFIC_PURPOSE     0x40000

typedef EFI_STATUS(EFIAPI *add_memory_space)(UINTN type, EFI_PHYSICAL_ADDRESS start, UINT64 bytes,
					     UINT64 capabilities);

static const EFI_GUID dxe_services_guid = {
	0x05ad34ba, 0x6f02, 0x4214, { 0x95, 0x2e, 0x4d, 0xa0, 0x39, 0x8e, 0x2b, 0xb9 }
};

static const struct {
	UINTN type;
	UINT64 start;
	UINT64 bytes;
	UINT64 capabilities;
} ranges[] = {
	{ GCD_PERSISTENT, 4 * GB, 256 * MB, CACHEABLE | NON_VOLATILE },
	{ GCD_SYSTEM_MEMORY, 4 * GB + 256 * MB, 256 * MB, CACHEABLE | SPECIFIC_PURPOSE },
	{ GCD_PERSISTENT, 6 * GB, 256 * MB, CACHEABLE | NON_VOLATILE },
};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const UINT8 *services;

	launch_init(image, system);
	services = configuration_table(&dxe_services_guid);
	if (!services)
		complain("there are no DXE services");
	for (UINTN n = 0; services && n < sizeof(ranges) / sizeof(ranges[0]); n++)
		if (EFI_ERROR((*(const add_memory_space *)(services + DXE_ADD_MEMORY_SPACE))(
			    ranges[n].type, ranges[n].start, ranges[n].bytes,
			    ranges[n].capabilities)))
			complain("AddMemorySpace refuses");
	launch("addmemory", NULL, NULL);
	return finish();
}
