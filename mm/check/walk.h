/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads page tables back: what the CPU would make of them. Written apart from the writer in
 * ../tables.c, with nothing in common but the formats in <keel/paging.h> and the geometry, so that
 * the two cannot be wrong in the same way.
 *
 * Freestanding; no allocation and no globals: all state is in struct mm_walk, which the caller
 * gives. Tables are only read, and an entry that leads out of the pool is never followed.
 */
#ifndef MM_WALK_H
#define MM_WALK_H

#include "mm.h"

enum mm_entry_kind {
	MM_ENTRY_ABSENT,  /* not present, and yet not zero */
	MM_ENTRY_TABLE,	  /* leads to a table of the pool */
	MM_ENTRY_OUTSIDE, /* leads to a table that is not among the pool's used ones */
	MM_ENTRY_LEAF
};

/*
 * One entry that is not zero.
 *
 * repeat[level] tells through how many equal neighbours at that level the same place is reached; 1
 * everywhere but below shared tables (%esp fixup windows). A place with virt is found again at
 * virt + n * MM_LEVEL_BYTES(level) for each n below repeat[level], at all levels together.
 */
struct mm_entry {
	uint64_t virt;	/* first address that it stands for; the lowest one when repeated */
	uint64_t value; /* as it stands in the table */
	uint64_t phys;	/* of the table or of the first byte of the leaf */
	uint64_t table; /* index in the pool of the table it leads to; only of MM_ENTRY_TABLE */
	enum mm_entry_kind kind;
	unsigned level; /* of the table in which it stands, KEEL_LEVEL_PT to KEEL_LEVEL_PML4 */
	/* Effective rights: this entry and all above it taken together (SDM vol. 3A 4.6). */
	bool writable, executable, user;
	uint16_t repeat[MM_LEVELS + 1]; /* by level; element 0 has no meaning */
};

/* A run of leaves that are alike, adjacent in virtual and in physical memory. */
struct mm_run {
	uint64_t virt; /* as in struct mm_entry */
	uint64_t phys;
	uint64_t bytes;	      /* of one appearance; a multiple of the leaves' size */
	uint64_t appearances; /* at how many addresses it is found: the product of repeat[] */
	uint16_t repeat[MM_LEVELS + 1];
	uint8_t level;	     /* of each leaf */
	uint8_t memory_type; /* index into the PAT, 0 to 7: enum keel_memory_type or 4 or 6 */
	bool writable, executable, user; /* effective */
	bool used;			 /* accessed is set */
	bool global;
};

enum mm_walk_status {
	MM_WALK_END,	/* there is nothing more */
	MM_WALK_RUN,	/* one run */
	MM_WALK_OUTSIDE /* an entry leads out of the pool; the walk ends here */
};

/* A walk under way. The members are the walker's own. */
struct mm_walk {
	const struct mm_pool *pool;
	unsigned level; /* of the table that is being read; MM_LEVELS + 1 at the end */
	struct mm_walk_table {
		uint64_t index; /* in the pool */
		uint64_t virt;
		unsigned next; /* the entry to read next */
		uint16_t repeat;
		bool writable, executable, user;
	} tables[MM_LEVELS + 1]; /* by level: the way from the root to here */
	struct mm_run ahead;	 /* the leaf after the run that was given last */
	enum mm_walk_status ahead_status;
	bool has_ahead;
};

/*
 * Begins a walk at the PML4 with index `root`, which must be below pool->used. The pool has to
 * stay as it is until the walk is over.
 */
void mm_walk_begin(struct mm_walk *walk, const struct mm_pool *pool, uint64_t root);

/*
 * The next entry that is not zero, in address order, each table before what lies below it. Equal
 * neighbours that lead to a table are given once, with their number in repeat[level]. False at the
 * end. Not to be mixed with mm_walk_run in one walk.
 */
bool mm_walk_entry(struct mm_walk *walk, struct mm_entry *entry);

/*
 * The next run of leaves in address order. Memory below shared tables is visited once for all its
 * appearances, so the time is proportional to the number of entries in the tables. With
 * MM_WALK_OUTSIDE only run->virt has a meaning: the address whose entry leads astray.
 */
enum mm_walk_status mm_walk_run(struct mm_walk *walk, struct mm_run *run);

/*
 * Is there a table of this level (KEEL_LEVEL_PT to KEEL_LEVEL_PDPT) for this address below that
 * root? Absent entries, large leaves above it and ways out of the pool mean no.
 */
bool mm_walk_has_table(const struct mm_pool *pool, uint64_t root, uint64_t virt, unsigned level);

#endif
