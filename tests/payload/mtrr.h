/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory type range registers: types, and where a large page must not be. */
#ifndef PAYLOAD_MTRR_H
#define PAYLOAD_MTRR_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the registers, after fault_init(); before it, only the fixed ranges are known. */
void mtrr_init(void);

/*
 * Whether a large page may map this naturally aligned range: no fixed range in it, and each
 * variable range holds all of it or nothing of it (SDM vol. 3A 11.11.9).
 */
bool mtrr_is_uniform(uint64_t phys, uint64_t bytes);

/*
 * The type that the registers give this address, encoded as in IA32_PAT. Where the CPU has none,
 * write-back: then the PAT alone decides.
 */
uint8_t mtrr_type(uint64_t phys);

/* All of this CPU's registers in one number: CPUs that agree have equal numbers. */
uint64_t mtrr_sum(void);

#endif
