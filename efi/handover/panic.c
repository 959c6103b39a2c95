/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover/panic.h"
#include "lib/panic_screen.h"
#include "lib/text.h"
#include "lib/x86.h"
#include "report/variable.h"

#define COM1	     0x3f8
#define COM_DATA     0
#define COM_STATUS   5
#define COM_CAN_SEND 0x20
#define COM_PATIENCE 100000 /* polls; a port that is not there never becomes ready */

#define KEPT_BYTES 512

/* An exception's handler has nothing else that leads here. */
static struct {
	const struct firmware *fw;
	const struct keel_framebuffer *framebuffer;
	uint64_t framebuffer_virt; /* where it can be written now; 0: nowhere */
	bool own_handlers;
} context;

struct panic_output {
	struct panic_screen screen;
	bool no_serial; /* it did not become ready once: not to be waited for again */
};

void panic_prepare(const struct firmware *fw, const struct keel_framebuffer *framebuffer)
{
	context.fw = fw;
	context.framebuffer = framebuffer;
	/* The firmware has it at its physical address. */
	context.framebuffer_virt = framebuffer->phys;
}

void panic_with_own_handlers(void)
{
	context.own_handlers = true;
}

void panic_with_own_tables(uint64_t framebuffer_virt)
{
	context.framebuffer_virt = framebuffer_virt;
}

static void to_serial(struct panic_output *out, char c)
{
	unsigned patience = COM_PATIENCE;

	while (!out->no_serial && !(in8(COM1 + COM_STATUS) & COM_CAN_SEND))
		out->no_serial = !patience--;
	if (!out->no_serial)
		out8(COM1 + COM_DATA, c);
}

static void to_panic(void *output, char c)
{
	struct panic_output *out = output;

	if (c == '\n')
		to_serial(out, '\r');
	to_serial(out, c);
	panic_screen_put(&out->screen, c);
}

static void print_panic(struct panic_output *out, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_format(to_panic, out, format, arguments);
	va_end(arguments);
}

/* In the firmware's calling convention: for fault_call. */
static uint64_t EFIAPI keep_text(const struct text *text)
{
	report_variable_keep(context.fw, text->start, text->bytes);
	return EFI_SUCCESS;
}

static void keep_words(const char *format, va_list arguments)
{
	char memory[KEPT_BYTES] = "";
	struct text text = text_in(memory, sizeof(memory));

	text_print(&text, KEEL_REPORT_FIRST_LINE "\n# keel: fatal: ");
	text_print_list(&text, format, arguments);
	text_print(&text, "\n");
	/* By now the firmware may have none of its own handlers for exceptions. */
	if (context.own_handlers)
		fault_call(keep_text, (uintptr_t)&text, 0, 0, NULL);
	else
		keep_text(&text);
}

void panic_note(const char *format, ...)
{
	struct panic_output out = { .no_serial = false };
	va_list arguments;

	panic_screen_start(&out.screen, context.framebuffer, context.framebuffer_virt);
	print_panic(&out, "keel: note: ");
	va_start(arguments, format);
	text_format(to_panic, &out, format, arguments);
	va_end(arguments);
	print_panic(&out, "\n");
}

_Noreturn void panic(const char *format, ...)
{
	struct panic_output out = { .no_serial = false };
	va_list arguments;

	panic_screen_start(&out.screen, context.framebuffer, context.framebuffer_virt);
	print_panic(&out, "\nkeel: fatal: ");
	va_start(arguments, format);
	text_format(to_panic, &out, format, arguments);
	va_end(arguments);
	print_panic(&out, "\n");
	va_start(arguments, format);
	keep_words(format, arguments);
	va_end(arguments);
	print_panic(&out, "The machine is halted; reset it.\n");
	halt_for_good();
}

_Noreturn void panic_of_fault(const struct fault *fault)
{
	panic("exception %u at %x, error code %x, CR2 is %x", fault->vector, fault->rip,
	      fault->error, fault->cr2);
}
