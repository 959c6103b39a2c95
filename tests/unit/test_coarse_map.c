/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coarse maps: shorter than the fine ones, and equal to them in all that is made from a map. Fine
 * and coarse are compared with each other, and page by page with a model that asks the descriptors.
 */
#include "scene.h"
#include <glob.h>

#define RUNTIME	  KEEL_EFI_MEMORY_RUNTIME
#define PAGES	  256
#define MOST	  24 /* descriptors */
#define PHYS_BITS 36

/* In the order of restriction: where two cover a page, the one that stands later here wins. */
static const uint32_t order[] = { 7,	      2,      1,  4,  3,  0x1000, 0x1001, 0x1002,
				  0x1003,     0x1004, 14, 9,  10, 6,	  5,	  0x70000001,
				  0xffffffff, 0,      13, 12, 11, 8,	  15 };

struct world {
	struct mm_descriptors d;
	struct keel_memory_range allocations[2];
	uint64_t allocation_count;
	uint64_t base; /* physical address of the pages that are looked at */
};

/* How a page is mapped. */
struct page {
	bool mapped, memory, runtime, no_cache_bit;
	uint8_t memory_type;
};

static const struct mm_machine machine = { .phys_bits = PHYS_BITS,
					   .largest_leaf_level = KEEL_LEVEL_PDPT };

static struct page kind_of(uint32_t type, uint64_t attribute)
{
	struct page p = { .memory_type = KEEL_MEMORY_UC };

	p.memory = (type >= 1 && type <= 7) || type == 9 || type == 10 || type == 14 ||
		   (type >= 0x1000 && type <= 0x1004);
	p.runtime = attribute & RUNTIME;
	p.mapped = p.memory || (p.runtime && type != 15);
	p.no_cache_bit = !(attribute & 0xf);
	if (type == 11 || type == 12)
		return p; /* devices are uncached, whatever is said of them */
	if (attribute & 8)
		p.memory_type = KEEL_MEMORY_WB;
	else if (attribute & 4)
		p.memory_type = KEEL_MEMORY_WT;
	else if (attribute & 2)
		p.memory_type = KEEL_MEMORY_WC;
	return p;
}

static bool mapped_alike(const struct page *a, const struct page *b)
{
	if (!a->mapped || !b->mapped)
		return a->mapped == b->mapped;
	return a->memory == b->memory && a->runtime == b->runtime &&
	       a->memory_type == b->memory_type;
}

static size_t place(uint32_t type)
{
	size_t at = 0;

	while (order[at] != type)
		at++;
	return at;
}

/* Does an input of [phys, phys + bytes) hold the page? Nothing unsound holds anything. */
static bool holds(const struct keel_efi_descriptor *d, uint64_t phys)
{
	const unsigned __int128 end = (unsigned __int128)d->pages * 4096 + d->phys;

	return (d->type < 16 || d->type >= 0x70000000) && d->phys % 4096 == 0 &&
	       end <= UINT64_C(1) << PHYS_BITS && d->phys <= phys && phys < end;
}

struct winner {
	bool any;
	uint32_t type;
	uint64_t attribute;
};

static void compete(struct winner *w, uint32_t type, uint64_t attribute)
{
	if (w->any &&
	    (place(type) < place(w->type) || (type == w->type && attribute < w->attribute)))
		return;
	*w = (struct winner){ true, type, attribute };
}

/* From the descriptors alone. */
static struct page model_of(const struct world *w, uint64_t phys)
{
	struct winner winner = { false };

	for (uint64_t i = 0; i < mm_descriptor_count(&w->d); i++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&w->d, i);

		if (holds(d, phys))
			compete(&winner, d->type, d->attribute);
	}
	for (uint64_t i = 0; i < w->allocation_count; i++)
		if (phys - w->allocations[i].phys < w->allocations[i].bytes)
			compete(&winner, w->allocations[i].type, w->allocations[i].attribute);
	return winner.any ? kind_of(winner.type, winner.attribute) : (struct page){ false };
}

