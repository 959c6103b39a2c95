/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in the CPUs' pages at kernel entry: GDTs, TSSs, the IDT without gates, the vsyscall
 * page. They are written here through their physical addresses; the kernel sees them read-only in
 * the cpu_entry_area and writable in the direct map.
 */
#ifndef EFI_SPACE_CPU_AREA_H
#define EFI_SPACE_CPU_AREA_H

#include "lib/madt.h"
#include "mm.h"

/* Fills in the pages, and `cpus`, one for each CPU of the MADT. */
void cpu_area_fill(const struct mm_cpu_area *area, const struct madt *madt, struct keel_cpu *cpus);

#endif
