/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's memory map is odd, as those of real boards are. Variants:
 *
 *	no-runtime-bit	runtime services memory does not have the RUNTIME bit
 *	reversed	the descriptors come in descending order
 *	corrupt		four that are no good follow: no pages, past 2^64, unaligned, of type 99
 *	overlap		a reserved range lies in the middle of free memory
 */
#include "hooks.h"

/* In the middle of memory that is free. */
#define FREE_PHYS 0x4105000

#define WRITE_BACK EFI_MEMORY_WB

static const EFI_MEMORY_DESCRIPTOR corrupt[] = {
	{ EfiReservedMemoryType, 0, 0x1000, 0, 0, WRITE_BACK },
	{ EfiConventionalMemory, 0, 0xfffffffffffff000, 0, 2, WRITE_BACK },
	{ EfiRuntimeServicesData, 0, FREE_PHYS + 0x10, 0, 1, WRITE_BACK | EFI_MEMORY_RUNTIME },
	{ 99, 0, FREE_PHYS, 0, 1, WRITE_BACK },
};

static const EFI_MEMORY_DESCRIPTOR overlap[] = {
	{ EfiReservedMemoryType, 0, FREE_PHYS, 0, 3, WRITE_BACK },
};

static EFI_GET_MEMORY_MAP get_memory_map;
static const EFI_MEMORY_DESCRIPTOR *added;
static UINTN added_count;
static void (*change)(void *map, UINTN count, UINTN stride);

static void clear_runtime_bit(void *map, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < count; n++) {
		EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n);

		if (d->Type == EfiRuntimeServicesCode || d->Type == EfiRuntimeServicesData)
			d->Attribute &= ~EFI_MEMORY_RUNTIME;
	}
}

static void reverse(void *map, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < count / 2; n++) {
		EFI_MEMORY_DESCRIPTOR *a = descriptor_at(map, stride, n);
		EFI_MEMORY_DESCRIPTOR *b = descriptor_at(map, stride, count - 1 - n);
		const EFI_MEMORY_DESCRIPTOR held = *a;

		*a = *b;
		*b = held;
	}
}

static EFI_STATUS EFIAPI odd_memory_map(UINTN *bytes, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
					UINTN *stride, UINT32 *version)
{
	const UINTN room = *bytes;
	const EFI_STATUS status = get_memory_map(bytes, map, key, stride, version);
	const UINTN count = *bytes / *stride;

	if (status == EFI_SUCCESS || status == EFI_BUFFER_TOO_SMALL)
		*bytes += added_count * *stride;
	if (status != EFI_SUCCESS)
		return status;
	if (*bytes > room)
		return EFI_BUFFER_TOO_SMALL;
	for (UINTN n = 0; n < added_count; n++)
		*descriptor_at(map, *stride, count + n) = added[n];
	if (change)
		change(map, count, *stride);
	return EFI_SUCCESS;
}

static void prepare(const char *wanted)
{
	if (text_is(wanted, "no-runtime-bit")) {
		change = clear_runtime_bit;
	} else if (text_is(wanted, "reversed")) {
		change = reverse;
	} else if (text_is(wanted, "corrupt")) {
		added = corrupt;
		added_count = sizeof(corrupt) / sizeof(corrupt[0]);
	} else if (text_is(wanted, "overlap")) {
		added = overlap;
		added_count = sizeof(overlap) / sizeof(overlap[0]);
	} else {
		complain("no such variant");
	}
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	prepare(variant(image));
	HOOK(boot_services, GetMemoryMap, odd_memory_map, &get_memory_map);
	launch("oddmap", NULL, NULL);
	return finish();
}
