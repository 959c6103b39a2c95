/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit: what this board's firmware does against UEFI, as findings (keel/findings.h). Runs when
 * the map's own points are through. By default it does nothing that a board could be harmed by:
 * what is called, and what is left behind when power fails, is a table in docs/hardware.md.
 */
#ifndef PAYLOAD_AUDIT_AUDIT_H
#define PAYLOAD_AUDIT_AUDIT_H

#include <stdbool.h>

/*
 * strict: wrong arguments, other times, the alarm, and everything else that was asked for by name.
 */
void audit(bool strict);

#endif
