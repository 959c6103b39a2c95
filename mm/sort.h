/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sorting by the first 64-bit member of an element: a natural merge sort. Firmware's maps are a
 * few ascending runs, which it sorts in about one pass; its worst case is n log n all the same.
 */
#ifndef MM_SORT_H
#define MM_SORT_H

#include <stdint.h>

static inline __attribute__((always_inline)) uint64_t mm_sort_key(const char *items, uint64_t n,
								  uint64_t size)
{
	return *(const uint64_t *)(items + n * size);
}

/* Returns the end of the ascending run that begins at `n`. */
static inline __attribute__((always_inline)) uint64_t mm_sort_run(const char *items, uint64_t n,
								  uint64_t count, uint64_t size)
{
	uint64_t end = n;

	while (end < count) {
		end++;
		if (end == count ||
		    mm_sort_key(items, end, size) < mm_sort_key(items, end - 1, size))
			break;
	}
	return end;
}

/* Merges the runs [a, b) and [b, c) of `from` into the same places of `to`; stable. */
static inline __attribute__((always_inline)) void mm_sort_merge(const char *from, char *to,
								uint64_t a, uint64_t b, uint64_t c,
								uint64_t size)
{
	uint64_t left = a;
	uint64_t right = b;

	for (uint64_t out = a; out < c; out++) {
		uint64_t take;

		if (right == c ||
		    (left < b && mm_sort_key(from, left, size) <= mm_sort_key(from, right, size)))
			take = left++;
		else
			take = right++;
		__builtin_memcpy(to + out * size, from + take * size, size);
	}
}

/*
 * Sorts `count` items of `size` bytes (a constant, a multiple of 8). `work` is as large as `items`.
 * Returns whichever of the two holds the sorted items.
 */
static inline __attribute__((always_inline)) void *mm_sort(void *items, void *work, uint64_t count,
							   uint64_t size)
{
	char *from = items;
	char *to = work;

	while (mm_sort_run(from, 0, count, size) != count) {
		char *sorted = to;

		for (uint64_t a = 0; a < count;) {
			uint64_t b = mm_sort_run(from, a, count, size);
			uint64_t c = mm_sort_run(from, b, count, size);

			mm_sort_merge(from, to, a, b, c, size);
			a = c;
		}
		to = from;
		from = sorted;
	}
	return from;
}

#endif
