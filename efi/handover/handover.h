/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of the firmware and into the kernel. The point of no return is the first ExitBootServices:
 * from there on nothing is allocated, nothing is printed through the firmware, and what fails ends
 * in panic().
 */
#ifndef EFI_HANDOVER_HANDOVER_H
#define EFI_HANDOVER_HANDOVER_H

#include "space/space.h"

/* Returns only where it fails before the point of no return. */
EFI_STATUS handover(struct firmware *fw, const struct boot_facts *facts, struct space *space,
		    struct stopwatch *watch);

#endif