static struct page page_of(const struct mm_memory_map *map, uint64_t phys)
{
	for (uint64_t i = 0; i < map->count; i++)
		if (phys - map->ranges[i].phys < map->ranges[i].bytes)
			return kind_of(map->ranges[i].type, map->ranges[i].attribute);
	return (struct page){ false };
}

static uint64_t inputs_of(const struct world *w)
{
	return mm_descriptor_count(&w->d) + w->allocation_count;
}

/* A map with room for all that can come, and not one element more. */
static struct mm_memory_map map_of(const struct world *w, bool coarse, const struct mm_notes *notes)
{
	struct mm_memory_map map = { .capacity = 2 * inputs_of(w), .coarse = coarse };
	void *work = zalloc(mm_memory_map_work_bytes(inputs_of(w)));

	map.ranges = zalloc(map.capacity * sizeof(*map.ranges));
	check_ok(mm_memory_map_build(&map, &machine, &w->d, w->allocations, w->allocation_count,
				     work, notes));
	free(work);
	return map;
}

/* Sorted, apart from each other, all of it mapped, and neighbours that are alike are one. */
static void check_shape(const struct mm_memory_map *map)
{
	for (uint64_t i = 0; i < map->count; i++) {
		const struct keel_memory_range *r = &map->ranges[i];
		const struct page p = kind_of(r->type, r->attribute);
		struct page before;

		assert_true(p.mapped);
		assert_true(r->bytes > 0 && r->bytes % 4096 == 0 && r->phys % 4096 == 0);
		assert_int_equal(r->virt, 0);
		if (!i)
			continue;
		assert_true(r[-1].phys + r[-1].bytes <= r->phys);
		before = kind_of(r[-1].type, r[-1].attribute);
		if (r[-1].phys + r[-1].bytes == r->phys && mapped_alike(&before, &p) &&
		    before.no_cache_bit == p.no_cache_bit)
			fail_msg("two ranges could be one at 0x%" PRIx64, r->phys);
	}
}

static void check_pages(const struct world *w, const struct mm_memory_map *fine,
			const struct mm_memory_map *coarse)
{
	for (uint64_t n = 0; n < PAGES; n++) {
		const uint64_t phys = w->base + n * 4096;
		const struct page want = model_of(w, phys);
		const struct page in_fine = page_of(fine, phys);
		const struct page in_coarse = page_of(coarse, phys);

		if (!mapped_alike(&want, &in_fine))
			fail_msg("page %" PRIu64 " of the fine map differs", n);
		if (!mapped_alike(&want, &in_coarse) ||
		    (want.mapped && want.no_cache_bit != in_coarse.no_cache_bit))
			fail_msg("page %" PRIu64 " of the coarse map differs", n);
	}
}

/* One descriptor that belongs in no map. */
static void spoil(struct keel_efi_descriptor *d, uint64_t *random)
{
	switch (random_below(random, 5)) {
	case 0:
		d->pages = 0;
		break;
	case 1:
		d->phys += 1 + random_below(random, 4095);
		break;
	case 2:
		d->pages = ~UINT64_C(0) / 4096 + random_below(random, 3);
		break;
	case 3:
		d->phys = (UINT64_C(1) << PHYS_BITS) - 4096 * (d->pages - 1);
		break;
	default:
		d->type = 16 + (uint32_t)random_below(random, 0x20000000);
	}
}

static uint64_t random_attribute(uint64_t *random)
{
	static const uint64_t attributes[] = { 0xf, 0xf, 0xf, 8, 1, 2, 4, 0, 0x400f };

	return attributes[random_below(random, 9)] | (random_below(random, 3) ? 0 : RUNTIME);
}

static void swap(struct keel_efi_descriptor *a, struct keel_efi_descriptor *b)
{
	const struct keel_efi_descriptor kept = *a;

	*a = *b;
	*b = kept;
}

/* Now and then one of an OEM's or an OS loader's. */
static uint32_t random_type(uint64_t *random, uint64_t below)
{
	if (random_below(random, 16) == 0)
		return random_below(random, 2) ? 0x70000001 : 0xffffffff;
	return (uint32_t)random_below(random, below);
}

