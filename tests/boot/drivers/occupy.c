/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes memory in which the kernel would like to lie. Variants:
 *
 *	home		one page at 2 MB, where the kernel has its home
 *	low		all free memory below 4 GB
 *	take N		one page at N MB; it may be taken already
 *	vacate N	the opposite: the MB from there on is made free. Boot services lie in it,
 *			but what this firmware has there is only needed to start it
 *	nothing		none
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

#define MB	      (1 << 20)
#define FIRMWARE_PAGE 4096

static UINTN number_in(const char *text)
{
	UINTN number = 0;

	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			number = 10 * number + (*text - '0');
	return number;
}

static UINTN place;

static void take_place(void)
{
	take(place * MB, 1);
}

static void vacate_place(void)
{
	boot_services->FreePages(place * MB, MB / FIRMWARE_PAGE);
	if (!take(place * MB, MB / FIRMWARE_PAGE) ||
	    EFI_ERROR(boot_services->FreePages(place * MB, MB / FIRMWARE_PAGE)))
		complain("the place cannot be made free");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const char *what;

	launch_init(image, system);
	what = variant(image);
	place = number_in(what);
	if (what[0] == 'n')
		launch("nothing", NULL, NULL);
	else if (what[0] == 't')
		launch("take", take_place, NULL);
	else if (what[0] == 'v')
		launch("vacate", vacate_place, NULL);
	else
		launch("occupy", text_is(what, "low") ? take_low : take_home, NULL);
	return finish();
}
