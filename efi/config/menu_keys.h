/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys do in the menu. Pure C without firmware. */
#ifndef EFI_CONFIG_MENU_KEYS_H
#define EFI_CONFIG_MENU_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct menu {
	uint32_t entry_count; /* at least 1 */
	uint32_t selected;    /* index */
};

/*
 * A key, as EFI_INPUT_KEY has it (UEFI 2.10 12.3): true if the selected entry is to be started.
 * Those that mean nothing change nothing.
 */
bool menu_key(struct menu *menu, uint16_t scan_code, uint16_t character);

#endif
