/* SPDX-License-Identifier: BSD-2-Clause */
#include "space/runtime_map.h"
#include "firmware.h"

void runtime_map_collect(const struct mm_descriptors *all, struct mm_descriptors *map)
{
	map->stride = all->stride;
	map->bytes = 0;
	for (uint64_t n = 0; n < mm_descriptor_count(all); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(all, n);
		struct keel_efi_descriptor *to = (void *)((char *)map->first + map->bytes);

		if (!d->virt)
			continue;
		memcpy(to, d, all->stride);
		/* Firmware converts by this bit, even where its own map forgot it. */
		to->attribute |= KEEL_EFI_MEMORY_RUNTIME;
		map->bytes += all->stride;
	}
}

static bool is_same(const struct keel_efi_descriptor *collected,
		    const struct keel_efi_descriptor *d)
{
	return collected->type == d->type && collected->phys == d->phys &&
	       collected->virt == d->virt && collected->pages == d->pages &&
	       collected->attribute == (d->attribute | KEEL_EFI_MEMORY_RUNTIME);
}

bool runtime_map_matches(const struct mm_descriptors *all, const struct mm_descriptors *map)
{
	uint64_t next = 0;

	for (uint64_t n = 0; n < mm_descriptor_count(all); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(all, n);

		if (!d->virt)
			continue;
		if (next == mm_descriptor_count(map) || !is_same(mm_descriptor(map, next), d))
			return false;
		next++;
	}
	return next == mm_descriptor_count(map);
}

const struct keel_efi_descriptor *runtime_map_find_phys(const struct mm_descriptors *map,
							uint64_t phys)
{
	for (uint64_t n = 0; n < mm_descriptor_count(map); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(map, n);

		if (phys - d->phys < d->pages << KEEL_PAGE_SHIFT)
			return d;
	}
	return NULL;
}

const struct keel_efi_descriptor *runtime_map_find_virt(const struct mm_descriptors *map,
							uint64_t virt)
{
	for (uint64_t n = 0; n < mm_descriptor_count(map); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(map, n);

		if (virt - d->virt < d->pages << KEEL_PAGE_SHIFT)
			return d;
	}
	return NULL;
}
