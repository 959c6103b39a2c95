/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mapping has to be by itself, wherever it comes from. */
#include "internal.h"

static bool is_canonical(uint64_t virt)
{
	const unsigned unused = 64 - MM_VIRT_BITS;

	return (uint64_t)((int64_t)(virt << unused) >> unused) == virt;
}

/* A window's step has to be a whole number of entries of one page table. */
static bool is_espfix_window(const struct keel_mapping *m)
{
	return MM_INDEX_BITS == 9 && m->bytes == KEEL_ESPFIX_WINDOW_BYTES &&
	       m->virt % KEEL_ESPFIX_WINDOW_BYTES == 0 &&
	       m->repeat_pages <= KEEL_ESPFIX_STEP_BYTES / KEEL_PAGE_SIZE;
}

/* Do the members that are no addresses go together? */
static bool is_meaningful(const struct keel_mapping *m)
{
	const unsigned memory_types = 1u << KEEL_MEMORY_WB | 1u << KEEL_MEMORY_WC |
				      1u << KEEL_MEMORY_UC_MINUS | 1u << KEEL_MEMORY_UC |
				      1u << KEEL_MEMORY_WP | 1u << KEEL_MEMORY_WT;

	if (m->region >= KEEL_REGION_COUNT || m->rights >= KEEL_RIGHTS_COUNT)
		return false;
	if (m->memory_type > KEEL_MEMORY_WT || !(memory_types >> m->memory_type & 1))
		return false;
	if (m->rights == KEEL_RIGHTS_NONE)
		return m->level >= KEEL_LEVEL_PT && m->level < MM_LEVELS && !m->repeat_pages;
	if (m->level)
		return false;
	return !m->repeat_pages || is_espfix_window(m);
}

/* Bytes of physical memory that it leads to. */
static uint64_t phys_bytes(const struct keel_mapping *m)
{
	return m->repeat_pages ? m->repeat_pages * KEEL_PAGE_SIZE : m->bytes;
}

struct mm_result mm_mapping_check(const struct keel_mapping *m, const struct mm_machine *machine)
{
	const uint64_t phys_end = UINT64_C(1) << machine->phys_bits;
	const uint64_t last = m->virt + (m->bytes - 1);

	if (!m->bytes)
		return mm_fail(MM_ERR_EMPTY, m->virt);
	if (m->virt % KEEL_PAGE_SIZE)
		return mm_fail(MM_ERR_UNALIGNED, m->virt);
	if (m->phys % KEEL_PAGE_SIZE)
		return mm_fail(MM_ERR_UNALIGNED, m->phys);
	if (m->bytes % KEEL_PAGE_SIZE)
		return mm_fail(MM_ERR_UNALIGNED, m->bytes);
	if (last < m->virt)
		return mm_fail(MM_ERR_WRAP, m->virt);
	if (!is_canonical(m->virt))
		return mm_fail(MM_ERR_NON_CANONICAL, m->virt);
	if ((m->virt ^ last) >> (MM_VIRT_BITS - 1))
		return mm_fail(MM_ERR_NON_CANONICAL, last);
	if (!is_meaningful(m))
		return mm_fail(MM_ERR_BAD_MAPPING, m->virt);
	if (m->rights == KEEL_RIGHTS_NONE)
		return mm_ok();
	if (m->phys >= phys_end || phys_bytes(m) > phys_end - m->phys)
		return mm_fail(MM_ERR_PHYS_BITS, m->phys);
	return mm_ok();
}
