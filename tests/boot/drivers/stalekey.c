/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drivers that allocate when they are told of the exit: the first calls of ExitBootServices change
 * the memory map and fail. Variants:
 *
 *	a number	so many calls, each of which allocates a page
 *	hole		one call, which turns a free page into a reserved one: one table more
 *	filled		one call, which frees a page that was reserved: one table less
 */
#include "hooks.h"

/* In the middle of memory that is free, and of a page of 2 MB. */
#define HOLE_PHYS 0x4105000

static EFI_EXIT_BOOT_SERVICES exit_boot_services;
static EFI_ALLOCATE_TYPE place = AllocateAnyPages;
static EFI_MEMORY_TYPE type = EfiBootServicesData;
static BOOLEAN frees;
static UINTN failures;

static void change_map(void)
{
	EFI_PHYSICAL_ADDRESS phys = HOLE_PHYS;
	const EFI_STATUS status = frees ? boot_services->FreePages(phys, 1)
					: boot_services->AllocatePages(place, type, 1, &phys);

	if (EFI_ERROR(status))
		complain("the memory map could not be changed");
}

static EFI_STATUS EFIAPI stale(EFI_HANDLE image, UINTN key)
{
	if (!failures)
		return exit_boot_services(image, key);
	failures--;
	change_map();
	return EFI_INVALID_PARAMETER;
}

static void prepare(const char *wanted)
{
	failures = 1;
	if (text_is(wanted, "hole") || text_is(wanted, "filled")) {
		place = AllocateAddress;
		type = EfiReservedMemoryType;
		if (text_is(wanted, "filled")) {
			change_map();
			frees = TRUE;
		}
		return;
	}
	for (failures = 0; *wanted >= '0' && *wanted <= '9'; wanted++)
		failures = 10 * failures + (*wanted - '0');
	if (!failures)
		complain("no such variant");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	prepare(variant(image));
	HOOK(boot_services, ExitBootServices, stale, &exit_boot_services);
	launch("stalekey", NULL, NULL);
	return finish();
}
