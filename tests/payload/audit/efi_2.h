/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime services that came with EFI 2.0: UpdateCapsule, QueryCapsuleCapabilities and
 * QueryVariableInfo. Older firmware has something else behind its table, and some that says it has
 * them hangs.
 */
#ifndef PAYLOAD_EFI_2_H
#define PAYLOAD_EFI_2_H

#include <stdbool.h>
#include <stdint.h>

/* Their bits in EFI_RT_PROPERTIES_TABLE. */
#define EFI_2_SUPPORTED UINT32_C(0x3800)

/* Whether both tables are of a revision that has them. */
bool efi_2_exists(void);

/* Whether this vendor's firmware hangs in them. */
bool efi_2_hangs(void);

static inline bool efi_2_may_be_called(void)
{
	return efi_2_exists() && !efi_2_hangs();
}

#endif
