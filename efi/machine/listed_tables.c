/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/listed_tables.h"
#include "lib/arena.h"
#include "machine/firmware_map.h"
#include "machine/tables.h"

#define SIZE_4G KEEL_U64(0x100000000)

/* What the walk needs to know of where it is. */
struct surroundings {
	const struct firmware *fw;
	const struct mm_descriptors *descriptors;
	uint32_t phys_bits;
	bool unaccepted; /* some memory is */
};

/* Where the memory ends that a descriptor has at phys; phys if none has. */
static uint64_t held_end(const struct surroundings *s, uint64_t phys)
{
	const uint64_t count = mm_descriptor_count(s->descriptors);

	for (uint64_t n = 0; n < count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(s->descriptors, n);
		enum mm_note why;

		if (mm_descriptor_is_sound(d, s->phys_bits, &why) && d->phys <= phys &&
		    phys < mm_descriptor_end(d))
			return mm_descriptor_end(d);
	}
	return phys;
}

/*
 * Firmware maps what its memory map has, and in practice all below 4 GB, where old tables lie in no
 * descriptor's range. Page 0 is nobody's: some firmware leaves it out to catch null pointers.
 */
static const void *memory_at(void *context, uint64_t phys, uint64_t bytes)
{
	const struct surroundings *s = context;
	uint64_t held = phys < SIZE_4G ? SIZE_4G : phys;

	if (phys < KEEL_PAGE_SIZE || bytes > UINT64_MAX - phys)
		return NULL;
	if (s->unaccepted && mm_is_unaccepted(s->descriptors, s->phys_bits, phys, phys + bytes))
		return NULL;
	while (held < phys + bytes) {
		const uint64_t end = held_end(s, held);

		if (end == held)
			return NULL;
		held = end;
	}
	return (const void *)phys;
}

static void tell_fault(void *context, enum table_fault fault, const char *name, uint64_t phys,
		       uint64_t value)
{
	const struct surroundings *s = context;

	if (fault < TABLE_CHECKSUM)
		note(s->fw, "firmware's table %s at %x: %s", name, phys, table_fault_text(fault));
	else
		note(s->fw, "firmware's table %s at %x: %s: %u", name, phys,
		     table_fault_text(fault), value);
}

static struct table_roots find_roots(const struct firmware *fw)
{
	struct firmware_tables found;

	firmware_tables_find(fw, &found);
	return (struct table_roots){
		.configuration_phys = found.configuration_phys,
		.configuration_count = found.configuration_count,
		.rsdp_phys = found.rsdp_phys,
		.smbios_phys = found.smbios_phys,
		.smbios3_phys = found.smbios3_phys,
		.esrt_phys = found.esrt_phys,
		.final_events_phys = found.final_events_phys,
	};
}

/* What only the walk needs: the memory map as it is now, and what was found so far. */
static void *lay_out_walk(struct firmware_map *map, struct arena *arena)
{
	map->descriptors.first = arena_take(arena, map->capacity);
	map->attributes_copy = arena_take(arena, map->attributes_capacity);
	return arena_take(arena, table_walk_work_bytes());
}

static EFI_STATUS walk(const struct firmware *fw, uint32_t phys_bits, struct firmware_map *map,
		       struct arena *arena, struct listed_tables *tables)
{
	struct surroundings surroundings = { fw, &map->descriptors, phys_bits, false };
	const struct table_reader reader = { memory_at, tell_fault, &surroundings };
	void *work = lay_out_walk(map, arena);
	const EFI_STATUS status = firmware_map_read(fw, map);

	if (EFI_ERROR(status))
		return status;
	surroundings.unaccepted = mm_is_unaccepted(&map->descriptors, phys_bits, 0, UINT64_MAX);
	tables->roots = find_roots(fw);
	tables->count = table_walk(&reader, &tables->roots, work, tables->pages);
	return status;
}

EFI_STATUS listed_tables_find(const struct firmware *fw, uint32_t phys_bits,
			      struct listed_tables *tables)
{
	const uint64_t list_bytes = TABLE_PAGES_MOST * sizeof(*tables->pages);
	struct arena arena = { 0 };
	struct block block = { 0 };
	struct firmware_map map;
	EFI_STATUS status = firmware_map_measure(fw, &map);

	if (!EFI_ERROR(status))
		status = block_allocate(fw, &tables->block, BYTES_TO_PAGES(list_bytes),
					"the list of the firmware's tables");
	if (EFI_ERROR(status))
		return status;
	tables->pages = block_memory(&tables->block);
	lay_out_walk(&map, &arena);
	status = block_allocate(fw, &block, BYTES_TO_PAGES(arena.bytes),
				"finding the firmware's tables");
	if (EFI_ERROR(status))
		return status;
	arena = (struct arena){ .start = block.phys };
	status = walk(fw, phys_bits, &map, &arena, tables);
	block_free(fw, &block);
	return status;
}

bool listed_tables_hold(const struct listed_tables *tables, uint64_t phys, uint64_t bytes)
{
	uint64_t at = phys;

	if (bytes > UINT64_MAX - phys)
		return false;
	for (uint64_t n = 0; n < tables->count && at < phys + bytes; n++)
		if (at - tables->pages[n].phys < tables->pages[n].bytes)
			at = tables->pages[n].phys + tables->pages[n].bytes;
	return at >= phys + bytes;
}

void listed_tables_review(const struct firmware *fw, const struct listed_tables *tables)
{
	const struct table_roots roots = find_roots(fw);

	if (memcmp(&roots, &tables->roots, sizeof(roots)))
		note(fw,
		     "the configuration table has changed since its tables were listed: a new one may not be mapped");
}

void listed_tables_free(const struct firmware *fw, struct listed_tables *tables)
{
	block_free(fw, &tables->block);
}
