/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random plans in the real geometry, valid by construction, against the model at every edge; and
 * the same plans with one thing wrong, which have to be refused.
 */
#include "check.h"
#include "guarded_pool.h"
#include "minimum.h"
#include "model.h"

#define MOST	 40	     /* mappings put in */
#define CAPACITY (MOST * 10) /* each may be cut at every boundary */

struct world {
	uint64_t random;
	uint64_t boundaries[8];
	struct mm_machine machine;
	struct keel_mapping input[MOST];
	uint64_t count;
	struct mm_plan plan;
	struct keel_mapping *work;
};

static uint64_t pick(struct world *w, uint64_t below)
{
	return random_below(&w->random, below);
}

static void random_machine(struct world *w)
{
	uint64_t phys = 0;

	w->machine = (struct mm_machine){
		.phys_bits = 40 + (uint32_t)pick(w, 13),
		.largest_leaf_level = KEEL_LEVEL_PD + (uint32_t)pick(w, 2),
		.boundaries = w->boundaries,
		.boundary_count = (uint32_t)pick(w, 9),
	};
	for (int i = 0; i < 8; i++) {
		static const uint64_t steps[] = { 0x1000, 0x200000, 0x40000000 };

		phys += (1 + pick(w, 700)) * steps[pick(w, 3)];
		w->boundaries[i] = phys;
	}
}

/* Rights, type and what goes with them. Kept tables stay short: each costs memory. */
static void random_kind(struct world *w, struct keel_mapping *m)
{
	static const uint8_t types[] = { KEEL_MEMORY_WB, KEEL_MEMORY_WB, KEEL_MEMORY_UC,
					 KEEL_MEMORY_WC, KEEL_MEMORY_WP };

	m->rights = (uint8_t)pick(w, KEEL_RIGHTS_COUNT);
	m->memory_type = types[pick(w, 5)];
	if (m->rights == KEEL_RIGHTS_NONE) {
		m->memory_type = KEEL_MEMORY_WB;
		m->level = (uint8_t)(1 + pick(w, 3));
	}
}

/* No plan is huge: what only small pages can map is short, what 2 MiB pages can is not too long. */
static uint64_t longest(const struct world *w, const struct keel_mapping *m)
{
	uint64_t misaligned = m->virt - m->phys;

	if (m->rights == KEEL_RIGHTS_NONE || misaligned % KEEL_SIZE_2M)
		return 12 * KEEL_SIZE_2M;
	if (misaligned % KEEL_SIZE_1G || w->machine.largest_leaf_level < KEEL_LEVEL_PDPT)
		return 6 * KEEL_SIZE_1G;
	return 2000 * KEEL_SIZE_1G;
}

/* One mapping at or after virt, within the row; false when there is no room for it. */
static bool random_mapping(struct world *w, int region, uint64_t virt, struct keel_mapping *m)
{
	static const uint64_t units[] = { 0x1000, 0x200000, 0x40000000 };
	const struct keel_layout_row *row = &keel_layout[region];
	uint64_t unit = units[pick(w, 3)];
	uint64_t room;

	memset(m, 0, sizeof(*m));
	m->region = (uint8_t)region;
	random_kind(w, m);
	if (pick(w, 3))
		virt = (virt + unit - 1) & ~(unit - 1);
	virt += pick(w, 4) ? 0 : pick(w, 3) * 0x1000;
	if (virt < row->start || virt > row->last)
		return false;
	room = row->last - virt + 1;
	m->virt = virt;
	m->bytes = (1 + pick(w, pick(w, 4) ? 6 : 1200)) * unit + pick(w, 3) * 0x1000;
	if (m->bytes > room)
		m->bytes = room;
	if (m->rights != KEEL_RIGHTS_NONE) {
		/* In the first GiBs are most of the boundaries. */
		m->phys = (pick(w, 2) ? pick(w, 3) : pick(w, 700)) * units[2];
		m->phys += m->virt % (pick(w, 4) ? unit : 0x1000);
	}
	if (m->bytes > longest(w, m))
		m->bytes = longest(w, m) - pick(w, 2) * 0x1000;
	return m->bytes <= (UINT64_C(1) << w->machine.phys_bits) - m->phys;
}

/* A neighbour that belongs to the one before it more often than not. */
static void random_neighbour(struct world *w, const struct keel_mapping *before,
			     struct keel_mapping *m)
{
	uint64_t bytes = m->bytes;

	if (pick(w, 3) || before->virt + before->bytes != m->virt || before->region != m->region ||
	    before->rights == KEEL_RIGHTS_NONE || m->rights == KEEL_RIGHTS_NONE)
		return;
	*m = *before;
	m->virt += before->bytes;
	m->phys += before->bytes;
	m->bytes = bytes < before->bytes ? bytes : before->bytes;
	if (m->phys + m->bytes > UINT64_C(1) << w->machine.phys_bits)
		m->phys = before->phys;
	if (pick(w, 4) == 0)
		m->rights = KEEL_RIGHTS_R;
}

/* Ascending through the rows, so nothing overlaps. */
static void random_input(struct world *w)
{
	uint64_t target = pick(w, MOST + 1);

	w->count = 0;
	for (int region = 0; region < KEEL_REGION_COUNT; region++) {
		uint64_t virt = keel_layout[region].start;

		if (region == KEEL_REGION_NONCANONICAL || pick(w, 3) == 0)
			continue;
		while (w->count < target && pick(w, 8)) {
			struct keel_mapping *m = &w->input[w->count];

			if (!random_mapping(w, region, virt, m))
				break;
			if (w->count)
				random_neighbour(w, m - 1, m);
			virt = m->virt + m->bytes + (pick(w, 2) ? 0 : pick(w, 600) * 0x1000);
			w->count++;
			if (virt < m->virt) /* the end of all addresses */
				break;
		}
	}
}

