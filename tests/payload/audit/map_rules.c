/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules for memory maps; see map_rules.h. */
#include <stddef.h>
#include "audit/map_rules.h"

#define LIMIT_PAGES (UINT64_MAX / KEEL_PAGE_SIZE)

/* UC, WC, WT, WB, UCE, WP. */
#define CACHE_BITS KEEL_U64(0x101f)

static const struct keel_efi_descriptor *at(const struct map_view *map, uint64_t n)
{
	return (const void *)((const char *)map->first + n * map->stride_bytes);
}

static bool is_aligned(const struct keel_efi_descriptor *d)
{
	return d->phys % KEEL_PAGE_SIZE == 0 && d->pages <= LIMIT_PAGES - d->phys / KEEL_PAGE_SIZE;
}

static bool is_sound(const struct keel_efi_descriptor *d)
{
	return d->pages && is_aligned(d);
}

/* The first byte behind it; of a sound one. */
static uint64_t end_of(const struct keel_efi_descriptor *d)
{
	return d->phys + d->pages * KEEL_PAGE_SIZE;
}

static bool is_runtime_type(uint32_t type)
{
	return type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE ||
	       type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA;
}

static bool is_runtime(const struct keel_efi_descriptor *d)
{
	return d->attribute & KEEL_EFI_MEMORY_RUNTIME || is_runtime_type(d->type);
}

static bool overlap(const struct keel_efi_descriptor *a, const struct keel_efi_descriptor *b)
{
	return is_sound(a) && is_sound(b) && a->phys < end_of(b) && b->phys < end_of(a);
}

static void add(const struct map_remarks *remarks, bool wrong, enum keel_finding id,
		const struct keel_efi_descriptor *d)
{
	if (wrong)
		remarks->add(remarks->context, id, d);
}

static bool overlaps_earlier(const struct map_view *map, uint64_t n)
{
	for (uint64_t other = 0; other < n; other++)
		if (overlap(at(map, n), at(map, other)))
			return true;
	return false;
}

void map_rules(const struct map_view *map, const struct map_remarks *remarks)
{
	for (uint64_t n = 0; n < map->count; n++) {
		const struct keel_efi_descriptor *d = at(map, n);

		add(remarks, !d->pages, KEEL_FINDING_MAP_EMPTY, d);
		add(remarks, !is_aligned(d), KEEL_FINDING_MAP_UNALIGNED, d);
		add(remarks,
		    d->type >= KEEL_MEMORY_TYPE_UEFI_COUNT && d->type < KEEL_MEMORY_TYPE_OEM,
		    KEEL_FINDING_MAP_TYPE, d);
		add(remarks, is_runtime(d) && !(d->attribute & CACHE_BITS),
		    KEEL_FINDING_MAP_UNCACHED, d);
		add(remarks, is_runtime_type(d->type) && !(d->attribute & KEEL_EFI_MEMORY_RUNTIME),
		    KEEL_FINDING_MAP_RUNTIME_BIT, d);
		add(remarks, overlaps_earlier(map, n), KEEL_FINDING_MAP_OVERLAP, d);
	}
}

/* "Each entry shall describe memory that lies in one runtime descriptor", of the same type. */
static bool lies_in_descriptor(const struct keel_efi_descriptor *entry, const struct map_view *map)
{
	for (uint64_t n = 0; n < map->count; n++) {
		const struct keel_efi_descriptor *d = at(map, n);

		if (is_sound(d) && is_runtime(d) && d->type == entry->type &&
		    d->phys <= entry->phys && end_of(entry) <= end_of(d))
			return true;
	}
	return false;
}

static void judge_entry(const struct map_view *table, uint64_t n, const struct map_view *map,
			const struct map_remarks *remarks)
{
	const struct keel_efi_descriptor *e = at(table, n);
	const uint64_t protection = KEEL_EFI_MEMORY_RO | KEEL_EFI_MEMORY_XP;

	add(remarks, !is_sound(e), KEEL_FINDING_MAT_ALIGNMENT, e);
	add(remarks, !is_runtime_type(e->type), KEEL_FINDING_MAT_TYPE, e);
	add(remarks,
	    e->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE && !(e->attribute & protection),
	    KEEL_FINDING_MAT_RIGHTS, e);
	if (!is_sound(e))
		return;
	add(remarks, is_runtime_type(e->type) && !lies_in_descriptor(e, map),
	    KEEL_FINDING_MAT_OUTSIDE, e);
	add(remarks, overlaps_earlier(table, n), KEEL_FINDING_MAT_OVERLAP, e);
	add(remarks, n && at(table, n - 1)->phys > e->phys, KEEL_FINDING_MAT_ORDER, e);
}

/* How far from phys on entries hold it: to the end of the one around it, else phys itself. */
static uint64_t covered_to(const struct map_view *table, uint64_t phys)
{
	for (uint64_t n = 0; n < table->count; n++) {
		const struct keel_efi_descriptor *e = at(table, n);

		if (is_sound(e) && e->phys <= phys && phys < end_of(e))
			return end_of(e);
	}
	return phys;
}

static bool is_covered(const struct map_view *table, const struct keel_efi_descriptor *d)
{
	for (uint64_t phys = d->phys, next; phys < end_of(d); phys = next) {
		next = covered_to(table, phys);
		if (next == phys)
			return false;
	}
	return true;
}

void attribute_rules(const struct map_view *table, const struct map_view *map,
		     const struct map_remarks *remarks)
{
	for (uint64_t n = 0; n < table->count; n++)
		judge_entry(table, n, map, remarks);
	for (uint64_t n = 0; n < map->count; n++) {
		const struct keel_efi_descriptor *d = at(map, n);

		add(remarks,
		    is_sound(d) && d->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE &&
			    !is_covered(table, d),
		    KEEL_FINDING_MAT_COVERAGE, d);
	}
}
