/* SPDX-License-Identifier: BSD-2-Clause */
/* The MTRRs of one CPU, which have to be the same on all (SDM vol. 3A 11.11). */
#ifndef EFI_HANDOVER_MTRRS_H
#define EFI_HANDOVER_MTRRS_H

#include <stdbool.h>
#include <stdint.h>

#define MTRRS_FIXED	    11
#define MTRRS_MOST_VARIABLE (2 * 255) /* IA32_MTRRCAP.VCNT has 8 bits; two registers each */

struct mtrrs {
	uint64_t default_type;
	uint64_t fixed[MTRRS_FIXED];
	uint64_t variable[MTRRS_MOST_VARIABLE];
	uint32_t variable_count; /* registers */
	bool has_fixed;
	bool exist; /* the CPU has MTRRs at all */
};

/* Reads those of this CPU. */
void mtrrs_read(struct mtrrs *mtrrs);

/* Whether this CPU's are the same. It is a CPU of the same kind. */
bool mtrrs_match(const struct mtrrs *mtrrs);

/* Writes them. The CPU's caches are off (CR0.CD), and it runs with interrupts off. */
void mtrrs_write(const struct mtrrs *mtrrs);

#endif
