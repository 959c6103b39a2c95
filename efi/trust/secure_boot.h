/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the firmware starts only what is signed (UEFI 2.10, 3.3 and 32.3). */
#ifndef EFI_TRUST_SECURE_BOOT_H
#define EFI_TRUST_SECURE_BOOT_H

#include <keel/boot_info.h>
#include "firmware.h"

/*
 * What cannot be read counts as on: only a variable that does not exist, or says so, means off.
 * What shim's own variables say (MokSBState) is not asked.
 */
enum keel_secure_boot secure_boot_state(const struct firmware *fw);

#endif
