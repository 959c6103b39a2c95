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
 * Does any of [phys, end) wait to be accepted, by any sound descriptor? Touching such memory ends
 * the guest, and a large leaf over it is touched by speculation: nothing may map it.
 */
static inline bool mm_is_unaccepted(const struct mm_descriptors *all,
				    const struct mm_machine *machine, uint64_t phys, uint64_t end)
{
	const uint64_t count = mm_descriptor_count(all);

	for (uint64_t n = 0; n < count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(all, n);
		enum mm_note why;

		if (d->type == KEEL_MEMORY_TYPE_UNACCEPTED &&
		    mm_descriptor_is_sound(d, machine->phys_bits, &why) && d->phys < end &&
		    phys < mm_descriptor_end(d))
			return true;
	}
	return false;
}

/*
 * All that a mapping has to be by itself: aligned, in one half of the address space, meaningful,
 * and within what the machine can address.
 */
struct mm_result mm_mapping_check(const struct keel_mapping *m, const struct mm_machine *machine);

#endif
