/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs and I/O APICs in ACPI's MADT (ACPI 6.5, 5.2.12). Pure C without firmware. */
#ifndef EFI_LIB_MADT_H
#define EFI_LIB_MADT_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/boot_info.h>

/* The table's own part; entries of a type, a length and a body follow. */
#define MADT_HEADER_BYTES 44

struct madt_cpu {
	uint32_t apic_id;
	uint32_t acpi_uid; /* 0 where no entry tells */
};

struct madt {
	struct madt_cpu *cpus; /* each enabled one once; the first is the one that runs */
	uint64_t cpu_count;    /* at least 1 */
	bool lists_own_cpu;    /* the one that runs has an entry */
	struct keel_io_apic *io_apics;
	uint64_t io_apic_count;
	/* I/O APICs beyond what the fixmap has slots for, and the address of the first of them. */
	uint64_t io_apics_left_out;
	uint64_t left_out_phys;
	/* Where in the table an entry's length is wrong, and what it is; 0: nowhere. */
	uint64_t wrong_offset;
	uint64_t wrong_length;
};

/* Bytes of memory, aligned to 8, for a table of so many bytes. */
uint64_t madt_work_bytes(uint64_t table_bytes);

/*
 * Reads a table of so many bytes (0: there is none), which may be rubbish behind its header: an
 * entry with a wrong length, and what comes after it, is left out. own_apic_id is that of the CPU
 * that runs. The arrays lie in `work`. The time is proportional to the table's size.
 */
void madt_read(const void *table, uint64_t table_bytes, uint32_t own_apic_id, void *work,
	       struct madt *madt);

#endif
