/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/firmware_map.h"
#include "machine/tables.h"

/* Descriptors that the map may gain until the end: allocations, and drivers' exit callbacks. */
#define SPARE_DESCRIPTORS 64
#define SPARE_ATTRIBUTES  64 /* entries that the Memory Attributes Table may gain */
#define ATTRIBUTE_BYTES	  48 /* of an entry, should there be no table yet */

EFI_STATUS firmware_map_measure(const struct firmware *fw, struct firmware_map *map)
{
	UINTN bytes = 0;
	UINTN key;
	UINTN stride = 0;
	UINT32 version;
	const EFI_STATUS status = fw->boot->GetMemoryMap(&bytes, NULL, &key, &stride, &version);
	const struct memory_attributes_table *table;
	uint64_t attribute_bytes = ATTRIBUTE_BYTES;

	if (status != EFI_BUFFER_TOO_SMALL || stride < sizeof(struct keel_efi_descriptor))
		return fail(fw, EFI_DEVICE_ERROR,
			    "GetMemoryMap gives %p and a descriptor size of %u when asked for its "
			    "size; EFI_BUFFER_TOO_SMALL and at least 40 were expected",
			    (uint64_t)status, (uint64_t)stride);
	*map = (struct firmware_map){ .capacity = bytes + SPARE_DESCRIPTORS * stride };
	map->descriptors.bytes = map->capacity;
	map->descriptors.stride = stride;
	table = firmware_attributes(fw, &map->attributes_capacity);
	if (table && table->descriptor_size)
		attribute_bytes = table->descriptor_size;
	map->attributes.count = SPARE_ATTRIBUTES + (table ? table->entries : 0);
	map->attributes_capacity += SPARE_ATTRIBUTES * attribute_bytes;
	return EFI_SUCCESS;
}

/* False if the table has outgrown its copy. */
static bool copy_attributes(const struct firmware *fw, struct firmware_map *map)
{
	uint64_t bytes;
	const struct memory_attributes_table *table = firmware_attributes(fw, &bytes);

	map->attributes_changed = bytes != map->attributes_bytes;
	map->attributes_bytes = bytes;
	map->attributes = (struct mm_memory_attributes){ 0 };
	if (bytes > map->attributes_capacity)
		return false;
	if (!table)
		return true;
	if (memcmp(map->attributes_copy, table, bytes))
		map->attributes_changed = true;
	memcpy(map->attributes_copy, table, bytes);
	map->attributes.entries = (const char *)map->attributes_copy + sizeof(*table);
	map->attributes.count = table->entries;
	map->attributes.stride = table->descriptor_size;
	return true;
}

EFI_STATUS firmware_map_read(const struct firmware *fw, struct firmware_map *map)
{
	UINTN bytes = map->capacity;
	UINTN key;
	UINTN stride;
	const EFI_STATUS status = fw->boot->GetMemoryMap(&bytes, map->descriptors.first, &key,
							 &stride, &map->version);

	if (EFI_ERROR(status))
		return fail(fw, status,
			    "GetMemoryMap: the map takes %u bytes, there is room for %u",
			    (uint64_t)bytes, map->capacity);
	map->key = key;
	map->descriptors.bytes = bytes;
	map->descriptors.stride = stride;
	if (!copy_attributes(fw, map))
		return fail(fw, EFI_BUFFER_TOO_SMALL,
			    "the Memory Attributes Table grew to %u bytes, there is room for %u",
			    map->attributes_bytes, map->attributes_capacity);
	return EFI_SUCCESS;
}
