/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32 as UEFI uses it (UEFI 2.10, 4.2, 7.5 "CalculateCrc32"): IEEE 802.3, reflected. */
#ifndef EFI_CRC_H
#define EFI_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Start with 0; feed the result of one call into the next to go on. */
uint32_t crc32(uint32_t crc, const void *data, size_t bytes);

#endif
