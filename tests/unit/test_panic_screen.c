/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What keel.efi draws when boot services are gone: read back, dot by dot, from framebuffers of
 * every size, stride and pixel format, each of which ends where its last line does
 * (AddressSanitizer looks).
 */
#include "check.h"
#include <keel/font.h>
#include "lib/panic_screen.h"

#define CELL_WIDTH  (KEEL_FONT_COLUMNS + 1)
#define CELL_HEIGHT (KEEL_FONT_ROWS + KEEL_FONT_DESCENT + 1)
#define OLD	    0x5a /* every byte of what was on the screen before */

struct format {
	uint32_t bytes_per_pixel;
	uint32_t red, green, blue;
};

static const struct format formats[] = {
	{ 4, 0xff, 0xff00, 0xff0000 },	   /* RGBX */
	{ 4, 0xff0000, 0xff00, 0xff },	   /* BGRX */
	{ 4, 0x3ff00000, 0xffc00, 0x3ff }, /* masks from here on */
	{ 3, 0xff0000, 0xff00, 0xff },	   { 2, 0xf800, 0x7e0, 0x1f }, { 2, 0x7c00, 0x3e0, 0x1f },
};

static const struct size {
	uint32_t width, height;
} sizes[] = {
	{ 320, 200 },  { 640, 480 },   { 800, 600 },   { 800, 1280 },  { 1024, 768 },
	{ 1366, 768 }, { 1920, 1080 }, { 2560, 1440 }, { 3440, 1440 }, { 3840, 2160 },
};

static const char text[] = "keel: fatal: (gypq) {0x1F}, #7 & 100% ~";

static uint32_t pixel_at(const struct keel_framebuffer *f, uint32_t x, uint32_t y)
{
	const uint8_t *at = (uint8_t *)f->virt + ((uint64_t)y * f->stride + x) * f->bytes_per_pixel;
	uint32_t pixel = 0;

	for (uint32_t n = 0; n < f->bytes_per_pixel; n++)
		pixel |= (uint32_t)at[n] << (8 * n);
	return pixel;
}

/* Each dot of the character's cell is all white or all black, and is as the font has it. */
static void look_at(const struct keel_framebuffer *f, uint32_t dot, uint32_t left, uint32_t top,
		    char c)
{
	const uint32_t white = f->red_mask | f->green_mask | f->blue_mask;

	for (uint32_t y = 0; y < CELL_HEIGHT * dot; y++) {
		for (uint32_t x = 0; x < CELL_WIDTH * dot; x++) {
			const uint32_t row = y / dot - keel_font_descent(c);
			const bool lit = row < KEEL_FONT_ROWS && x / dot < KEEL_FONT_COLUMNS &&
					 keel_font[c - ' '][row] & 0x10 >> x / dot;

			assert_int_equal(pixel_at(f, left + x, top + y), lit ? white : 0);
		}
	}
}

static void draw(const struct size *size, const struct format *format, uint32_t stride)
{
	const uint64_t bytes =
		((uint64_t)stride * (size->height - 1) + size->width) * format->bytes_per_pixel;
	uint8_t *memory = malloc(bytes);
	const struct keel_framebuffer f = {
		.virt = (uint64_t)memory,
		.width = size->width,
		.height = size->height,
		.stride = stride,
		.bytes_per_pixel = format->bytes_per_pixel,
		.red_mask = format->red,
		.green_mask = format->green,
		.blue_mask = format->blue,
	};
	struct panic_screen screen;
	uint32_t x, y;

	assert_non_null(memory);
	memset(memory, OLD, bytes);
	panic_screen_start(&screen, &f, f.virt);
	const uint32_t dot = screen.dot;

	/* A character is large enough to be read, and a hundred fit beside each other. */
	assert_true(dot * CELL_WIDTH * 125 >= size->width || dot * CELL_WIDTH * 200 > size->width);
	assert_true(dot == 1 || dot * CELL_WIDTH * 100 <= size->width);
	/* What stood in a line before is gone, in an empty one, too. */
	panic_screen_put(&screen, '\n');
	for (x = 0; x + CELL_WIDTH * dot <= size->width; x += CELL_WIDTH * dot)
		look_at(&f, dot, x, 0, ' ');
	for (unsigned n = 0; n < 5 * strlen(text); n++) /* more than a line */
		panic_screen_put(&screen, text[n % strlen(text)]);

	x = 0;
	y = CELL_HEIGHT * dot;
	for (unsigned n = 0; n < 5 * strlen(text); n++, x += CELL_WIDTH * dot) {
		if (x + CELL_WIDTH * dot > size->width) {
			x = 0;
			y += CELL_HEIGHT * dot;
		}
		if (y + CELL_HEIGHT * dot <= size->height)
			look_at(&f, dot, x, y, text[n % strlen(text)]);
	}
	/* What is beyond the edge belongs to nobody. */
	for (uint32_t line = 0; line + 1 < size->height; line++)
		for (uint64_t n = size->width; n < stride; n++)
			for (uint32_t b = 0; b < f.bytes_per_pixel; b++)
				assert_int_equal(
					memory[(line * (uint64_t)stride + n) * f.bytes_per_pixel +
					       b],
					OLD);
	/* Below the screen, just so and far: nothing more is drawn, nor written anywhere. */
	while (screen.y < size->height + 2 * CELL_HEIGHT * dot)
		panic_screen_put(&screen, '\n');
	panic_screen_put(&screen, '#');
	/* As far as a line for each of its pixels leads; to go there line by line takes minutes. */
	screen.y = size->height * CELL_HEIGHT * dot;
	panic_screen_put(&screen, '\n');
	panic_screen_put(&screen, '#');
	free(memory);
}

static void every_screen(void **state)
{
	(void)state;
	for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (unsigned f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
			draw(&sizes[s], &formats[f], sizes[s].width);
			draw(&sizes[s], &formats[f], sizes[s].width + 13);
		}
}

static void no_screen(void **state)
{
	const struct keel_framebuffer none = { .width = 0 };
	struct panic_screen screen;

	(void)state;
	panic_screen_start(&screen, &none, 0);
	panic_screen_put(&screen, 'x');
	panic_screen_put(&screen, '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_screen),
		cmocka_unit_test(no_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
