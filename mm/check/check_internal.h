/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the checker share with each other and with nobody else. */
#ifndef MM_CHECK_INTERNAL_H
#define MM_CHECK_INTERNAL_H

#include "check.h"

/* Notes a violation. Returns false, as whoever finds one does. */
static inline bool mm_check_fail(struct mm_check_report *report, enum mm_violation violation,
				 uint64_t address, uint64_t value)
{
	report->violation = violation;
	report->address = address;
	report->value = value;
	return false;
}

/* May the memory type change somewhere inside [phys, phys + bytes)? */
static inline bool mm_check_is_cut(const struct mm_machine *machine, uint64_t phys, uint64_t bytes)
{
	uint32_t low = 0;
	uint32_t high = machine->boundary_count;

	if (bytes == KEEL_PAGE_SIZE)
		return false;
	if (phys < MM_FIXED_MTRR_END && MM_FIXED_MTRR_END - phys < bytes)
		return true;
	/* The first boundary above phys. */
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (machine->boundaries[middle] <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low < machine->boundary_count && machine->boundaries[low] - phys < bytes;
}

#endif
