/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's tables, as a kernel finds them: from boot_info on, by virtual addresses only.
 * Needs found_walk(): what is not mapped is never touched.
 */
#ifndef PAYLOAD_FIRMWARE_TABLES_H
#define PAYLOAD_FIRMWARE_TABLES_H

#include <stdbool.h>
#include <stdint.h>

/* Does the direct map hold all of these bytes? There are some. */
bool is_reached(uint64_t phys, uint64_t bytes);

/* What was found: does any table lie in the page, and one that is written? */
bool table_in_page(uint64_t page_phys);
bool written_table_in_page(uint64_t page_phys);

/* ACPI's table of CPUs and I/O APICs; NULL where none was met that can be believed. */
const uint8_t *madt_met(void);

/* The nth table of ACPI's that is whole, whatever its checksum; NULL behind the last one. */
const uint8_t *acpi_table_met(unsigned n);

/* Whether the firmware says that a device is there: a table is then not cached. */
bool is_device(uint64_t phys);

#endif
