/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the run; see power.h. */
#include "audit/service.h"
#include "cpu.h"
#include "efi.h"
#include "keep.h"
#include "options.h"
#include "power.h"
#include "report.h"

_Noreturn void finish(void)
{
	const uint32_t wanted = options_read().finish;
	static bool entered;

	/* Calling the firmware takes memory: where that is what has run out, this is the end. */
	if (entered)
		halt_forever();
	entered = true;
	keep_what_there_is();
	if (wanted == FINISH_HALT) {
		show(SCREEN_TEXT, "The end. Please switch the machine off or reset it.");
		halt_forever();
	}
	service_reset(wanted);
	show(SCREEN_TEXT, "The firmware does not switch the machine off: please do it by hand.");
	halt_forever();
}
