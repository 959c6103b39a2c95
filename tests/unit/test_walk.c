/* SPDX-License-Identifier: BSD-2-Clause */
/* The walker of mm/, on tables made by hand, and on a machine's tables against the model. */
#include "check_scene.h"

#define TABLE (KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_US | KEEL_PTE_A | KEEL_PTE_D)
#define LEAF  (KEEL_PTE_P | KEEL_PTE_RW | KEEL_PTE_US | KEEL_PTE_A | KEEL_PTE_D)
#define PHYS  KEEL_U64(0x7000000)

/* A pool of a few empty tables; table n leads to table n + 1 at index 0, levels 4 to 1. */
struct hand {
	struct guarded_pool tables;
	uint64_t *entries[8];
	struct mm_walk walk;
	struct mm_run run;
};

static struct hand *hand_new(void)
{
	struct hand *h = zalloc(sizeof(*h));

	h->tables = guarded_pool_new(8, PHYS);
	h->tables.pool.used = 8;
	for (unsigned int i = 0; i < 8; i++) {
		h->entries[i] = mm_pool_table(&h->tables.pool, i);
		memset(h->entries[i], 0, 4096);
	}
	for (unsigned int i = 0; i < 3; i++)
		h->entries[i][0] = mm_pool_phys(&h->tables.pool, i + 1) | TABLE;
	return h;
}

static void hand_free(struct hand *h)
{
	guarded_pool_free(&h->tables);
	free(h);
}

static void begin(struct hand *h)
{
	mm_walk_begin(&h->walk, &h->tables.pool, 0);
}

static void expect(struct hand *h, uint64_t virt, uint64_t phys, uint64_t bytes)
{
	assert_int_equal(mm_walk_run(&h->walk, &h->run), MM_WALK_RUN);
	if (h->run.virt != virt || h->run.phys != phys || h->run.bytes != bytes)
		fail_msg("0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64, h->run.virt, h->run.phys,
			 h->run.bytes);
}

static void expect_end(struct hand *h)
{
	for (int i = 0; i < 2; i++) /* and it stays there */
		assert_int_equal(mm_walk_run(&h->walk, &h->run), MM_WALK_END);
}

static void nothing(void **state)
{
	struct hand *h = hand_new();

	(void)state;
	begin(h);
	expect_end(h);
	h->entries[3][7] = 0x1000 | (LEAF & ~KEEL_PTE_P); /* not present: not a leaf */
	begin(h);
	expect_end(h);
	hand_free(h);
}

/* Runs go on over table borders, and end where anything changes. */
static void runs(void **state)
{
	struct hand *h = hand_new();

	(void)state;
	h->entries[2][1] = mm_pool_phys(&h->tables.pool, 4) | TABLE;
	for (unsigned int i = 500; i < 512; i++)
		h->entries[3][i] = (i * KEEL_PAGE_SIZE) | LEAF;
	for (unsigned int i = 0; i < 8; i++)
		h->entries[4][i] = ((512 + i) * KEEL_PAGE_SIZE) | LEAF;
	h->entries[4][3] |= KEEL_PTE_G;
	h->entries[4][6] += 0x100000;
	h->entries[2][2] = KEEL_SIZE_2M * 2 | LEAF | KEEL_PTE_PS;
	h->entries[1][1] = KEEL_SIZE_1G | LEAF | KEEL_PTE_PS;
	h->entries[0][511] = h->entries[0][256] = 0;
	begin(h);
	expect(h, 500 << 12, 500 << 12, 15 << 12);
	assert_false(h->run.global);
	expect(h, 515 << 12, 515 << 12, 1 << 12);
	assert_true(h->run.global);
	expect(h, 516 << 12, 516 << 12, 2 << 12);
	expect(h, 518 << 12, (518 << 12) + 0x100000, 1 << 12);
	expect(h, 519 << 12, 519 << 12, 1 << 12);
	expect(h, 2 * KEEL_SIZE_2M, 2 * KEEL_SIZE_2M, KEEL_SIZE_2M);
	assert_int_equal(h->run.level, KEEL_LEVEL_PD);
	expect(h, KEEL_SIZE_1G, KEEL_SIZE_1G, KEEL_SIZE_1G);
	assert_int_equal(h->run.level, KEEL_LEVEL_PDPT);
	assert_int_equal(h->run.appearances, 1);
	expect_end(h);
	hand_free(h);
}

