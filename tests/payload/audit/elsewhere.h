/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls on another CPU than the first. */
#ifndef PAYLOAD_AUDIT_ELSEWHERE_H
#define PAYLOAD_AUDIT_ELSEWHERE_H

/*
 * Strict: some firmware counts on the CPU that it was started on. A clock and a variable are read
 * there, as they are here.
 */
void audit_elsewhere(void);

#endif
