/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map as Linux wants it. What Keel hands over is memory like any other: the parts of it
 * that are still in use Linux knows from boot_params.
 */
#include "linux.h"

/* Of the firmware's types; all others are reserved. */
static const uint8_t type_of[KEEL_MEMORY_TYPE_UEFI_COUNT] = {
	[KEEL_MEMORY_TYPE_LOADER_CODE] = E820_RAM,
	[KEEL_MEMORY_TYPE_LOADER_DATA] = E820_RAM,
	[KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE] = E820_RAM,
	[KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA] = E820_RAM,
	[KEEL_MEMORY_TYPE_CONVENTIONAL] = E820_RAM,
	[KEEL_MEMORY_TYPE_UNUSABLE] = E820_UNUSABLE,
	[KEEL_MEMORY_TYPE_ACPI_RECLAIM] = E820_ACPI,
	[KEEL_MEMORY_TYPE_ACPI_NVS] = E820_NVS,
	[KEEL_MEMORY_TYPE_PERSISTENT] = E820_PMEM,
};

struct e820 {
	struct e820_entry *entries;
	uint64_t count;
	const struct piece *kept; /* as many as the configuration table has entries */
};

static uint32_t e820_type(const struct keel_memory_range *r)
{
	const bool keels =
		r->type >= KEEL_MEMORY_TYPE_KERNEL && r->type < KEEL_MEMORY_TYPE_FIRMWARE_TABLE;
	const bool uefis = r->type < KEEL_MEMORY_TYPE_UEFI_COUNT && type_of[r->type];
	const uint32_t type = keels ? E820_RAM : uefis ? type_of[r->type] : E820_RESERVED;

	if (type != E820_RAM)
		return type;
	if (r->attribute & KEEL_EFI_MEMORY_RUNTIME || !(r->attribute & KEEL_EFI_MEMORY_WB))
		return E820_RESERVED;
	return r->attribute & KEEL_EFI_MEMORY_SP ? E820_SOFT_RESERVED : E820_RAM;
}

static void add(struct e820 *map, uint64_t phys, uint64_t end, uint32_t type)
{
	struct e820_entry *last = map->entries + map->count - 1;

	if (phys == end)
		return;
	if (map->count && last->addr + last->size == phys && last->type == type)
		last->size += end - phys;
	else
		map->entries[map->count++] = (struct e820_entry){ phys, end - phys, type };
}

/* Memory, without what has to be kept of it. */
static void add_memory(struct e820 *map, uint64_t phys, uint64_t end)
{
	for (uint64_t n = 0; n < boot->efi_config_table_count; n++) {
		const struct piece *kept = map->kept + n;
		const uint64_t kept_end = kept->phys + kept->bytes;
		const uint64_t from = kept->phys > phys ? kept->phys : phys;
		const uint64_t to = kept_end < end ? kept_end : end;

		if (from >= to)
			continue;
		add_memory(map, phys, from);
		add(map, from, to, E820_RESERVED);
		add_memory(map, to, end);
		return;
	}
	add(map, phys, end, E820_RAM);
}

void e820_fill(struct boot_params *params)
{
	/* Both ends of a piece that is kept may cut a range in two. */
	const uint64_t most = boot->memory_range_count + 2 * boot->efi_config_table_count;
	const struct keel_memory_range *end = boot->memory_ranges + boot->memory_range_count;
	struct e820 map = { pages_take(most * sizeof(struct e820_entry)), 0, efi_kept() };
	uint64_t rest_bytes;
	struct setup_data *rest;

	for (const struct keel_memory_range *r = boot->memory_ranges; r < end; r++)
		if (e820_type(r) == E820_RAM)
			add_memory(&map, r->phys, r->phys + r->bytes);
		else
			add(&map, r->phys, r->phys + r->bytes, e820_type(r));
	for (uint64_t n = 0; n < map.count && n < E820_IN_PARAMS; n++)
		params->e820_table[params->e820_entries++] = map.entries[n];
	if (map.count <= E820_IN_PARAMS)
		return;
	rest_bytes = (map.count - E820_IN_PARAMS) * sizeof(struct e820_entry);
	rest = pages_take(sizeof(*rest) + rest_bytes);
	__builtin_memcpy(rest + 1, map.entries + E820_IN_PARAMS, rest_bytes);
	params_add(params, rest, SETUP_E820_EXT, rest_bytes);
}