/* A bit that is missing anywhere on the way, or NX anywhere, counts. */
static void effective_rights(void **state)
{
	(void)state;
	for (unsigned int i = 0; i <= 4; i++) {
		struct hand *h = hand_new();

		h->entries[3][0] = LEAF;
		if (i < 4) {
			h->entries[i][0] &= ~(i % 2 ? KEEL_PTE_RW : KEEL_PTE_US);
			h->entries[3 - i][0] |= KEEL_PTE_NX;
		}
		begin(h);
		expect(h, 0, 0, KEEL_PAGE_SIZE);
		assert_int_equal(h->run.writable, i == 4 || i % 2 == 0);
		assert_int_equal(h->run.user, i == 4 || i % 2 == 1);
		assert_int_equal(h->run.executable, i == 4);
		hand_free(h);
	}
}

/* The index into the PAT, whose third bit has two places; a large leaf's is not an address bit. */
static void memory_types(void **state)
{
	(void)state;
	for (unsigned int type = 0; type < 8; type++) {
		struct hand *h = hand_new();
		uint64_t bits = (type & 1 ? KEEL_PTE_PWT : 0) | (type & 2 ? KEEL_PTE_PCD : 0);

		h->entries[3][0] = LEAF | bits | (type & 4 ? KEEL_PTE_PAT_4K : 0);
		h->entries[2][1] = LEAF | bits | KEEL_PTE_PS | (type & 4 ? KEEL_PTE_PAT_LARGE : 0);
		h->entries[1][1] = LEAF | bits | KEEL_PTE_PS | (type & 4 ? KEEL_PTE_PAT_LARGE : 0);
		begin(h);
		for (unsigned int level = 1; level <= 3; level++) {
			assert_int_equal(mm_walk_run(&h->walk, &h->run), MM_WALK_RUN);
			assert_int_equal(h->run.level, level);
			assert_int_equal(h->run.memory_type, type);
			assert_int_equal(h->run.phys, 0);
		}
		hand_free(h);
	}
}

static void outside(void **state)
{
	const uint64_t places[] = { PHYS - 0x1000, PHYS + 8 * 0x1000, 0, KEEL_PTE_ADDRESS,
				    PHYS - 0x100000000 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct hand *h = hand_new();

		h->entries[3][0] = LEAF;
		h->entries[2][5] = (places[i] & KEEL_PTE_ADDRESS) | TABLE;
		begin(h);
		expect(h, 0, 0, KEEL_PAGE_SIZE);
		assert_int_equal(mm_walk_run(&h->walk, &h->run), MM_WALK_OUTSIDE);
		assert_int_equal(h->run.virt, 5 * KEEL_SIZE_2M);
		assert_int_equal(mm_walk_run(&h->walk, &h->run), MM_WALK_OUTSIDE);
		assert_false(mm_walk_has_table(&h->tables.pool, 0, 5 * KEEL_SIZE_2M, 1));
		hand_free(h);
	}
}

