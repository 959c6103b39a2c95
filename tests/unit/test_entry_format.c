/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bits of every kind of entry that mm_tables_build writes, against tables that were worked out
 * by hand from SDM vol. 3A, tables 4-15 to 4-20. All other tests trust what is pinned here.
 */
#include "check.h"
#include "guarded_pool.h"

#define POOL_PHYS UINT64_C(0x123457000)
#define TYPES	  6
#define RIGHTS	  6

/* Columns of the truth tables: PAT indices 0, 1, 2, 3, 5 and 7. */
static const uint8_t memory_types[TYPES] = { KEEL_MEMORY_WB, KEEL_MEMORY_WC, KEEL_MEMORY_UC_MINUS,
					     KEEL_MEMORY_UC, KEEL_MEMORY_WP, KEEL_MEMORY_WT };

struct format_row {
	enum keel_rights rights;
	bool nx; /* bit 63 */
	uint64_t
		small[TYPES]; /* a 4 KiB leaf: P 1, RW 2, US 4, PWT 8, PCD 10, A 20, D 40, PAT 80 */
	uint64_t large[TYPES]; /* 2 MiB and 1 GiB: PS 80, and PAT moves to 1000 */
};

static const struct format_row formats[RIGHTS] = {
	{ KEEL_RIGHTS_R,
	  true,
	  { 0x21, 0x29, 0x31, 0x39, 0xa9, 0xb9 },
	  { 0xa1, 0xa9, 0xb1, 0xb9, 0x10a9, 0x10b9 } },
	{ KEEL_RIGHTS_RW,
	  true,
	  { 0x63, 0x6b, 0x73, 0x7b, 0xeb, 0xfb },
	  { 0xe3, 0xeb, 0xf3, 0xfb, 0x10eb, 0x10fb } },
	{ KEEL_RIGHTS_RX,
	  false,
	  { 0x21, 0x29, 0x31, 0x39, 0xa9, 0xb9 },
	  { 0xa1, 0xa9, 0xb1, 0xb9, 0x10a9, 0x10b9 } },
	{ KEEL_RIGHTS_USER_R,
	  true,
	  { 0x25, 0x2d, 0x35, 0x3d, 0xad, 0xbd },
	  { 0xa5, 0xad, 0xb5, 0xbd, 0x10ad, 0x10bd } },
	{ KEEL_RIGHTS_FIRMWARE_RWX,
	  false,
	  { 0x63, 0x6b, 0x73, 0x7b, 0xeb, 0xfb },
	  { 0xe3, 0xeb, 0xf3, 0xfb, 0x10eb, 0x10fb } },
	{ KEEL_RIGHTS_WATCHED_RWX,
	  false,
	  { 0x3, 0xb, 0x13, 0x1b, 0x8b, 0x9b },
	  { 0x83, 0x8b, 0x93, 0x9b, 0x108b, 0x109b } },
};

static const struct mm_machine machine = { .phys_bits = 52, .largest_leaf_level = KEEL_LEVEL_PDPT };

struct built {
	struct guarded_pool pool;
	uint64_t root;
};

static struct built build(const struct keel_mapping *mappings, uint64_t count, bool global,
			  const struct mm_machine *on)
{
	struct keel_mapping items[8], work[8];
	struct mm_plan plan = { .mappings = items, .capacity = 8, .machine = on };
	struct built b;

	for (uint64_t i = 0; i < count; i++)
		check_ok(mm_plan_add(&plan, &mappings[i]));
	check_ok(mm_plan_finish(&plan, work));
	b.pool = guarded_pool_new(mm_tables_count(&plan), POOL_PHYS);
	check_ok(mm_tables_build(&b.pool.pool, &plan, global, MM_NO_ROOT, &b.root));
	guarded_pool_check(&b.pool);
	return b;
}

/* Follows an address to the entry of that level; everything above must be a table. */
static uint64_t entry_at(const struct built *b, uint64_t virt, unsigned int level)
{
	uint64_t table = b->root;
	uint64_t entry = 0;

	for (unsigned int l = 4;; l--) {
		entry = b->pool.pool.base[table * 512 + (virt >> (12 + 9 * (l - 1)) & 511)];
		if (l == level)
			return entry;
		table = ((entry & UINT64_C(0xffffffffff000)) - POOL_PHYS) / 4096;
		if (table >= b->pool.pool.used)
			fail_msg("entry 0x%" PRIx64 " of level %u leads nowhere", entry, l);
	}
}

static void expect_entry(const struct built *b, uint64_t virt, unsigned int level, uint64_t entry)
{
	uint64_t found = entry_at(b, virt, level);

	if (found != entry)
		fail_msg("0x%" PRIx64 ", level %u: 0x%" PRIx64 ", expected 0x%" PRIx64, virt, level,
			 found, entry);
}

