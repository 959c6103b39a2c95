/* SPDX-License-Identifier: BSD-2-Clause */
/* The screens, from the Graphics Output Protocol (UEFI 2.10, 12.9). Their absence is no error. */
#ifndef EFI_MACHINE_GRAPHICS_H
#define EFI_MACHINE_GRAPHICS_H

#include <keel/boot_info.h>
#include "config/config.h"
#include "firmware.h"
#include "mm.h"

/* A framebuffer, and what is known of the monitor that shows it. */
struct screen {
	struct keel_framebuffer framebuffer; /* virt is 0: nothing is mapped yet */
	const void *edid;		     /* the firmware's; NULL: none */
	uint64_t edid_bytes;
};

struct graphics {
	/* First the one that the person at the machine sees; format KEEL_PIXEL_NONE: none. */
	struct screen screens[MM_FRAMEBUFFERS_MOST];
	uint64_t count;
};

/* Sets the mode that is wanted of the first one, if any is. Fails only where it cannot be had. */
EFI_STATUS graphics_examine(const struct firmware *fw, const struct config_screen *wanted,
			    struct graphics *graphics);

#endif
