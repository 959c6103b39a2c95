/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The top of the address space: kernel text, modules, fixmap, vsyscall page, and the holes between
 * all regions.
 */
#include "scene.h"

#define PAGE KEEL_U64(0x1000)

static int setup(void **state)
{
	*state = scene_qemu(2);
	return 0;
}

static int teardown(void **state)
{
	scene_free(*state);
	return 0;
}

static void build(struct scene *s)
{
	check_ok(scene_plan(s));
	check_coalesced(&s->plan);
	scene_tables(s);
	model_check_edges(&s->tables.pool, s->root, s->plan.mappings, s->plan.count, true);
}

/* First and last byte of each segment, with its rights; nothing else in the window. */
static void kernel_text(void **state)
{
	struct scene *s = *state;
	uint64_t end = KEEL_TEXT_START;

	build(s);
	for (int i = 0; i < 3; i++) {
		const struct keel_segment *g = &s->segments[i];
		uint64_t last = g->bytes - 1;
		struct model_walk w = scene_walk(s, g->virt);

		assert_true(w.present && scene_walk(s, g->virt + last).present);
		assert_int_equal(w.phys, g->phys);
		assert_int_equal(scene_walk(s, g->virt + last).phys, g->phys + last);
		assert_int_equal(w.writable, i == 2);
		assert_int_equal(w.executable, i == 0);
		for (uint64_t at = end; at < g->virt; at += PAGE)
			assert_false(scene_walk(s, at).present);
		end = g->virt + g->bytes;
	}
	for (uint64_t at = end; at < KEEL_MODULES_START; at += PAGE)
		assert_false(scene_walk(s, at).present);
}

/* A kernel whose home is taken keeps its addresses and lies elsewhere. */
static void kernel_moved(void **state)
{
	struct scene *s = *state;
	struct model_walk w;

	for (int i = 0; i < 3; i++)
		s->segments[i].virt = s->segments[i].virt - s->segments[0].phys + 0x1000000;
	build(s);
	w = scene_walk(s, KEEL_TEXT_START + 0x1000000);
	assert_true(w.present && w.executable && !w.writable);
	assert_int_equal(w.phys, s->segments[0].phys);
}

static void segment_outside_the_window(void **state)
{
	struct scene *s = *state;

	s->segments[2].virt = KEEL_MODULES_START - PAGE;
	check_error(scene_plan(s), MM_ERR_OUTSIDE_REGION, KEEL_MODULES_START - PAGE);
	s->segments[2].virt = KEEL_TEXT_START - PAGE;
	check_error(scene_plan(s), MM_ERR_OUTSIDE_REGION, KEEL_TEXT_START - PAGE);
}

static void segments_that_overlap(void **state)
{
	struct scene *s = *state;

	s->segments[1].virt = s->segments[0].virt + s->segments[0].bytes - PAGE;
	check_error(scene_plan(s), MM_ERR_OVERLAP, s->segments[1].virt);
}

/* The kernel's segments may not ask for what rights are there to prevent. */
static void segment_rights(void **state)
{
	static const uint32_t wrong[] = { KEEL_RIGHTS_NONE, KEEL_RIGHTS_USER_R,
					  KEEL_RIGHTS_FIRMWARE_RWX, KEEL_RIGHTS_COUNT, 0x103 };
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		s->segments[2].rights = wrong[i];
		check_error(scene_plan(s), MM_ERR_BAD_MAPPING, s->segments[2].virt);
	}
}

static void segment_unaligned(void **state)
{
	struct scene *s = *state;

	s->segments[2].bytes += 8;
	check_error(scene_plan(s), MM_ERR_UNALIGNED, s->segments[2].bytes);
}

/* Empty, with every page directory in place. */
static void modules(void **state)
{
	struct scene *s = *state;

	build(s);
	for (uint64_t at = KEEL_MODULES_START; at < KEEL_MODULES_LAST; at += KEEL_SIZE_2M) {
		struct model_walk w = scene_walk(s, at);

		assert_false(w.present);
		assert_int_equal(w.level, 2);
	}
}

/* The named slots are uncached device pages; every page table is in place; all else is absent. */
static void fixmap(void **state)
{
	struct scene *s = *state;

	build(s);
	for (uint64_t at = KEEL_FIXMAP_START; at < KEEL_VSYSCALL_START; at += PAGE) {
		struct model_walk w = scene_walk(s, at);
		uint64_t phys = at == KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC)	    ? 0xfee00000
				: at == KEEL_FIXMAP_SLOT(KEEL_FIXMAP_IO_APIC_FIRST) ? 0xfec00000
										    : 0;

		assert_int_equal(w.level, 1);
		/* P, RW, PWT, PCD, A, D, G, NX */
		assert_int_equal(w.entry, phys ? KEEL_U64(0x800000000000017b) | phys : 0);
	}
}

