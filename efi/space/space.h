/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The address space: from the firmware's memory map, as it is at this moment, to the roots that the
 * kernel and the way to it need, and the memory that all of it takes. Nothing is allocated after
 * the first ExitBootServices: arrays are sized for the map as it is now and room to grow.
 */
#ifndef EFI_SPACE_SPACE_H
#define EFI_SPACE_SPACE_H

#include "machine/firmware_map.h"
#include "space/boot_info.h"
#include "space/plans.h"
#include "space/roots.h"

/* Pages of ap_start: real-mode code; and, where Keel starts the CPUs itself, their first root. */
enum { START_CODE_PAGE, START_ROOT_PAGE, START_PAGES };

struct space {
	struct firmware_map firmware_map;
	struct firmware_tables firmware_tables; /* as they were when that map was read */
	struct plans plans;
	struct roots roots;
	struct boot_info boot_info; /* the kernel's plan and memory map lie in it */
	struct mm_memory_map map;   /* what the kernel gets: Keel's allocations have their types */

	struct block cpu_area; /* descriptor tables and stacks */
	struct block ap_start; /* below 1 MiB, for starting other CPUs; need not be there */
	struct block work;     /* what only the loader needs */
	struct keel_memory_range *allocations; /* Keel's, while the map is built; in `work` */
};

/* Allocates all but the tables, and fills in what does not depend on the memory map. */
EFI_STATUS space_prepare(const struct firmware *fw, const struct boot_facts *facts,
			 struct space *space);

/* Reads the map, makes plans and tables, and says what is odd about the map. */
EFI_STATUS space_build(const struct firmware *fw, const struct boot_facts *facts,
		       struct space *space, struct stopwatch *watch);

/*
 * Reads the map for the last time, makes plans and tables anew if they do not hold any more, and
 * finishes the kernel's memory map. To be called before each ExitBootServices.
 */
EFI_STATUS space_finish(const struct firmware *fw, const struct boot_facts *facts,
			struct space *space, struct stopwatch *watch);

void space_free(const struct firmware *fw, struct space *space);

/* Where a physical address of the firmware's is in the EFI region, else in the direct map. */
uint64_t space_virt_of(const struct space *space, uint64_t phys);

#endif
