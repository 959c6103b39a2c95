/* SPDX-License-Identifier: BSD-2-Clause */
/* What SetVirtualAddressMap used: memory beside runtime memory, and addresses not yet in force. */
#ifndef PAYLOAD_AUDIT_SET_VIRTUAL_H
#define PAYLOAD_AUDIT_SET_VIRTUAL_H

/*
 * In the root under which the call ran, all memory is mapped 1:1, and the leaves of what is not
 * runtime memory had A and D clear before. Findings belong to the open point.
 */
void judge_what_it_used(void);

/*
 * The leaves of the EFI region had A and D clear, too. What the call has left of that is noted
 * before anything else uses the region, and judged later.
 */
void note_new_addresses(void);
void judge_new_addresses(void);

#endif
