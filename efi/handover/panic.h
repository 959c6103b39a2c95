/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end, where there is no firmware to return to: what happened is said on the first serial port
 * and on the screen, kept for the next boot, and the machine is halted.
 */
#ifndef EFI_HANDOVER_PANIC_H
#define EFI_HANDOVER_PANIC_H

#include <keel/boot_info.h>
#include "firmware.h"
#include "handover/fault.h"

/* What panic() needs. Both must outlive it; the firmware's own page tables are in use. */
void panic_prepare(const struct firmware *fw, const struct keel_framebuffer *framebuffer);

/* From now on exceptions are Keel's to catch. */
void panic_with_own_handlers(void);

/*
 * From now on Keel's own page tables are in use, which have the framebuffer at that address (0:
 * nowhere).
 */
void panic_with_own_tables(uint64_t framebuffer_virt);

/* Says something odd, where there is no firmware to say it through, and goes on. */
void panic_note(const char *format, ...);

_Noreturn void panic(const char *format, ...);

/* For an exception in Keel itself. */
_Noreturn void panic_of_fault(const struct fault *fault);

#endif