/* One after the other, with a gap here and there: as most firmware gives them. */
static void add_sound(struct world *w, uint64_t *random, uint64_t count)
{
	uint64_t page = random_below(random, 3) ? random_below(random, 20) : 0;

	for (uint64_t i = 0; i < count && page < PAGES; i++) {
		uint64_t pages = 1 + random_below(random, 20);
		const uint32_t type = random_type(random, random_below(random, 2) ? 16 : 8);

		if (pages > PAGES - page)
			pages = PAGES - page;
		descriptors_add(&w->d, type, w->base + page * 4096, pages,
				random_attribute(random));
		page += pages + (random_below(random, 4) ? 0 : 1 + random_below(random, 10));
	}
}

/* Anywhere, on top of each other. */
static void add_overlapping(struct world *w, uint64_t *random, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		const uint64_t pages = 1 + random_below(random, random_below(random, 4) ? 20 : 120);
		const uint64_t page = random_below(random, PAGES + 1 - pages);

		descriptors_add(&w->d, random_type(random, 16), w->base + page * 4096, pages,
				random_attribute(random));
	}
}

static void add_allocations(struct world *w, uint64_t *random)
{
	w->allocation_count = random_below(random, 3);
	for (uint64_t i = 0; i < w->allocation_count; i++) {
		const uint64_t pages = 1 + random_below(random, 20);

		w->allocations[i] = (struct keel_memory_range){
			.phys = w->base + random_below(random, PAGES + 1 - pages) * 4096,
			.bytes = pages * 4096,
			.type = 0x1000 + (uint32_t)random_below(random, 5),
			.attribute = random_below(random, 4) ? 8 : 1,
		};
	}
}

/* From page 0 on, or up to the last page that the CPU can address. */
static void random_world(struct world *w, uint64_t *random)
{
	const uint64_t count = random_below(random, MOST + 1);
	uint64_t moves;

	memset(w, 0, sizeof(*w));
	w->d.stride = 40 + 8 * random_below(random, 4);
	w->base = random_below(random, 2) ? 0 : (UINT64_C(1) << PHYS_BITS) - PAGES * 4096;
	if (random_below(random, 3))
		add_sound(w, random, count);
	else
		add_overlapping(w, random, count);
	moves = random_below(random, 3) || !inputs_of(w) ? 0 : random_below(random, 6);
	for (uint64_t i = 0; i < moves; i++)
		swap(mm_descriptor(&w->d, random_below(random, mm_descriptor_count(&w->d))),
		     mm_descriptor(&w->d, random_below(random, mm_descriptor_count(&w->d))));
	if (inputs_of(w) && random_below(random, 4) == 0)
		spoil(mm_descriptor(&w->d, random_below(random, mm_descriptor_count(&w->d))),
		      random);
	if (random_below(random, 4) == 0)
		add_allocations(w, random);
}

/* Equal to the model and to each other, and what there is to say is said in both cases. */
static void try_world(const struct world *w)
{
	struct note_log fine_log, coarse_log;
	struct mm_memory_map fine, coarse;

	note_log_reset(&fine_log);
	note_log_reset(&coarse_log);
	fine = map_of(w, false, &fine_log.notes);
	coarse = map_of(w, true, &coarse_log.notes);
	check_pages(w, &fine, &coarse);
	check_shape(&coarse);
	assert_true(coarse.count <= fine.count);
	assert_true(mm_memory_map_same(&fine, &coarse));
	assert_true(mm_memory_map_same(&coarse, &fine));
	assert_int_equal(fine_log.total, coarse_log.total);
	assert_memory_equal(fine_log.entries, coarse_log.entries, sizeof(fine_log.entries));
	free(fine.ranges);
	free(coarse.ranges);
}

static void random_lists(void **state)
{
	uint64_t random = random_seed("random_lists");
	const clock_t end = deadline();
	uint64_t tried = 0;
	struct world w;

	(void)state;
	do {
		random_world(&w, &random);
		try_world(&w);
		descriptors_free(&w.d);
		tried++;
	} while (clock() < end);
	print_message("# %" PRIu64 " lists\n", tried);
}

