/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's runtime code: the same before the calls and after them. */
#ifndef PAYLOAD_AUDIT_CODE_H
#define PAYLOAD_AUDIT_CODE_H

void code_remember(void);
/* A point. */
void code_judge(void);

#endif
