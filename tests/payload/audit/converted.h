/* SPDX-License-Identifier: BSD-2-Clause */
/* What ConvertPointer has answered the audit's own driver: driver/driver.c. */
#ifndef PAYLOAD_AUDIT_CONVERTED_H
#define PAYLOAD_AUDIT_CONVERTED_H

/* Reads what the driver has written down: no service is called. */
void audit_converted(void);

#endif
