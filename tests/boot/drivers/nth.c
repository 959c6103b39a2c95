/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts keel.efi again and again. In the first try its first allocation fails, in the second its
 * second one, and so on until it boots; each is tried twice, because in a first try the firmware
 * may set something aside for itself. Only keel.efi's own allocations count: what the firmware
 * allocates on its behalf is the firmware's business. Nor do those count that it can do without: a
 * certain place, or one below 4 GB.
 */
#include "hooks.h"

#define MAX_TRIES 100
#define SIZE_4G	  0x100000000

static EFI_ALLOCATE_PAGES allocate_pages;
static EFI_ALLOCATE_POOL allocate_pool;
static UINTN calls_left;

/*
 * Whether the call that returns to this address is one of keel.efi's, and the one that is to fail.
 */
static BOOLEAN fails(const void *caller)
{
	const UINTN offset = (const UINT8 *)caller - (const UINT8 *)launched->ImageBase;

	return offset < launched->ImageSize && --calls_left == 0;
}

static EFI_STATUS EFIAPI failing_pages(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory, UINTN pages,
				       EFI_PHYSICAL_ADDRESS *phys)
{
	const BOOLEAN anywhere =
		type == AllocateAnyPages || (type == AllocateMaxAddress && *phys >= SIZE_4G);

	if (anywhere && fails(__builtin_return_address(0)))
		return EFI_OUT_OF_RESOURCES;
	return allocate_pages(type, memory, pages, phys);
}

static EFI_STATUS EFIAPI failing_pool(EFI_MEMORY_TYPE memory, UINTN bytes, void **buffer)
{
	if (fails(__builtin_return_address(0)))
		return EFI_OUT_OF_RESOURCES;
	return allocate_pool(memory, bytes, buffer);
}

static void hook(void)
{
	HOOK(boot_services, AllocatePages, failing_pages, &allocate_pages);
	HOOK(boot_services, AllocatePool, failing_pool, &allocate_pool);
}

static void unhook(void)
{
	EFI_ALLOCATE_PAGES pages;
	EFI_ALLOCATE_POOL pool;

	HOOK(boot_services, AllocatePages, allocate_pages, &pages);
	HOOK(boot_services, AllocatePool, allocate_pool, &pool);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	for (UINTN n = 2; n < 2 * MAX_TRIES; n++) {
		calls_left = n / 2;
		launch(n % 2 ? "second" : "first", hook, unhook);
	}
	return finish();
}
