/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets the person at the machine choose an entry. Only what every console can do is used, lines of
 * text one after the other, so that it serves over a serial port too.
 */
#include "entry/menu.h"
#include "config/menu_keys.h"

#define TICKS_PER_SECOND 10000000 /* of EFI_BOOT_SERVICES.SetTimer: 100 ns each */

static void show_entries(const struct firmware *fw, const struct config *config, uint32_t selected)
{
	show(fw, "\n\n");
	for (uint32_t n = 0; n < config->entry_count; n++)
		show(fw, "%s %u  %s%s\n", n == selected ? ">" : " ", (uint64_t)n + 1,
		     config->entries[n].title, n == config->default_entry ? "  (default)" : "");
	show(fw, "Up, Down and Enter, or its number: ");
}

/* Without waiting. Some boards freeze for seconds when a key is read for the first time. */
static bool read_key(const struct firmware *fw, EFI_INPUT_KEY *key)
{
	SIMPLE_INPUT_INTERFACE *in = fw->system->ConIn;

	return in && !EFI_ERROR(in->ReadKeyStroke(in, key));
}

/* Until an entry is selected, or time is up. `timer` ticks every second. */
static EFI_STATUS run_menu(const struct firmware *fw, const struct config *config, EFI_EVENT timer,
			   struct menu *menu)
{
	SIMPLE_INPUT_INTERFACE *in = fw->system->ConIn;
	EFI_EVENT events[] = { timer, in ? in->WaitForKey : NULL };
	uint64_t seconds = config->timeout_seconds;
	bool counting = seconds;

	show_entries(fw, config, menu->selected);
	for (;;) {
		const uint32_t before = menu->selected;
		EFI_INPUT_KEY key;
		EFI_STATUS status;
		UINTN index;

		if (counting)
			show(fw, "\rStarts in %u s, any key stops that. ", seconds);
		status = fw->boot->WaitForEvent(in ? 2 : 1, events, &index);
		if (EFI_ERROR(status))
			return status;
		if (!index && counting && !--seconds)
			return EFI_SUCCESS;
		if (!index || !read_key(fw, &key))
			continue;
		if (menu_key(menu, key.ScanCode, key.UnicodeChar))
			return EFI_SUCCESS;
		/* Not for each key: one that is held comes in again and again. */
		if (counting || menu->selected != before)
			show_entries(fw, config, menu->selected);
		counting = false;
	}
}

uint32_t menu_select(const struct firmware *fw, const struct config *config)
{
	struct menu menu = { config->entry_count, config->default_entry };
	EFI_INPUT_KEY key;
	EFI_EVENT timer;
	EFI_STATUS status;

	if (!config->timeout_seconds && (config->entry_count < 2 || !read_key(fw, &key)))
		return config->default_entry;
	status = fw->boot->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer);
	if (!EFI_ERROR(status)) {
		status = fw->boot->SetTimer(timer, TimerPeriodic, TICKS_PER_SECOND);
		if (!EFI_ERROR(status))
			status = run_menu(fw, config, timer, &menu);
		fw->boot->CloseEvent(timer);
	}
	show(fw, "\n");
	if (!EFI_ERROR(status))
		return menu.selected;
	show(fw, "  menu      starting the default: no menu (EFI status %p)\n", (uint64_t)status);
	return config->default_entry;
}
