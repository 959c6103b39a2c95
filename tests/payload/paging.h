/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables at run time, as a kernel that goes on from Keel's would change them. Shares nothing
 * with the loader. Works on any root, whether it is in CR3 or not; single pages only.
 */
#ifndef PAYLOAD_PAGING_H
#define PAYLOAD_PAGING_H

#include <stdint.h>
#include <keel/paging.h>

/*
 * Maps one 4 KiB page with these KEEL_PTE_ bits (RW, US, NX, G, PWT, PCD), whatever stood there
 * before. Makes the tables that are missing. P and A, and D for a writable page, are added. Ends
 * the run when a large leaf is in the way.
 */
void map_page(uint64_t root_phys, uint64_t virt, uint64_t phys, uint64_t bits);

/*
 * Takes the page away, and with it tables of map_page() that are then empty; never those that were
 * in place at kernel entry. Returns the entry that stood there, 0 for none. The frame stays taken.
 */
uint64_t unmap_page(uint64_t root_phys, uint64_t virt);

/* A new root with an empty lower half and the upper half of the root that the kernel got. */
uint64_t root_create(void);

#endif
