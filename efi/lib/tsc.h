/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast the time stamp counter is, where the CPU or the hypervisor says so. */
#ifndef EFI_TSC_H
#define EFI_TSC_H

#include <stdint.h>
#include "lib/x86.h"

/* Ticks a second, or 0 if nobody tells; *source is an enum keel_tsc_source. `leaf` is CPUID. */
uint64_t tsc_frequency(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf), uint32_t *source);

#endif
