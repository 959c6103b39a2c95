/* SPDX-License-Identifier: BSD-2-Clause */
/* The time of day, from the firmware's GetTime. */
#ifndef PAYLOAD_CLOCK_H
#define PAYLOAD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
	uint64_t seconds; /* since 1970-01-01 00:00 UTC */
	uint64_t microseconds;
};

/* Returns false where runtime services cannot be used or GetTime fails. */
bool clock_read(struct clock *now);

#endif
