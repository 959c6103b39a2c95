/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes memory in which the kernel would like to lie. Variants:
 *
 *	home		one page at 2 MB, where the kernel has its home
 *	low		all free memory below 4 GB
 */
#include "hooks.h"

#define HOME_PHYS 0x200000
#define LOW_END	  0x100000000

static UINT8 map[64 * 1024] __attribute__((aligned(8)));

static BOOLEAN take(EFI_PHYSICAL_ADDRESS phys, UINTN pages)
{
	return !EFI_ERROR(
		boot_services->AllocatePages(AllocateAddress, EfiBootServicesData, pages, &phys));
}

static void take_home(void)
{
	if (!take(HOME_PHYS, 1))
		complain("the kernel's home is not free to begin with");
}

static void take_low(void)
{
	UINTN bytes = sizeof(map), key, stride;
	UINT32 version;

	if (EFI_ERROR(boot_services->GetMemoryMap(&bytes, (EFI_MEMORY_DESCRIPTOR *)map, &key,
						  &stride, &version))) {
		complain("the memory map is too large");
		return;
	}
	for (UINTN n = 0; n < bytes / stride; n++) {
		const EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n);

		if (d->Type == EfiConventionalMemory && d->PhysicalStart < LOW_END &&
		    !take(d->PhysicalStart, d->NumberOfPages))
			complain("free memory is not free");
	}
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	launch("occupy", text_is(variant(image), "low") ? take_low : take_home, NULL);
	return finish();
}
