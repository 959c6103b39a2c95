/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line; see options.h. */
#include "efi.h"
#include "options.h"
#include "report.h"

static void set_finish(struct options *options, uint32_t value)
{
	options->finish = value;
}

static void set_depth(struct options *options, uint32_t value)
{
	options->depth = value;
}

static const struct {
	const char *word;
	void (*set)(struct options *options, uint32_t value);
	uint32_t value;
} words[] = {
	{ "finish=poweroff", set_finish, EFI_RESET_SHUTDOWN },
	{ "finish=reboot", set_finish, EFI_RESET_COLD },
	{ "finish=warm", set_finish, EFI_RESET_WARM },
	{ "finish=halt", set_finish, FINISH_HALT },
	{ "firmware=default", set_depth, AUDIT_DEFAULT },
	{ "firmware=strict", set_depth, AUDIT_STRICT },
	{ "firmware=again", set_depth, AUDIT_AGAIN },
};

/* Does the word begin with all of that, and end there? */
static bool is_word(const char *text, const char *word)
{
	while (*word && *text == *word)
		text++, word++;
	return !*word && (*text == ' ' || !*text);
}

static void take_word(struct options *options, const char *text)
{
	for (unsigned n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		if (!is_word(text, words[n].word))
			continue;
		words[n].set(options, words[n].value);
		return;
	}
	show(SCREEN_BAD,
	     "Unknown option, expected finish=poweroff, reboot, warm or halt, or firmware=strict or "
	     "again: %s",
	     text);
}

struct options options_read(void)
{
	struct options options = { FINISH_HALT, AUDIT_DEFAULT };

	for (const char *text = boot->command_line; *text;) {
		take_word(&options, text);
		while (*text && *text != ' ')
			text++;
		while (*text == ' ')
			text++;
	}
	return options;
}
