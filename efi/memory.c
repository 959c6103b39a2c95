/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions that the compiler may call by itself, and what it must not leave out. */
#include "firmware.h"

/* Words first: what counts instructions, or emulates them, counts a repetition as one. */
void *memcpy(void *to, const void *from, size_t bytes)
{
	void *start = to;
	size_t words = bytes / 8;

	bytes %= 8;
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return start;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	char *t = to;
	const char *f = from;

	/* Upwards, memcpy takes each word before it is overwritten. */
	if (t <= f || t >= f + bytes)
		return memcpy(to, from, bytes);
	while (bytes--)
		t[bytes] = f[bytes];
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	const uint64_t word = (uint8_t)value * (UINT64_MAX / UINT8_MAX);
	void *start = to;
	size_t words = bytes / 8;

	bytes %= 8;
	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(word) : "memory");
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(word) : "memory");
	return start;
}

int memcmp(const void *left, const void *right, size_t bytes)
{
	const unsigned char *a = left;
	const unsigned char *b = right;

	for (size_t n = 0; n < bytes; n++)
		if (a[n] != b[n])
			return a[n] - b[n];
	return 0;
}

/* As the assembler may read all memory, the compiler cannot leave this out. */
void wipe(void *to, size_t bytes)
{
	memset(to, 0, bytes);
	__asm__ volatile("" : : : "memory");
}
