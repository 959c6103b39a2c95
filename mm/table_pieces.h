/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of firmware's tables that neither memory nor a framebuffer maps, piece by piece; those
 * of unaccepted memory stay out.
 */
#ifndef MM_TABLE_PIECES_H
#define MM_TABLE_PIECES_H

#include "mapped_run.h"

struct mm_table_piece {
	uint64_t phys;
	uint64_t end;
	enum keel_memory_type memory_type;
	bool writable;
};

/* On the way through a request's tables, from low addresses to high ones. */
struct mm_table_walk {
	const struct mm_request *request;
	const struct mm_memory_map *map;
	uint32_t framebuffers_mapped; /* as in an outcome */
	uint64_t next;		      /* of the tables: the first that is not done */
	uint64_t done;		      /* of that one: what lies below this address */
	uint64_t next_range;	      /* of the map: the first behind `memory` */
	struct mm_mapped_run memory;  /* the first that ends above `done`; at the end none does */
	bool has_memory;
};

/* `map` is the request's, or another one of the same memory. */
struct mm_table_walk mm_table_walk(const struct mm_request *request,
				   const struct mm_memory_map *map, uint32_t framebuffers_mapped);

/*
 * The next piece: all of it lies within the direct map's reach, or none. False at the end.
 */
bool mm_next_table_piece(struct mm_table_walk *walk, struct mm_table_piece *piece);

/* Pieces that there are at most, however the tables lie. */
uint64_t mm_table_pieces_most(const struct mm_request *request);

#endif