/* A non-leaf entry: its flags, without the address of the table. */
static void expect_table(const struct built *b, uint64_t virt, unsigned int level, uint64_t flags)
{
	uint64_t found = entry_at(b, virt, level);

	assert_in_range(found & UINT64_C(0xffffffffff000), POOL_PHYS,
			POOL_PHYS + (b->pool.pool.used - 1) * 4096);
	if ((found & ~UINT64_C(0xffffffffff000)) != flags)
		fail_msg("0x%" PRIx64 ", level %u: 0x%" PRIx64 ", expected flags 0x%" PRIx64, virt,
			 level, found, flags);
}

/* Every combination of rights and memory type at one level, in one half, global or not. */
static void every_leaf(unsigned int level, uint64_t virt, uint8_t region, bool global, uint64_t g)
{
	static const uint64_t size[] = { 0, 0x1000, 0x200000, 0x40000000 };
	/* A pattern in every address bit that the level has, but not one more. */
	uint64_t phys = UINT64_C(0x000a5a5a5a5a5000) & ~(size[level] - 1);

	for (int row = 0; row < RIGHTS; row++) {
		const struct format_row *f = &formats[row];

		for (int t = 0; t < TYPES; t++) {
			struct keel_mapping m = { .virt = virt,
						  .phys = phys,
						  .bytes = size[level],
						  .rights = f->rights,
						  .memory_type = memory_types[t],
						  .region = region };
			struct built b = build(&m, 1, global, &machine);
			/* In the EFI region the CPU alone sets A and D. */
			uint64_t unused = region == KEEL_REGION_EFI ? 0x60 : 0;
			uint64_t low = (level == 1 ? f->small[t] : f->large[t]) & ~unused;
			uint64_t nx = f->nx ? UINT64_C(1) << 63 : 0;
			uint64_t table = f->rights == KEEL_RIGHTS_USER_R ? 0x67 : 0x63;

			expect_entry(&b, virt, level, phys | low | nx | g);
			for (unsigned int above = level + 1; above <= 4; above++)
				expect_table(&b, virt, above, table);
			assert_int_equal(b.pool.pool.used, 5 - level);
			guarded_pool_free(&b.pool);
		}
	}
}

static void every_half(unsigned int level)
{
	uint64_t upper = KEEL_DIRECT_MAP_START + UINT64_C(0x123440000000);

	every_leaf(level, upper, KEEL_REGION_DIRECT_MAP, true, 0x100);
	every_leaf(level, upper, KEEL_REGION_DIRECT_MAP, false, 0);
	every_leaf(level, KEEL_EFI_START, KEEL_REGION_EFI, true, 0x100);
	every_leaf(level, UINT64_C(0x654380000000), KEEL_REGION_USER, true, 0);
	every_leaf(level, UINT64_C(0x654380000000), KEEL_REGION_USER, false, 0);
}

static void leaves_of_4k(void **state)
{
	(void)state;
	every_half(1);
}

static void leaves_of_2m(void **state)
{
	(void)state;
	every_half(2);
}

static void leaves_of_1g(void **state)
{
	(void)state;
	every_half(3);
}

/* The highest address bit of each leaf: 51. Nothing may cut it off or let it reach bit 52. */
static void highest_address(void **state)
{
	static const uint64_t last[] = { 0, UINT64_C(0xffffffffff000), UINT64_C(0xfffffffe00000),
					 UINT64_C(0xfffffc0000000) };
	static const uint64_t flags[] = { 0, 0x63, 0xe3, 0xe3 };

	(void)state;
	for (unsigned int level = 1; level <= 3; level++) {
		struct keel_mapping m = { .virt = KEEL_DIRECT_MAP_START,
					  .phys = last[level],
					  .bytes = (UINT64_C(1) << 52) - last[level],
					  .rights = KEEL_RIGHTS_RW,
					  .region = KEEL_REGION_DIRECT_MAP };
		struct built b = build(&m, 1, false, &machine);

		expect_entry(&b, m.virt, level, UINT64_C(1) << 63 | last[level] | flags[level]);
		guarded_pool_free(&b.pool);
	}
}

/* Without 1 GiB pages the same gigabyte is 512 leaves of level 2, each with its own address. */
static void without_1g(void **state)
{
	static const struct mm_machine small = { .phys_bits = 52,
						 .largest_leaf_level = KEEL_LEVEL_PD };
	struct keel_mapping m = { .virt = KEEL_DIRECT_MAP_START,
				  .phys = UINT64_C(0x4000000000),
				  .bytes = 0x40000000,
				  .rights = KEEL_RIGHTS_RW,
				  .region = KEEL_REGION_DIRECT_MAP };
	struct built b = build(&m, 1, true, &small);

	(void)state;
	expect_table(&b, m.virt, 3, 0x63);
	expect_entry(&b, m.virt, 2, UINT64_C(0x80000040000001e3));
	expect_entry(&b, m.virt + 0x200000, 2, UINT64_C(0x80000040002001e3));
	expect_entry(&b, m.virt + 0x3fe00000, 2, UINT64_C(0x800000403fe001e3));
	assert_int_equal(b.pool.pool.used, 3);
	guarded_pool_free(&b.pool);
}

