/* SPDX-License-Identifier: BSD-2-Clause */
/* GetNextVariableName: UEFI 2.10, 8.2.2. */
#ifndef PAYLOAD_AUDIT_NAMES_H
#define PAYLOAD_AUDIT_NAMES_H

#include <stdint.h>
#include "efi.h"

/* One that is there, and how often the enumeration has to give it: once. */
struct own_variable {
	const uint16_t *name;
	const struct efi_guid *vendor;
	unsigned times;
};

/* Goes through all names; findings belong to the open point. */
void names_enumerate(struct own_variable *own, unsigned count);

/* How many there were the last time. */
unsigned names_count(void);

#endif
