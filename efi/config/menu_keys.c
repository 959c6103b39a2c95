/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/menu_keys.h"

#define SCAN_CODE_UP   1 /* UEFI 2.10 appendix B, "EFI Scan Codes" */
#define SCAN_CODE_DOWN 2

bool menu_key(struct menu *menu, uint16_t scan_code, uint16_t character)
{
	const uint32_t last = menu->entry_count - 1;
	const uint32_t number = character - (uint32_t)'1';

	if (scan_code == SCAN_CODE_UP)
		menu->selected = menu->selected ? menu->selected - 1 : last;
	else if (scan_code == SCAN_CODE_DOWN)
		menu->selected = menu->selected < last ? menu->selected + 1 : 0;
	if (number > last || number >= 9)
		return character == '\r' || character == '\n';
	menu->selected = number;
	return true;
}
