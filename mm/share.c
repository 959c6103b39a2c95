/* SPDX-License-Identifier: BSD-2-Clause */
/* Regions of one root in another; see share.h. */
#include "share.h"
#include "entry.h"
#include "internal.h"

#define LAST_PML4_ENTRY (MM_ENTRIES - 1)

/* The entries that lead to a region and to nothing else, in one table of each root. */
struct span {
	uint64_t *to;
	const uint64_t *from;
	uint64_t first, end; /* indices */
	uint64_t virt;	     /* of entry `first` */
	unsigned level;
};

static uint64_t index_at(uint64_t virt, unsigned level)
{
	return virt >> MM_LEVEL_SHIFT(level) & (MM_ENTRIES - 1);
}

/* The table that an entry leads to, or NULL. */
static uint64_t *table_below(uint64_t entry, const struct mm_table_access *access)
{
	if (!(entry & KEEL_PTE_P) || entry & KEEL_PTE_PS)
		return NULL;
	return access->table(access->context, entry & KEEL_PTE_ADDRESS);
}

static struct mm_result find_span(struct span *span, uint64_t *to, uint64_t *from,
				  const struct keel_layout_row *row,
				  const struct mm_table_access *access)
{
	const uint64_t first = index_at(row->start, KEEL_LEVEL_PML4);

	*span = (struct span){ .to = to, .from = from, .virt = row->start };
	span->level = first == LAST_PML4_ENTRY ? KEEL_LEVEL_PDPT : KEEL_LEVEL_PML4;
	if ((row->start | (row->last + 1)) & (MM_LEVEL_BYTES(span->level) - 1))
		return mm_fail(MM_ERR_UNALIGNED, row->start);
	if (span->level == KEEL_LEVEL_PDPT) {
		span->to = table_below(to[LAST_PML4_ENTRY], access);
		span->from = table_below(from[LAST_PML4_ENTRY], access);
	}
	span->first = index_at(row->start, span->level);
	span->end = index_at(row->last, span->level) + 1;
	return span->to && span->from ? mm_ok() : mm_fail(MM_ERR_ROOT, row->start);
}

static struct mm_result check_span(const struct span *span)
{
	for (uint64_t n = span->first; n < span->end; n++)
		if (span->to[n] && span->to[n] != span->from[n])
			return mm_fail(MM_ERR_OVERLAP,
				       span->virt +
					       (n - span->first) * MM_LEVEL_BYTES(span->level));
	return mm_ok();
}

static void copy_span(const struct span *span)
{
	for (uint64_t n = span->first; n < span->end; n++)
		span->to[n] = span->from[n];
}

/* Looks at all regions first, so that a failure leaves nothing half done. */
struct mm_result mm_share_regions(uint64_t to_phys, uint64_t from_phys, uint32_t regions,
				  const struct mm_table_access *access)
{
	uint64_t *to = access->table(access->context, to_phys);
	uint64_t *from = access->table(access->context, from_phys);
	struct span span;

	for (unsigned writing = 0; writing < 2; writing++) {
		for (unsigned region = 0; region < KEEL_REGION_COUNT; region++) {
			struct mm_result result;

			if (!(regions & MM_SHARE(region)))
				continue;
			result = find_span(&span, to, from, keel_layout + region, access);
			if (!result.error)
				result = check_span(&span);
			if (result.error)
				return result;
			if (writing)
				copy_span(&span);
		}
	}
	return mm_ok();
}
