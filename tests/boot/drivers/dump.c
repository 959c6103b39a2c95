/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the memory map that keel.efi has when it first leaves boot services, and the Memory
 * Attributes Table of that moment: lines as in tests/maps, with a word before each.
 */
#include "hooks.h"

static EFI_GET_MEMORY_MAP get_memory_map;
static EFI_EXIT_BOOT_SERVICES exit_boot_services;

static UINT8 last_map[64 * 1024] __attribute__((aligned(8)));
static UINTN last_bytes, last_stride;
static BOOLEAN done;

static EFI_STATUS EFIAPI remember(UINTN *bytes, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
				  UINTN *stride, UINT32 *version)
{
	const EFI_STATUS status = get_memory_map(bytes, map, key, stride, version);

	if (EFI_ERROR(status) || done || *bytes > sizeof(last_map))
		return status;
	memcpy(last_map, map, *bytes);
	last_bytes = *bytes;
	last_stride = *stride;
	return status;
}

static void print_descriptors(const char *word, void *first, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < count; n++) {
		const EFI_MEMORY_DESCRIPTOR *d = descriptor_at(first, stride, n);

		print(word);
		print_number(d->Type, 10);
		print(" ");
		print_number(d->PhysicalStart, 16);
		print(" ");
		print_number(d->NumberOfPages, 10);
		print(" ");
		print_number(d->Attribute, 16);
		print("\n");
	}
}

static EFI_STATUS EFIAPI show(EFI_HANDLE image, UINTN key)
{
	struct memory_attributes *table = configuration_table(&memory_attributes_guid);

	if (last_bytes) {
		print_descriptors("map ", last_map, last_bytes / last_stride, last_stride);
		if (table)
			print_descriptors("attributes ", table + 1, table->count, table->stride);
		print("dump: end\n");
	}
	/* Printing changes the map, so that keel.efi comes back: not again. */
	last_bytes = 0;
	done = TRUE;
	return exit_boot_services(image, key);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	HOOK(boot_services, GetMemoryMap, remember, &get_memory_map);
	HOOK(boot_services, ExitBootServices, show, &exit_boot_services);
	launch("dump", NULL, NULL);
	return finish();
}
