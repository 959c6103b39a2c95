/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 5-level paging (CR4.LA57), where the firmware uses it, goes when Keel's tables come, which have
 * four levels (SDM vol. 3A 4.5).
 */
#ifndef EFI_HANDOVER_LA57_H
#define EFI_HANDOVER_LA57_H

#include "firmware.h"
#include "space/roots.h"

/* Allocates what is needed for leaving, if the CPU is in that mode; else the block has no pages. */
EFI_STATUS la57_prepare(const struct firmware *fw, bool la57, struct block *block);

/*
 * Leaves it, on the transition root; nothing happens if the block has no pages. Interrupts are off.
 */
void la57_leave(const struct block *block, const struct roots *roots);

#endif
