/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a plan. What mm_plan_finish refuses is left at that; what it takes has to become
 * tables of exactly the planned number, that say the same as the mappings at every edge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "fuzz.h"
#include "model.h"

#define MOST_MAPPINGS 64
#define MOST_TABLES   600

static uint64_t pool_memory[MOST_TABLES * MM_ENTRIES];

/* An address near an edge of a table's reach, where the mistakes are. */
static uint64_t take_place(struct input *in)
{
	const unsigned shift = MM_LEVEL_SHIFT(1 + take(in, 1) % 4);
	const int64_t pages = (int8_t)take(in, 1);

	return (take(in, 1) << shift) + pages * (int64_t)KEEL_PAGE_SIZE;
}

static void take_mapping(struct input *in, struct keel_mapping *m)
{
	const uint64_t kind = take(in, 1);

	*m = (struct keel_mapping){
		.virt = take_place(in) + (kind & 1 ? KEEL_DIRECT_MAP_START : 0),
		.phys = take_place(in),
		.bytes = take_place(in),
		.rights = kind >> 1 & 7,
		.memory_type = kind >> 4 & 7,
		.region = kind & 1 ? KEEL_REGION_DIRECT_MAP : KEEL_REGION_USER,
	};
	if (m->rights == KEEL_RIGHTS_NONE) {
		m->level = take(in, 1) % 5;
		m->phys = 0;
	}
	if (kind >> 7 && m->rights == KEEL_RIGHTS_R) {
		m->bytes = KEEL_ESPFIX_WINDOW_BYTES;
		m->repeat_pages = take(in, 1) % 18;
	}
}

static void check_tables(const struct mm_plan *plan, const struct keel_mapping *asked,
			 uint64_t asked_count)
{
	static const int64_t steps[] = { -4096, -1, 0, 4095, 4096 };
	struct mm_pool pool = { .base = pool_memory, .phys = KEEL_SIZE_1G, .pages = MOST_TABLES };
	uint64_t root;
	struct mm_result result = mm_tables_build(&pool, plan, true, MM_NO_ROOT, &root);

	if (plan->tables > MOST_TABLES) {
		REQUIRE(result.error == MM_ERR_POOL_FULL && result.address == plan->tables);
		return;
	}
	REQUIRE(result.error == MM_OK);
	REQUIRE(pool.used == plan->tables);
	for (uint64_t n = 0; n < asked_count; n++)
		for (unsigned s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
			const uint64_t first = asked[n].virt + (uint64_t)steps[s];
			const uint64_t last = first + asked[n].bytes;

			if (model_canonical(first))
				REQUIRE(!model_fault(&pool, root, asked, asked_count, first, true));
			if (model_canonical(last))
				REQUIRE(!model_fault(&pool, root, asked, asked_count, last, true));
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	uint64_t boundaries[2] = { take(&in, 1) * KEEL_SIZE_2M / 4, 0 };
	const struct mm_machine machine = { .phys_bits = 40 + take(&in, 1) % 13,
					    .largest_leaf_level = 2 + take(&in, 1) % 2,
					    .boundaries = boundaries,
					    .boundary_count = boundaries[0] != 0 };
	struct keel_mapping asked[MOST_MAPPINGS];
	struct keel_mapping mappings[4 * MOST_MAPPINGS];
	struct keel_mapping work[4 * MOST_MAPPINGS];
	struct mm_plan plan = { mappings, 4 * MOST_MAPPINGS, 0, 0, &machine };
	uint64_t count = 0;

	while (in.bytes && count < MOST_MAPPINGS) {
		take_mapping(&in, asked + count);
		if (mm_plan_add(&plan, asked + count).error == MM_OK)
			count++;
	}
	if (mm_plan_finish(&plan, work).error == MM_OK)
		check_tables(&plan, asked, count);
	return 0;
}
