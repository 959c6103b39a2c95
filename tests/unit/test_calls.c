/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls in a packed kernel: back to what they were, whatever the bytes are. */
#include "check.h"
#include "calls.h"

/* What efi/pack does: the description of the format, for calls_restore to be held against. */
static void replace(uint8_t *file, int64_t size)
{
	for (int64_t at = 0; at + 4 < size; at++) {
		int32_t distance;

		if (file[at] != 0xe8 && file[at] != 0xe9)
			continue;
		memcpy(&distance, file + at + 1, 4);
		if (distance >= -at && distance < size - at)
			distance += at;
		else if (distance >= size - at && distance < size)
			distance -= size;
		memcpy(file + at + 1, &distance, 4);
		at += 4;
	}
}

static void there_and_back(const uint8_t *bytes, uint64_t size)
{
	uint8_t *file = malloc(size + !size); /* of just this size, for the sanitizer */

	memcpy(file, bytes, size);
	replace(file, size);
	calls_restore(file, size);
	assert_memory_equal(file, bytes, size);
	free(file);
}

static void by_hand(void **state)
{
	/* At 2, a call of what stands at 1; at 7, a jump to 10. */
	uint8_t file[12] = { 1, 2, 0xe8, 1, 0, 0, 0, 0xe9, 10, 0, 0, 0 };
	const uint8_t expected[12] = { 1, 2, 0xe8, 0xff, 0xff, 0xff, 0xff, 0xe9, 3, 0, 0, 0 };

	(void)state;
	calls_restore(file, sizeof(file));
	assert_memory_equal(file, expected, sizeof(file));
}

/* One call at each place, with all distances around those where its treatment changes. */
static void edges(void **state)
{
	uint8_t file[40];

	(void)state;
	for (uint64_t size = 0; size <= sizeof(file); size++)
		for (uint64_t at = 0; at < size; at++)
			for (int32_t distance = -100; distance <= 100; distance++) {
				memset(file, 0x90, sizeof(file));
				file[at] = 0xe8;
				if (at + 5 <= size)
					memcpy(file + at + 1, &distance, 4);
				there_and_back(file, size);
			}
}

static void any_bytes(void **state)
{
	static const uint8_t common[] = { 0xe8, 0xe9, 0, 0, 0, 0xff, 0xff, 1 };
	uint64_t seed = random_seed("any_bytes");
	const clock_t end = deadline();

	(void)state;
	do {
		uint8_t file[256];
		const uint64_t size = random_below(&seed, sizeof(file) + 1);

		for (uint64_t n = 0; n < size; n++)
			file[n] = random_below(&seed, 8) ? common[random_below(&seed, 8)]
							 : random_below(&seed, 256);
		there_and_back(file, size);
	} while (clock() < end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(edges),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
