/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map, with Limine's types: sorted, equal neighbours merged, with the framebuffer in
 * it.
 */
#include "adapter.h"

static enum limine_memory_type type_of(const struct guest *guest,
				       const struct keel_memory_range *range)
{
	switch (range->type) {
	case KEEL_MEMORY_TYPE_CONVENTIONAL:
		return range->virt && !(range->attribute & KEEL_EFI_MEMORY_SP) ? LIMINE_USABLE
									       : LIMINE_RESERVED;
	case KEEL_MEMORY_TYPE_LOADER_CODE:
	case KEEL_MEMORY_TYPE_LOADER_DATA:
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE:
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA:
	case KEEL_MEMORY_TYPE_TABLES:
	case KEEL_MEMORY_TYPE_CPU_AREA:
	case KEEL_MEMORY_TYPE_BOOT_INFO:
		return range->virt ? LIMINE_LOADER_RECLAIMABLE : LIMINE_RESERVED;
	case KEEL_MEMORY_TYPE_KERNEL:
	case KEEL_MEMORY_TYPE_MODULE:
		return LIMINE_KERNEL_AND_MODULES;
	case KEEL_MEMORY_TYPE_ACPI_RECLAIM:
		return LIMINE_ACPI_RECLAIMABLE;
	case KEEL_MEMORY_TYPE_ACPI_NVS:
		return LIMINE_ACPI_NVS;
	case KEEL_MEMORY_TYPE_UNUSABLE:
		return LIMINE_BAD_MEMORY;
	case KEEL_MEMORY_TYPE_FIRMWARE_TABLE:
		return guest->revision >= 4 ? LIMINE_RESERVED_MAPPED : LIMINE_RESERVED;
	case KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE:
	case KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA:
		return guest->revision >= 5 && range->virt ? LIMINE_RESERVED_MAPPED
							   : LIMINE_RESERVED;
	default:
		return LIMINE_RESERVED;
	}
}

struct growing {
	struct limine_memory *entries;
	uint64_t count;
};

static void append(struct growing *map, uint64_t phys, uint64_t bytes, uint64_t type)
{
	struct limine_memory *last = map->count ? &map->entries[map->count - 1] : NULL;

	if (!bytes)
		return;
	if (last && last->type == type && last->phys + last->bytes == phys)
		last->bytes += bytes;
	else
		map->entries[map->count++] = (struct limine_memory){ phys, bytes, type };
}

/*
 * A range of Keel's. Page 0 is not to be used up to base revision 2, the adapter's own memory
 * never.
 */
static void append_range(const struct guest *guest, struct growing *map,
			 const struct keel_memory_range *range)
{
	const uint64_t type = type_of(guest, range);
	const uint64_t own_phys = memory_taken_phys(), own_bytes = memory_taken_bytes();
	uint64_t phys = range->phys, bytes = range->bytes;

	if (phys == 0 && guest->revision <= 2 && type == LIMINE_USABLE) {
		append(map, 0, KEEL_PAGE_SIZE, LIMINE_RESERVED);
		phys += KEEL_PAGE_SIZE;
		bytes -= KEEL_PAGE_SIZE;
	}
	if (phys <= own_phys && own_phys < phys + bytes) {
		append(map, phys, own_phys - phys, type);
		append(map, own_phys, own_bytes, LIMINE_LOADER_RECLAIMABLE);
		bytes -= own_phys + own_bytes - phys;
		phys = own_phys + own_bytes;
	}
	append(map, phys, bytes, type);
}

/* Behind those that begin before it. */
static void insert_framebuffer(struct growing *map, const struct keel_framebuffer *screen)
{
	uint64_t n = map->count;

	for (; n && map->entries[n - 1].phys > screen->phys; n--)
		map->entries[n] = map->entries[n - 1];
	map->entries[n] =
		(struct limine_memory){ screen->phys, screen->bytes, LIMINE_FRAMEBUFFER_MEMORY };
	map->count++;
}

/* The last thing to take memory: what was taken is in it. */
struct limine_words *memory_map(const struct guest *guest)
{
	const struct keel_boot_info *info = guest->info;
	const uint64_t most = info->memory_range_count + info->screen_count + 4;
	struct growing map = { take(most * sizeof(*map.entries)), 0 };
	struct limine_memory **pointers = take(most * sizeof(void *));
	struct limine_words *response = take(sizeof(*response));

	for (uint64_t n = 0; n < info->memory_range_count; n++)
		append_range(guest, &map, &info->memory_ranges[n]);
	for (uint64_t n = 0; n < info->screen_count; n++)
		insert_framebuffer(&map, &info->screens[n].framebuffer);
	for (uint64_t n = 0; n < map.count; n++)
		pointers[n] = &map.entries[n];
	*response = (struct limine_words){ 0, { map.count, (uint64_t)pointers } };
	return response;
}
