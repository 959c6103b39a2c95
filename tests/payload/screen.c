/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the framebuffer; see screen.h. */
#include <keel/boot_info.h>
#include <keel/font.h>
#include "fault.h"
#include "report.h"
#include "screen.h"

#define CELL_WIDTH     (KEEL_FONT_COLUMNS + 1)
#define CELL_HEIGHT    (KEEL_FONT_ROWS + 3)
#define MARGIN	       6
#define WANT_COLUMNS   105 /* of text across the screen: decides how large a dot is */
#define WANT_LINES     40
#define STATUS_COLUMNS 40		/* with the margin */
#define BAND_WIDTH     (2 * CELL_WIDTH) /* of the picture of the map, left of the text */

/* 0xRRGGBB, whatever the screen's own format is. */
static const uint32_t colours[SCREEN_COLOUR_COUNT] = {
	[SCREEN_BACKGROUND] = 0x101820,	  [SCREEN_TEXT] = 0xe8e8e8,
	[SCREEN_DIM] = 0x8899a6,	  [SCREEN_GOOD] = 0x4cd964,
	[SCREEN_BAD] = 0xff5a4d,	  [SCREEN_BAND_NOTHING] = 0x24313d,
	[SCREEN_BAND_READ] = 0x9fb2c4,	  [SCREEN_BAND_WRITE] = 0x2f7fd6,
	[SCREEN_BAND_EXECUTE] = 0x4cd964, [SCREEN_BAND_USER] = 0xe0b040,
	[SCREEN_BAND_DEVICE] = 0xa06fd6,  [SCREEN_BAND_BOTH] = 0xff5a4d,
};

static struct {
	bool usable;
	bool has_result;
	uint32_t scale;
	uint32_t top;	 /* where the next line goes, in pixels */
	uint32_t bottom; /* where the reserved place begins */
	uint32_t left_out;
	uint32_t pixel[SCREEN_COLOUR_COUNT];
} screen;

/* The eight bits of one colour, spread over the bits that the framebuffer has for it. */
static uint32_t component(uint32_t value, uint32_t mask)
{
	if (mask == 0)
		return 0;
	uint32_t shift = (uint32_t)__builtin_ctz(mask);
	return (uint32_t)((uint64_t)(mask >> shift) * value / 0xff) << shift;
}

static void fill(uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t pixel)
{
	const struct keel_framebuffer *fb = &boot->framebuffer;

	for (uint32_t row = y; row < y + height; row++) {
		uint64_t line = fb->virt + ((uint64_t)row * fb->stride + x) * fb->bytes_per_pixel;

		if (fb->bytes_per_pixel == 4) {
			for (uint32_t i = 0; i < width; i++)
				((volatile uint32_t *)line)[i] = pixel;
			continue;
		}
		for (uint32_t i = 0; i < width * fb->bytes_per_pixel; i++)
			((volatile uint8_t *)line)[i] =
				(uint8_t)(pixel >> (i % fb->bytes_per_pixel * 8));
	}
}

/* Up to the end of the line or the edge of the screen; returns what is left of the text. */
static const char *draw(uint32_t y, uint32_t scale, enum screen_colour colour, const char *text)
{
	uint32_t x = (MARGIN + BAND_WIDTH + CELL_WIDTH) * screen.scale;

	for (; *text; text++, x += CELL_WIDTH * scale) {
		char c = *text >= KEEL_FONT_FIRST && *text <= KEEL_FONT_LAST ? *text : '?';

		if (*text == '\n')
			return text + 1;
		if (x + CELL_WIDTH * scale > boot->framebuffer.width)
			return text;
		for (uint32_t dot = 0; dot < KEEL_FONT_ROWS * KEEL_FONT_COLUMNS; dot++) {
			uint32_t row = dot / KEEL_FONT_COLUMNS, column = dot % KEEL_FONT_COLUMNS;

			if (keel_font[c - KEEL_FONT_FIRST][row] >>
				    (KEEL_FONT_COLUMNS - 1 - column) &
			    1)
				fill(x + column * scale, y + (row + keel_font_descent(c)) * scale,
				     scale, scale, screen.pixel[colour]);
		}
	}
	return text;
}

