/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's tables: pages that are memory stay what they are; all others get a mapping in the
 * direct map, and a type of their own in the memory map. Single cases by their numbers, and random
 * ones page by page.
 */
#include "check_scene.h"

#define TABLE	KEEL_MEMORY_TYPE_FIRMWARE_TABLE
#define RUNTIME KEEL_EFI_MEMORY_RUNTIME
#define MIB	KEEL_U64(0x100000)
#define LIMIT	(KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1)
#define MOST	8 /* pages of tables in one scene, as elements */

/* Leaf bits without the address. */
#define READ_ONLY KEEL_U64(0x8000000000000121)
#define UNCACHED  KEEL_U64(0x8000000000000139)
#define WRITABLE  KEEL_U64(0x8000000000000163)
#define COMBINING KEEL_U64(0x800000000000016b)

/* 32 MiB of ordinary memory for the kernel, and the descriptors that the test adds. */
static struct scene *scene_with(struct mm_descriptors *d)
{
	descriptors_add(d, 7, 16 * MIB, 8192, 0xf);
	return scene_new(*d, 1);
}

static void use_tables(struct scene *s, const struct mm_table_pages *tables, uint64_t count)
{
	s->request.tables = tables;
	s->request.table_count = count;
}

/* The map with tables in it, in exactly as much memory as it is said to take. */
static struct mm_result add_tables(struct scene *s)
{
	const uint64_t inputs = mm_descriptor_count(&s->descriptors) + 3;
	const uint64_t capacity = mm_memory_map_capacity(inputs, s->request.table_count);
	struct keel_memory_range *ranges = zalloc(capacity * sizeof(*ranges));

	memcpy(ranges, s->map.ranges, s->map.count * sizeof(*ranges));
	free(s->map.ranges);
	s->map.ranges = ranges;
	s->map.capacity = capacity;
	return mm_memory_map_add_tables(&s->map, &s->request, &s->outcome);
}

/* Plan, tables, the final map, and all checks. */
static void build(struct scene *s)
{
	struct mm_check_report report;

	check_ok(scene_plan(s));
	check_coalesced(&s->plan);
	scene_tables(s);
	model_check_edges(&s->tables.pool, s->root, s->plan.mappings, s->plan.count, true);
	check_ok(add_tables(s));
	mm_memory_map_address(&s->map);
	report = scene_check(s);
	if (report.violation != MM_CHECK_OK)
		fail_msg("%s at 0x%" PRIx64 ": 0x%" PRIx64, mm_violation_text(report.violation),
			 report.address, report.value);
}

static void expect_bits(const struct scene *s, uint64_t phys, uint64_t bits)
{
	const struct model_walk w = scene_walk(s, KEEL_DIRECT_MAP(phys));

	if (!w.present || w.phys != phys || (w.entry & ~MODEL_ADDRESS) != bits)
		fail_msg("0x%" PRIx64 ": entry 0x%" PRIx64 " of level %u, expected bits 0x%" PRIx64,
			 phys, w.entry, w.level, bits);
}

static void expect_absent(const struct scene *s, uint64_t phys)
{
	assert_false(scene_walk(s, KEEL_DIRECT_MAP(phys)).present);
}

/* There is exactly this range; virt as it has to be. */
static void expect_range(const struct scene *s, uint64_t phys, uint64_t bytes, uint32_t type,
			 uint64_t attribute)
{
	const uint64_t virt = mm_type_is_memory(type) || type == TABLE ? KEEL_DIRECT_MAP(phys) : 0;

	for (uint64_t n = 0; n < s->map.count; n++) {
		const struct keel_memory_range *r = &s->map.ranges[n];

		if (r->phys == phys && r->bytes == bytes && r->type == type &&
		    r->attribute == attribute && r->virt == virt)
			return;
	}
	for (uint64_t n = 0; n < s->map.count; n++)
		print_message("# %" PRIx64 " + %" PRIx64 ", type %x, attribute %" PRIx64
			      ", virt %" PRIx64 "\n",
			      s->map.ranges[n].phys, s->map.ranges[n].bytes, s->map.ranges[n].type,
			      s->map.ranges[n].attribute, s->map.ranges[n].virt);
	fail_msg("no range 0x%" PRIx64 ", 0x%" PRIx64 ", type 0x%x", phys, bytes, type);
}

