/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's variables at run time: UEFI 2.10, 8.2. */
#ifndef PAYLOAD_AUDIT_VARIABLES_H
#define PAYLOAD_AUDIT_VARIABLES_H

#include <stdbool.h>
#include <stdint.h>
#include "efi.h"

/*
 * Whether a variable of so many bytes may be created (keel/report.h); not where the firmware cannot
 * be asked.
 */
bool variables_have_room(uint64_t bytes);

/* Of the firmware's own variables (3.3), and of Keel's. */
extern const struct efi_guid global_vendor, own_vendor;

#define OWN_ATTRIBUTES \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

efi_status variable_get(const uint16_t *name, const struct efi_guid *vendor, void *data,
			uint64_t *bytes, uint32_t *attributes);
efi_status variable_set(const uint16_t *name, const struct efi_guid *vendor, uint32_t attributes,
			uint64_t bytes, const void *data);

/*
 * Opens a point about SetVariable; closes it as skipped and returns false where nothing is to be
 * created.
 */
bool variable_begin(const char *what);

/*
 * Creates or overwrites one of Keel's own, which is then to be deleted. Where there is no room for
 * it, or the firmware refuses, the open point is told, and it returns false.
 */
bool variable_create(const uint16_t *name, const struct efi_guid *vendor, const void *data,
		     uint64_t bytes);
/* By its own name; and it is gone afterwards. */
void variable_delete(const uint16_t *name, const struct efi_guid *vendor);
/* It has that content. Returns whether it can be read at all. */
bool variable_judge(const uint16_t *name, const struct efi_guid *vendor, const void *data,
		    uint64_t bytes);

/* Points with good arguments only: two variables of Keel's own come and go. */
void audit_variables(void);

#endif
