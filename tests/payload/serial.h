/* SPDX-License-Identifier: BSD-2-Clause */
/* COM1 at 115200 baud, 8 data bits, no parity, 1 stop bit, polled. */
#ifndef PAYLOAD_SERIAL_H
#define PAYLOAD_SERIAL_H

/* Without a UART that answers, serial_write() does nothing. */
void serial_init(void);
void serial_write(const char *text);

#endif
