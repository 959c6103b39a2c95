/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables that a walk has found so far, by physical address; see table_walk.h. */
#ifndef EFI_LIB_TABLE_LIST_H
#define EFI_LIB_TABLE_LIST_H

#include "lib/table_walk.h"

struct table_extent {
	uint64_t phys;
	uint64_t bytes;
	bool writable;
};

struct table_list {
	const struct table_reader *reader;
	uint64_t looks; /* tables that were looked at */
	uint64_t bytes; /* of all extents */
	uint64_t count;
	struct table_extent extents[TABLES_MOST]; /* ascending; may overlap */
};

static inline void table_tell(const struct table_list *list, enum table_fault fault,
			      const char *name, uint64_t phys, uint64_t value)
{
	list->reader->tell(list->reader->context, fault, name, phys, value);
}

/* The first bytes of another table, or NULL: then it is told why, unless phys is 0. */
const uint8_t *table_look(struct table_list *list, const char *name, uint64_t phys, uint64_t bytes);

/* Adds one that was looked at. False if that cannot be: then it is told why. */
bool table_add(struct table_list *list, const char *name, uint64_t phys, uint64_t bytes,
	       bool writable);

/* The whole pages of all of them. */
uint64_t table_list_pages(const struct table_list *list, struct mm_table_pages *pages);

/* A little-endian number of so many bytes, 8 at most, which need not be aligned. */
static inline uint64_t table_number(const uint8_t *table, unsigned offset, unsigned bytes)
{
	uint64_t number = 0;

	while (bytes--)
		number = number << 8 | table[offset + bytes];
	return number;
}

/* Does the table begin with this text, which is no longer than the table? */
static inline bool table_begins(const uint8_t *table, const char *text)
{
	while (*text && *table == (uint8_t)*text)
		table++, text++;
	return !*text;
}

/* acpi_tables.c: from the RSDP on. */
void table_walk_acpi(struct table_list *list, uint64_t rsdp_phys);

/* other_tables.c */
void table_walk_configuration(struct table_list *list, uint64_t phys, uint64_t count);
void table_walk_smbios(struct table_list *list, uint64_t phys);
void table_walk_esrt(struct table_list *list, uint64_t phys);
void table_walk_events(struct table_list *list, uint64_t phys);

#endif
