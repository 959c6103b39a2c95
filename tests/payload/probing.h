/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes with an expected outcome: part of the open point. What an access does is one number, so
 * that it can be compared: its vector and its error code.
 */
#ifndef PAYLOAD_PROBING_H
#define PAYLOAD_PROBING_H

#include <stdint.h>
#include "fault.h"

#define OUTCOME_ALLOWED	  PROBE_NO_FAULT
#define OUTCOME_PF(error) ((uint64_t)VECTOR_PF << 32 | (error))
#define OUTCOME_GP	  ((uint64_t)VECTOR_GP << 32)

/* Bits of a page fault's error code that say which access it was. */
uint64_t access_bits(enum probe_access access);

/* "read", "write", "fetch" */
const char *access_text(enum probe_access access);

/* The access at virt has this outcome; for a page fault, CR2 is virt. */
void expect_access(enum probe_access access, uint64_t virt, uint64_t outcome);

/* Nothing is mapped at virt: read, write and fetch fault, the error code says not present. */
void expect_absent(uint64_t virt);

/*
 * Each access at virt does what the walk of the tables found there, or does not where nothing is.
 */
void expect_as_found(uint64_t virt);

#endif
