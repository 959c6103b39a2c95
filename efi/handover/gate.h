/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries of an interrupt descriptor table (SDM vol. 3A 6.14.1). */
#ifndef EFI_HANDOVER_GATE_H
#define EFI_HANDOVER_GATE_H

#include <stdint.h>

#define INTERRUPT_GATE 0x8e00 /* present, ring 0, 64 bits */

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint16_t type; /* its lowest 3 bits: a stack of the TSS, 0 for none */
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

static inline struct gate gate_to(uint64_t entry, uint16_t selector)
{
	return (struct gate){
		.offset_low = (uint16_t)entry,
		.selector = selector,
		.type = INTERRUPT_GATE,
		.offset_middle = (uint16_t)(entry >> 16),
		.offset_high = (uint32_t)(entry >> 32),
	};
}

#endif
