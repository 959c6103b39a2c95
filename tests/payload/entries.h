/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a single entry of the kernel root has to look like, apart from where it leads to. Whatever
 * is wrong is noted in found_rows, under each row of the layout that the entry concerns.
 */
#ifndef PAYLOAD_ENTRIES_H
#define PAYLOAD_ENTRIES_H

#include <stdbool.h>
#include "walk.h"

/* first_row is the row of the entry's first address. Returns whether there is a table to visit. */
bool entries_check_table(const struct walk_entry *e, unsigned first_row);
void entries_check_leaf(const struct walk_entry *leaf, unsigned row);
/* An entry that is not present, and not zero. */
void entries_check_remains(const struct walk_entry *e, unsigned row);

#endif
