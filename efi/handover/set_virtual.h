/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SetVirtualAddressMap (UEFI 2.10, 8.4), and what came of it. It works once, and it is called with
 * boot services gone: whatever it does, short of never returning, the kernel is started, and told.
 */
#ifndef EFI_HANDOVER_SET_VIRTUAL_H
#define EFI_HANDOVER_SET_VIRTUAL_H

#include "space/space.h"

/* Runs on the transition root, with fault_prepare's handlers. Fills in all but `tries`. */
void set_virtual_address_map(const struct firmware *fw, const struct firmware_tables *tables,
			     const struct space *space, struct exit_facts *exit);

#endif
