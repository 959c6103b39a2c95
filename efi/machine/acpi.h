/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs, I/O APICs and the early console, from ACPI's tables (ACPI 6.5, 5.2). */
#ifndef EFI_MACHINE_ACPI_H
#define EFI_MACHINE_ACPI_H

#include "firmware.h"
#include "lib/madt.h"
#include "machine/cpu.h"
#include "machine/listed_tables.h"

struct acpi {
	bool has_madt;	  /* a usable one; without, `madt` has the one CPU that runs */
	struct madt madt; /* its arrays lie in `block` */
	struct block block;
	uint64_t local_apic_phys;    /* 0: there is no local APIC */
	uint64_t early_console_phys; /* a UART in memory space that SPCR names; 0: none */
};

/* Fails only for want of memory. */
EFI_STATUS acpi_examine(const struct firmware *fw, const struct listed_tables *tables,
			const struct cpu *cpu, struct acpi *acpi);
void acpi_free(const struct firmware *fw, struct acpi *acpi);

#endif
