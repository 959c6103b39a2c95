/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrays one after the other in a piece of memory. Laid out twice by the same code: with address 0
 * to learn how many bytes it takes, and again when that memory is there.
 */
#ifndef EFI_LIB_ARENA_H
#define EFI_LIB_ARENA_H

#include <stdint.h>

struct arena {
	uint64_t start;
	uint64_t bytes; /* taken so far */
};

/* Aligned to 16 bytes, if the arena's start is. Not to be dereferenced while measuring. */
static inline void *arena_take(struct arena *arena, uint64_t bytes)
{
	void *taken = (void *)(arena->start + arena->bytes);

	arena->bytes += (bytes + 15) & ~UINT64_C(15);
	return taken;
}

#endif
