/* SPDX-License-Identifier: BSD-2-Clause */
/* Letters on the framebuffer, white on what is there. */
#include "lesson.h"
#include <keel/font.h>

enum { DOT = 2, COLUMNS = KEEL_FONT_COLUMNS + 1, ROWS = KEEL_FONT_ROWS + KEEL_FONT_DESCENT + 1 };

static const struct keel_framebuffer *screen;
static uint32_t column, line;

void screen_begin(const struct keel_framebuffer *framebuffer)
{
	volatile uint32_t *pixels = (uint32_t *)framebuffer->virt;

	if (framebuffer->bytes_per_pixel != 4)
		return;
	screen = framebuffer;
	for (uint64_t n = 0; n < (uint64_t)screen->stride * screen->height; n++)
		pixels[n] = 0;
}

/* Four letters reach below the line. */
static void draw(char c)
{
	const uint32_t low = c == 'g' || c == 'p' || c == 'q' || c == 'y' ? KEEL_FONT_DESCENT : 0;
	volatile uint32_t *pixels = (uint32_t *)screen->virt + column * COLUMNS * DOT +
				    (line * ROWS + low) * DOT * (uint64_t)screen->stride;

	for (uint32_t y = 0; y < KEEL_FONT_ROWS * DOT; y++, pixels += screen->stride)
		for (uint32_t x = 0; x < KEEL_FONT_COLUMNS * DOT; x++)
			if (keel_font[c - ' '][y / DOT] >> (KEEL_FONT_COLUMNS - 1 - x / DOT) & 1)
				pixels[x] = UINT32_MAX;
}

void screen_put(char c)
{
	if (!screen)
		return;
	if (c >= ' ' && c <= '~' && (column + 1) * COLUMNS * DOT <= screen->width &&
	    (line + 1) * ROWS * DOT <= screen->height)
		draw(c);
	column = c == '\n' ? 0 : column + 1;
	line += c == '\n';
}
