/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the run. */
#ifndef PAYLOAD_POWER_H
#define PAYLOAD_POWER_H

/*
 * As the command line says, by ResetSystem at its virtual address where it can be called:
 * finish=poweroff, finish=reboot, finish=warm; or finish=halt, with which the report stays on the
 * screen. Without that it halts, too: on a real machine there is somebody to read it.
 */
_Noreturn void finish(void);

#endif
