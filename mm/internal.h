/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of mm/ share with each other and with nobody else. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "mm.h"

static inline struct mm_result mm_ok(void)
{
	return (struct mm_result){ MM_OK, 0 };
}

static inline struct mm_result mm_fail(enum mm_error error, uint64_t address)
{
	return (struct mm_result){ error, address };
}

static inline void mm_tell(const struct mm_notes *notes, enum mm_note what, uint64_t index,
			   uint64_t phys, uint64_t value)
{
	if (notes && notes->note)
		notes->note(notes->context, what, index, phys, value);
}

/*
 * All that a mapping has to be by itself: aligned, in one half of the address space, meaningful,
 * and within what the machine can address.
 */
struct mm_result mm_mapping_check(const struct keel_mapping *m, const struct mm_machine *machine);

#endif
