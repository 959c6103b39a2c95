/* SPDX-License-Identifier: BSD-2-Clause */
/* What the machine is: all that its firmware, its tables and its CPU say of it. */
#ifndef EFI_MACHINE_MACHINE_H
#define EFI_MACHINE_MACHINE_H

#include <keel/boot_info.h>
#include "firmware.h"
#include "machine/acpi.h"
#include "machine/cpu.h"
#include "machine/graphics.h"
#include "machine/listed_tables.h"
#include "machine/tables.h"

struct machine {
	struct cpu cpu;
	struct firmware_tables tables;
	struct listed_tables listed;
	struct acpi acpi;
	struct graphics graphics;
	uint64_t tsc_hz;     /* 0: not known */
	uint32_t tsc_source; /* enum keel_tsc_source */
};

/* Looks at all of it, and says what it has found. The screen gets the mode that is wanted. */
EFI_STATUS machine_examine(const struct firmware *fw, const struct config_screen *wanted,
			   struct machine *machine);
void machine_free(const struct firmware *fw, struct machine *machine);

#endif
