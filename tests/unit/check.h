/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every unit test includes: cmocka with the headers that it wants before it, random numbers
 * that a seed repeats, and time budgets.
 *
 *	KEEL_SEED	seed of the random tests; they print the one they use
 *	KEEL_SECONDS	how long each random test may go on looking, 2 by default
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "mm.h"

/* splitmix64: small, and good enough to pick cases. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A number from 0 to below - 1; below is not zero. */
static inline uint64_t random_below(uint64_t *state, uint64_t below)
{
	return random_next(state) % below;
}

static inline uint64_t random_seed(const char *test)
{
	const char *text = getenv("KEEL_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);

	print_message("# %s: KEEL_SEED=%" PRIu64 "\n", test, seed);
	return seed;
}

/* Processor time, so that a busy machine looks at as many cases as an idle one. */
static inline clock_t deadline(void)
{
	const char *text = getenv("KEEL_SECONDS");
	double seconds = text ? strtod(text, NULL) : 2;

	return clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
}

/* Memory that is there, and zero. */
static inline void *zalloc(uint64_t bytes)
{
	void *memory = calloc(1, bytes ? bytes : 1);

	if (!memory)
		fail_msg("no memory for %" PRIu64 " bytes", bytes);
	return memory;
}

static inline void check_ok(struct mm_result result)
{
	if (result.error != MM_OK)
		fail_msg("%s (error %d) at 0x%" PRIx64, mm_error_text(result.error), result.error,
			 result.address);
}

static inline void check_error(struct mm_result result, enum mm_error error, uint64_t address)
{
	if (result.error != error || result.address != address)
		fail_msg("got \"%s\" at 0x%" PRIx64 ", expected \"%s\" at 0x%" PRIx64,
			 mm_error_text(result.error), result.address, mm_error_text(error),
			 address);
}

#endif
