/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Excursions: into any state of the registers, in ring 3 or ring 0, on any stack, and back with the
 * next exception or with INT VECTOR_BACK, wherever that arrives. For one CPU at a time.
 */
#ifndef PAYLOAD_EXCURSION_H
#define PAYLOAD_EXCURSION_H

/* The first vector behind the exceptions; ring 3 may raise it. */
#define VECTOR_BACK 32

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include "fault.h"

struct excursion {
	/* Where to go; afterwards what the exception found, and its vector and error code. */
	struct fault_frame state;
	/*
	 * Where IRET takes its five values from; 0: from the stack of the caller, a copy of state.
	 */
	uint64_t iret_rsp;
	/* Afterwards: where the stack on which the exception arrived ended before it did. */
	uint64_t arrival_rsp;
	uint64_t cr2;
};

/* Puts the gate of VECTOR_BACK in place. */
void excursion_init(void);

/* Ring 0 at `rip` with this stack pointer, interrupts off, other registers zero. */
void excursion_to_kernel(struct excursion *e, const char *rip, uint64_t rsp);

void excursion(struct excursion *e);

/* For exception(): whether this was the way back from one; the frame then leads there. */
bool excursion_ends(struct fault_frame *frame);

/* The IRET that begins every excursion: where one faults that the CPU refuses. */
extern const char excursion_iret[];

#endif
#endif
