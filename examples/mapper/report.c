/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP 14 on the first serial port, as the firmware has set it up. */
#include <stdarg.h>
#include "mapper.h"

enum { DATA = 0x3f8, LSR = DATA + 5, LSR_EMPTY = 0x20 };

static uint64_t points;

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static void put(char c)
{
	while (!(port_read(LSR) & LSR_EMPTY))
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)DATA));
}

static void print_number(uint64_t value, unsigned base)
{
	if (value >= base)
		print_number(value / base, base);
	put("0123456789abcdef"[value % base]);
}

static void print_arguments(const char *format, va_list arguments)
{
	for (; *format; format++)
		if (*format != '%')
			put(*format);
		else if (*++format == 's')
			for (const char *c = va_arg(arguments, const char *); *c; c++)
				put(*c);
		else
			print_number(va_arg(arguments, uint64_t), *format == 'x' ? 16 : 10);
}

static void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_arguments(format, arguments);
	va_end(arguments);
}

void report_begin(void)
{
	print("TAP version 14\r\n");
}

void report_point(bool good, const char *format, ...)
{
	va_list arguments;

	print("%s %u - mapper: ", good ? "ok" : "not ok", ++points);
	va_start(arguments, format);
	print_arguments(format, arguments);
	va_end(arguments);
	print("\r\n");
}

void report_end(void)
{
	print("1..%u\r\n", points);
}

_Noreturn void bail_out(const char *format, ...)
{
	va_list arguments;

	print("Bail out! mapper: ");
	va_start(arguments, format);
	print_arguments(format, arguments);
	va_end(arguments);
	print("\r\n");
	for (;;)
		__asm__ volatile("cli; hlt");
}
