/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's memory map is odd, as those of real boards are. Variants:
 *
 *	no-runtime-bit	runtime services memory does not have the RUNTIME bit
 *	reversed	the descriptors come in descending order
 *	corrupt		four that are no good follow: no pages, past 2^64, unaligned, of type 99
 *	oem-types	memory of types of an OEM's, and reserved memory, with the RUNTIME bit,
 *			some of it without write-back; and memory of a type of an OS loader's
 *	overlap		a reserved range lies in the middle of free memory
 *	unaccepted	unaccepted memory with the RUNTIME bit lies there
 *	split		runtime code is cut where the Memory Attributes Table changes its rights,
 *			and the descriptors come in descending order
 *	split-types	the same, and what is not to be executed is runtime data there
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

/* UEFI 2.10, 7.2, which gnu-efi's headers do not have yet. */
#define UNACCEPTED_TYPE 15

static const EFI_MEMORY_DESCRIPTOR unaccepted[] = {
	{ UNACCEPTED_TYPE, 0, FREE_PHYS, 0, 3, WRITE_BACK | EFI_MEMORY_RUNTIME },
};

/* UEFI 2.10, 7.2.1 */
#define OEM_TYPE	0x70000000
#define OEM_DEVICE_TYPE 0x7fffffff
#define OS_LOADER_TYPE	0x80000001

static EFI_GET_MEMORY_MAP get_memory_map;
static struct memory_attributes *attributes; /* the firmware's, or a copy with other types */
static UINTN spare;			     /* descriptors that the change may add */
/* Returns how many there are afterwards. */
static UINTN (*change)(void *map, UINTN count, UINTN stride);

static UINTN clear_runtime_bit(void *map, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < count; n++) {
		EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n);

		if (d->Type == EfiRuntimeServicesCode || d->Type == EfiRuntimeServicesData)
			d->Attribute &= ~EFI_MEMORY_RUNTIME;
	}
	return count;
}

static UINT64 end_of(const EFI_MEMORY_DESCRIPTOR *d)
{
	return d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;
}

static EFI_PHYSICAL_ADDRESS reserved_page;

static UINTN set_runtime_bit(void *map, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < count; n++) {
		EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n);

		if (d->Type == OEM_TYPE ||
		    (d->PhysicalStart <= reserved_page && reserved_page < end_of(d)))
			d->Attribute |= EFI_MEMORY_RUNTIME;
		if (d->Type == OEM_DEVICE_TYPE)
			d->Attribute = EFI_MEMORY_RUNTIME | EFI_MEMORY_UC;
	}
	return count;
}

/* The firmware knows these types; that it lets nobody set the bit is what the change is for. */
static void prepare_oem_types(void)
{
	static const UINT32 types[] = { OEM_TYPE, OEM_DEVICE_TYPE, OS_LOADER_TYPE,
					EfiReservedMemoryType };

	for (UINTN n = 0; n < sizeof(types) / sizeof(types[0]); n++)
		if (EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, types[n], 3,
							   &reserved_page)))
			complain("no memory of such a type");
	change = set_runtime_bit;
}

static UINTN reverse(void *map, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < count / 2; n++) {
		EFI_MEMORY_DESCRIPTOR *a = descriptor_at(map, stride, n);
		EFI_MEMORY_DESCRIPTOR *b = descriptor_at(map, stride, count - 1 - n);
		const EFI_MEMORY_DESCRIPTOR held = *a;

		*a = *b;
		*b = held;
	}
	return count;
}

static UINTN add(void *map, UINTN count, UINTN stride, const EFI_MEMORY_DESCRIPTOR *more,
		 UINTN more_count)
{
	for (UINTN n = 0; n < more_count; n++)
		*descriptor_at(map, stride, count + n) = more[n];
	return count + more_count;
}

static UINTN add_corrupt(void *map, UINTN count, UINTN stride)
{
	return add(map, count, stride, corrupt, sizeof(corrupt) / sizeof(corrupt[0]));
}

static UINTN add_overlap(void *map, UINTN count, UINTN stride)
{
	return add(map, count, stride, overlap, sizeof(overlap) / sizeof(overlap[0]));
}

static UINTN add_unaccepted(void *map, UINTN count, UINTN stride)
{
	return add(map, count, stride, unaccepted, sizeof(unaccepted) / sizeof(unaccepted[0]));
}

