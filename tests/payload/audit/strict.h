/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls with which some board could be harmed: only where they were asked for. */
#ifndef PAYLOAD_AUDIT_STRICT_H
#define PAYLOAD_AUDIT_STRICT_H

#include <stdbool.h>

/* again: a strict run came to its end, and then the machine was reset. */
void audit_strict(bool again);

/* Not strict: whether capsules of a kind that nobody knows would be taken. None is passed on. */
void audit_capsule_query(void);

#endif
