/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free pages for what the self-check builds itself: page tables, stacks, user pages. They come from
 * conventional memory, which belongs to the kernel, and are reached through the direct map. For the
 * boot CPU only: there is no lock.
 */
#ifndef PAYLOAD_PAGES_H
#define PAYLOAD_PAGES_H

#include <stdint.h>
#include <keel/boot_info.h>

/* A zeroed page below 4 GiB, as a physical address. Ends the run when there is none. */
uint64_t page_take(void);

/* Gives a page of page_take() back. */
void page_give(uint64_t phys);

/* Where the kernel reads and writes it. */
static inline void *page_virt(uint64_t phys)
{
	return (void *)KEEL_DIRECT_MAP(phys);
}

#endif
