/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every range, and every pair of disjoint ranges, of a geometry with 4 entries a table: planned,
 * built, and compared page by page. The number of tables has to be what trying out every block
 * says, every entry of a used table has to be written, and nothing else.
 *
 * Some 2.8 million plans: 4 seconds with -O2 alone, three times that with sanitizers.
 */
#include "tiny.h"

/* Rights that map something; NONE has its own cases. */
static const uint8_t all_rights[] = { KEEL_RIGHTS_R, KEEL_RIGHTS_RW, KEEL_RIGHTS_RX,
				      KEEL_RIGHTS_USER_R, KEEL_RIGHTS_FIRMWARE_RWX };

/* Physical pages behind virtual page 0: every alignment of PA against VA that tables tell apart. */
static const uint64_t deltas[] = { 0x800, 0x801, 0x802, 0x804, 0x80a, 0x810, 0x814, 0x83f };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Memory types change at these physical pages, or nowhere. */
static void set_boundaries(struct tiny *t, unsigned int variant)
{
	static const uint64_t pages[][4] = { { 0 },
					     { 0x806, 0x815, 0x830, 0x852 },
					     { 0x810, 0x840, 0x841, 0x87f } };

	t->machine.boundary_count = variant ? 4 : 0;
	for (int i = 0; i < 4; i++)
		t->boundaries[i] = pages[variant][i] << 12;
}

/* Every range of one half, for one difference between VA and PA and one machine. */
static void every_range(struct tiny *t, unsigned int half, uint64_t delta)
{
	unsigned int turn = 0;

	for (unsigned int start = half; start < half + TINY_HALF; start++)
		for (unsigned int end = start + 1; end <= half + TINY_HALF; end++) {
			struct tiny_range r = { .page = start,
						.pages = end - start,
						.phys_page = delta + start - half,
						.rights = all_rights[turn++ % COUNT(all_rights)],
						.memory_type = turn % 3 ? KEEL_MEMORY_WB
									: KEEL_MEMORY_WT };

			t->global = turn % 2;
			tiny_clear(t);
			tiny_add(t, r);
			tiny_try(t);
		}
}

static void single_ranges(void **state)
{
	struct tiny *t = tiny_new();

	(void)state;
	for (size_t d = 0; d < COUNT(deltas); d++)
		for (uint32_t leaf = KEEL_LEVEL_PT; leaf <= KEEL_LEVEL_PDPT; leaf++)
			for (unsigned int b = 0; b < 3; b++) {
				t->machine.largest_leaf_level = leaf;
				set_boundaries(t, b);
				every_range(t, 0, deltas[d]);
				every_range(t, TINY_HALF, deltas[d]);
			}
	print_message("# %" PRIu64 " plans\n", t->cases);
	tiny_free(t);
}

/* Every range once with each of the rights, aligned so that the largest leaves appear. */
static void single_ranges_all_rights(void **state)
{
	struct tiny *t = tiny_new();

	(void)state;
	for (size_t rights = 0; rights < COUNT(all_rights); rights++)
		for (unsigned int start = 0; start < TINY_PAGES; start++)
			for (unsigned int end = start + 1;
			     end <= (start < TINY_HALF ? TINY_HALF : TINY_PAGES); end++) {
				tiny_clear(t);
				tiny_add(t, (struct tiny_range){ start, end - start, 0x800 + start,
								 all_rights[rights], 0, 0 });
				tiny_try(t);
			}
	tiny_free(t);
}

/* Every range whose tables are in place and whose entries are absent, for each lowest level. */
static void kept_tables(void **state)
{
	struct tiny *t = tiny_new();

	(void)state;
	for (uint8_t level = KEEL_LEVEL_PT; level <= KEEL_LEVEL_PDPT; level++)
		for (unsigned int start = 0; start < TINY_PAGES; start++)
			for (unsigned int end = start + 1;
			     end <= (start < TINY_HALF ? TINY_HALF : TINY_PAGES); end++) {
				tiny_clear(t);
				tiny_add(t, (struct tiny_range){ start, end - start, 0,
								 KEEL_RIGHTS_NONE, 0, level });
				tiny_try(t);
			}
	tiny_free(t);
}

/*
 * How the second range of a pair differs from the first. A delta of 0 makes the two one mapping
 * where they touch, if rights and memory type agree as well.
 */