/* One page up or down, where that does not lead out of what is looked at. */
static void move(const struct world *w, struct keel_efi_descriptor *d)
{
	d->phys ^= 4096;
	if (d->phys + d->pages * 4096 > w->base + PAGES * 4096)
		d->phys ^= 4096;
}

/* One sound descriptor is other than it was: in a way that matters, or that does not. */
static void change(struct world *w, uint64_t *random)
{
	struct keel_efi_descriptor *d =
		mm_descriptor(&w->d, random_below(random, mm_descriptor_count(&w->d)));

	if (!holds(d, d->phys))
		return;
	switch (random_below(random, 5)) {
	case 0:
		d->type = random_type(random, 16);
		break;
	case 1:
		d->attribute = random_attribute(random);
		break;
	case 2:
		d->attribute ^= RUNTIME;
		break;
	case 3:
		move(w, d);
		break;
	default:
		d->pages -= d->pages > 1;
	}
}

/*
 * Alike for mm_memory_map_same only if every page is; and whenever every page is, to the last
 * detail.
 */
static void check_same(const struct mm_memory_map *a, const struct mm_memory_map *b,
		       const struct page *before, const struct page *after)
{
	bool alike = true, equal = true;

	for (uint64_t n = 0; n < PAGES; n++) {
		const bool page_alike = mapped_alike(&before[n], &after[n]);

		alike &= page_alike;
		equal &= page_alike &&
			 (!before[n].mapped || before[n].no_cache_bit == after[n].no_cache_bit);
	}
	if (mm_memory_map_same(a, b) && !alike)
		fail_msg("a change goes unnoticed");
	if (!mm_memory_map_same(a, b) && equal)
		fail_msg("a change is seen where there is none");
}

static void model_pages(const struct world *w, struct page *pages)
{
	for (uint64_t n = 0; n < PAGES; n++)
		pages[n] = model_of(w, w->base + n * 4096);
}

static void try_change(struct world *w, uint64_t *random)
{
	struct page before[PAGES], after[PAGES];
	struct mm_memory_map old[2], new[2];

	for (int coarse = 0; coarse < 2; coarse++)
		old[coarse] = map_of(w, coarse, NULL);
	model_pages(w, before);
	change(w, random);
	for (int coarse = 0; coarse < 2; coarse++)
		new[coarse] = map_of(w, coarse, NULL);
	model_pages(w, after);
	for (int i = 0; i < 4; i++)
		check_same(&old[i / 2], &new[i % 2], before, after);
	for (int coarse = 0; coarse < 2; coarse++) {
		free(old[coarse].ranges);
		free(new[coarse].ranges);
	}
}

static void random_changes(void **state)
{
	uint64_t random = random_seed("random_changes");
	const clock_t end = deadline();
	uint64_t tried = 0;
	struct world w;

	(void)state;
	do {
		random_world(&w, &random);
		if (mm_descriptor_count(&w.d)) {
			try_change(&w, &random);
			tried++;
		}
		descriptors_free(&w.d);
	} while (clock() < end);
	print_message("# %" PRIu64 " changes\n", tried);
}

/* A map of what a machine has, whose parts the tests below change one by one. */
static struct world small_world(void)
{
	struct world w = { .d = { .stride = 48 } };

	descriptors_add(&w.d, 7, 0x0, 0x10, 0xf);
	descriptors_add(&w.d, 4, 0x10000, 0x10, 0xf);
	descriptors_add(&w.d, 0, 0x20000, 0x4, 0xf);
	descriptors_add(&w.d, 7, 0x24000, 0x10, 0x1);
	descriptors_add(&w.d, 6, 0x40000, 0x10, RUNTIME | 0xf);
	descriptors_add(&w.d, 11, 0x80000, 0x10, RUNTIME | 0x1);
	descriptors_add(&w.d, 0, 0x90000, 0x2, 0xf);
	return w;
}

