/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The map as it was found: what the walk of the kernel root saw, as runs of leaves that continue
 * each other and permit the same; and what was wrong with single entries, by row of the layout.
 */
#ifndef PAYLOAD_FOUND_H
#define PAYLOAD_FOUND_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/layout.h>
#include <keel/paging.h>

/* Rights as found: any sum of these, so that wrong ones can be expressed too. */
#define RIGHT_W	     1
#define RIGHT_X	     2
#define RIGHT_U	     4
#define RIGHTS_R     0
#define RIGHTS_RW    RIGHT_W
#define RIGHTS_RX    RIGHT_X
#define RIGHTS_RWX   (RIGHT_W | RIGHT_X)
#define RIGHTS_COUNT 8

/* Leaves of any size, one after the other in both address spaces, with equal rights and type. */
struct found_run {
	uint64_t virt;
	uint64_t phys;
	uint64_t bytes;
	uint64_t claimed_bytes;		      /* covered by found_expect() */
	uint32_t leaves[KEEL_LEVEL_PDPT + 1]; /* by level */
	uint8_t rights;
	uint8_t memory_type;
	uint8_t row;
};

/* The first entry of a row that is not well-formed, and how many there are. */
struct found_fault {
	uint32_t count;
	const char *what;
	uint64_t virt;
	uint64_t expected, found;
};

/* What was found in one row of the layout. */
struct found_row {
	struct found_fault tables; /* entries that lead to tables */
	struct found_fault leaves;
	uint64_t first_run, end_run;		  /* its runs: [first, end) */
	uint64_t leaf_count[KEEL_LEVEL_PDPT + 1]; /* shared tables counted once */
};

extern struct found_row found_rows[KEEL_REGION_COUNT];
extern struct found_run found_runs[];
extern uint64_t found_run_count;
/* Runs that did not fit into found_runs: then nothing of what follows is complete. */
extern uint64_t found_runs_lost;

/*
 * Walks the root and fills in all of the above. The %esp fixup row is left out of the runs: its
 * leaves continue nothing, and are compared entry by entry where that row is checked.
 */
void found_walk(uint64_t root_phys);

/* The first run that ends above virt; found_run_count if there is none. */
uint64_t found_first_run(uint64_t virt);

/* A piece of a row as it should be. */
struct found_piece {
	uint64_t virt, phys, bytes;
	uint8_t rights;	     /* RIGHT_ bits */
	uint8_t memory_type; /* enum keel_memory_type */
};

/* Compares what was found with the piece, byte by byte; mismatches belong to the open point. */
void found_expect(const struct found_piece *piece);

/* Every run of the row has been claimed by found_expect() since found_forget(), and only once. */
void found_expect_nothing_else(enum keel_region row);
void found_forget(enum keel_region row);

/* All entries that lead to tables of this level, for every address of [virt, last], exist. */
void found_expect_tables(uint64_t virt, uint64_t last, unsigned level);

uint8_t found_rights(enum keel_rights rights);
const char *found_rights_text(uint8_t rights);
const char *found_memory_type_text(uint8_t memory_type);

#endif
