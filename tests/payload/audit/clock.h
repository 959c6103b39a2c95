/* SPDX-License-Identifier: BSD-2-Clause */
/* The time services: UEFI 2.10, 8.3. */
#ifndef PAYLOAD_AUDIT_CLOCK_H
#define PAYLOAD_AUDIT_CLOCK_H

/* Reads clock and alarm, and sets the clock to what it just read. */
void audit_clock(void);

/* Strict: other times, times that do not exist, the alarm. All is left as it was. */
void audit_clock_strict(void);

#endif