/* The framebuffer is what boot_info says, and takes a write at both ends. */
static bool framebuffer_is_usable(const struct keel_framebuffer *fb)
{
	uint64_t bytes;

	if (fb->format == KEEL_PIXEL_NONE || fb->width == 0 || fb->width > fb->stride)
		return false;
	if (fb->bytes_per_pixel < 2 || fb->bytes_per_pixel > 4 || fb->height == 0)
		return false;
	if (__builtin_mul_overflow((uint64_t)fb->stride * fb->bytes_per_pixel, fb->height,
				   &bytes) ||
	    bytes > fb->bytes)
		return false;
	if (fb->virt < KEEL_DIRECT_MAP_START || fb->virt > KEEL_DIRECT_MAP_LAST - bytes)
		return false;
	return probe(PROBE_WRITE, fb->virt).vector == PROBE_NO_FAULT &&
	       probe(PROBE_WRITE, fb->virt + bytes - 1).vector == PROBE_NO_FAULT;
}

static void clear_to(uint32_t bottom)
{
	fill(0, 0, boot->framebuffer.width, bottom, screen.pixel[SCREEN_BACKGROUND]);
	screen.top = MARGIN * screen.scale;
}

void screen_init(void)
{
	const struct keel_framebuffer *fb = &boot->framebuffer;

	if (!framebuffer_is_usable(fb))
		return;
	uint32_t by_width = fb->width / (WANT_COLUMNS * CELL_WIDTH);
	uint32_t by_height = fb->height / (WANT_LINES * CELL_HEIGHT);

	screen.scale = by_width < by_height ? by_width : by_height;
	if (screen.scale == 0)
		screen.scale = 1;
	if (fb->height < 4 * CELL_HEIGHT * screen.scale)
		return;
	screen.bottom = fb->height - (2 * CELL_HEIGHT + MARGIN) * screen.scale;
	for (int i = 0; i < SCREEN_COLOUR_COUNT; i++)
		screen.pixel[i] = component(colours[i] >> 16 & 0xff, fb->red_mask) |
				  component(colours[i] >> 8 & 0xff, fb->green_mask) |
				  component(colours[i] & 0xff, fb->blue_mask);
	clear_to(fb->height);
	screen.usable = true;
}

uint32_t screen_room(void)
{
	const uint32_t height = CELL_HEIGHT * screen.scale;

	/* One line is kept for saying how many did not fit. */
	if (!screen.usable || screen.top + height > screen.bottom)
		return 0;
	return (screen.bottom - screen.top) / height - 1;
}

bool screen_turn_over(void)
{
	if (!screen.left_out)
		return false;
	clear_to(screen.bottom);
	screen.left_out = 0;
	return true;
}

void screen_band(enum screen_colour colour, bool begins)
{
	const uint32_t gap = begins ? screen.scale : 0;
	const uint32_t height = CELL_HEIGHT * screen.scale;

	if (screen_room())
		fill(MARGIN * screen.scale, screen.top - screen.scale + gap,
		     BAND_WIDTH * screen.scale, height - gap, screen.pixel[colour]);
}

void screen_line(enum screen_colour colour, const char *text)
{
	uint32_t height = CELL_HEIGHT * screen.scale;
	char line[48];

	if (!screen.usable)
		return;
	do {
		if (screen_room() == 0) {
			format(line, sizeof(line), "further lines: %u", ++screen.left_out);
			fill(0, screen.top, boot->framebuffer.width, height,
			     screen.pixel[SCREEN_BACKGROUND]);
			draw(screen.top, screen.scale, SCREEN_DIM, line);
			return;
		}
		text = draw(screen.top, screen.scale, colour, text);
		screen.top += height;
	} while (*text);
}

void screen_status(const char *text)
{
	if (!screen.usable || screen.has_result)
		return;
	fill(0, screen.bottom, STATUS_COLUMNS * CELL_WIDTH * screen.scale,
	     CELL_HEIGHT * screen.scale, screen.pixel[SCREEN_BACKGROUND]);
	draw(screen.bottom, screen.scale, SCREEN_DIM, text);
}

void screen_large(enum screen_colour colour, const char *text, bool at_bottom)
{
	uint32_t height = 2 * CELL_HEIGHT * screen.scale;

	if (!screen.usable)
		return;
	if (at_bottom) {
		screen.has_result = true;
		fill(0, screen.bottom, boot->framebuffer.width, height,
		     screen.pixel[SCREEN_BACKGROUND]);
		draw(screen.bottom, 2 * screen.scale, colour, text);
		return;
	}
	draw(screen.top, 2 * screen.scale, colour, text);
	screen.top += height;
}
