/* SPDX-License-Identifier: BSD-2-Clause */
/* Words on the first serial port, as the firmware has set it up, and on the screen. */
#include <stdarg.h>
#include <keel/font.h>
#include "linux.h"

enum { DATA = 0x3f8, LSR = DATA + 5, LSR_EMPTY = 0x20, LSR_TRIES = 100000 };
/* A character with the gaps beside and below it, in dots; a dot in pixels. */
enum { COLUMNS = KEEL_FONT_COLUMNS + 1, ROWS = KEEL_FONT_ROWS + KEEL_FONT_DESCENT + 1, DOT = 2 };

/* volatile: no loop over pixels may become a call of memset. */
static void draw(const struct keel_framebuffer *screen, uint32_t x, uint32_t y, char c)
{
	volatile uint32_t *pixel = (uint32_t *)screen->virt + x + (uint64_t)y * screen->stride;

	for (y = 0; y < ROWS * DOT; y++, pixel += screen->stride) {
		const uint32_t row = y / DOT - keel_font_descent(c); /* huge above it */
		const uint8_t dots = row < KEEL_FONT_ROWS ? keel_font[c - ' '][row] : 0;

		for (x = 0; x < COLUMNS * DOT; x++)
			pixel[x] = dots << x / DOT & 1 << (KEEL_FONT_COLUMNS - 1) ? UINT32_MAX : 0;
	}
}

static void put_on_screen(const struct keel_framebuffer *screen, char c)
{
	static uint32_t x, y;

	if (c == '\n' || x + COLUMNS * DOT > screen->width) {
		x = 0;
		y += ROWS * DOT;
	}
	if (c < ' ' || c > '~' || y + ROWS * DOT > screen->height)
		return;
	draw(screen, x, y, c);
	x += COLUMNS * DOT;
}

/* A port that never gets ready is passed over. */
static void put(char c)
{
	uint8_t status = 0;

	for (unsigned n = 0; n < LSR_TRIES && !(status & LSR_EMPTY); n++)
		__asm__ volatile("inb %1, %0" : "=a"(status) : "d"((uint16_t)LSR));
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)DATA));
	if (boot && boot->framebuffer.bytes_per_pixel == sizeof(uint32_t))
		put_on_screen(&boot->framebuffer, c);
}

static void put_hex(uint64_t value)
{
	if (value >= 16)
		put_hex(value / 16);
	put("0123456789abcdef"[value % 16]);
}

static void print(const char *format, va_list arguments)
{
	for (; *format; format++)
		if (*format != '%')
			put(*format);
		else if (*++format == 's')
			for (const char *c = va_arg(arguments, const char *); *c; c++)
				put(*c);
		else
			put_hex(va_arg(arguments, uint64_t));
	put('\r');
	put('\n');
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
	va_end(arguments);
}

_Noreturn void give_up(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
	va_end(arguments);
	say("The machine is halted. Please switch it off.");
	/* HLT does not write out what waits for the screen in write-combining buffers. */
	__asm__ volatile("sfence" : : : "memory");
	for (;;)
		__asm__ volatile("cli; hlt");
}
