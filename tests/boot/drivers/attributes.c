/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Memory Attributes Table is missing, or makes no sense. Variants:
 *
 *	absent		there is none
 *	outside		the first entry is moved out of every runtime descriptor
 *	unsorted	the first two entries have changed places
 *	endless		it has more entries than there is memory for
 */
#include "hooks.h"

#define CONVENTIONAL_PHYS 0x100000 /* below all of the table's entries: order stays right */

/* InstallConfigurationTable wants one that it could write to. */
static EFI_GUID guid;

static void spoil(struct memory_attributes *table, const char *wanted)
{
	EFI_MEMORY_DESCRIPTOR *first = descriptor_at(table + 1, table->stride, 0);
	EFI_MEMORY_DESCRIPTOR *second = descriptor_at(table + 1, table->stride, 1);
	const EFI_MEMORY_DESCRIPTOR entry = *first;

	if (text_is(wanted, "outside")) {
		first->PhysicalStart = CONVENTIONAL_PHYS;
	} else if (text_is(wanted, "unsorted")) {
		*first = *second;
		*second = entry;
	} else if (text_is(wanted, "endless")) {
		table->count = ~0U;
	} else {
		complain("no such variant");
	}
}

/* In a copy of the table: what the firmware keeps for itself stays as it is. */
static void replace(const struct memory_attributes *old, const char *wanted)
{
	const UINTN bytes = sizeof(*old) + (UINTN)old->count * old->stride;
	struct memory_attributes *table;

	if (EFI_ERROR(boot_services->AllocatePool(EfiBootServicesData, bytes, (void **)&table))) {
		complain("no memory");
		return;
	}
	memcpy(table, old, bytes);
	spoil(table, wanted);
	boot_services->InstallConfigurationTable(&guid, table);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const struct memory_attributes *table;
	const char *wanted;

	launch_init(image, system);
	guid = memory_attributes_guid;
	table = configuration_table(&guid);
	wanted = variant(image);
	if (!table)
		complain("the firmware has no Memory Attributes Table to begin with");
	else if (text_is(wanted, "absent"))
		boot_services->InstallConfigurationTable(&guid, NULL);
	else
		replace(table, wanted);
	launch("attributes", NULL, NULL);
	return finish();
}
