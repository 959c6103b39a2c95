/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is found out about the firmware: keel/findings.h. A finding never counts as a failure of the
 * map; the point that is open when it is made ends as the firmware's.
 */
#ifndef PAYLOAD_AUDIT_FINDING_H
#define PAYLOAD_AUDIT_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <keel/findings.h>
#include "report.h"

/* The first detail of each finding is kept, and how often it was made. */
void finding(enum keel_finding id, const char *detail, ...) PRINTF_LIKE(2, 3);

/* A finding if the two differ, or if `good` is false. They return whether all is well. */
bool judge(enum keel_finding id, const char *what, uint64_t expected, uint64_t found);
bool judge_true(enum keel_finding id, bool good, const char *what, uint64_t found);

/* How many different ones there are, of this severity or a higher one. */
unsigned finding_count(enum keel_severity least);

/*
 * For the report that is kept: a line for each, the gravest first. Returns the number of bytes;
 * where there is no room for all, the last line counts the others.
 */
size_t finding_lines(char *text, size_t bytes);

/* The verdict on the screen and, as comments, in words: the gravest first. */
void findings_show(void);

#endif
