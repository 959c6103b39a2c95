/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/menu_keys.h"

/* UEFI 2.10 appendix B, "EFI Scan Codes". */
enum {
	SCAN_UP = 1,
	SCAN_DOWN = 2,
	SCAN_HOME = 5,
	SCAN_END = 6,
	SCAN_PAGE_UP = 9,
	SCAN_PAGE_DOWN = 10
};

#define NARROW_ROWS 3 /* what is above, what is below, and the prompt */

static void show_selected(struct menu *menu)
{
	if (menu->selected < menu->first_shown)
		menu->first_shown = menu->selected;
	if (menu->selected - menu->first_shown >= menu->shown_count)
		menu->first_shown = menu->selected - menu->shown_count + 1;
}

struct menu menu_start(uint32_t entry_count, uint32_t selected, uint64_t rows)
{
	struct menu menu = { .entry_count = entry_count, .selected = selected };

	if (rows > entry_count)
		menu.shown_count = entry_count;
	else
		menu.shown_count = rows > NARROW_ROWS ? (uint32_t)rows - NARROW_ROWS : 1;
	show_selected(&menu);
	return menu;
}

static void move(struct menu *menu, uint16_t scan_code)
{
	const uint32_t last = menu->entry_count - 1;
	const uint32_t page = menu->shown_count;
	const uint32_t at = menu->selected;

	switch (scan_code) {
	case SCAN_UP:
		menu->selected = at ? at - 1 : last;
		break;
	case SCAN_DOWN:
		menu->selected = at < last ? at + 1 : 0;
		break;
	case SCAN_HOME:
		menu->selected = 0;
		break;
	case SCAN_END:
		menu->selected = last;
		break;
	case SCAN_PAGE_UP:
		menu->selected = at > page ? at - page : 0;
		break;
	case SCAN_PAGE_DOWN:
		menu->selected = last - at > page ? at + page : last;
		break;
	default:
		return;
	}
	menu->typed = 0;
}

/* Whether no more digits can follow: 12 is not to start entry 1. */
static bool type_digit(struct menu *menu, uint32_t digit)
{
	const uint64_t number = menu->typed * UINT64_C(10) + digit;

	if (!number || number > menu->entry_count)
		return false;
	menu->typed = (uint32_t)number;
	menu->selected = menu->typed - 1;
	return number * 10 > menu->entry_count;
}

bool menu_key(struct menu *menu, uint16_t scan_code, uint16_t character)
{
	bool start = character == '\r' || character == '\n';

	move(menu, scan_code);
	if (character >= '0' && character <= '9')
		start = type_digit(menu, character - (uint32_t)'0');
	if (character == '\b') {
		menu->typed /= 10;
		menu->selected = menu->typed ? menu->typed - 1 : menu->selected;
	}
	show_selected(menu);
	return start;
}
