/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts keel.efi once for each line of \options, with that line as its load options, and names
 * each try by the line's number. In a last try the first line comes again: a page that is missing
 * after it was lost, and not set aside by the firmware for itself.
 */
#include "hooks.h"

static char text[16 * 1024];

static char *take_line(char **at)
{
	char *line = *at;
	char *end = line;

	while (*end && *end != '\n')
		end++;
	*at = *end ? end + 1 : end;
	*end = 0;
	return line;
}

static void try_line(const char *name, const char *line)
{
	launch_options(line);
	launch(name, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	char *at = text;
	char *first;
	char name[] = "000";

	launch_init(image, system);
	file_text(image, (const CHAR16 *)u"\\options", text, sizeof(text));
	first = take_line(&at);
	try_line(name, first);
	for (unsigned n = 1; *at; n++) {
		name[0] = '0' + n / 100 % 10;
		name[1] = '0' + n / 10 % 10;
		name[2] = '0' + n % 10;
		try_line(name, take_line(&at));
	}
	try_line("again", first);
	return finish();
}
