/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver of UEFI's that the entry wants started before Keel looks at the machine: it may install
 * tables, allocate memory for run time and hook services. It is started and not connected to
 * devices (UEFI 2.10, 7.4).
 */
#ifndef EFI_LOAD_DRIVER_H
#define EFI_LOAD_DRIVER_H

#include "entry/boot_entry.h"

struct driver {
	EFI_HANDLE image; /* NULL: there is none */
	const char *name; /* the entry's */
};

/*
 * Starts the entry's driver, if it has one. On failure nothing of it is left.
 * volume->read_ticks and read_bytes do not count what is read here.
 */
EFI_STATUS driver_start(const struct firmware *fw, struct volume *volume,
			const struct boot_entry *entry, struct driver *driver);

/* Takes it away, or says that it stays: a driver need not let that be done. */
void driver_unload(const struct firmware *fw, struct driver *driver);

#endif