static bool same_after(void (*make)(struct mm_descriptors *d))
{
	struct world w = small_world();
	struct mm_memory_map before = map_of(&w, true, NULL);
	struct mm_memory_map fine, coarse;
	bool same;

	make(&w.d);
	fine = map_of(&w, false, NULL);
	coarse = map_of(&w, true, NULL);
	same = mm_memory_map_same(&before, &coarse);
	assert_int_equal(mm_memory_map_same(&before, &fine), same);
	assert_int_equal(mm_memory_map_same(&coarse, &before), same);
	assert_int_equal(mm_memory_map_same(&fine, &before), same);
	descriptors_free(&w.d);
	free(before.ranges);
	free(fine.ranges);
	free(coarse.ranges);
	return same;
}

static void nothing(struct mm_descriptors *d)
{
	(void)d;
}

static void allocate(struct mm_descriptors *d)
{
	mm_descriptor(d, 0)->type = 2;
	mm_descriptor(d, 1)->type = 9;
	mm_descriptor(d, 1)->attribute |= KEEL_EFI_MEMORY_XP;
}

static void reserve_elsewhere(struct mm_descriptors *d)
{
	mm_descriptor(d, 6)->phys += 0x1000;
	mm_descriptor(d, 2)->type = 8;
}

static void remove_memory(struct mm_descriptors *d)
{
	mm_descriptor(d, 1)->type = 0;
}

static void shorten_memory(struct mm_descriptors *d)
{
	mm_descriptor(d, 1)->pages--;
}

static void cache_memory(struct mm_descriptors *d)
{
	mm_descriptor(d, 3)->attribute = 0xf;
}

static void move_device(struct mm_descriptors *d)
{
	mm_descriptor(d, 5)->phys -= 0x1000;
}

static void forget_device(struct mm_descriptors *d)
{
	mm_descriptor(d, 5)->attribute = 0x1;
}

static void reserve_for_firmware(struct mm_descriptors *d)
{
	mm_descriptor(d, 3)->type = 0;
	mm_descriptor(d, 3)->attribute = RUNTIME | 0x1;
}

static void changes(void **state)
{
	(void)state;
	assert_true(same_after(nothing));
	assert_true(same_after(allocate));
	assert_true(same_after(reserve_elsewhere));
	assert_false(same_after(remove_memory));
	assert_false(same_after(shorten_memory));
	assert_false(same_after(cache_memory));
	assert_false(same_after(move_device));
	assert_false(same_after(forget_device));
}

/* Uncached as before, but no memory any more: the direct map must not have it. */
static void memory_that_firmware_keeps(void **state)
{
	(void)state;
	assert_false(same_after(reserve_for_firmware));
}

/* What small_world comes to: neighbours that are mapped alike are one, the rest is left out. */
static void by_hand(void **state)
{
	static const struct keel_memory_range want[] = {
		{ .phys = 0x0, .bytes = 0x20000, .type = 7, .attribute = 0xf },
		{ .phys = 0x24000, .bytes = 0x10000, .type = 7, .attribute = 0x1 },
		{ .phys = 0x40000, .bytes = 0x10000, .type = 6, .attribute = RUNTIME | 0xf },
		{ .phys = 0x80000, .bytes = 0x10000, .type = 11, .attribute = RUNTIME | 0x1 },
	};
	struct world w = small_world();

	(void)state;
	for (int order = 0; order < 2; order++) {
		struct mm_memory_map map = map_of(&w, true, NULL);

		assert_int_equal(map.count, 4);
		for (uint64_t i = 0; i < map.count; i++) {
			assert_int_equal(map.ranges[i].phys, want[i].phys);
			assert_int_equal(map.ranges[i].bytes, want[i].bytes);
			assert_int_equal(map.ranges[i].type, want[i].type);
			assert_int_equal(map.ranges[i].attribute, want[i].attribute);
			assert_int_equal(map.ranges[i].virt, 0);
		}
		free(map.ranges);
		swap(mm_descriptor(&w.d, 1), mm_descriptor(&w.d, 4)); /* once more, unsorted */
	}
	descriptors_free(&w.d);
}

