/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the run; see power.h. */
#include "cpu.h"
#include "efi.h"
#include "fault.h"
#include "keep.h"
#include "power.h"
#include "report.h"

#define HALT (~0u) /* none of ResetSystem's types */

static const struct {
	const char *word;
	uint32_t reset;
} endings[] = {
	{ "finish=poweroff", EFI_RESET_SHUTDOWN },
	{ "finish=reboot", EFI_RESET_COLD },
	{ "finish=halt", HALT },
};

/* Does the word begin with all of that, and end there? */
static bool is_word(const char *text, const char *word)
{
	while (*word && *text == *word)
		text++, word++;
	return !*word && (*text == ' ' || !*text);
}

static uint32_t reset_for(const char *text)
{
	for (unsigned n = 0; n < sizeof(endings) / sizeof(endings[0]); n++)
		if (is_word(text, endings[n].word))
			return endings[n].reset;
	show(SCREEN_BAD, "Unknown option, expected finish=poweroff, reboot or halt: %s", text);
	return HALT;
}

/* The last one that is there counts. */
static uint32_t wanted_reset(void)
{
	uint32_t reset = HALT;

	for (const char *text = boot->command_line; *text;) {
		reset = reset_for(text);
		while (*text && *text != ' ')
			text++;
		while (*text == ' ')
			text++;
	}
	return reset;
}

_Noreturn void finish(void)
{
	const struct efi_runtime_services *services = efi_runtime_services();
	const uint32_t reset = wanted_reset();

	keep_what_there_is();
	if (reset == HALT) {
		show(SCREEN_TEXT, "The end. Please switch the machine off or reset it.");
		halt_forever();
	}
	if (services && boot->runtime_supported & EFI_RT_SUPPORTED_RESET_SYSTEM) {
		fault_activity = "ResetSystem";
		efi_prepare_cpu();
		services->reset_system(reset, EFI_SUCCESS, 0, NULL);
	}
	show(SCREEN_TEXT, "The firmware does not switch the machine off: please do it by hand.");
	halt_forever();
}
