/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: what will be mapped, as plain data. Mappings are added region by region, then sorted,
 * checked and merged. Whatever passes mm_plan_finish can be built.
 */
#include "internal.h"
#include "sort.h"

#define FIXED_MTRR_END KEEL_U64(0x100000) /* SDM vol. 3A 11.11.2.2 */

/* The first boundary above phys, or UINT64_MAX. */
static inline uint64_t next_boundary(const struct mm_machine *machine, uint64_t phys)
{
	uint64_t next = phys < FIXED_MTRR_END ? FIXED_MTRR_END : UINT64_MAX;

	if (!machine->boundary_count)
		return next;
	for (uint32_t n = 0; n < machine->boundary_count; n++)
		if (machine->boundaries[n] > phys)
			return machine->boundaries[n] < next ? machine->boundaries[n] : next;
	return next;
}

static bool is_boundary(const struct mm_machine *machine, uint64_t phys)
{
	return next_boundary(machine, phys - 1) == phys;
}

static inline bool is_beyond(const struct mm_machine *machine, uint64_t phys, uint64_t bytes)
{
	const uint64_t end = UINT64_C(1) << machine->phys_bits;

	return phys >= end || bytes > end - phys;
}

static inline struct mm_result append(struct mm_plan *plan, const struct keel_mapping *mapping)
{
	if (plan->count == plan->capacity)
		return mm_fail(MM_ERR_PLAN_FULL, plan->capacity);
	plan->mappings[plan->count++] = *mapping;
	return mm_ok();
}

/*
 * Cut where the memory type may change: a leaf never reaches across the end of a mapping, so none
 * will have such an address inside it.
 */
static struct mm_result append_cut(struct mm_plan *plan, const struct keel_mapping *mapping)
{
	struct keel_mapping piece = *mapping;

	for (uint64_t left = mapping->bytes; left; left -= piece.bytes) {
		const uint64_t room = next_boundary(plan->machine, piece.phys) - piece.phys;
		struct mm_result result;

		piece.bytes = left < room ? left : room;
		result = append(plan, &piece);
		if (result.error)
			return result;
		piece.virt += piece.bytes;
		piece.phys += piece.bytes;
	}
	return mm_ok();
}

struct mm_result mm_plan_add(struct mm_plan *plan, const struct keel_mapping *mapping)
{
	const struct keel_layout_row *row;

	if (!mapping->bytes)
		return mm_fail(MM_ERR_EMPTY, mapping->virt);
	if (mapping->region >= KEEL_REGION_COUNT)
		return mm_fail(MM_ERR_BAD_MAPPING, mapping->virt);
	row = keel_layout + mapping->region;
	if (mapping->virt < row->start || mapping->virt > row->last ||
	    mapping->bytes - 1 > row->last - mapping->virt)
		return mm_fail(MM_ERR_OUTSIDE_REGION, mapping->virt);
	if (mapping->rights == KEEL_RIGHTS_NONE || mapping->repeat_pages)
		return append(plan, mapping);
	if (is_beyond(plan->machine, mapping->phys, mapping->bytes))
		return mm_fail(MM_ERR_PHYS_BITS, mapping->phys);
	if (mapping->bytes <= next_boundary(plan->machine, mapping->phys) - mapping->phys)
		return append(plan, mapping);
	return append_cut(plan, mapping);
}

static inline bool is_canonical(uint64_t virt)
{
	const unsigned unused = 64 - MM_VIRT_BITS;

	return (uint64_t)((int64_t)(virt << unused) >> unused) == virt;
}

static inline bool is_meaningful(const struct keel_mapping *m)
{
	const unsigned memory_types = 1u << KEEL_MEMORY_WB | 1u << KEEL_MEMORY_WC |
				      1u << KEEL_MEMORY_UC_MINUS | 1u << KEEL_MEMORY_UC |
				      1u << KEEL_MEMORY_WP | 1u << KEEL_MEMORY_WT;

	if (m->rights >= KEEL_RIGHTS_COUNT || m->memory_type > KEEL_MEMORY_WT ||
	    !(memory_types >> m->memory_type & 1))
		return false;
	if (m->rights == KEEL_RIGHTS_NONE)
		return m->level >= KEEL_LEVEL_PT && m->level < MM_LEVELS && !m->repeat_pages;
	if (m->level)
		return false;
	if (!m->repeat_pages)
		return true;
	/* A step has to be a whole number of entries of one page table. */
	return MM_INDEX_BITS == 9 && m->bytes == KEEL_ESPFIX_WINDOW_BYTES &&
	       m->virt % KEEL_ESPFIX_WINDOW_BYTES == 0 &&
	       m->repeat_pages <= KEEL_ESPFIX_STEP_BYTES / KEEL_PAGE_SIZE;
}

