/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls with arguments that the specification names as wrong. */
#ifndef PAYLOAD_AUDIT_WRONG_ARGUMENTS_H
#define PAYLOAD_AUDIT_WRONG_ARGUMENTS_H

/* Strict. A point for each service. */
void audit_wrong_arguments(void);

#endif
