/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets the person at the machine choose an entry. Only what every console can do is used, lines of
 * text one after the other, so that it serves over a serial port too.
 */
#include "firmware.h"
#include "config/config.h"
#include "entry/menu.h"

#define TICKS_PER_SECOND 10000000 /* of EFI_BOOT_SERVICES.SetTimer: 100 ns each */

static void show(const struct loader *l, const struct config *config, uint32_t selected)
{
	say(l, "\n\n");
	for (uint32_t n = 0; n < config->entry_count; n++)
		say(l, "%s %u  %s%s\n", n == selected ? ">" : " ", (uint64_t)n + 1,
		    config->entries[n].title, n == config->default_entry ? "  (default)" : "");
	say(l, "Up, Down and Enter, or its number: ");
}

/* Without waiting. Some boards freeze for seconds when a key is read for the first time. */
static bool read_key(const struct loader *l, EFI_INPUT_KEY *key)
{
	SIMPLE_INPUT_INTERFACE *in = l->system->ConIn;

	return in && !EFI_ERROR(in->ReadKeyStroke(in, key));
}

/* Until an entry is chosen, or time is up. `timer` ticks every second. */
static EFI_STATUS choose(const struct loader *l, const struct config *config, EFI_EVENT timer,
			 struct menu *menu)
{
	SIMPLE_INPUT_INTERFACE *in = l->system->ConIn;
	EFI_EVENT events[] = { timer, in ? in->WaitForKey : NULL };
	uint64_t seconds = config->timeout_seconds;
	bool counting = seconds;

	show(l, config, menu->selected);
	for (;;) {
		const uint32_t before = menu->selected;
		EFI_INPUT_KEY key;
		EFI_STATUS status;
		UINTN index;

		if (counting)
			say(l, "\rStarts in %u s, any key stops that. ", seconds);
		status = l->boot->WaitForEvent(in ? 2 : 1, events, &index);
		if (EFI_ERROR(status))
			return status;
		if (!index && counting && !--seconds)
			return EFI_SUCCESS;
		if (!index || !read_key(l, &key))
			continue;
		if (menu_key(menu, key.ScanCode, key.UnicodeChar))
			return EFI_SUCCESS;
		/* Not for each key: one that is held comes in again and again. */
		if (counting || menu->selected != before)
			show(l, config, menu->selected);
		counting = false;
	}
}

uint32_t menu_choose(const struct loader *l, const struct config *config)
{
	struct menu menu = { config->entry_count, config->default_entry };
	EFI_INPUT_KEY key;
	EFI_EVENT timer;
	EFI_STATUS status;

	if (!config->timeout_seconds && (config->entry_count < 2 || !read_key(l, &key)))
		return config->default_entry;
	status = l->boot->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer);
	if (!EFI_ERROR(status)) {
		status = l->boot->SetTimer(timer, TimerPeriodic, TICKS_PER_SECOND);
		if (!EFI_ERROR(status))
			status = choose(l, config, timer, &menu);
		l->boot->CloseEvent(timer);
	}
	say(l, "\n");
	if (!EFI_ERROR(status))
		return menu.selected;
	say(l, "  menu      starting the default: no menu (EFI status %p)\n", (uint64_t)status);
	return config->default_entry;
}
