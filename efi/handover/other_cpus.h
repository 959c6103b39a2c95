/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other CPUs, where the kernel has asked for them: each is brought to the waiting page, in the
 * state that CPU 0 is entered in.
 */
#ifndef EFI_HANDOVER_OTHER_CPUS_H
#define EFI_HANDOVER_OTHER_CPUS_H

#include "space/space.h"

/* Before the exit: measures the clock that the waits below go by, if anybody will be started. */
void other_cpus_prepare(const struct firmware *fw, const struct boot_facts *facts);

/*
 * On the transition root, interrupts off: starts all others, at most 2 s in all, and tells who did
 * not come. Without a request nothing is done.
 */
void other_cpus_start(const struct boot_facts *facts, const struct space *space,
		      struct exit_facts *exit);

#endif
