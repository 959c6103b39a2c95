/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86 code packs better when calls of one function look the same wherever they stand. efi/pack
 * replaces the distance in each call and jump by where it leads to, counted from the start of the
 * file; this is the way back.
 */
#ifndef EFI_CALLS_H
#define EFI_CALLS_H

#include <stdint.h>

/* Any bytes will do: nothing outside the buffer, which is below 2 GB, is read or written. */
void calls_restore(uint8_t *file, uint64_t bytes);

#endif
