/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unicode text: UTF-8, in which Keel keeps all text, and UTF-16, in which firmware does (UEFI 2.10
 * 2.3.1, CHAR16). One character at a time; RFC 3629 and RFC 2781 say what is well-formed. Pure C
 * without firmware.
 */
#ifndef EFI_UTF_H
#define EFI_UTF_H

#include <stdint.h>

/*
 * The character that the text begins with. They return how many bytes it takes up (1 to 4, 2 or 4),
 * or 0 if the first `bytes` bytes, all that is ever read, do not begin with a whole, well-formed
 * one. UTF-16 is little-endian and need not be aligned.
 */
unsigned utf8_get(const char *text, uint64_t bytes, uint32_t *code);
unsigned utf16_get(const void *text, uint64_t bytes, uint32_t *code);

/* Writes a character and returns how many elements it has become: 1 to 4 bytes, 1 or 2 units. */
unsigned utf8_put(uint32_t code, char *to);
unsigned utf16_put(uint32_t code, uint16_t *to);

/* A text's size in UTF-8 with a NUL is never more than this. */
#define UTF8_BYTES_OF_UTF16(bytes) ((bytes) / 2 * 3 + 1)

/*
 * Converts UTF-16 up to its NUL, or all `bytes` bytes of it, and ends it with a NUL. Returns the
 * bytes used of `to`, the NUL included, or 0 if the text is not well-formed or if there is anything
 * but zeros after its NUL.
 */
uint64_t utf8_from_utf16(const void *text, uint64_t bytes, char *to);

#endif
