/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPU: what Keel cannot do without, and what page tables depend on. */
#ifndef EFI_MACHINE_CPU_H
#define EFI_MACHINE_CPU_H

#include "firmware.h"
#include "mm.h"

/* IA32_MTRRCAP.VCNT is 8 bits wide (SDM vol. 3A 11.11.1); each range has two ends. */
#define CPU_MAX_BOUNDARIES (2 * 255)

/* What may be turned on in CR4. */
#define CPU_SMEP 0x1
#define CPU_SMAP 0x2
#define CPU_UMIP 0x4

struct cpu {
	struct mm_machine paging; /* leads to `boundaries`: the structure stays where it is */
	uint64_t boundaries[CPU_MAX_BOUNDARIES];
	uint32_t features;  /* CPU_ bits */
	uint64_t apic_base; /* IA32_APIC_BASE; 0: no local APIC, or it is off */
	bool x2apic;	    /* the local APIC is in x2APIC mode */
	bool la57;	    /* the firmware uses 5-level paging */
};

/* Refuses a CPU without NX or PAT, and guests with encrypted memory. */
EFI_STATUS cpu_examine(const struct firmware *fw, struct cpu *cpu);

#endif
