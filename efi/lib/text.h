/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text, one character at a time to whoever wants it. */
#ifndef EFI_FORMAT_H
#define EFI_FORMAT_H

#include <stdarg.h>

/*
 * Calls put(context, c) for each character. Conversions: %s a string; %u, %x and %p a uint64_t as
 * decimal, as hex without and as hex with 16 digits; %% a percent sign. Every number must be
 * passed as a 64-bit value.
 */
void format_text(void (*put)(void *context, char c), void *context, const char *format,
		 va_list arguments);

#endif
