/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random descriptor lists, sound and unsound, in an address space of 256 pages, against a model
 * that asks for each page which descriptors cover it.
 */
#include "check.h"
#include "map_file.h"
#include "note_log.h"

#define PAGES 256
#define MOST  24 /* descriptors */

static const struct mm_machine machine = { .phys_bits = 36, .largest_leaf_level = KEEL_LEVEL_PDPT };

/* Place of each type in the order of restriction; types with equal places are not ordered. */
static int place(uint32_t type)
{
	static const int places[16] = {
		/* reserved, loader, boot services, runtime, conventional, unusable, ACPI, ... */
		0, 5, 5, 5, 5, 1, 1, 6, 0, 3, 2, 0, 0, 0, 4, 0,
	};

	if (type >= 0x70000000)
		return 0;
	return type < 16 ? places[type] : 4;
}

static bool is_keels(uint32_t type)
{
	return type >= 0x1000 && type < 0x70000000;
}

/* Must a page that both cover be of type a? */
static bool beats(uint32_t a, uint32_t b)
{
	if (is_keels(a) && b == KEEL_MEMORY_TYPE_PERSISTENT)
		return false; /* Keel takes no memory there, so nothing is promised */
	if (a == KEEL_MEMORY_TYPE_PERSISTENT && (is_keels(b) || b <= 4))
		return false; /* only above conventional memory */
	return place(a) < place(b);
}

struct input {
	uint32_t type;
	uint64_t phys, pages, attribute;
	bool sound;
};

struct world {
	struct input inputs[MOST];
	uint64_t count, allocation_count; /* Keel's own come last */
	struct mm_descriptors d;
	struct keel_memory_range allocations[MOST];
};

static bool covers(const struct input *in, uint64_t page)
{
	return in->sound && page >= in->phys / 4096 && page - in->phys / 4096 < in->pages;
}

static void spoil(struct input *in, uint64_t *random)
{
	in->sound = false;
	switch (random_below(random, 5)) {
	case 0:
		in->pages = 0;
		break;
	case 1:
		in->phys += 1 + random_below(random, 4095);
		break;
	case 2:
		in->pages = ~UINT64_C(0) / 4096 + random_below(random, 3);
		in->phys += 0x4000;
		break;
	case 3:
		in->phys = (UINT64_C(1) << 36) - 4096 * (in->pages - 1);
		break;
	default:
		in->type = 16 + (uint32_t)random_below(random, 0x20000000);
	}
}

static void random_world(struct world *w, uint64_t *random)
{
	static const uint64_t attributes[] = { 0xf, 1, 0x800000000000000f, 8 };
	static const uint64_t strides[] = { 40, 48, 64 };

	memset(w, 0, sizeof(*w));
	w->d.stride = strides[random_below(random, 3)];
	w->count = random_below(random, MOST + 1);
	if (w->count > 2)
		w->allocation_count = random_below(random, 3);
	for (uint64_t i = 0; i < w->count; i++) {
		struct input *in = &w->inputs[i];
		bool own = i >= w->count - w->allocation_count;

		in->sound = true;
		in->pages = 1 + random_below(random, random_below(random, 4) ? 20 : 120);
		in->phys = random_below(random, PAGES + 1 - in->pages) * 4096;
		in->type = (uint32_t)random_below(random, random_below(random, 2) ? 16 : 8);
		if (random_below(random, 16) == 0) /* an OEM's, or an OS loader's */
			in->type = 0x70000000 + (uint32_t)random_below(random, 0x90000000);
		in->attribute = attributes[random_below(random, 4)];
		if (own)
			in->type = 0x1000 + (uint32_t)random_below(random, 5);
		else if (random_below(random, 10) == 0)
			spoil(in, random);
		if (own)
			w->allocations[i - (w->count - w->allocation_count)] =
				(struct keel_memory_range){ .phys = in->phys,
							    .bytes = in->pages * 4096,
							    .type = in->type };
		else
			descriptors_add(&w->d, in->type, in->phys, in->pages, in->attribute);
	}
}

/* The range that holds a page, or NULL. */
static const struct keel_memory_range *range_of(const struct mm_memory_map *map, uint64_t page)
{
	for (uint64_t i = 0; i < map->count; i++)
		if (page * 4096 - map->ranges[i].phys < map->ranges[i].bytes)
			return &map->ranges[i];
	return NULL;
}

