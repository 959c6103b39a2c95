/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for the person at the machine: through the firmware's console while there is one, on the
 * first serial port and the framebuffer once boot services are gone.
 *
 * Not gnu-efi's Print: that is compiled with SSE instructions, which not all firmware turns on.
 */
#include "firmware.h"
#include "lib/text.h"
#include "lib/panic_screen.h"
#include "lib/x86.h"

#define COM1	       0x3f8
#define COM_DATA       0
#define COM_DIVISOR_HI 1
#define COM_FORMAT     3
#define COM_STATUS     5
#define COM_CAN_SEND   0x20
#define COM_PATIENCE   100000 /* polls; a port that is not there never becomes ready */

/* One call of OutputString is expensive (a serial port, a text screen that scrolls): not for each
 * character. */
struct line {
	SIMPLE_TEXT_OUTPUT_INTERFACE *out;
	unsigned length;
	CHAR16 text[128];
	uint32_t code;	  /* the character whose bytes are coming in */
	unsigned missing; /* how many of them are */
};

static void line_flush(struct line *line)
{
	line->text[line->length] = 0;
	line->out->OutputString(line->out, line->text);
	line->length = 0;
}

/* A byte of UTF-8; it has been checked where it came from. */
static bool character_is_whole(struct line *line, unsigned char byte)
{
	if (byte < 0x80 || byte >= 0xc0) {
		line->missing = (byte >= 0xc0) + (byte >= 0xe0) + (byte >= 0xf0);
		line->code = byte & (0x7f >> (line->missing + !!line->missing));
	} else {
		line->missing--;
		line->code = line->code << 6 | (byte & 0x3f);
	}
	return !line->missing;
}

static void to_firmware(void *context, char c)
{
	struct line *line = context;

	if (!character_is_whole(line, (unsigned char)c))
		return;
	if (c == '\n')
		line->text[line->length++] = '\r';
	/* Consoles know UCS-2 only (UEFI 2.10 12.4): what is beyond is shown as unknown. */
	line->text[line->length++] = line->code > 0xffff ? 0xfffd : (CHAR16)line->code;
	if (line->length >= sizeof(line->text) / sizeof(line->text[0]) - 2)
		line_flush(line);
}

static void say_list(const struct loader *l, const char *format, va_list arguments)
{
	struct line line;

	line.out = l->system->ConOut;
	line.length = 0;
	if (l->exiting || !line.out)
		return;
	format_text(to_firmware, &line, format, arguments);
	line_flush(&line);
}

struct panic_output {
	struct panic_screen screen;
	bool no_serial; /* it did not become ready once: not to be waited for again */
};

static void to_serial(struct panic_output *out, char c)
{
	unsigned patience = COM_PATIENCE;

	while (!out->no_serial && !(in8(COM1 + COM_STATUS) & COM_CAN_SEND))
		out->no_serial = !patience--;
	if (!out->no_serial)
		out8(COM1 + COM_DATA, c);
}

static void to_panic(void *context, char c)
{
	struct panic_output *out = context;

	if (c == '\n')
		to_serial(out, '\r');
	to_serial(out, c);
	panic_screen_put(&out->screen, c);
}

void console_start(struct loader *l)
{
	/* Loading and proving a kernel may take longer than the five minutes the firmware allows. */
	l->boot->SetWatchdogTimer(0, 0, 0, NULL);
	say(l, "\nKeel: x86-64 kernel memory map\n");
}

void say(const struct loader *l, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(l, format, arguments);
	va_end(arguments);
}

EFI_STATUS fail(const struct loader *l, EFI_STATUS status, const char *format, ...)
{
	va_list arguments;

	say(l, "keel: error: ");
	va_start(arguments, format);
	say_list(l, format, arguments);
	va_end(arguments);
	say(l, " (EFI status %p)\n", (uint64_t)status);
	return status;
}

/* The firmware has it at its physical address; in Keel's own tables it is in the direct map. */
static uint64_t framebuffer_now(const struct loader *l)
{
	const uint64_t phys = l->facts.framebuffer.phys;

	if (!phys || !l->own_tables)
		return phys;
	return l->outcome.framebuffer_mapped ? KEEL_DIRECT_MAP(phys) : 0;
}

static uint64_t EFIAPI keep_guarded(const struct loader *l, const char *format, va_list *arguments)
{
	report_keep(l, format, *arguments);
	return EFI_SUCCESS;
}

_Noreturn void panic(const struct loader *l, const char *format, ...)
{
	struct panic_output out = { .no_serial = false };
	va_list arguments;

	panic_screen_start(&out.screen, &l->facts.framebuffer, framebuffer_now(l));
	va_start(arguments, format);
	format_text(to_panic, &out, "\nkeel: fatal: ", arguments);
	format_text(to_panic, &out, format, arguments);
	format_text(to_panic, &out, "\n", arguments);
	va_end(arguments);
	va_start(arguments, format);
	/* Later the firmware has none of its own handlers for exceptions. */
	if (l->own_tables)
		fault_call(keep_guarded, (uintptr_t)l, (uintptr_t)format, (uintptr_t)&arguments,
			   NULL);
	else
		keep_guarded(l, format, &arguments);
	format_text(to_panic, &out, "The machine is halted; reset it.\n", arguments);
	va_end(arguments);
	for (;;)
		__asm__ volatile("cli; hlt");
}
