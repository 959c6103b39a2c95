/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report of the last run, which it left in a variable (keel/report.h), goes to a file on the
 * volume that keel.efi came from, with what is needed to understand it: docs/report.md. Lines that
 * are no descriptors begin with #: it is a memory map as in tests/maps.
 */
#ifndef EFI_REPORT_FILE_H
#define EFI_REPORT_FILE_H

#include "files/volume.h"
#include "machine/machine.h"

/* Without a report to write it does nothing. Its failures are notes: nothing depends on it. */
void report_file_write(const struct firmware *fw, const struct volume *volume,
		       const struct machine *machine);

#endif
