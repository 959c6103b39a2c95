/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page tables that runtime services are called on: the kernel's upper half, except that the EFI
 * region has tables of its own, over an empty lower half. What a service touches and must not is
 * mapped here and nowhere else: the kernel's own map stays as it is.
 */
#ifndef PAYLOAD_AUDIT_FIRMWARE_ROOT_H
#define PAYLOAD_AUDIT_FIRMWARE_ROOT_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/paging.h>

/* Makes the root; once. */
void firmware_root_init(void);

/* To the root and back. Leaves are global, so all that the CPU remembers of them is forgotten. */
void firmware_root_enter(void);
void firmware_root_leave(void);

/*
 * Maps the page 1:1, for the supervisor, with these RIGHT_ bits. phys: below the lower half's end.
 */
void firmware_root_map(uint64_t phys, uint8_t rights, enum keel_memory_type type);

/*
 * Adds RIGHT_ bits to the page of the EFI region at virt. Returns false where nothing is mapped, or
 * where the page has them already.
 */
bool firmware_root_widen(uint64_t virt, uint8_t rights);

#endif
