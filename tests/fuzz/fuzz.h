/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzz targets share: input taken from the fuzzer's bytes, and the way a finding ends. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mm.h"

struct input {
	const uint8_t *data;
	size_t bytes;
};

/* The next `bytes` bytes (at most 8) as a little-endian number; zero when there is nothing left. */
static inline uint64_t take(struct input *in, size_t bytes)
{
	uint64_t value = 0;

	if (bytes > in->bytes)
		bytes = in->bytes;
	memcpy(&value, in->data, bytes);
	in->data += bytes;
	in->bytes -= bytes;
	return value;
}

/* A defect: says which, and stops so that the fuzzer keeps the input. */
#define REQUIRE(condition)                                                              \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

static inline void *need(size_t bytes)
{
	void *memory = calloc(1, bytes ? bytes : 1);

	REQUIRE(memory);
	return memory;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#endif