/* Adds the input in a random order and finishes; the first error. */
static struct mm_result plan(struct world *w, const struct keel_mapping *input)
{
	uint64_t order[MOST];

	w->plan.count = 0;
	w->plan.machine = &w->machine;
	for (uint64_t i = 0; i < w->count; i++) {
		uint64_t k = pick(w, i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (uint64_t i = 0; i < w->count; i++) {
		struct mm_result result = mm_plan_add(&w->plan, &input[order[i]]);

		if (result.error != MM_OK)
			return result;
	}
	return mm_plan_finish(&w->plan, w->work);
}

static void try_valid(struct world *w)
{
	bool global = pick(w, 2);
	struct guarded_pool pool;
	uint64_t root, bytes = 0, planned = 0;

	check_ok(plan(w, w->input));
	check_coalesced(&w->plan);
	for (uint64_t i = 0; i < w->count; i++)
		bytes += w->input[i].bytes;
	for (uint64_t i = 0; i < w->plan.count; i++)
		planned += w->plan.mappings[i].bytes;
	assert_int_equal(bytes, planned);
	pool = guarded_pool_new(mm_tables_count(&w->plan), UINT64_C(0x3210000000));
	check_ok(mm_tables_build(&pool.pool, &w->plan, global, MM_NO_ROOT, &root));
	guarded_pool_check(&pool);
	assert_int_equal(pool.pool.used, pool.pool.pages);
	assert_int_equal(pool.pool.used, minimum_tables(&w->plan));
	model_check_edges(&pool.pool, root, w->input, w->count, global);
	guarded_pool_free(&pool);
}

static struct world *world_new(const char *test)
{
	struct world *w = zalloc(sizeof(*w));

	w->random = random_seed(test);
	w->plan.capacity = CAPACITY;
	w->plan.mappings = zalloc(CAPACITY * sizeof(struct keel_mapping));
	w->work = zalloc(CAPACITY * sizeof(struct keel_mapping));
	return w;
}

static void world_free(struct world *w)
{
	free(w->plan.mappings);
	free(w->work);
	free(w);
}

static void valid_plans(void **state)
{
	struct world *w = world_new("valid_plans");
	clock_t end = deadline();
	uint64_t tried = 0;

	(void)state;
	do {
		random_machine(w);
		random_input(w);
		try_valid(w);
		tried++;
	} while (clock() < end);
	print_message("# %" PRIu64 " plans\n", tried);
	world_free(w);
}

/* Spoils one mapping of several; returns the error that has to come, or COUNT: any. */
static enum mm_error spoil(struct world *w, struct keel_mapping *list, uint64_t n)
{
	struct keel_mapping *m = &list[n];
	bool none = m->rights == KEEL_RIGHTS_NONE;

	switch (pick(w, 9)) {
	case 0:
		m->virt += 1 + pick(w, 4095);
		return MM_ERR_COUNT; /* unaligned, or outside its row, or over its neighbour */
	case 1:
		m->bytes = 0;
		return MM_ERR_EMPTY;
	case 2:
		m->rights = (uint8_t)(KEEL_RIGHTS_COUNT + pick(w, 200));
		m->level = 0;
		return MM_ERR_BAD_MAPPING;
	case 3:
		m->level = none ? (uint8_t)(4 + pick(w, 252)) : (uint8_t)(1 + pick(w, 255));
		return MM_ERR_BAD_MAPPING;
	case 4:
		m->region = (uint8_t)((m->region + 1 + pick(w, KEEL_REGION_COUNT - 1)) %
				      KEEL_REGION_COUNT);
		return MM_ERR_OUTSIDE_REGION;
	case 5:
		m->bytes = UINT64_C(1) << (60 + pick(w, 4));
		return MM_ERR_OUTSIDE_REGION;
	case 6:
		if (none)
			m->rights = KEEL_RIGHTS_R, m->level = 0;
		m->phys = (UINT64_C(1) << w->machine.phys_bits) - m->bytes + 0x1000;
		return MM_ERR_PHYS_BITS;
	case 7:
		m->repeat_pages = 17 + (uint32_t)pick(w, 1000);
		return MM_ERR_BAD_MAPPING;
	default:
		list[w->count] = *m; /* the same once more */
		w->count++;
		return MM_ERR_OVERLAP;
	}
}

static void try_invalid(struct world *w)
{
	struct keel_mapping list[MOST + 1];
	enum mm_error expected;
	struct mm_result result;
	uint64_t n;

	memcpy(list, w->input, sizeof(w->input));
	n = pick(w, w->count);
	expected = spoil(w, list, n);
	result = plan(w, list);
	if (result.error == MM_OK || (expected != MM_ERR_COUNT && result.error != expected))
		fail_msg("\"%s\" instead of \"%s\": virt 0x%" PRIx64 " phys 0x%" PRIx64
			 " bytes 0x%" PRIx64 " rights %d level %d repeat %u region %d",
			 mm_error_text(result.error),
			 expected == MM_ERR_COUNT ? "any" : mm_error_text(expected), list[n].virt,
			 list[n].phys, list[n].bytes, list[n].rights, list[n].level,
			 list[n].repeat_pages, list[n].region);
	assert_true(w->plan.count <= w->plan.capacity);
}

static void invalid_plans(void **state)
{
	struct world *w = world_new("invalid_plans");

	(void)state;
	for (int i = 0; i < 30000; i++) {
		random_machine(w);
		random_input(w);
		if (w->count == 0 || w->count == MOST)
			continue;
		try_invalid(w);
	}
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_plans),
		cmocka_unit_test(invalid_plans),
	};

	return cmocka_run_group_tests_name("random plans", tests, NULL, NULL);
}
