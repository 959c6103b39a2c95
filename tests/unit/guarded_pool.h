/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool of table pages that notices what does not belong: all of it is poison at first, with more
 * poison before and behind. Afterwards each used page must be free of it (every entry was written)
 * and the rest must be untouched.
 */
#ifndef TESTS_GUARDED_POOL_H
#define TESTS_GUARDED_POOL_H

#include "check.h"

#define POOL_POISON UINT64_C(0xa5a5a5a5a5a5a5a5) /* bits 62:52 are never set in an entry */
#ifndef POOL_GUARD_ENTRIES
#define POOL_GUARD_ENTRIES 512
#endif

struct guarded_pool {
	struct mm_pool pool;
	uint64_t *block;
	uint64_t entries; /* of the block, guards included */
};

static inline void guarded_pool_reset(struct guarded_pool *g)
{
	memset(g->block, 0xa5, g->entries * sizeof(uint64_t));
	g->pool.used = 0;
}

static inline struct guarded_pool guarded_pool_new(uint64_t pages, uint64_t phys)
{
	struct guarded_pool g = { .pool = { .phys = phys, .pages = pages } };

	g.entries = pages * MM_ENTRIES + 2 * POOL_GUARD_ENTRIES;
	g.block = malloc(g.entries * sizeof(uint64_t));
	assert_non_null(g.block);
	g.pool.base = g.block + POOL_GUARD_ENTRIES;
	guarded_pool_reset(&g);
	return g;
}

static inline void guarded_pool_free(struct guarded_pool *g)
{
	free(g->block);
	g->block = NULL;
}

/* Returns NULL, or what is wrong. */
static inline const char *guarded_pool_fault(const struct guarded_pool *g)
{
	uint64_t first = POOL_GUARD_ENTRIES;
	uint64_t end = first + g->pool.used * MM_ENTRIES;

	if (g->pool.used > g->pool.pages)
		return "more pages used than there are";
	for (uint64_t i = 0; i < first; i++)
		if (g->block[i] != POOL_POISON)
			return "written before the pool";
	for (uint64_t i = first; i < end; i++)
		if (g->block[i] == POOL_POISON)
			return "an entry of a used table was not written";
	for (uint64_t i = end; i < g->entries; i++)
		if (g->block[i] != POOL_POISON)
			return "written behind the used pages";
	return NULL;
}

static inline void guarded_pool_check(const struct guarded_pool *g)
{
	const char *fault = guarded_pool_fault(g);

	if (fault)
		fail_msg("%s", fault);
}

#endif
