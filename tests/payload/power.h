/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the run. */
#ifndef PAYLOAD_POWER_H
#define PAYLOAD_POWER_H

/* ResetSystem(EfiResetShutdown) at its virtual address; without runtime services, halts. */
_Noreturn void power_off(void);

#endif
