/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted text: one character at a time to whoever wants it, or into memory of a fixed size.
 *
 * Conversions: %s a string, which may come from anywhere: a tab becomes a blank, and any other
 * control character, and any byte that is not UTF-8, a question mark; %l lines of our own, as they
 * are; %u, %x and %p a uint64_t in decimal, in hexadecimal with 0x, and so with 16 digits; %h in
 * hexadecimal without 0x, for columns whose heading or format says what they are; %% a percent
 * sign. Every number must be passed as a 64-bit value.
 */
#ifndef EFI_LIB_TEXT_H
#define EFI_LIB_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* Calls put(context, c) for each character. */
void text_format(void (*put)(void *context, char c), void *context, const char *format,
		 va_list arguments);

/* Text that grows in memory of the caller's, and always ends with a NUL. */
struct text {
	char *start;
	uint64_t bytes;	   /* so far, without the NUL */
	uint64_t capacity; /* of the memory, at least 4 */
	bool cut;	   /* something did not fit: the text ends with "..." */
};

/* The text that is in the memory already, up to its NUL, which must be there. */
struct text text_in(char *memory, uint64_t capacity);

/*
 * Adds to the text. What does not fit is left out, and so is everything after it; "..." takes the
 * place of the last characters, without cutting a UTF-8 character in two.
 */
void text_print(struct text *text, const char *format, ...);
void text_print_list(struct text *text, const char *format, va_list arguments);

/* Adds so many bytes as %s does. */
void text_print_foreign(struct text *text, const char *from, uint64_t bytes);

/*
 * Makes a string in place into what %s shows of it: text from outside that somebody else will show,
 * who does not expect control characters. It gets no longer.
 */
void text_neutralise(char *text);

/* Length in bytes, without the NUL. */
static inline uint64_t text_bytes(const char *text)
{
	uint64_t bytes = 0;

	while (text[bytes])
		bytes++;
	return bytes;
}

/* Whether two strings are the same. */
static inline bool text_same(const char *left, const char *right)
{
	while (*left && *left == *right) {
		left++;
		right++;
	}
	return *left == *right;
}

#endif