/* Shared tables: given once, with how often they appear; never across the two halves. */
static void repeated(void **state)
{
	struct hand *h = hand_new();
	const uint64_t pdpt = h->entries[0][0];

	(void)state;
	h->entries[3][9] = 0x5000 | LEAF;
	for (unsigned int i = 0; i < 512; i++)
		h->entries[2][i] = h->entries[2][0];
	for (unsigned int i = 0; i < 4; i++)
		h->entries[1][i] = h->entries[1][0];
	h->entries[0][0] = 0;
	h->entries[0][255] = h->entries[0][256] = pdpt;
	begin(h);
	expect(h, (KEEL_U64(255) << 39) + 0x9000, 0x5000, 0x1000);
	assert_int_equal(h->run.appearances, 2048);
	assert_int_equal(h->run.repeat[1], 1);
	assert_int_equal(h->run.repeat[2], 512);
	assert_int_equal(h->run.repeat[3], 4);
	assert_int_equal(h->run.repeat[4], 1);
	expect(h, KEEL_DIRECT_MAP_START + 0x9000, 0x5000, 0x1000);
	assert_int_equal(h->run.appearances, 2048);
	expect_end(h);
	hand_free(h);
}

/* What appears once and what appears twice are two runs, even where one continues the other. */
static void repeated_after_single(void **state)
{
	struct hand *h = hand_new();

	(void)state;
	h->entries[3][511] = 0x5000 | LEAF;
	h->entries[4][0] = 0x6000 | LEAF;
	h->entries[2][1] = h->entries[2][2] = mm_pool_phys(&h->tables.pool, 4) | TABLE;
	begin(h);
	expect(h, 0x1ff000, 0x5000, 0x1000);
	assert_int_equal(h->run.appearances, 1);
	expect(h, 0x200000, 0x6000, 0x1000);
	assert_int_equal(h->run.appearances, 2);
	expect_end(h);
	hand_free(h);
}

static void has_table(void **state)
{
	struct hand *h = hand_new();
	const struct mm_pool *pool = &h->tables.pool;

	(void)state;
	h->entries[2][1] = LEAF | KEEL_PTE_PS;
	for (unsigned int level = 1; level <= 3; level++) {
		assert_true(mm_walk_has_table(pool, 0, 0x1ff000, level));
		assert_false(mm_walk_has_table(pool, 0, KEEL_DIRECT_MAP_START, level));
	}
	assert_true(mm_walk_has_table(pool, 0, KEEL_SIZE_2M, 2));
	assert_false(mm_walk_has_table(pool, 0, KEEL_SIZE_2M, 1)); /* a leaf is no table */
	assert_false(mm_walk_has_table(pool, 0, 2 * KEEL_SIZE_2M, 1));
	hand_free(h);
}

/* Both ends of each run of a machine, and the bytes before and after it, as the CPU sees them. */
static void machine(void **state)
{
	struct scene *s = scene_qemu(70);
	struct mm_walk walk;
	struct mm_run run;
	uint64_t end = 0, count = 0;

	(void)state;
	check_ok(scene_plan(s));
	scene_tables(s);
	mm_walk_begin(&walk, &s->tables.pool, s->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN) {
		struct model_walk first = scene_walk(s, run.virt);
		struct model_walk last = scene_walk(s, run.virt + (run.bytes - 1));
		uint64_t copy = run.virt;

		assert_true(run.virt >= end && first.present && last.present);
		assert_int_equal(first.phys, run.phys);
		assert_int_equal(last.phys, run.phys + (run.bytes - 1));
		assert_int_equal(first.level, run.level);
		assert_int_equal(first.writable, run.writable);
		assert_int_equal(first.executable, run.executable);
		assert_int_equal(last.user, run.user);
		for (unsigned int level = 1; level <= 4; level++)
			copy += (uint64_t)(run.repeat[level] - 1) << model_shift(level);
		assert_int_equal(scene_walk(s, copy).phys, run.phys);
		end = run.virt + run.bytes;
		count++;
	}
	assert_true(count > s->plan.count / 2);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(runs),
		cmocka_unit_test(outside),
		cmocka_unit_test(effective_rights),
		cmocka_unit_test(repeated),
		cmocka_unit_test(memory_types),
		cmocka_unit_test(repeated_after_single),
		cmocka_unit_test(machine),
		cmocka_unit_test(has_table),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
