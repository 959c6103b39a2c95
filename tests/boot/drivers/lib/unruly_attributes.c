/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Memory Attributes Table (UEFI 2.10, 4.6.4) of the runtime driver unruly.c: as it should be,
 * and as it should not be. See unruly.h.
 */
#include "hooks.h"
#include "unruly.h"

/* gnu-efi has it from 4.0 on. */
#ifndef EFI_MEMORY_RO
#define EFI_MEMORY_RO 0x20000
#endif

/* Where no runtime descriptor lies; behind all entries of the table, so that its order is right. */
#define OUTSIDE_PHYS 0x100000000

/* There is so much more room in a new table than in the firmware's. */
#define SPARE_ENTRIES 5

/* Code of this image: the one section that is executable (PE format, "Section Table"). */
extern const UINT8 ImageBase[], image_code_end[];

static EFI_MEMORY_DESCRIPTOR *entry_at(struct memory_attributes *table, UINTN n)
{
	return descriptor_at(table + 1, table->stride, n);
}

static void add_entry(struct memory_attributes *table, const EFI_MEMORY_DESCRIPTOR *like,
		      UINT64 start, UINT64 end, UINT64 attribute)
{
	EFI_MEMORY_DESCRIPTOR *e = entry_at(table, table->count);

	if (start == end)
		return;
	memcpy(e, like, table->stride);
	e->PhysicalStart = start;
	e->NumberOfPages = (end - start) / EFI_PAGE_SIZE;
	e->Attribute = EFI_MEMORY_RUNTIME | attribute;
	table->count++;
}

/*
 * OVMF of 2022 sorts its list of images wrongly when one comes that lies below the others, and then
 * tells of none of its code. This is what the table should have been. Returns the number of the
 * entry that has the code of this image.
 */
static UINTN copy_entries(struct memory_attributes *table, struct memory_attributes *old,
			  const UINT8 *image, UINTN bytes)
{
	const UINT64 start = (UINT64)image, code = start + EFI_PAGE_SIZE;
	const UINT64 data = start + (image_code_end - ImageBase), end = start + bytes;
	UINTN own = 0;

	for (UINTN n = 0; n < old->count; n++) {
		const EFI_MEMORY_DESCRIPTOR *e = entry_at(old, n);
		const UINT64 e_end = e->PhysicalStart + e->NumberOfPages * EFI_PAGE_SIZE;

		if (start < e->PhysicalStart || start >= e_end) {
			add_entry(table, e, e->PhysicalStart, e_end,
				  e->Attribute & ~(UINT64)EFI_MEMORY_RUNTIME);
			continue;
		}
		add_entry(table, e, e->PhysicalStart, code, EFI_MEMORY_XP);
		own = table->count;
		add_entry(table, e, code, data, EFI_MEMORY_RO);
		add_entry(table, e, data, end, EFI_MEMORY_XP);
		add_entry(table, e, end, e_end, e->Attribute & ~(UINT64)EFI_MEMORY_RUNTIME);
	}
	return own;
}

/* One more, like the last one. */
static EFI_MEMORY_DESCRIPTOR *one_more(struct memory_attributes *table)
{
	const EFI_MEMORY_DESCRIPTOR *last = entry_at(table, table->count - 1);

	return memcpy(entry_at(table, table->count++), last, table->stride);
}

static void swap_first_two(struct memory_attributes *table)
{
	EFI_MEMORY_DESCRIPTOR *first = entry_at(table, 0), *second = entry_at(table, 1);
	const EFI_MEMORY_DESCRIPTOR kept = *first;

	*first = *second;
	*second = kept;
}

static void remove_entry(struct memory_attributes *table, UINTN removed)
{
	table->count--;
	for (UINTN n = removed; n < table->count; n++)
		memcpy(entry_at(table, n), entry_at(table, n + 1), table->stride);
}

/* own: the entry of this image's code; the one before it has this image's headers. */
static void spoil(struct memory_attributes *table, UINTN own)
{
	switch (state.deed) {
	case MAT_EMPTY:
		table->count = 0;
		break;
	case MAT_STRIDE:
		table->stride -= 4;
		break;
	case MAT_UNALIGNED:
		one_more(table)->PhysicalStart += 0x10;
		break;
	case MAT_NO_PAGES:
		one_more(table)->NumberOfPages = 0;
		break;
	case MAT_UNSORTED:
		swap_first_two(table);
		break;
	case MAT_OVERLAPS:
		one_more(table);
		break;
	case MAT_OUTSIDE:
		one_more(table)->PhysicalStart = OUTSIDE_PHYS;
		break;
	case MAT_OTHER_TYPE:
		one_more(table)->Type = EfiBootServicesData;
		entry_at(table, table->count - 1)->PhysicalStart = OUTSIDE_PHYS;
		break;
	case MAT_NO_RIGHTS:
		entry_at(table, own)->Attribute = EFI_MEMORY_RUNTIME;
		break;
	case MAT_LEAVES_OUT:
		remove_entry(table, own - 1);
		break;
	default:
		return;
	}
	state.hits++;
}

void attributes_publish(void)
{
	struct memory_attributes *old = configuration_table(&memory_attributes_guid), *table;
	const UINTN room = sizeof(*old) + (old->count + SPARE_ENTRIES) * old->stride;
	EFI_GUID guid = memory_attributes_guid;

	if (EFI_ERROR(boot_services->AllocatePool(EfiBootServicesData, room, (void **)&table)))
		return complain("no memory for a table");
	*table = *old;
	table->count = 0;
	spoil(table, copy_entries(table, old, state.loaded->ImageBase, state.loaded->ImageSize));
	if (state.deed == MAT_ABSENT) {
		table = NULL;
		state.hits++;
	}
	boot_services->InstallConfigurationTable(&guid, table);
}