static void fixmap_slots(void **state)
{
	struct scene *s = *state;

	s->slots[0] = (struct mm_fixmap_slot){ 0xfed00000, 1535 }; /* the lowest there is */
	s->slots[1] = (struct mm_fixmap_slot){ 0xfed01000, 0 };
	s->slots[2] = (struct mm_fixmap_slot){ 0xfed02000, 512 };
	s->request.slot_count = 3;
	build(s);
	assert_int_equal(scene_walk(s, KEEL_FIXMAP_START).phys, 0xfed00000);
	assert_int_equal(scene_walk(s, KEEL_VSYSCALL_START - PAGE).phys, 0xfed01000);
	assert_int_equal(scene_walk(s, KEEL_VSYSCALL_START - 513 * PAGE).phys, 0xfed02000);
}

static void no_fixmap_slots(void **state)
{
	struct scene *s = *state;

	s->request.slot_count = 0;
	build(s);
	for (uint64_t at = KEEL_FIXMAP_START; at < KEEL_VSYSCALL_START; at += PAGE) {
		assert_false(scene_walk(s, at).present);
		assert_int_equal(scene_walk(s, at).level, 1);
	}
}

static void bad_slots(void **state)
{
	static const uint32_t outside[] = { 1536, 1537, 0x80000, 0xffffffff };
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		s->slots[1].slot = outside[i];
		check_error(scene_plan(s), MM_ERR_SLOT, outside[i]);
	}
	s->slots[1].slot = s->slots[0].slot; /* twice */
	check_error(scene_plan(s), MM_ERR_SLOT, s->slots[0].slot);
	s->slots[1].slot = 7;
	s->slots[1].phys = 0xfee00020;
	check_error(scene_plan(s), MM_ERR_UNALIGNED, 0xfee00020);
}

static void vsyscall(void **state)
{
	struct scene *s = *state;
	struct model_walk w;

	build(s);
	w = scene_walk(s, KEEL_VSYSCALL_START);
	assert_true(w.present && w.user && !w.writable && !w.executable);
	/* P, US, A, G, NX */
	assert_int_equal(w.entry, KEEL_U64(0x8000000000000125) | s->request.area.vsyscall_phys);
	assert_false(scene_walk(s, KEEL_VSYSCALL_LAST + 1).present);
	/* The user sees this page and no other. */
	for (uint64_t i = 0; i < s->plan.count; i++)
		assert_int_equal(scene_walk(s, s->plan.mappings[i].virt).user &&
					 scene_walk(s, s->plan.mappings[i].virt).present,
				 s->plan.mappings[i].region == KEEL_REGION_VSYSCALL);
}

/* Both ends of every hole are absent, and user space has no tables at all. */
static void holes(void **state)
{
	struct scene *s = *state;

	build(s);
	for (int r = 0; r < KEEL_REGION_COUNT; r++) {
		const struct keel_layout_row *row = &keel_layout[r];
		uint64_t step = (row->last - row->start) / 97 & ~(PAGE - 1);

		if (row->kind != KEEL_ROW_HOLE || r == KEEL_REGION_NONCANONICAL)
			continue;
		assert_false(scene_walk(s, row->start).present);
		assert_false(scene_walk(s, row->last).present);
		for (int i = 1; i < 97; i++)
			assert_false(scene_walk(s, row->start + (uint64_t)i * step).present);
	}
	for (uint64_t i = 0; i < 256; i++)
		assert_int_equal(s->tables.pool.base[s->root * 512 + i], 0);
	/* The last page: small negative error values never point to memory. */
	assert_false(scene_walk(s, ~KEEL_U64(0)).present);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(kernel_text),
		TEST(kernel_moved),
		TEST(segment_outside_the_window),
		TEST(segments_that_overlap),
		TEST(segment_rights),
		TEST(segment_unaligned),
		TEST(modules),
		TEST(fixmap),
		TEST(fixmap_slots),
		TEST(no_fixmap_slots),
		TEST(bad_slots),
		TEST(vsyscall),
		TEST(holes),
	};

	return cmocka_run_group_tests_name("fixed regions", tests, NULL, NULL);
}
