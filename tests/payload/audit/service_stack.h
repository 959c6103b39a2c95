/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stack that runtime services are called on: in a free slot of the kernel stacks' region, so
 * that what overruns it faults. It is filled before each call, which shows afterwards how much of
 * it was used.
 */
#ifndef PAYLOAD_AUDIT_SERVICE_STACK_H
#define PAYLOAD_AUDIT_SERVICE_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Maps it, and gives page faults a stack of their own: a service's may be gone. */
void service_stack_init(void);

void service_stack_fill(void);
/* Afterwards. A finding where a call that came back needed more than it may count on. */
void service_stack_judge(const char *caller, bool came_back);

/* Bytes that the deepest call so far has used. */
uint64_t service_stack_most(void);

#endif