struct pair_kind {
	uint8_t rights[2], memory_type[2], level[2];
	uint64_t phys[2];
};

static const struct pair_kind pair_kinds[] = {
	{ { KEEL_RIGHTS_RW, KEEL_RIGHTS_RW }, { 0, 0 }, { 0, 0 }, { 0x800, 0x800 } },
	{ { KEEL_RIGHTS_RW, KEEL_RIGHTS_R }, { 0, 0 }, { 0, 0 }, { 0x800, 0x800 } },
	{ { KEEL_RIGHTS_RX, KEEL_RIGHTS_RX }, { 0, 3 }, { 0, 0 }, { 0x800, 0x800 } },
	{ { KEEL_RIGHTS_RW, KEEL_RIGHTS_RW }, { 0, 0 }, { 0, 0 }, { 0x800, 0x804 } },
	{ { KEEL_RIGHTS_R, KEEL_RIGHTS_USER_R }, { 0, 0 }, { 0, 0 }, { 0x802, 0x810 } },
	{ { KEEL_RIGHTS_FIRMWARE_RWX, KEEL_RIGHTS_RX }, { 0, 0 }, { 0, 0 }, { 0x810, 0x801 } },
	{ { KEEL_RIGHTS_RW, KEEL_RIGHTS_NONE }, { 0, 0 }, { 0, 1 }, { 0x800, 0 } },
	{ { KEEL_RIGHTS_NONE, KEEL_RIGHTS_RX }, { 0, 0 }, { 2, 0 }, { 0, 0x800 } },
	{ { KEEL_RIGHTS_NONE, KEEL_RIGHTS_NONE }, { 0, 0 }, { 3, 2 }, { 0, 0 } },
};

static void try_pair(struct tiny *t, const struct pair_kind *k, const unsigned int cut[4])
{
	struct tiny_range r[2];
	unsigned int first = t->cases % 2; /* either order has to give the same */

	for (int i = 0; i < 2; i++) {
		unsigned int page = cut[2 * i];

		r[i] = (struct tiny_range){
			page,	      cut[2 * i + 1] - page, k->phys[i] + page % TINY_HALF,
			k->rights[i], k->memory_type[i],     k->level[i]
		};
	}
	tiny_clear(t);
	tiny_add(t, r[first]);
	tiny_add(t, r[!first]);
	tiny_try(t);
}

/* Every pair of disjoint ranges between two pages, touching or not. */
static void every_pair(struct tiny *t, unsigned int from, unsigned int to,
		       const struct pair_kind *k)
{
	unsigned int cut[4];

	for (cut[0] = from; cut[0] < to; cut[0]++)
		for (cut[1] = cut[0] + 1; cut[1] < to; cut[1]++)
			for (cut[2] = cut[1]; cut[2] < to; cut[2]++)
				for (cut[3] = cut[2] + 1; cut[3] <= to; cut[3]++)
					try_pair(t, k, cut);
}

/* Windows at the start, across a PML4 entry, at a half's end, and in the upper half. */
static void pairs_of_ranges(void **state)
{
	static const unsigned int windows[] = { 0, 40, 54, 108, 128, 182, 236 };
	struct tiny *t = tiny_new();

	(void)state;
	for (size_t k = 0; k < COUNT(pair_kinds); k++)
		for (size_t w = 0; w < COUNT(windows); w++)
			for (uint32_t leaf = KEEL_LEVEL_PD; leaf <= KEEL_LEVEL_PDPT; leaf++) {
				t->machine.largest_leaf_level = leaf;
				set_boundaries(t, (k + w + leaf) % 3);
				t->global = w % 2;
				every_pair(t, windows[w], windows[w] + 20, &pair_kinds[k]);
			}
	print_message("# %" PRIu64 " plans\n", t->cases);
	tiny_free(t);
}

/* 64 pages, in which leaves of both sizes fit between others, and a PML4 entry ends. */
static void pairs_in_a_wide_window(void **state)
{
	struct tiny *t = tiny_new();

	(void)state;
	every_pair(t, 24, 24 + 64, &pair_kinds[0]);
	tiny_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_ranges),
		cmocka_unit_test(single_ranges_all_rights),
		cmocka_unit_test(kept_tables),
		cmocka_unit_test(pairs_of_ranges),
		cmocka_unit_test(pairs_in_a_wide_window),
	};

	return cmocka_run_group_tests_name("exhaustive", tests, NULL, NULL);
}
