/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a .lzma file, and what they unpack to as a kernel with its calls replaced. The
 * sanitizers see to it that nothing outside the buffers is touched.
 */
#include "calls.h"
#include "fuzz.h"
#include "lzma.h"

#define HEADER	   13
#define SIZE_AT	   5
#define SIZE_BYTES 2 /* more would only be slow */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count)
{
	static struct lzma_model model;
	uint8_t *packed = need(count);
	uint8_t *out[2];
	uint64_t bytes;
	bool good[2];

	memcpy(packed, data, count);
	if (count >= HEADER)
		memset(packed + SIZE_AT + SIZE_BYTES, 0, HEADER - SIZE_AT - SIZE_BYTES);
	if (lzma_content_bytes(packed, count, &bytes)) {
		/* Twice, so that a byte that was never written shows: it is another one then. */
		for (unsigned n = 0; n < 2; n++) {
			out[n] = need(bytes);
			memset(out[n], n, bytes);
			good[n] = lzma_unpack(&model, packed, count, out[n], bytes);
		}
		REQUIRE(good[0] == good[1]);
		REQUIRE(!good[0] || !memcmp(out[0], out[1], bytes));
		calls_restore(out[0], bytes);
		free(out[0]);
		free(out[1]);
	}
	free(packed);
	return 0;
}
