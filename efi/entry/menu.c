/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets the person at the machine choose an entry. Only what every console can do is used, lines of
 * text one after the other, so that it serves over a serial port too.
 */
#include "entry/menu.h"
#include "config/menu_keys.h"
#include "lib/text.h"

#define TICKS_PER_SECOND 10000000 /* of EFI_BOOT_SERVICES.SetTimer: 100 ns each */
#define USUAL_COLUMNS	 80
#define USUAL_ROWS	 25
#define LEAST_COLUMNS	 20  /* fewer cannot be true */
#define MOST_COLUMNS	 256 /* of a line: a longer title is cut with "..." */

/* What the console says that it has, or what each has to offer (mode 0, UEFI 2.10 12.4). */
static void find_size(const struct firmware *fw, uint64_t *columns, uint64_t *rows)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *out = fw->system->ConOut;
	UINTN width = 0, height = 0;

	if (out && out->Mode && out->Mode->Mode >= 0 &&
	    EFI_ERROR(out->QueryMode(out, (UINTN)out->Mode->Mode, &width, &height)))
		width = height = 0;
	*columns = width < LEAST_COLUMNS ? USUAL_COLUMNS : width;
	*rows = height ? height : USUAL_ROWS;
}

/*
 * One line, whatever the title: no character takes more columns than bytes, and the last column
 * stays free, behind which some consoles begin a line of their own.
 */
static void show_entry(const struct firmware *fw, const struct config *config,
		       const struct menu *menu, uint32_t n, uint64_t columns)
{
	static const char is_default[] = "  (default)";
	const bool chosen = n == config->default_entry;
	char memory[MOST_COLUMNS] = "";
	struct text line = text_in(memory, columns < MOST_COLUMNS ? columns : MOST_COLUMNS);

	if (chosen)
		line.capacity -= sizeof(is_default) - 1;
	text_print(&line, "%s %u  %s", n == menu->selected ? ">" : " ", (uint64_t)n + 1,
		   config->entries[n].title);
	show(fw, "%s%s\n", memory, chosen ? is_default : "");
}

/* How many entries there are beyond an end, on a line of its own, so that nothing jumps. */
static void show_more(const struct firmware *fw, uint64_t count, const char *where)
{
	if (count)
		show(fw, "  ... %u %s\n", count, where);
	else
		show(fw, "\n");
}

static void show_entries(const struct firmware *fw, const struct config *config,
			 const struct menu *menu, uint64_t columns)
{
	const uint32_t end = menu->first_shown + menu->shown_count;
	const bool all = menu->shown_count == menu->entry_count;

	show(fw, "\n\n");
	if (!all)
		show_more(fw, menu->first_shown, "above");
	for (uint32_t n = menu->first_shown; n < end; n++)
		show_entry(fw, config, menu, n, columns);
	if (!all)
		show_more(fw, menu->entry_count - end, "below");
	show(fw, "Up, Down and Enter, or its number: ");
	if (menu->typed)
		show(fw, "%u", (uint64_t)menu->typed);
}

/* Without waiting. Some boards freeze for seconds when a key is read for the first time. */
static bool read_key(const struct firmware *fw, EFI_INPUT_KEY *key)
{
	SIMPLE_INPUT_INTERFACE *in = fw->system->ConIn;

	return in && !EFI_ERROR(in->ReadKeyStroke(in, key));
}

/* Until an entry is selected, or time is up. `timer` ticks every second. */
static EFI_STATUS run_menu(const struct firmware *fw, const struct config *config, EFI_EVENT timer,
			   struct menu *menu, uint64_t columns)
{
	SIMPLE_INPUT_INTERFACE *in = fw->system->ConIn;
	EFI_EVENT events[] = { timer, in ? in->WaitForKey : NULL };
	uint64_t seconds = config->timeout_seconds;
	bool counting = seconds;

	show_entries(fw, config, menu, columns);
	for (;;) {
		const struct menu before = *menu;
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
		if (counting || menu->selected != before.selected || menu->typed != before.typed)
			show_entries(fw, config, menu, columns);
		counting = false;
	}
}

uint32_t menu_select(const struct firmware *fw, const struct config *config)
{
	uint64_t columns, rows;
	struct menu menu;
	EFI_INPUT_KEY key;
	EFI_EVENT timer;
	EFI_STATUS status;

	if (!config->timeout_seconds && (config->entry_count < 2 || !read_key(fw, &key)))
		return config->default_entry;
	find_size(fw, &columns, &rows);
	menu = menu_start(config->entry_count, config->default_entry, rows);
	status = fw->boot->CreateEvent(EVT_TIMER, 0, NULL, NULL, &timer);
	if (!EFI_ERROR(status)) {
		status = fw->boot->SetTimer(timer, TimerPeriodic, TICKS_PER_SECOND);
		if (!EFI_ERROR(status))
			status = run_menu(fw, config, timer, &menu, columns);
		fw->boot->CloseEvent(timer);
	}
	show(fw, "\n");
	if (!EFI_ERROR(status))
		return menu.selected;
	show(fw, "  menu      starting the default: no menu (EFI status %p)\n", (uint64_t)status);
	return config->default_entry;
}