/* What is wrong with a mapping of which is_sound says that something is. */
static struct mm_result diagnose(const struct keel_mapping *m)
{
	if (!m->bytes)
		return mm_fail(MM_ERR_EMPTY, m->virt);
	if (m->virt % KEEL_PAGE_SIZE)
		return mm_fail(MM_ERR_UNALIGNED, m->virt);
	if (m->phys % KEEL_PAGE_SIZE)
		return mm_fail(MM_ERR_UNALIGNED, m->phys);
	if (m->bytes % KEEL_PAGE_SIZE)
		return mm_fail(MM_ERR_UNALIGNED, m->bytes);
	if (m->virt + (m->bytes - 1) < m->virt)
		return mm_fail(MM_ERR_WRAP, m->virt);
	if (!is_canonical(m->virt))
		return mm_fail(MM_ERR_NON_CANONICAL, m->virt);
	if ((m->virt ^ (m->virt + (m->bytes - 1))) >> (MM_VIRT_BITS - 1))
		return mm_fail(MM_ERR_NON_CANONICAL, m->virt + (m->bytes - 1));
	if (!is_meaningful(m))
		return mm_fail(MM_ERR_BAD_MAPPING, m->virt);
	return mm_fail(MM_ERR_PHYS_BITS, m->phys);
}

/* All that a mapping has to be by itself, in as few operations as that can be said. */
static inline bool is_sound(const struct keel_mapping *m, const struct mm_machine *machine)
{
	const uint64_t last = m->virt + (m->bytes - 1);

	if ((m->virt | m->phys | m->bytes) % KEEL_PAGE_SIZE || !m->bytes || last < m->virt ||
	    (m->virt ^ last) >> (MM_VIRT_BITS - 1) || !is_canonical(m->virt) || !is_meaningful(m))
		return false;
	return m->rights == KEEL_RIGHTS_NONE ||
	       !is_beyond(machine, m->phys,
			  m->repeat_pages ? m->repeat_pages * KEEL_PAGE_SIZE : m->bytes);
}

/* May `next`, which begins where `last` ends, become a part of it? */
static inline bool can_merge(const struct keel_mapping *last, const struct keel_mapping *next,
			     const struct mm_machine *machine)
{
	if (last->virt + last->bytes != next->virt || last->rights != next->rights ||
	    last->region != next->region || last->level != next->level || last->repeat_pages ||
	    next->repeat_pages)
		return false;
	if (next->rights == KEEL_RIGHTS_NONE)
		return true;
	return last->phys + last->bytes == next->phys && last->memory_type == next->memory_type &&
	       !is_boundary(machine, next->phys);
}

struct mm_result mm_plan_finish(struct mm_plan *plan, struct keel_mapping *work)
{
	const struct mm_machine *machine = plan->machine;
	const struct keel_mapping *in =
		mm_sort(plan->mappings, work, plan->count, sizeof(*plan->mappings));
	const struct keel_mapping *end = in + plan->count;
	struct keel_mapping *next = plan->mappings; /* where the next one that is kept goes */

	for (; in != end; in++) {
		struct keel_mapping *last = next - 1;

		if (!is_sound(in, machine))
			return diagnose(in);
		if (next != plan->mappings && in->virt <= last->virt + (last->bytes - 1))
			return mm_fail(MM_ERR_OVERLAP, in->virt);
		if (next != plan->mappings && can_merge(last, in, machine)) {
			last->bytes += in->bytes;
			continue;
		}
		if (next != in)
			*next = *in;
		next++;
	}
	plan->count = next - plan->mappings;
	plan->tables = mm_tables_count(plan);
	return mm_ok();
}
