/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's tables as the plan gets them: whole pages, found once (lib/table_walk.h). Whoever
 * reads such a table asks first whether it is among them: any pointer may be rubbish.
 */
#ifndef EFI_MACHINE_LISTED_TABLES_H
#define EFI_MACHINE_LISTED_TABLES_H

#include "firmware.h"
#include "lib/table_walk.h"
#include "mm.h"

struct listed_tables {
	struct table_roots roots;     /* where the walk began */
	struct mm_table_pages *pages; /* in `block` */
	uint64_t count;
	struct block block;
};

/*
 * Looks at all of them, and says which make no sense. Fails for want of memory, or where there is
 * no memory map to be had.
 */
EFI_STATUS listed_tables_find(const struct firmware *fw, uint32_t phys_bits,
			      struct listed_tables *tables);

/* Do all of these bytes lie in the pages of tables? */
bool listed_tables_hold(const struct listed_tables *tables, uint64_t phys, uint64_t bytes);

/* Says so if the configuration table leads elsewhere by now: such tables are not listed. */
void listed_tables_review(const struct firmware *fw, const struct listed_tables *tables);

void listed_tables_free(const struct firmware *fw, struct listed_tables *tables);

#endif
