/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults of a runtime service. What it touches and must not is noted as a finding, mapped for
 * it, and the instruction runs again: nothing is aborted, which could be a write to flash.
 */
#ifndef PAYLOAD_AUDIT_RESUME_H
#define PAYLOAD_AUDIT_RESUME_H

#include <stdbool.h>
#include "fault.h"

/*
 * Whether the instruction at `rip` can run again. Not for the same page and access a second time,
 * nor for addresses that nobody may be given. caller: what to name in the finding.
 */
bool resume_fault(const struct fault *fault, const char *caller);

/* How many pages were mapped or widened so far. */
unsigned resume_pages(void);

#endif
