/* SPDX-License-Identifier: BSD-2-Clause */
/* COM1; see serial.h. Registers: National Semiconductor PC16550D data sheet, chapter 8. */
#include <stdbool.h>
#include "cpu.h"
#include "serial.h"

#define COM1	     0x3f8
#define REG_DATA     (COM1 + 0) /* divisor, low byte, while LCR_DLAB is set */
#define REG_IER	     (COM1 + 1) /* divisor, high byte, while LCR_DLAB is set */
#define REG_FCR	     (COM1 + 2)
#define REG_LCR	     (COM1 + 3)
#define REG_MCR	     (COM1 + 4)
#define REG_LSR	     (COM1 + 5)
#define REG_SCRATCH  (COM1 + 7)
#define LCR_8N1	     0x03
#define LCR_DLAB     0x80
#define FCR_ENABLE   0x07 /* FIFOs on, both emptied */
#define MCR_DTR_RTS  0x03
#define MCR_LOOPBACK 0x10
#define LSR_DATA     0x01
#define LSR_EMPTY    0x20

/* Reads of a port take about a microsecond; a byte at this speed takes 87. */
#define WAIT_TRIES 100000

static bool present;

static bool wait_for(uint8_t bit)
{
	for (int tries = 0; tries < WAIT_TRIES; tries++)
		if (port_read(REG_LSR) & bit)
			return true;
	return false;
}

/* A port with nothing behind it reads as ones, or as whatever was on the bus last. */
static bool answers(void)
{
	port_write(REG_SCRATCH, 0x5a);
	if (port_read(REG_SCRATCH) != 0x5a)
		return false;
	port_write(REG_SCRATCH, 0xa5);
	if (port_read(REG_SCRATCH) != 0xa5)
		return false;
	port_write(REG_MCR, MCR_LOOPBACK | MCR_DTR_RTS);
	port_write(REG_DATA, 0x3c);
	return wait_for(LSR_DATA) && port_read(REG_DATA) == 0x3c;
}

void serial_init(void)
{
	/* The firmware's last characters may still be on their way out. */
	wait_for(LSR_EMPTY);
	port_write(REG_IER, 0);
	port_write(REG_LCR, LCR_DLAB);
	port_write(REG_DATA, 1);
	port_write(REG_IER, 0);
	port_write(REG_LCR, LCR_8N1);
	port_write(REG_FCR, FCR_ENABLE);
	present = answers();
	port_write(REG_MCR, MCR_DTR_RTS);
}

static void put(uint8_t byte)
{
	/* A UART that stops sending is left alone from then on: the report must come to its end. */
	if (present && !wait_for(LSR_EMPTY))
		present = false;
	if (present)
		port_write(REG_DATA, byte);
}

void serial_write(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			put('\r');
		put((uint8_t)*text);
	}
}
