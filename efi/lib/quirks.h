/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a vendor's firmware is known to get wrong, and cannot be found out without harm. Pure C: the
 * table is in quirks.c, with the source of each line.
 */
#ifndef EFI_QUIRKS_H
#define EFI_QUIRKS_H

#include <stdint.h>

/*
 * Whatever revision its tables have, runtime services that came with EFI 2.0 must not be called:
 * QueryVariableInfo, UpdateCapsule, QueryCapsuleCapabilities.
 */
#define QUIRK_EFI_1_10 0x1u

/* The quirks, as QUIRK_ bits, for what FirmwareVendor says: UTF-16 with its NUL, or NULL. */
uint32_t quirks_of_vendor(const uint16_t *vendor);

#endif
