/* SPDX-License-Identifier: BSD-2-Clause */
/* The menu on the firmware's console. */
#ifndef EFI_ENTRY_MENU_H
#define EFI_ENTRY_MENU_H

#include "config/config.h"
#include "firmware.h"

/*
 * Index of the entry to start. With a timeout it shows the menu and counts down; without one it
 * shows it only if there is a choice and a key is waiting.
 */
uint32_t menu_select(const struct firmware *fw, const struct config *config);

#endif
