/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of this CPU's local APIC, in either mode (SDM vol. 3A, tables 10-1 and 10-6). On
 * Keel's own tables: in xAPIC mode they are in their fixmap slot.
 */
#ifndef EFI_HANDOVER_LOCAL_APIC_H
#define EFI_HANDOVER_LOCAL_APIC_H

#include <stdbool.h>
#include "lib/x86.h"

/* Offsets of registers. */
#define APIC_VERSION	0x030
#define APIC_EOI	0x0b0
#define APIC_ISR	0x100 /* 8 registers of 32 bits, 16 bytes apart; likewise IRR */
#define APIC_IRR	0x200
#define APIC_LVT_CMCI	0x2f0
#define APIC_ICR_LOW	0x300
#define APIC_ICR_HIGH	0x310
#define APIC_LVT_TIMER	0x320
#define APIC_LVT_SENSOR 0x330
#define APIC_LVT_PERF	0x340
#define APIC_LVT_LINT0	0x350
#define APIC_LVT_LINT1	0x360
#define APIC_LVT_ERROR	0x370

#define APIC_ID_SHIFT	   24 /* in xAPIC mode */
#define MSR_X2APIC(offset) (0x800 + (offset) / 16)

static inline volatile uint32_t *xapic_register(unsigned offset)
{
	return (volatile uint32_t *)(KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC) + offset);
}

static inline uint32_t apic_read(bool x2apic, unsigned offset)
{
	return x2apic ? (uint32_t)read_msr(MSR_X2APIC(offset)) : *xapic_register(offset);
}

static inline void apic_write(bool x2apic, unsigned offset, uint32_t value)
{
	if (x2apic)
		write_msr(MSR_X2APIC(offset), value);
	else
		*xapic_register(offset) = value;
}

#endif
