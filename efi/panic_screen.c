/* SPDX-License-Identifier: BSD-2-Clause */
#include "panic_screen.h"

void panic_screen_start(struct panic_screen *screen, const struct keel_framebuffer *framebuffer)
{
	screen->framebuffer = framebuffer;
	screen->x = 0;
	screen->y = 0;
}

void panic_screen_put(struct panic_screen *screen, char c)
{
	(void)screen;
	(void)c;
}
