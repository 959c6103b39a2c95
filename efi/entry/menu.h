/* SPDX-License-Identifier: BSD-2-Clause */
/* The menu: the firmware's console in menu.c, and what a key means, in menu_keys.c, without it. */
#ifndef EFI_MENU_H
#define EFI_MENU_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct loader;

/*
 * Index of the entry to start. With a timeout it shows the menu and counts down; without one it
 * shows it only if there is a choice and a key is waiting.
 */
uint32_t menu_choose(const struct loader *l, const struct config *config);

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