/* Each way in which one descriptor can be unsound, and be in the way of the others. */
static void one_unsound(void **state)
{
	static const struct keel_efi_descriptor unsound[] = {
		{ .type = 7, .phys = 0x24000, .pages = 0, .attribute = 0xf },
		{ .type = 7, .phys = 0x24800, .pages = 1, .attribute = 0xf },
		{ .type = 7, .phys = 0x24000, .pages = KEEL_U64(0xfffffffffffff) },
		{ .type = 7, .phys = KEEL_U64(1) << PHYS_BITS, .pages = 1 },
		{ .type = 16, .phys = 0x24000, .pages = 1, .attribute = 0xf },
		{ .type = 7, .phys = 0x23000, .pages = 1, .attribute = 0xf },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++) {
		struct world w = small_world();

		*mm_descriptor(&w.d, 3) = unsound[i];
		try_world(&w);
		descriptors_free(&w.d);
	}
}

/* What Keel took for itself changes nothing, as it is memory like that around it. */
static void allocations(void **state)
{
	struct world w = small_world();
	struct mm_memory_map map;

	(void)state;
	w.allocations[0] = (struct keel_memory_range){
		.phys = 0x8000, .bytes = 0x2000, .type = KEEL_MEMORY_TYPE_TABLES, .attribute = 0xf
	};
	w.allocation_count = 1;
	map = map_of(&w, true, NULL);
	assert_int_equal(map.count, 4);
	assert_int_equal(map.ranges[0].bytes, 0x20000);
	free(map.ranges);
	try_world(&w);
	descriptors_free(&w.d);
}

/* Every capacity that is too small is refused, sorted or not, and nothing behind it is written. */
static void too_small(void **state)
{
	struct world w = small_world();
	void *work = zalloc(mm_memory_map_work_bytes(inputs_of(&w)));

	(void)state;
	for (uint64_t capacity = 0; capacity < 8; capacity++) {
		struct keel_memory_range ranges[8];
		struct mm_memory_map map = { .ranges = ranges,
					     .capacity = capacity % 4,
					     .coarse = true };

		memset(ranges, 0xcc, sizeof(ranges));
		if (capacity == 4)
			swap(mm_descriptor(&w.d, 1), mm_descriptor(&w.d, 4));
		check_error(mm_memory_map_build(&map, &machine, &w.d, NULL, 0, work, NULL),
			    MM_ERR_MAP_FULL, capacity % 4);
		assert_int_equal(ranges[capacity % 4].phys, KEEL_U64(0xcccccccccccccccc));
	}
	free(work);
	descriptors_free(&w.d);
}

static void check_mappings(const struct mm_plan *fine, const struct mm_plan *coarse)
{
	assert_int_equal(fine->count, coarse->count);
	assert_int_equal(fine->tables, coarse->tables);
	for (uint64_t i = 0; i < fine->count; i++) {
		const struct keel_mapping *a = &fine->mappings[i], *b = &coarse->mappings[i];

		if (a->virt != b->virt || a->bytes != b->bytes || a->phys != b->phys ||
		    a->rights != b->rights || a->memory_type != b->memory_type ||
		    a->region != b->region || a->level != b->level ||
		    a->repeat_pages != b->repeat_pages)
			fail_msg("mapping %" PRIu64 " differs: 0x%" PRIx64 " and 0x%" PRIx64, i,
				 a->virt, b->virt);
	}
}

static void check_outcomes(const struct mm_outcome *fine, const struct mm_outcome *coarse)
{
	assert_int_equal(fine->left_out_bytes, coarse->left_out_bytes);
	assert_int_equal(fine->runtime_code_writable, coarse->runtime_code_writable);
	assert_int_equal(fine->framebuffers_mapped, coarse->framebuffers_mapped);
}

struct plans {
	struct mm_plan kernel, transition;
	struct mm_outcome outcome;
};

