/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts keel.efi once for each line of \options, with that line as its load options; and then all
 * of it a second time. What the firmware sets aside for itself as it reads folders and files, it
 * has by then: a page that is missing after a second try was lost.
 */
#include "hooks.h"

static char text[16 * 1024];

/* Ends the line, and returns the one after it; NULL after the last. */
static char *end_line(char *line)
{
	while (*line && *line != '\n')
		line++;
	if (!*line)
		return NULL;
	*line = 0;
	return line + 1;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	static char *lines[256];
	UINTN count = 0;
	char *line = text;

	launch_init(image, system);
	file_text(image, (const CHAR16 *)u"\\options", text, sizeof(text));
	for (char *next; count < 256 && (next = end_line(line)); line = next)
		lines[count++] = line;
	for (UINTN n = 0; n < 2 * count; n++) {
		launch_options(lines[n % count]);
		launch(n < count ? "first" : "second", NULL, NULL);
	}
	return finish();
}
