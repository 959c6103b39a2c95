/* SPDX-License-Identifier: BSD-2-Clause */
/* How many table pages there are, and how many there would have to be. */
#ifndef PAYLOAD_CENSUS_H
#define PAYLOAD_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

struct census {
	uint64_t used;	      /* tables that the roots reach, shared ones counted once */
	uint64_t minimum;     /* of these, tables that no correct hierarchy can do without */
	uint64_t direct_map;  /* tables of the direct map, with the PML4 */
	uint64_t uncountable; /* tables beyond what the self-check can keep apart */
};

extern struct census census;

/* Counts what the three roots of boot_info reach. */
void census_take(void);

#endif
