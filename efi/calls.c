/* SPDX-License-Identifier: BSD-2-Clause */
#include "calls.h"

#define OPCODE_MASK   0xfe
#define CALL_OR_JMP   0xe8 /* SDM vol. 2: E8 is CALL rel32, E9 is JMP rel32 */
#define OPERAND_BYTES 4

struct operand {
	int32_t value;
} __attribute__((packed, may_alias));

/*
 * Distances that lead into the file became a place in it. What then looks like a place, but was a
 * distance, became a negative number that no place's distance is: so no value stands for two.
 */
void calls_restore(uint8_t *file, uint64_t bytes)
{
	const int64_t size = bytes;
	const int64_t end = size - OPERAND_BYTES;

	for (int64_t at = 0; at < end; at++) {
		struct operand *operand = (struct operand *)(file + at + 1);
		int64_t place;

		if ((file[at] & OPCODE_MASK) != CALL_OR_JMP)
			continue;
		place = operand->value;
		if (place >= 0 && place < size)
			operand->value = place - at;
		else if (place < 0 && place >= -at)
			operand->value = place + size;
		at += OPERAND_BYTES;
	}
}
