/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the framebuffer, for the few words that are said after boot services are gone. */
#ifndef EFI_PANIC_SCREEN_H
#define EFI_PANIC_SCREEN_H

#include <keel/boot_info.h>

/* Where the next character goes; pixel addresses are physical, as they were under the firmware. */
struct panic_screen {
	const struct keel_framebuffer *framebuffer;
	uint32_t x; /* pixels */
	uint32_t y;
};

/* Makes room at the top of the screen; without a framebuffer nothing happens, here and below. */
void panic_screen_start(struct panic_screen *screen, const struct keel_framebuffer *framebuffer);
void panic_screen_put(struct panic_screen *screen, char c);

#endif
