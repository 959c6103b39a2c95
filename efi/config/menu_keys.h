/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys do in the menu, and which entries it shows. Pure C without firmware. */
#ifndef EFI_CONFIG_MENU_KEYS_H
#define EFI_CONFIG_MENU_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct menu {
	uint32_t entry_count; /* at least 1 */
	uint32_t selected;    /* index */
	uint32_t typed;	      /* the beginning of an entry's number, counted from 1; 0: none */
	uint32_t first_shown; /* index; the selected one is always shown */
	uint32_t shown_count;
};

/* For a screen with so many rows: besides the entries there is one for the prompt, on its end. */
struct menu menu_start(uint32_t entry_count, uint32_t selected, uint64_t rows);

/*
 * A key, as EFI_INPUT_KEY has it (UEFI 2.10 12.3): true if the selected entry is to be started. A
 * digit that could begin a longer number only selects. Keys that mean nothing change nothing.
 */
bool menu_key(struct menu *menu, uint16_t scan_code, uint16_t character);

#endif
