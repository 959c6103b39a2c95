/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O APICs: whether one can be where boot_info says. Intel 82093AA data sheet, 3. */
#ifndef PAYLOAD_IO_APIC_H
#define PAYLOAD_IO_APIC_H

#include <stdbool.h>
#include <keel/boot_info.h>

/* The number of a register goes into the first word, its content is in the window. */
#define IO_APIC_WINDOW 0x10

static inline bool io_apic_has_slot(const struct keel_io_apic *io)
{
	return io->slot - KEEL_FIXMAP_IO_APIC_FIRST < KEEL_FIXMAP_IO_APIC_COUNT;
}

static inline bool io_apic_is_in_page(const struct keel_io_apic *io)
{
	return io->offset <= KEEL_PAGE_SIZE - IO_APIC_WINDOW - sizeof(uint32_t);
}

#endif
