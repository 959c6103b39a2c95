/* SPDX-License-Identifier: BSD-2-Clause */
/* What SetVirtualAddressMap used beside runtime memory. */
#ifndef PAYLOAD_AUDIT_SET_VIRTUAL_H
#define PAYLOAD_AUDIT_SET_VIRTUAL_H

/*
 * In the root under which the call ran, all memory is mapped 1:1, and the leaves of what is not
 * runtime memory had A and D clear before. Findings belong to the open point.
 */
void judge_what_it_used(void);

#endif