static struct mm_plan empty_plan(uint64_t capacity, const struct mm_machine *m)
{
	struct mm_plan plan = { .capacity = capacity, .machine = m };

	plan.mappings = zalloc(capacity * sizeof(*plan.mappings));
	return plan;
}

static struct plans plans_of(struct scene *s, const struct mm_memory_map *map)
{
	const uint64_t capacity = 2 * mm_plan_capacity(&s->request); /* for either of the maps */
	struct keel_mapping *work = zalloc(capacity * sizeof(*work));
	struct plans p = { .kernel = empty_plan(capacity, &s->machine),
			   .transition = empty_plan(capacity, &s->machine) };

	s->request.map = map;
	check_ok(mm_plan_kernel(&p.kernel, &s->request, work, &p.outcome));
	check_ok(mm_plan_transition(&p.transition, &s->request, work));
	free(work);
	return p;
}

/* Descriptors that are the scene's, and maps without what is Keel's own, as for planning. */
static void check_plans(struct scene *s)
{
	const uint64_t capacity = 2 * mm_descriptor_count(&s->descriptors);
	void *work = zalloc(mm_memory_map_work_bytes(capacity / 2));
	struct mm_memory_map maps[2];
	struct plans p[2];

	for (int coarse = 0; coarse < 2; coarse++) {
		maps[coarse] = (struct mm_memory_map){ .capacity = capacity, .coarse = coarse };
		maps[coarse].ranges = zalloc(capacity * sizeof(*maps[coarse].ranges));
		check_ok(mm_memory_map_build(&maps[coarse], &s->machine, &s->descriptors, NULL, 0,
					     work, NULL));
		p[coarse] = plans_of(s, &maps[coarse]);
	}
	assert_true(mm_memory_map_same(&maps[0], &maps[1]));
	assert_true(maps[1].count <= maps[0].count);
	check_mappings(&p[0].kernel, &p[1].kernel);
	check_mappings(&p[0].transition, &p[1].transition);
	check_outcomes(&p[0].outcome, &p[1].outcome);
	for (int coarse = 0; coarse < 2; coarse++) {
		free(maps[coarse].ranges);
		free(p[coarse].kernel.mappings);
		free(p[coarse].transition.mappings);
	}
	free(work);
}

static void random_plans(void **state)
{
	uint64_t random = random_seed("random_plans");
	const clock_t end = deadline();
	uint64_t tried = 0;

	(void)state;
	do {
		struct world w;
		struct scene *s;

		random_world(&w, &random);
		s = scene_new(w.d, 1 + random_below(&random, 3));
		s->machine.phys_bits = PHYS_BITS;
		if (!s->request.segment_count)
			s->request.area =
				mm_cpu_area_layout(0x1000000, s->request.cpu_count, false);
		if (random_below(&random, 2)) {
			s->request.framebuffers[0].phys = w.base + random_below(&random, 0x100000);
			s->request.framebuffers[0].bytes = random_below(&random, 0x10000);
		}
		if (!scene_shares_frames(s, scene_plan(s)))
			check_plans(s);
		scene_free(s);
		tried++;
	} while (clock() < end);
	print_message("# %" PRIu64 " plans\n", tried);
}

static void real_maps(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/maps/*.map", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		for (uint64_t stride = 40; stride <= 56; stride += 8) {
			struct scene *s = scene_new(map_file_read(found.gl_pathv[i], stride), 2);

			if (!s->request.segment_count)
				s->request.area = mm_cpu_area_layout(0x1000000, 2, false);
			check_plans(s);
			scene_free(s);
		}
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),	  cmocka_unit_test(one_unsound),
		cmocka_unit_test(allocations),	  cmocka_unit_test(too_small),
		cmocka_unit_test(changes),	  cmocka_unit_test(memory_that_firmware_keeps),
		cmocka_unit_test(real_maps),	  cmocka_unit_test(random_lists),
		cmocka_unit_test(random_changes), cmocka_unit_test(random_plans),
	};

	return cmocka_run_group_tests_name("coarse maps", tests, NULL, NULL);
}
