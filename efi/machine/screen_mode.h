/* SPDX-License-Identifier: BSD-2-Clause */
/* The mode of a screen (UEFI 2.10, 12.9): chosen by its size. */
#ifndef EFI_MACHINE_SCREEN_MODE_H
#define EFI_MACHINE_SCREEN_MODE_H

#include <keel/boot_info.h>
#include "config/config.h"
#include "firmware.h"

/* Describes a pixel. False if pixels cannot be written to memory in this mode. */
bool screen_mode_pixels(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode,
			struct keel_framebuffer *framebuffer);

/*
 * Nothing is done where it has that size already. It keeps the mode when Keel goes back to the
 * firmware: setting it again would wipe what Keel has said.
 */
EFI_STATUS screen_mode_set(const struct firmware *fw, EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics,
			   const struct config_screen *wanted);

#endif
