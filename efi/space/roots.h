/* SPDX-License-Identifier: BSD-2-Clause */
/* The three roots: page tables, written from finished plans into one block. */
#ifndef EFI_SPACE_ROOTS_H
#define EFI_SPACE_ROOTS_H

#include "space/plans.h"

struct roots {
	struct block tables;
	struct mm_pool pool; /* in that block */
	/* Indices of the PML4s in the pool. */
	uint64_t kernel;
	uint64_t transition; /* the kernel's upper half, and everything at VA = PA */
	uint64_t landing;    /* the last instruction, where the kernel's entry point is */
};

/*
 * Memory to the page, as many as the plans say. After the exit nothing can be allocated: then they
 * have to fit into the block that there is.
 */
EFI_STATUS roots_allocate(const struct firmware *fw, const struct plans *plans,
			  struct roots *roots);

struct mm_result roots_write(const struct plans *plans, struct roots *roots);

#endif
