/* SPDX-License-Identifier: BSD-2-Clause */
/* The descriptors that SetVirtualAddressMap gets: in the firmware's order, with its stride. */
#ifndef EFI_SPACE_RUNTIME_MAP_H
#define EFI_SPACE_RUNTIME_MAP_H

#include <stdbool.h>
#include "mm.h"

/* Puts those of `all` that have a virtual address into `map`, whose memory is as large as all's. */
void runtime_map_collect(const struct mm_descriptors *all, struct mm_descriptors *map);

/* Whether collecting them would give this very map. */
bool runtime_map_matches(const struct mm_descriptors *all, const struct mm_descriptors *map);

/* The descriptor in which that physical or virtual address lies, or NULL. */
const struct keel_efi_descriptor *runtime_map_find_phys(const struct mm_descriptors *map,
							uint64_t phys);
const struct keel_efi_descriptor *runtime_map_find_virt(const struct mm_descriptors *map,
							uint64_t virt);

#endif
