/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on the framebuffer. The screen does not scroll: it holds the map as it was found, the
 * points that failed, and the result in large letters at the bottom. Where that does not fit, the
 * points that failed are left.
 */
#ifndef PAYLOAD_SCREEN_H
#define PAYLOAD_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

enum screen_colour {
	SCREEN_BACKGROUND,
	SCREEN_TEXT,
	SCREEN_DIM,
	SCREEN_GOOD,
	SCREEN_BAD,
	/* Bands of the map: what was found there. */
	SCREEN_BAND_NOTHING,
	SCREEN_BAND_READ,
	SCREEN_BAND_WRITE,
	SCREEN_BAND_EXECUTE,
	SCREEN_BAND_USER,
	SCREEN_BAND_DEVICE, /* writable and not write-back */
	SCREEN_BAND_BOTH,   /* writable and executable */
	SCREEN_COLOUR_COUNT
};

/* Clears the screen. Without a usable framebuffer all functions here do nothing. */
void screen_init(void);

/* A piece of the map's picture, beside the next line; `begins`: a row of the map begins with it. */
void screen_band(enum screen_colour colour, bool begins);

/*
 * The next line of text, or several: it goes on in the next one after \n and at the right edge.
 * What no longer fits is counted.
 */
void screen_line(enum screen_colour colour, const char *text);

/* A line of twice the size: the title, or with `at_bottom` the result in its reserved place. */
void screen_large(enum screen_colour colour, const char *text, bool at_bottom);

/* What is going on, in the result's place until there is one; "": nothing. Short. */
void screen_status(const char *text);

/* How many lines still fit. */
uint32_t screen_room(void);

/*
 * Where something did not fit, clears all but the result, so that there is room to say again what
 * matters most; returns whether that was so.
 */
bool screen_turn_over(void);

#endif
