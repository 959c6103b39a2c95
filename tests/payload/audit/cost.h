/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What calls of a runtime service cost. An SMI stops all CPUs at once and tells nobody; it shows in
 * two ways: Intel's CPUs count them, and another CPU, which does nothing but read its time stamp
 * counter, finds a gap. A hypervisor makes gaps, too.
 */
#ifndef PAYLOAD_AUDIT_COST_H
#define PAYLOAD_AUDIT_COST_H

#include <stdbool.h>
#include <stdint.h>

struct cost {
	unsigned calls;
	uint64_t ticks_most; /* of the time stamp counter, for one call */
	uint64_t gap_most;   /* between two looks of another CPU, ticks; 0: nobody looked */
	uint64_t smis_most;  /* in one call */
};

/* Around each call, on the CPU that makes it. The second returns the ticks that it took. */
void cost_begin(void);
uint64_t cost_end(struct cost *cost);

/* Whether this CPU counts SMIs. */
bool cost_counts_smis(void);

/*
 * By another CPU, as often as it can while it has nothing else to do. The time before
 * cost_look_anew makes no gap.
 */
void cost_look(void);
void cost_look_anew(void);

#endif
