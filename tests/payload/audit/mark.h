/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A variable that a strict run leaves on purpose, for the next run to find behind a reset: whether
 * what is non-volatile is (UEFI 2.10, 8.2), and whether a reset raises the high monotonic count
 * (8.5.2). The report cannot be that variable: the loader has it in a file and deleted before the
 * next kernel runs. That the mark is gone says nothing by itself: there may have been no run.
 */
#ifndef PAYLOAD_AUDIT_MARK_H
#define PAYLOAD_AUDIT_MARK_H

#include <stdbool.h>
#include <stdint.h>

/* Of what the run before has left; expected: one is known to have left it. */
void mark_judge(bool expected);

/* high_count: the last one that the firmware gave; 0: it gave none. */
void mark_leave(uint32_t high_count);

/* For a run that has not to do with it. */
void mark_delete(void);

#endif
