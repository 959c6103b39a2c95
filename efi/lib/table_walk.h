/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which pages the firmware's tables lie in: those that boot_info leads to, and those that a kernel
 * finds through them, no further (docs/protocol.md lists them). Pure C without firmware.
 *
 * Any of these tables may be rubbish. What cannot be right is left out, and told; a pointer in what
 * is left out is not followed. There is an end to it: TABLES_MOST tables are looked at, and
 * TABLES_BYTES_MOST of them listed.
 */
#ifndef EFI_LIB_TABLE_WALK_H
#define EFI_LIB_TABLE_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include "table_pages.h"

#define TABLES_MOST	  1024
#define TABLES_BYTES_MOST (UINT64_C(64) << 20)

/* Where the walk begins. Physical addresses; 0: there is no such table. */
struct table_roots {
	uint64_t configuration_phys;
	uint64_t configuration_count; /* entries */
	uint64_t rsdp_phys;
	uint64_t smbios_phys;
	uint64_t smbios3_phys;
	uint64_t esrt_phys;	    /* EFI_SYSTEM_RESOURCE_TABLE (UEFI 2.10, 23.4) */
	uint64_t final_events_phys; /* EFI_TCG2_FINAL_EVENTS_TABLE */
};

/* What is wrong with a table, which is then left out; or with a part of it. */
enum table_fault {
	TABLE_NOWHERE,	 /* nothing can be read there */
	TABLE_SIGNATURE, /* it does not begin with its signature */
	TABLE_LOOP,	 /* it lists itself: that entry is passed over */
	/* Those from here on have a value. */
	TABLE_CHECKSUM,	 /* its bytes do not sum up to 0; their sum */
	TABLE_LENGTH,	 /* too short for what it is, or it leaves memory; the length */
	TABLE_EVENT,	 /* that event is not understood: it ends before it; the event's number */
	TABLE_TOO_MANY,	 /* this one is left out, and all that would follow; TABLES_MOST */
	TABLE_TOO_LARGE, /* all so far and this one are too much; TABLES_BYTES_MOST */
	TABLE_FAULT_COUNT
};

/* A few words for each; static memory. */
const char *table_fault_text(enum table_fault fault);

/* What the walk needs from its caller. */
struct table_reader {
	/* So many bytes (at least 1) of memory at phys; NULL where not all of them can be read. */
	const void *(*at)(void *context, uint64_t phys, uint64_t bytes);
	/* name: which table. */
	void (*tell)(void *context, enum table_fault fault, const char *name, uint64_t phys,
		     uint64_t value);
	void *context;
};

/* Bytes of the memory `work`, aligned to 8, and elements of the result at most. */
uint64_t table_walk_work_bytes(void);
#define TABLE_PAGES_MOST (2 * TABLES_MOST)

/* Returns the number of elements of `pages`, which are in order as mm/ wants them. */
uint64_t table_walk(const struct table_reader *reader, const struct table_roots *roots, void *work,
		    struct mm_table_pages *pages);

#endif