/* Where there is no descriptor: read-only, and a range that nobody has named before. */
static void in_a_hole(void **state)
{
	const struct mm_table_pages tables[] = { { 0xe0000, 0x2000, false },
						 { 0xf5000, 0x1000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s = scene_with(&d);

	(void)state;
	use_tables(s, tables, 2);
	build(s);
	expect_bits(s, 0xe0000, READ_ONLY);
	expect_bits(s, 0xe1fff, READ_ONLY);
	expect_bits(s, 0xf5000, READ_ONLY);
	expect_absent(s, 0xdffff);
	expect_absent(s, 0xe2000);
	expect_absent(s, 0xf4fff);
	expect_absent(s, 0xf6000);
	expect_range(s, 0xe0000, 0x2000, TABLE, 0);
	expect_range(s, 0xf5000, 0x1000, TABLE, 0);
	scene_free(s);
}

/* Reserved memory is split around them, and keeps its attributes in all parts. */
static void in_reserved_memory(void **state)
{
	const struct mm_table_pages tables[] = { { 0x80004000, 0x3000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 0, 0x80000000, 16, RUNTIME | 0xf);
	s = scene_with(&d);
	use_tables(s, tables, 1);
	build(s);
	expect_absent(s, 0x80003fff);
	expect_bits(s, 0x80004000, READ_ONLY);
	expect_bits(s, 0x80006fff, READ_ONLY);
	expect_absent(s, 0x80007000);
	expect_range(s, 0x80000000, 0x4000, 0, RUNTIME | 0xf);
	expect_range(s, 0x80004000, 0x3000, TABLE, RUNTIME | 0xf);
	expect_range(s, 0x80007000, 0x9000, 0, RUNTIME | 0xf);
	scene_free(s);
}

/* The whole of a range, its beginning, its end: nothing empty is left over. */
static void at_the_ends_of_a_range(void **state)
{
	static const struct {
		uint64_t first_page, pages;
	} rows[] = { { 0, 4 }, { 0, 1 }, { 3, 1 }, { 0, 3 }, { 1, 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint64_t phys = 0x80000000 + rows[i].first_page * 0x1000;
		const uint64_t bytes = rows[i].pages * 0x1000;
		const struct mm_table_pages tables[] = { { phys, bytes, false } };
		struct mm_descriptors d = { .stride = 48 };
		struct scene *s;

		descriptors_add(&d, 0, 0x80000000, 4, 0x1);
		s = scene_with(&d);
		use_tables(s, tables, 1);
		build(s);
		expect_range(s, phys, bytes, TABLE, 0x1);
		if (rows[i].first_page)
			expect_range(s, 0x80000000, phys - 0x80000000, 0, 0x1);
		if (phys + bytes < 0x80004000)
			expect_range(s, phys + bytes, 0x80004000 - phys - bytes, 0, 0x1);
		for (uint64_t n = 0; n < s->map.count; n++)
			assert_int_not_equal(s->map.ranges[n].bytes, 0);
		scene_free(s);
	}
}

/* Devices' pages are uncached, whatever they offer; the rest of the same tables is not. */
static void on_a_device(void **state)
{
	const struct mm_table_pages tables[] = { { 0x7ffff000, 0x4000, false },
						 { 0xfff00000, 0x2000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 11, 0x80000000, 2, 0xf);
	descriptors_add(&d, 12, 0xfff00000, 2, 0);
	descriptors_add(&d, 11, 0x80002000, 0, 0x1); /* not sound, and so not there */
	s = scene_with(&d);
	use_tables(s, tables, 2);
	build(s);
	expect_bits(s, 0x7ffff000, READ_ONLY);
	expect_bits(s, 0x80000000, UNCACHED);
	expect_bits(s, 0x80001fff, UNCACHED);
	expect_bits(s, 0x80002000, READ_ONLY);
	expect_bits(s, 0xfff01000, UNCACHED);
	expect_range(s, 0x7ffff000, 0x1000, TABLE, 0);
	expect_range(s, 0x80000000, 0x2000, TABLE, 0xf);
	expect_range(s, 0x80002000, 0x1000, TABLE, 0);
	expect_range(s, 0xfff00000, 0x2000, TABLE, 0); /* none of theirs: 0 */
	scene_free(s);
}

/* What is memory is mapped already, and stays writable and of its type. */
static void in_memory(void **state)
{
	const struct mm_table_pages tables[] = { { 0x80000000, 0x4000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s, *without;

	(void)state;
	descriptors_add(&d, 9, 0x80000000, 4, 0xf);
	s = scene_with(&d);
	use_tables(s, tables, 1);
	build(s);
	expect_bits(s, 0x80000000, WRITABLE);
	expect_range(s, 0x80000000, 0x4000, 9, 0xf);

	d = (struct mm_descriptors){ .stride = 48 };
	descriptors_add(&d, 9, 0x80000000, 4, 0xf);
	without = scene_with(&d);
	build(without);
	assert_int_equal(s->plan.count, without->plan.count);
	assert_int_equal(s->map.count, without->map.count);
	scene_free(without);
	scene_free(s);
}

/* Tables before, in, and behind the same memory: none of them forgets it. */
static void around_memory(void **state)
{
	const struct mm_table_pages tables[] = { { 0x7fffe000, 0x2000, false },
						 { 0x80001000, 0x1000, false },
						 { 0x80003000, 0x1000, true },
						 { 0x80006000, 0x4000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 6, 0x80000000, 8, 0xf);
	s = scene_with(&d);
	use_tables(s, tables, 4);
	build(s);
	expect_bits(s, 0x7fffffff, READ_ONLY);
	expect_bits(s, 0x80001000, WRITABLE);
	expect_bits(s, 0x80007fff, WRITABLE);
	expect_bits(s, 0x80008000, READ_ONLY);
	expect_range(s, 0x80000000, 0x8000, 6, 0xf);
	expect_range(s, 0x80008000, 0x2000, TABLE, 0);
	scene_free(s);
}

/* One that begins in memory, goes on in a hole, passes memory once more, and ends in reserved. */
static void across_everything(void **state)
{
	const struct mm_table_pages tables[] = { { 0x80001000, 0x8000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 4, 0x80000000, 2, 0xf);
	descriptors_add(&d, 4, 0x80004000, 1, 0xf);
	descriptors_add(&d, 0, 0x80007000, 3, 0x7);
	s = scene_with(&d);
	use_tables(s, tables, 1);
	build(s);
	expect_bits(s, 0x80001000, WRITABLE);
	expect_bits(s, 0x80002000, READ_ONLY);
	expect_bits(s, 0x80003000, READ_ONLY);
	expect_bits(s, 0x80004000, WRITABLE);
	expect_bits(s, 0x80005000, READ_ONLY);
	expect_bits(s, 0x80008fff, READ_ONLY);
	expect_absent(s, 0x80009000);
	expect_range(s, 0x80000000, 0x2000, 4, 0xf);
	expect_range(s, 0x80002000, 0x2000, TABLE, 0);
	expect_range(s, 0x80004000, 0x1000, 4, 0xf);
	expect_range(s, 0x80005000, 0x2000, TABLE, 0);
	expect_range(s, 0x80007000, 0x2000, TABLE, 0x7);
	expect_range(s, 0x80009000, 0x1000, 0, 0x7);
	scene_free(s);
}

/* Neighbours that are alike are one range and one mapping; a writable page is another mapping. */
static void neighbours(void **state)
{
	const struct mm_table_pages tables[] = { { 0x80000000, 0x1000, false },
						 { 0x80001000, 0x1000, false },
						 { 0x80002000, 0x1000, true },
						 { 0x80003000, 0x1000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s = scene_with(&d);

	(void)state;
	use_tables(s, tables, 4);
	build(s);
	expect_range(s, 0x80000000, 0x4000, TABLE, 0);
	assert_int_equal(scene_find(s, KEEL_DIRECT_MAP(0x80000000))->bytes, 0x2000);
	expect_bits(s, 0x80001fff, READ_ONLY);
	expect_bits(s, 0x80002000, WRITABLE);
	expect_bits(s, 0x80003000, READ_ONLY);
	scene_free(s);
}

/* Frames that are executable elsewhere are never writable here, and are here all the same. */
static void executable_elsewhere(void **state)
{
	const struct mm_table_pages tables[] = { { 0x90000000, 0x1000, true },
						 { 0xa0203000, 0x2000, true } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s = scene_with(&d);

	(void)state;
	/* The kernel's text lies where no descriptor is; its last page is one of the tables'. */
	s->segments[0].phys = 0xa0001000;
	use_tables(s, tables, 2);
	build(s);
	expect_bits(s, 0x90000000, WRITABLE);
	expect_bits(s, 0xa0203000, READ_ONLY);
	expect_bits(s, 0xa0204000, WRITABLE);
	scene_free(s);
}

/*
 * The framebuffer stays write-combining, in all pages that it touches; around it tables are told.
 */
static void behind_the_framebuffer(void **state)
{
	const struct mm_table_pages tables[] = { { 0xbffff000, 0x4000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s = scene_with(&d);

	(void)state;
	s->request.framebuffers[0].phys = 0xc0000400;
	s->request.framebuffers[0].bytes = 0x1000;
	use_tables(s, tables, 1);
	build(s);
	assert_true(s->outcome.framebuffers_mapped);
	expect_bits(s, 0xbffff000, READ_ONLY);
	expect_bits(s, 0xc0000000, COMBINING);
	expect_bits(s, 0xc0001000, COMBINING);
	expect_bits(s, 0xc0002000, READ_ONLY);
	expect_range(s, 0xbffff000, 0x1000, TABLE, 0);
	expect_range(s, 0xc0002000, 0x1000, TABLE, 0);
	scene_free(s);

	/* One that ends with a page. */
	d = (struct mm_descriptors){ .stride = 48 };
	s = scene_with(&d);
	s->request.framebuffers[0].phys = 0xc0000000;
	s->request.framebuffers[0].bytes = 0x2000;
	use_tables(s, tables, 1);
	build(s);
	expect_bits(s, 0xc0001fff, COMBINING);
	expect_bits(s, 0xc0002000, READ_ONLY);
	scene_free(s);
}

/* A framebuffer that is not mapped is no reason to leave a table out. */
static void framebuffer_that_is_not_mapped(void **state)
{
	const struct mm_table_pages tables[] = { { 0xc0001000, 0x1000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 7, 0xc0000000, 1, 0xf);
	s = scene_with(&d);
	s->request.framebuffers[0].phys = 0xc0000000;
	s->request.framebuffers[0].bytes = 0x10000;
	use_tables(s, tables, 1);
	build(s);
	assert_false(s->outcome.framebuffers_mapped);
	expect_bits(s, 0xc0001000, READ_ONLY);
	expect_range(s, 0xc0001000, 0x1000, TABLE, 0);
	scene_free(s);
}

/* Up to the direct map's end they are mapped; what is beyond is told, and nowhere else. */
static void beyond_the_end(void **state)
{
	const struct mm_table_pages tables[] = { { LIMIT - 0x1000, 0x3000, false },
						 { LIMIT + 0x10000, 0x1000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	(void)state;
	descriptors_add(&d, 0, LIMIT - 0x4000, 0x100, 0xf);
	s = scene_with(&d);
	s->machine.phys_bits = 52;
	use_tables(s, tables, 2);
	build(s);
	expect_bits(s, LIMIT - 0x1000, READ_ONLY);
	assert_false(scene_walk(s, KEEL_DIRECT_MAP(LIMIT)).present);
	expect_range(s, LIMIT - 0x4000, 0x3000, 0, 0xf);
	expect_range(s, LIMIT - 0x1000, 0x1000, TABLE, 0xf);
	expect_range(s, LIMIT, 0xfd000 - 0x1000, 0, 0xf);
	assert_int_equal(s->log.count[MM_NOTE_TABLES_LEFT_OUT], 1);
	assert_int_equal(s->log.value_sum[MM_NOTE_TABLES_LEFT_OUT], 0x3000);
	assert_int_equal(note_log_first(&s->log, MM_NOTE_TABLES_LEFT_OUT)->phys, LIMIT);
	assert_int_equal(s->outcome.left_out_bytes, 0); /* that is for memory */
	scene_free(s);
}

static void nothing_beyond_the_end(void **state)
{
	const struct mm_table_pages tables[] = { { 0x80000000, 0x1000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s = scene_with(&d);

	(void)state;
	use_tables(s, tables, 1);
	build(s);
	assert_int_equal(s->log.count[MM_NOTE_TABLES_LEFT_OUT], 0);
	scene_free(s);
}

/* 4 KiB leaves, but where 2 MiB of them are aligned; and cut where the memory type may change. */
static void leaves(void **state)
{
	const struct mm_table_pages tables[] = { { 0x80000000, 0x1ff000, false },
						 { 0x90000000, 0x200000, false },
						 { 0xa0000000, 0x200000, false } };
	const uint64_t boundary = 0xa0100000;
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s = scene_with(&d);

	(void)state;
	s->machine.boundaries = &boundary;
	s->machine.boundary_count = 1;
	use_tables(s, tables, 3);
	build(s);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(0x80000000)).level, 1);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(0x90000000)).level, 2);
	assert_int_equal(scene_walk(s, KEEL_DIRECT_MAP(0xa0000000)).level, 1);
	scene_free(s);
}

/* A page that the CPU cannot address would be the caller's mistake. */
static void beyond_phys_bits(void **state)
{
	const struct mm_table_pages tables[] = { { KEEL_U64(1) << 46, 0x1000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s = scene_with(&d);

	(void)state;
	use_tables(s, tables, 1);
	check_error(scene_plan(s), MM_ERR_PHYS_BITS, tables[0].phys);
	scene_free(s);
}

/* With less room there is an error, and nothing is written past the array. */
static void map_full(void **state)
{
	struct mm_table_pages tables[] = { { 0x80001000, 0x1000, false },
					   { 0x80003000, 0x1000, false },
					   { 0x90000000, 0x1000, false } };
	struct mm_descriptors d = { .stride = 48 };
	struct keel_memory_range ranges[32], before[32];
	uint64_t count, enough = 0;
	struct scene *s;

	(void)state;
	descriptors_add(&d, 0, 0x80000000, 16, 0xf);
	descriptors_add(&d, 0, 0xa0000000, 16, 0xf);
	s = scene_with(&d);
	use_tables(s, tables, 3);
	check_ok(scene_plan(s));
	count = s->map.count;
	memcpy(before, s->map.ranges, count * sizeof(*before));
	for (uint64_t capacity = count; capacity < 31; capacity++) {
		struct mm_memory_map map = { .ranges = ranges, .capacity = capacity };
		struct mm_result result;

		memset(ranges, 0xdd, sizeof(ranges));
		memcpy(ranges, before, count * sizeof(*before));
		map.count = count;
		result = mm_memory_map_add_tables(&map, &s->request, &s->outcome);
		assert_int_equal(ranges[capacity].phys, KEEL_U64(0xdddddddddddddddd));
		if (result.error) {
			check_error(result, MM_ERR_MAP_FULL, capacity);
			assert_int_equal(enough, 0); /* more is never too little again */
		} else {
			enough = enough ? enough : capacity;
			assert_int_equal(map.count, count + 5);
		}
	}
	/* Three tables make two ranges of one into five, and one more of a hole. */
	assert_int_equal(enough, count + 5);
	scene_free(s);
}

/* --- Random ones --- */

#define PAGES 96
#define BASE  KEEL_U64(0x40000000)

struct world {
	struct scene *s;
	struct mm_table_pages tables[MOST];
	uint64_t random;
};

static uint64_t pick(struct world *w, uint64_t below)
{
	return random_below(&w->random, below);
}

/* A kernel in the firmware's code is for other tests. */
static bool has_runtime(const struct scene *s)
{
	for (uint64_t n = 0; n < mm_descriptor_count(&s->descriptors); n++)
		if (mm_descriptor_is_runtime(mm_descriptor(&s->descriptors, n)))
			return true;
	return false;
}

static void random_scene(struct world *w)
{
	static const uint32_t types[] = { 0, 0, 0, 4, 7, 9, 11, 12, 8, 5 };
	static const uint64_t attributes[] = { 0xf, 0x8, 0x1, 0x0, 0xf, RUNTIME | 0xf };
	struct mm_descriptors d = { .stride = 48 };
	uint64_t count = pick(w, 10), page = 0, tables = 0;

	for (uint64_t n = 0; n < count; n++)
		descriptors_add(&d, types[pick(w, 10)], BASE + pick(w, PAGES) * 0x1000,
				1 + pick(w, 12), attributes[pick(w, 6)]);
	w->s = scene_with(&d);
	while (tables < MOST && page + 10 < PAGES) {
		const uint64_t pages = 1 + pick(w, 8);

		page += pick(w, 6);
		w->tables[tables++] = (struct mm_table_pages){ BASE + page * 0x1000, pages * 0x1000,
							       pick(w, 4) == 0 };
		page += pages;
	}
	use_tables(w->s, w->tables, pick(w, tables + 1));
	for (uint64_t n = pick(w, 4); n-- > 0;) {
		w->s->request.framebuffers[n].phys = BASE + pick(w, PAGES * 0x1000);
		w->s->request.framebuffers[n].bytes = 1 + pick(w, 10 * 0x1000);
	}
	if (pick(w, 2) && !has_runtime(w->s))
		w->s->segments[0].phys = BASE + 0x1000 * pick(w, 64);
}

static const struct keel_memory_range *range_of(const struct mm_memory_map *map, uint64_t phys)
{
	for (uint64_t n = 0; n < map->count; n++)
		if (phys - map->ranges[n].phys < map->ranges[n].bytes)
			return &map->ranges[n];
	return NULL;
}

static const struct mm_table_pages *table_of(const struct world *w, uint64_t phys)
{
	for (uint64_t n = 0; n < w->s->request.table_count; n++)
		if (phys - w->tables[n].phys < w->tables[n].bytes)
			return &w->tables[n];
	return NULL;
}

static bool device_has(const struct scene *s, uint64_t phys)
{
	for (uint64_t n = 0; n < mm_descriptor_count(&s->descriptors); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&s->descriptors, n);

		if ((d->type == 11 || d->type == 12) && phys - d->phys < d->pages * 4096)
			return true;
	}
	return false;
}

static bool framebuffer_has(const struct scene *s, uint64_t phys)
{
	for (unsigned n = 0; n < MM_FRAMEBUFFERS_MOST; n++) {
		const struct mm_framebuffer *f = &s->request.framebuffers[n];

		if (s->outcome.framebuffers_mapped >> n & 1 &&
		    phys >= (f->phys & ~KEEL_U64(0xfff)) && phys < f->phys + f->bytes)
			return true;
	}
	return false;
}

static bool is_executable(const struct scene *s, uint64_t phys)
{
	for (uint64_t n = 0; n < s->plan.count; n++) {
		const struct keel_mapping *m = &s->plan.mappings[n];

		if ((m->rights == KEEL_RIGHTS_RX || m->rights == KEEL_RIGHTS_FIRMWARE_RWX) &&
		    phys - m->phys < m->bytes)
			return true;
	}
	return false;
}

/* One page, by what the map was before there were tables in it. */
static void expect_page(const struct world *w, const struct mm_memory_map *before, uint64_t phys)
{
	const struct scene *s = w->s;
	const struct keel_memory_range *old = range_of(before, phys);
	const struct keel_memory_range *now = range_of(&s->map, phys);
	const struct keel_mapping *m = scene_find(s, KEEL_DIRECT_MAP(phys));
	const struct mm_table_pages *table = table_of(w, phys);

	if (!table || (old && mm_type_is_memory(old->type)) || framebuffer_has(s, phys)) {
		assert_int_equal(!old, !now);
		if (old)
			assert_true(now->type == old->type && now->attribute == old->attribute);
		assert_true(m ? (old && mm_type_is_memory(old->type)) || framebuffer_has(s, phys)
			      : !old || !mm_type_is_memory(old->type));
		return;
	}
	assert_non_null(now);
	assert_int_equal(now->type, TABLE);
	assert_int_equal(now->attribute, old ? old->attribute : 0);
	assert_int_equal(now->virt, KEEL_DIRECT_MAP(now->phys));
	assert_non_null(m);
	assert_int_equal(m->phys + (KEEL_DIRECT_MAP(phys) - m->virt), phys);
	assert_int_equal(m->memory_type, device_has(s, phys) ? KEEL_MEMORY_UC : KEEL_MEMORY_WB);
	assert_int_equal(m->rights, table->writable && !is_executable(s, phys) ? KEEL_RIGHTS_RW
									       : KEEL_RIGHTS_R);
}

/* The plan of a coarse map is the same. */
static void expect_same_plan(struct scene *s)
{
	const uint64_t inputs = mm_descriptor_count(&s->descriptors);
	struct mm_memory_map coarse = { .capacity = 2 * inputs, .coarse = true };
	struct mm_request request = s->request;
	struct mm_plan plan = { .capacity = s->plan.capacity };
	struct mm_outcome outcome;
	void *work = zalloc(mm_memory_map_work_bytes(inputs));

	coarse.ranges = zalloc(coarse.capacity * sizeof(*coarse.ranges));
	plan.mappings = zalloc(plan.capacity * sizeof(*plan.mappings));
	check_ok(mm_memory_map_build(&coarse, &s->machine, &s->descriptors, NULL, 0, work, NULL));
	request.map = &coarse;
	request.notes = NULL;
	check_ok(mm_plan_kernel(&plan, &request, s->work, &outcome));
	assert_int_equal(plan.count, s->plan.count);
	assert_memory_equal(plan.mappings, s->plan.mappings, plan.count * sizeof(*plan.mappings));
	free(plan.mappings);
	free(coarse.ranges);
	free(work);
}

static void try_random(struct world *w)
{
	struct scene *s = w->s;
	struct keel_memory_range ranges[64];
	struct mm_memory_map before = { .ranges = ranges };
	struct mm_result result = scene_plan(s);

	if (scene_shares_frames(s, result))
		return;
	check_ok(result);
	check_coalesced(&s->plan);
	scene_tables(s);
	assert_true(s->map.count <= 64);
	before.count = s->map.count;
	memcpy(ranges, s->map.ranges, s->map.count * sizeof(ranges[0]));
	expect_same_plan(s);
	check_ok(add_tables(s));
	mm_memory_map_address(&s->map);
	for (uint64_t page = 0; page < PAGES + 20; page++)
		expect_page(w, &before, BASE + page * 0x1000);
	for (uint64_t n = 1; n < s->map.count; n++) {
		const struct keel_memory_range *r = &s->map.ranges[n];

		assert_true(r->bytes && r[-1].phys + r[-1].bytes <= r->phys);
		assert_false(r[-1].phys + r[-1].bytes == r->phys && r[-1].type == r->type &&
			     r[-1].attribute == r->attribute);
	}
	assert_int_equal(scene_check(s).violation, MM_CHECK_OK);
}

static void random_tables(void **state)
{
	struct world w = { .random = random_seed("random_tables") };
	clock_t end = deadline();
	uint64_t tried = 0;

	(void)state;
	do {
		random_scene(&w);
		try_random(&w);
		scene_free(w.s);
		tried++;
	} while (clock() < end);
	print_message("# %" PRIu64 " scenes\n", tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_hole),
		cmocka_unit_test(in_reserved_memory),
		cmocka_unit_test(at_the_ends_of_a_range),
		cmocka_unit_test(on_a_device),
		cmocka_unit_test(in_memory),
		cmocka_unit_test(around_memory),
		cmocka_unit_test(across_everything),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(executable_elsewhere),
		cmocka_unit_test(behind_the_framebuffer),
		cmocka_unit_test(framebuffer_that_is_not_mapped),
		cmocka_unit_test(beyond_the_end),
		cmocka_unit_test(nothing_beyond_the_end),
		cmocka_unit_test(leaves),
		cmocka_unit_test(beyond_phys_bits),
		cmocka_unit_test(map_full),
		cmocka_unit_test(random_tables),
	};

	return cmocka_run_group_tests_name("firmware's tables", tests, NULL, NULL);
}
