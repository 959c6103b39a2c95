/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the framebuffer, for the few words that are said after boot services are gone. */
#ifndef EFI_PANIC_SCREEN_H
#define EFI_PANIC_SCREEN_H

#include <stdbool.h>
#include <keel/boot_info.h>

/* Where the next character goes. */
struct panic_screen {
	const struct keel_framebuffer *framebuffer;
	uint64_t base; /* where the framebuffer can be written now; 0: nowhere */
	uint32_t dot;  /* pixels of a dot's side */
	uint32_t x;    /* pixels */
	uint32_t y;
};

/*
 * Begins at the top left corner. base is the address under which the framebuffer is mapped at this
 * moment; with 0 nothing is drawn.
 */
void panic_screen_start(struct panic_screen *screen, const struct keel_framebuffer *framebuffer,
			uint64_t base);
void panic_screen_put(struct panic_screen *screen, char c);

#endif
