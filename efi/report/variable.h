/* SPDX-License-Identifier: BSD-2-Clause */
/* The report that a run leaves behind in a UEFI variable: keel/report.h. */
#ifndef EFI_REPORT_VARIABLE_H
#define EFI_REPORT_VARIABLE_H

#include <keel/report.h>
#include "firmware.h"

/* Reads what the last run has left into KEEL_REPORT_BYTES bytes. An error if there is nothing. */
EFI_STATUS report_variable_read(const struct firmware *fw, char *text, uint64_t *bytes);
EFI_STATUS report_variable_delete(const struct firmware *fw);

/*
 * Leaves a text for the next boot, where there is room for it. Needs the firmware's own page tables
 * and exception handlers, or to be called through fault_call.
 */
void report_variable_keep(const struct firmware *fw, const char *text, uint64_t bytes);

/*
 * Leaves a note for the next boot, in case the self-check, which puts its own report in the place
 * of it, hangs. Not where there is a report that could not be written to a file: that is worth
 * more. Returns whether there is a note now, which is to be deleted if nothing is started after
 * all.
 */
bool report_variable_announce(const struct firmware *fw);

#endif