static void check_page(const struct world *w, const struct mm_memory_map *map, uint64_t page)
{
	const struct keel_memory_range *r = range_of(map, page);
	bool covered = false, own = false, explained = false;

	for (uint64_t i = 0; i < w->count; i++) {
		const struct input *in = &w->inputs[i];
		bool is_own = is_keels(in->type);

		if (!covers(in, page))
			continue;
		covered = true;
		if (!r)
			fail_msg("page %" PRIu64 " is missing", page);
		if (beats(in->type, r->type))
			fail_msg("page %" PRIu64 ": type %u, but %u is more restrictive", page,
				 r->type, in->type);
		own |= is_own && in->type == r->type;
		/* A type comes with its own attribute, not with that of what lost. */
		explained |= in->type == r->type && ((in->attribute ^ r->attribute) &
						     (0xf | KEEL_EFI_MEMORY_RUNTIME)) == 0;
	}
	if (r && !covered)
		fail_msg("page %" PRIu64 " comes from nowhere", page);
	if (r && !own && !explained)
		fail_msg("page %" PRIu64 ": type %u with attribute 0x%" PRIx64, page, r->type,
			 r->attribute);
}

/* Sorted, whole pages, apart from each other, and neighbours that could be one are one. */
static void check_shape(const struct mm_memory_map *map)
{
	for (uint64_t i = 0; i < map->count; i++) {
		const struct keel_memory_range *r = &map->ranges[i];
		const struct keel_memory_range *before = i ? r - 1 : NULL;

		assert_true(r->bytes > 0 && r->bytes % 4096 == 0 && r->phys % 4096 == 0);
		assert_true(r->phys + r->bytes <= PAGES * 4096);
		assert_int_equal(r->virt, 0);
		if (!before)
			continue;
		assert_true(before->phys + before->bytes <= r->phys);
		if (before->phys + before->bytes == r->phys && before->type == r->type &&
		    before->attribute == r->attribute)
			fail_msg("two ranges could be one at 0x%" PRIx64, r->phys);
	}
}

static uint64_t unsound_inputs(const struct world *w)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < w->count; i++)
		count += !w->inputs[i].sound;
	return count;
}

static void try_world(struct world *w)
{
	uint64_t capacity = 2 * w->count;
	uint64_t bytes = mm_memory_map_work_bytes(w->count);
	struct mm_memory_map map = { .capacity = capacity };
	struct note_log log;
	uint64_t *work = malloc(bytes + 8);

	note_log_reset(&log);
	map.ranges = malloc((capacity + 1) * sizeof(*map.ranges));
	memset(work, 0xcc, bytes + 8);
	memset(map.ranges, 0xcc, (capacity + 1) * sizeof(*map.ranges));
	check_ok(mm_memory_map_build(&map, &machine, &w->d, w->allocations, w->allocation_count,
				     work, &log.notes));
	assert_int_equal(map.ranges[capacity].phys, KEEL_U64(0xcccccccccccccccc));
	for (uint64_t page = 0; page < PAGES; page++)
		check_page(w, &map, page);
	check_shape(&map);
	assert_int_equal(log.count[MM_NOTE_ZERO_PAGES] + log.count[MM_NOTE_UNALIGNED] +
				 log.count[MM_NOTE_WRAP] + log.count[MM_NOTE_PHYS_BITS] +
				 log.count[MM_NOTE_TYPE],
			 unsound_inputs(w));
	free(map.ranges);
	free(work);
}

static void random_lists(void **state)
{
	uint64_t random = random_seed("random_lists");
	clock_t end = deadline();
	struct world *w = zalloc(sizeof(*w));
	uint64_t tried = 0;

	(void)state;
	do {
		random_world(w, &random);
		try_world(w);
		descriptors_free(&w->d);
		tried++;
	} while (clock() < end);
	print_message("# %" PRIu64 " lists\n", tried);
	free(w);
}

/* A map that goes in again, as descriptors, comes out the same. */
static void idempotent(void **state)
{
	uint64_t random = random_seed("idempotent");
	struct world *w = zalloc(sizeof(*w));

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct mm_descriptors again = { .stride = 48 };
		struct keel_memory_range once[2 * MOST], twice[4 * MOST];
		struct mm_memory_map a = { .ranges = once, .capacity = 2 * MOST };
		struct mm_memory_map b = { .ranges = twice, .capacity = 4 * MOST };
		void *work = zalloc(mm_memory_map_work_bytes(2 * MOST));

		random_world(w, &random);
		check_ok(mm_memory_map_build(&a, &machine, &w->d, NULL, 0, work, NULL));
		for (uint64_t n = a.count; n-- > 0;)
			descriptors_add(&again, once[n].type, once[n].phys, once[n].bytes / 4096,
					once[n].attribute);
		check_ok(mm_memory_map_build(&b, &machine, &again, NULL, 0, work, NULL));
		assert_int_equal(a.count, b.count);
		assert_memory_equal(once, twice, a.count * sizeof(once[0]));
		descriptors_free(&w->d);
		descriptors_free(&again);
		free(work);
	}
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_lists),
		cmocka_unit_test(idempotent),
	};

	return cmocka_run_group_tests_name("random memory maps", tests, NULL, NULL);
}
