/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quiet machine: no interrupt is left that a kernel would meet at its first STI. MSIs, bus
 * masters and IOMMUs are not covered: what a device still sends straight to a CPU, its driver has
 * to stop.
 */
#ifndef EFI_HANDOVER_QUIET_H
#define EFI_HANDOVER_QUIET_H

#include "machine/machine.h"

/*
 * Masks all interrupt controllers, but for what delivers SMI or NMI, and takes what is pending.
 * Runs on Keel's own tables, interrupts off; they are on in between.
 */
void quiet_machine(const struct machine *machine);

#endif