/* What lies above that address of runtime code becomes a descriptor of its own, the last one. */
static UINTN cut(void *map, UINTN count, UINTN stride, UINT64 phys)
{
	for (UINTN n = 0; n < count; n++) {
		EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n);
		EFI_MEMORY_DESCRIPTOR *upper = descriptor_at(map, stride, count);

		if (d->Type != EfiRuntimeServicesCode || phys <= d->PhysicalStart ||
		    phys >= end_of(d))
			continue;
		*upper = *d;
		upper->PhysicalStart = phys;
		upper->NumberOfPages = (end_of(d) - phys) / EFI_PAGE_SIZE;
		d->NumberOfPages -= upper->NumberOfPages;
		return count + 1;
	}
	return count;
}

/* Its pieces have the types of the entries that they are. */
static void set_types(void *map, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < count * attributes->count; n++) {
		const EFI_MEMORY_DESCRIPTOR *entry =
			descriptor_at(attributes + 1, attributes->stride, n % attributes->count);
		EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n / attributes->count);

		if (d->Type == EfiRuntimeServicesCode && d->PhysicalStart == entry->PhysicalStart)
			d->Type = entry->Type;
	}
}

/* Cut from low to high, so that the last pieces are the highest. */
static UINTN split(void *map, UINTN count, UINTN stride)
{
	for (UINTN n = 0; n < attributes->count; n++) {
		const EFI_MEMORY_DESCRIPTOR *entry =
			descriptor_at(attributes + 1, attributes->stride, n);

		count = cut(map, count, stride, entry->PhysicalStart);
		count = cut(map, count, stride, end_of(entry));
	}
	set_types(map, count, stride);
	return reverse(map, count, stride);
}

/* Entries that are not to be executed become data, as UEFI 2.5's Properties Table had it. */
static void change_types(void)
{
	static EFI_GUID guid;
	const struct memory_attributes *old = attributes;
	const UINTN bytes = sizeof(*old) + (UINTN)old->count * old->stride;

	guid = memory_attributes_guid;
	if (EFI_ERROR(boot_services->AllocatePool(EfiBootServicesData, bytes,
						  (void **)&attributes))) {
		complain("no memory");
		return;
	}
	memcpy(attributes, old, bytes);
	for (UINTN n = 0; n < old->count; n++) {
		EFI_MEMORY_DESCRIPTOR *entry = descriptor_at(attributes + 1, old->stride, n);

		if (entry->Attribute & EFI_MEMORY_XP)
			entry->Type = EfiRuntimeServicesData;
	}
	boot_services->InstallConfigurationTable(&guid, attributes);
}

static EFI_STATUS EFIAPI odd_memory_map(UINTN *bytes, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
					UINTN *stride, UINT32 *version)
{
	const UINTN room = *bytes;
	const EFI_STATUS status = get_memory_map(bytes, map, key, stride, version);
	const UINTN count = *bytes / *stride;

	if (status == EFI_SUCCESS || status == EFI_BUFFER_TOO_SMALL)
		*bytes += spare * *stride;
	if (status != EFI_SUCCESS)
		return status;
	if (*bytes > room)
		return EFI_BUFFER_TOO_SMALL;
	if (change)
		*bytes = change(map, count, *stride) * *stride;
	return EFI_SUCCESS;
}

static void prepare_split(BOOLEAN by_type)
{
	attributes = configuration_table(&memory_attributes_guid);
	if (!attributes) {
		complain("the firmware has no Memory Attributes Table");
		return;
	}
	if (by_type)
		change_types();
	spare = 2 * attributes->count;
	change = split;
}

static void prepare(const char *wanted)
{
	if (text_is(wanted, "no-runtime-bit")) {
		change = clear_runtime_bit;
	} else if (text_is(wanted, "reversed")) {
		change = reverse;
	} else if (text_is(wanted, "corrupt")) {
		change = add_corrupt;
		spare = sizeof(corrupt) / sizeof(corrupt[0]);
	} else if (text_is(wanted, "overlap")) {
		change = add_overlap;
		spare = sizeof(overlap) / sizeof(overlap[0]);
	} else if (text_is(wanted, "unaccepted")) {
		change = add_unaccepted;
		spare = sizeof(unaccepted) / sizeof(unaccepted[0]);
	} else if (text_is(wanted, "oem-types")) {
		prepare_oem_types();
	} else if (text_is(wanted, "split") || text_is(wanted, "split-types")) {
		prepare_split(text_is(wanted, "split-types"));
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
