/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this kernel share. */
#ifndef LINUX_H
#define LINUX_H

#include <stdbool.h>
#include "boot_params.h"
#include "mm.h"

extern const struct keel_boot_info *boot;

/* console.c: the first serial port and the screen. Text with %s, and %x for 64-bit numbers. */
void say(const char *format, ...);
_Noreturn void give_up(const char *format, ...);

/* A piece of memory; none: 0 bytes. */
struct piece {
	uint64_t phys;
	uint64_t bytes;
};

/* pages.c: free memory, never given back. What is taken for `linux_itself` nobody else gets. */
extern struct piece linux_itself;
uint64_t pages_find(uint64_t bytes, uint64_t alignment, uint64_t least_phys);
void *pages_take(uint64_t bytes); /* all zero */

/* image.c: the bzImage; gives up on one that cannot be started this way. */
void image_check(const struct keel_module *module);
void image_place(const struct keel_module *module); /* where it fits: linux_itself */
void image_header(const struct keel_module *module, struct boot_params *params);

void params_fill(struct boot_params *params); /* params.c: what no other file fills in */
void params_add(struct boot_params *params, struct setup_data *data, uint32_t type, uint64_t bytes);
void e820_fill(struct boot_params *params); /* e820.c: the memory map, as Linux wants it */
void efi_fill(struct boot_params *params);  /* efi.c: the firmware, as kexec hands it over */
/* What each entry of the configuration table leads to, in whole pages; it need not be memory. */
const struct piece *efi_kept(void);
_Noreturn void enter(uint64_t entry_phys, const struct boot_params *params); /* enter.c */

#endif
