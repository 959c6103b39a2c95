/* SPDX-License-Identifier: BSD-2-Clause */
/* The first serial port, as the firmware has set it up. */
#include "lesson.h"

enum { DATA = 0x3f8, STATUS = 0x3fd, READY = 0x20 };

static uint8_t status(void)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"((uint16_t)STATUS));
	return value;
}

void serial_put(char c)
{
	while (!(status() & READY))
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)DATA));
}

void serial_print(const char *text)
{
	while (*text)
		serial_put(*text++);
}

_Noreturn void halt(void)
{
	/* HLT does not write out what waits for the screen in write-combining buffers. */
	__asm__ volatile("sfence" : : : "memory");
	for (;;)
		__asm__ volatile("cli; hlt");
}
