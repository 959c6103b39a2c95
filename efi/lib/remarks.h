/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that a kernel has left behind becomes remarks of a report: lines that begin with #. Whatever
 * it is, none of them can be taken for a descriptor, or for the line that parts map and table. Pure
 * C without firmware.
 */
#ifndef EFI_LIB_REMARKS_H
#define EFI_LIB_REMARKS_H

#include "lib/text.h"

/* The text needs room for so many bytes. */
#define REMARKS_BYTES(bytes) (3 * (bytes) + 64)

/* Adds so many bytes; KEEL_REPORT_FIRST_LINE is the first line in any case. */
void remarks_print(struct text *out, const char *left_behind, uint64_t bytes);

#endif