/* US stands on every table above a user page and on no other. */
static void user_path(void **state)
{
	const uint64_t page = KEEL_VSYSCALL_START;
	const struct keel_mapping m[] = {
		{ .virt = page,
		  .phys = 0x5000,
		  .bytes = 0x1000,
		  .rights = KEEL_RIGHTS_USER_R,
		  .region = KEEL_REGION_VSYSCALL },
		/* Other entries of the same PD, of the same PDPT, of the same PML4. */
		{ .virt = KEEL_FIXMAP_TOP,
		  .phys = 0x6000,
		  .bytes = 0x1000,
		  .rights = KEEL_RIGHTS_RW,
		  .region = KEEL_REGION_FIXMAP },
		{ .virt = KEEL_TEXT_START,
		  .phys = 0x7000,
		  .bytes = 0x1000,
		  .rights = KEEL_RIGHTS_RX,
		  .region = KEEL_REGION_TEXT },
		{ .virt = KEEL_DIRECT_MAP_START,
		  .phys = 0x8000,
		  .bytes = 0x1000,
		  .rights = KEEL_RIGHTS_RW,
		  .region = KEEL_REGION_DIRECT_MAP },
	};
	struct built b = build(m, 4, true, &machine);

	(void)state;
	for (unsigned int level = 2; level <= 4; level++)
		expect_table(&b, page, level, 0x67);
	expect_entry(&b, page, 1, UINT64_C(0x8000000000005125));
	expect_table(&b, KEEL_FIXMAP_TOP, 2, 0x63);
	expect_table(&b, KEEL_TEXT_START, 3, 0x63);
	expect_table(&b, KEEL_TEXT_START, 2, 0x63);
	for (unsigned int level = 2; level <= 4; level++)
		expect_table(&b, KEEL_DIRECT_MAP_START, level, 0x63);
	expect_entry(&b, KEEL_FIXMAP_TOP, 1, UINT64_C(0x8000000000006163));
	expect_entry(&b, KEEL_TEXT_START, 1, UINT64_C(0x7121));
	guarded_pool_free(&b.pool);
}

/* A user page beside another page of the same table: US on the one leaf only. */
static void user_neighbour(void **state)
{
	const struct keel_mapping m[] = {
		{ .virt = 0x200000,
		  .phys = 0x5000,
		  .bytes = 0x1000,
		  .rights = KEEL_RIGHTS_USER_R,
		  .region = KEEL_REGION_USER },
		{ .virt = 0x201000,
		  .phys = 0x6000,
		  .bytes = 0x1000,
		  .rights = KEEL_RIGHTS_R,
		  .region = KEEL_REGION_USER },
	};
	struct built b = build(m, 2, false, &machine);

	(void)state;
	expect_entry(&b, 0x200000, 1, UINT64_C(0x8000000000005025));
	expect_entry(&b, 0x201000, 1, UINT64_C(0x8000000000006021));
	expect_entry(&b, 0x202000, 1, 0);
	expect_table(&b, 0x201000, 2, 0x67);
	guarded_pool_free(&b.pool);
}

/* Tables that are only kept in place: plain table entries above, and nothing in the lowest. */
static void tables_in_place(void **state)
{
	(void)state;
	for (unsigned int lowest = 1; lowest <= 3; lowest++) {
		struct keel_mapping m = { .virt = KEEL_STACKS_START,
					  .bytes = 0x1000,
					  .rights = KEEL_RIGHTS_NONE,
					  .level = (uint8_t)lowest,
					  .region = KEEL_REGION_STACKS };
		struct built b = build(&m, 1, true, &machine);

		for (unsigned int level = 4; level > lowest; level--)
			expect_table(&b, m.virt, level, 0x63);
		expect_entry(&b, m.virt, lowest, 0);
		assert_int_equal(b.pool.pool.used, 5 - lowest);
		guarded_pool_free(&b.pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_of_4k),	  cmocka_unit_test(leaves_of_2m),
		cmocka_unit_test(leaves_of_1g),	  cmocka_unit_test(highest_address),
		cmocka_unit_test(without_1g),	  cmocka_unit_test(user_path),
		cmocka_unit_test(user_neighbour), cmocka_unit_test(tables_in_place),
	};

	return cmocka_run_group_tests_name("entry format", tests, NULL, NULL);
}
