/* SPDX-License-Identifier: BSD-2-Clause */
/* What a runtime service has to leave as it was: UEFI 2.10, 2.3.4 "x64 Platforms". */
#ifndef PAYLOAD_AUDIT_CPU_STATE_H
#define PAYLOAD_AUDIT_CPU_STATE_H

#include <stdint.h>

enum cpu_state_id {
	STATE_CR0,
	STATE_CR3,
	STATE_CR4,
	STATE_DR7,
	STATE_EFER,
	STATE_PAT,
	STATE_MTRRS,
	STATE_FS_BASE,
	STATE_GS_BASE,
	STATE_GDTR,
	STATE_GDT_LIMIT,
	STATE_IDTR,
	STATE_IDT_LIMIT,
	STATE_TR,
	STATE_FCW,
	STATE_MXCSR,
	STATE_COUNT
};

void cpu_state_take(uint64_t state[STATE_COUNT]);

/*
 * Compares the CPU with the state, makes findings of what differs, and puts it back: but the MTRRs,
 * and TR, which cannot be loaded twice.
 */
void cpu_state_expect(const uint64_t state[STATE_COUNT], const char *caller);

#endif
