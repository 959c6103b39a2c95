/* SPDX-License-Identifier: BSD-2-Clause */
/* The framebuffer, from the Graphics Output Protocol (UEFI 2.10, 12.9). Its absence is no error. */
#ifndef EFI_MACHINE_GRAPHICS_H
#define EFI_MACHINE_GRAPHICS_H

#include <keel/boot_info.h>
#include "firmware.h"

/* The one that the person at the machine sees; format KEEL_PIXEL_NONE: there is none. */
void graphics_examine(const struct firmware *fw, struct keel_framebuffer *framebuffer);

#endif
