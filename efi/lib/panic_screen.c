/* SPDX-License-Identifier: BSD-2-Clause */
#include <keel/font.h>
#include "lib/panic_screen.h"

#define CELL_WIDTH   (KEEL_FONT_COLUMNS + 1)
#define CELL_HEIGHT  (KEEL_FONT_ROWS + KEEL_FONT_DESCENT + 1)
#define WANT_COLUMNS 100 /* of text across the screen: decides how large a dot is */

static void put_pixel(const struct panic_screen *screen, uint32_t x, uint32_t y, bool lit)
{
	const struct keel_framebuffer *f = screen->framebuffer;
	volatile uint8_t *pixel =
		(uint8_t *)screen->base + ((uint64_t)y * f->stride + x) * f->bytes_per_pixel;
	/* White on black, in any format: all colour bits or none. */
	const uint32_t value = lit ? f->red_mask | f->green_mask | f->blue_mask : 0;

	if (x >= f->width || y >= f->height)
		return;
	for (uint32_t n = 0; n < f->bytes_per_pixel; n++)
		pixel[n] = value >> (8 * n);
}

void panic_screen_start(struct panic_screen *screen, const struct keel_framebuffer *framebuffer,
			uint64_t base)
{
	screen->framebuffer = framebuffer;
	screen->base = base;
	screen->dot = framebuffer->width / (WANT_COLUMNS * CELL_WIDTH);
	screen->dot += screen->dot == 0;
	screen->x = 0;
	screen->y = 0;
}

/* What the firmware had written there must not look as if it belonged to the line. */
static void next_line(struct panic_screen *screen)
{
	while (screen->x + CELL_WIDTH * screen->dot <= screen->framebuffer->width)
		panic_screen_put(screen, ' ');
	screen->x = 0;
	screen->y += CELL_HEIGHT * screen->dot;
}

void panic_screen_put(struct panic_screen *screen, char c)
{
	const uint32_t width = CELL_WIDTH * screen->dot;
	const uint32_t height = CELL_HEIGHT * screen->dot;
	const uint8_t *rows = keel_font[0];

	if (!screen->base)
		return;
	if (c == '\n' || screen->x + width > screen->framebuffer->width)
		next_line(screen);
	if (c == '\n')
		return;
	if (c > KEEL_FONT_FIRST && c <= KEEL_FONT_LAST)
		rows = keel_font[c - KEEL_FONT_FIRST];
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++) {
			const uint32_t row = y / screen->dot - keel_font_descent(c);
			const uint32_t column = x / screen->dot;
			const bool lit = row < KEEL_FONT_ROWS && column < KEEL_FONT_COLUMNS &&
					 rows[row] >> (KEEL_FONT_COLUMNS - 1 - column) & 1;

			put_pixel(screen, screen->x + x, screen->y + y, lit);
		}
	screen->x += width;
}
