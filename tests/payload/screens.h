/* SPDX-License-Identifier: BSD-2-Clause */
/* The framebuffers that boot_info has: that of the screen that the person sees is the first. */
#ifndef PAYLOAD_SCREENS_H
#define PAYLOAD_SCREENS_H

#include "report.h"

/* 0 also where there is no screen; check_own_memory() has looked whether the array can be read. */
static inline uint64_t framebuffer_count(void)
{
	if (boot->framebuffer.format == KEEL_PIXEL_NONE)
		return 0;
	return boot->screen_count ? boot->screen_count : 1;
}

static inline const struct keel_framebuffer *framebuffer(uint64_t n)
{
	return n ? &boot->screens[n].framebuffer : &boot->framebuffer;
}

#endif
