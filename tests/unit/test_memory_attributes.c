/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Memory Attributes Table (UEFI 2.10, 4.6.4): it splits runtime images into read-only code and
 * non-executable data. A table that contradicts the memory map is not used at all.
 */
#include "regions.h"
#include "scene.h"

#define XP	KEEL_EFI_MEMORY_XP
#define RO	KEEL_EFI_MEMORY_RO
#define RUNTIME KEEL_EFI_MEMORY_RUNTIME

/* Runtime descriptors of the map that the scenes use. */
#define CODE	   KEEL_U64(0x1f5ec000)
#define CODE_PAGES 256
#define DATA	   KEEL_U64(0x1f4ec000) /* touches the code */
#define DATA_PAGES 256
#define FLASH	   KEEL_U64(0xffc00000)

struct fixture {
	struct scene *s;
	struct mm_descriptors table;
};

static int setup(void **state)
{
	struct fixture *f = zalloc(sizeof(*f));

	f->s = scene_qemu(1);
	f->table.stride = 56; /* its own, and not that of the memory map */
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	scene_free(f->s);
	descriptors_free(&f->table);
	free(f);
	return 0;
}

static void add(struct fixture *f, uint32_t type, uint64_t phys, uint64_t pages, uint64_t attribute)
{
	descriptors_add(&f->table, type, phys, pages, attribute | RUNTIME);
}

/* One image: header, code, data; and data of its own. */
static void add_good(struct fixture *f)
{
	add(f, 6, DATA, DATA_PAGES, XP);
	add(f, 5, CODE, 1, XP);
	add(f, 5, CODE + 0x1000, 4, RO);
	add(f, 5, CODE + 0x5000, 3, XP | RO);
	add(f, 5, CODE + 0x8000, CODE_PAGES - 8, XP);
}

static void plan(struct fixture *f)
{
	f->s->request.attributes = (struct mm_memory_attributes){
		.entries = f->table.first,
		.count = mm_descriptor_count(&f->table),
		.stride = f->table.stride,
	};
	check_ok(scene_plan(f->s));
	check_coalesced(&f->s->plan);
	scene_tables(f->s);
	model_check_edges(&f->s->tables.pool, f->s->root, f->s->plan.mappings, f->s->plan.count,
			  true);
}

static uint64_t writable_code_pages(const struct fixture *f)
{
	uint64_t pages = 0;

	for (uint64_t i = 0; i < f->s->plan.count; i++)
		if (f->s->plan.mappings[i].rights == KEEL_RIGHTS_FIRMWARE_RWX)
			pages += f->s->plan.mappings[i].bytes / 4096;
	return pages;
}

/* The virtual address in the EFI region of a physical one. */
static uint64_t efi_virt(const struct fixture *f, uint64_t phys)
{
	const struct mm_descriptors *d = &f->s->descriptors;

	for (uint64_t i = 0; i < mm_descriptor_count(d); i++) {
		const struct keel_efi_descriptor *e = mm_descriptor(d, i);

		if (e->virt && phys - e->phys < e->pages * 4096)
			return e->virt + (phys - e->phys);
	}
	fail_msg("0x%" PRIx64 " has no address in the EFI region", phys);
	return 0;
}

static void expect(const struct fixture *f, uint64_t phys, bool writable, bool executable)
{
	struct model_walk efi = scene_walk(f->s, efi_virt(f, phys));
	struct model_walk direct = scene_walk(f->s, KEEL_DIRECT_MAP(phys));

	assert_true(efi.present && direct.present);
	assert_int_equal(efi.phys, phys);
	assert_int_equal(efi.writable, writable);
	assert_int_equal(efi.executable, executable);
	/* No frame is executable in one place and writable in another. */
	assert_int_equal(direct.writable, !executable);
	assert_false(direct.executable);
}

static void rights_by_entry(void **state)
{
	struct fixture *f = *state;

	add_good(f);
	plan(f);
	assert_false(f->s->outcome.runtime_code_writable);
	assert_int_equal(f->s->log.count[MM_NOTE_ATTRIBUTES_BAD], 0);
	assert_int_equal(f->s->log.count[MM_NOTE_CODE_WRITABLE], 0);
	assert_int_equal(writable_code_pages(f), 0);
	expect(f, DATA, true, false);
	expect(f, DATA + DATA_PAGES * 4096 - 1, true, false);
	expect(f, CODE, true, false);
	expect(f, CODE + 0xfff, true, false);
	expect(f, CODE + 0x1000, false, true);
	expect(f, CODE + 0x4fff, false, true);
	expect(f, CODE + 0x5000, false, false);
	expect(f, CODE + 0x7fff, false, false);
	expect(f, CODE + 0x8000, true, false);
	expect(f, CODE + CODE_PAGES * 4096 - 1, true, false);
}

/* Flash is in no entry: the table only knows runtime code and data. */
static void other_types_are_not_in_it(void **state)
{
	struct fixture *f = *state;
	struct model_walk w;

	add_good(f);
	plan(f);
	w = scene_walk(f->s, efi_virt(f, FLASH));
	assert_true(w.present && w.writable && !w.executable);
	assert_int_equal(w.entry & 0x18, 0x18); /* UC */
}

/* Code that an entry leaves writable and executable is that, and is reported. */
static void neither_ro_nor_xp(void **state)
{
	struct fixture *f = *state;

	add(f, 6, DATA, DATA_PAGES, XP);
	add(f, 5, CODE, 16, 0);
	add(f, 5, CODE + 0x10000, CODE_PAGES - 16, RO);
	plan(f);
	assert_true(f->s->outcome.runtime_code_writable);
	assert_true(f->s->log.count[MM_NOTE_CODE_WRITABLE] > 0);
	assert_int_equal(writable_code_pages(f), 16);
	expect(f, CODE, true, true);
	expect(f, CODE + 0x10000, false, true);
}

/* What no entry speaks of is as it would be without a table. */
static void part_of_the_code(void **state)
{
	struct fixture *f = *state;

	add(f, 5, CODE + 0x3000, 4, RO);
	plan(f);
	expect(f, CODE + 0x3000, false, true);
	expect(f, CODE + 0x6fff, false, true);
	expect(f, CODE + 0x2fff, true, true);
	expect(f, CODE + 0x7000, true, true);
	expect(f, DATA, true, false);
	assert_true(f->s->outcome.runtime_code_writable);
	assert_int_equal(writable_code_pages(f), CODE_PAGES - 4);
}

static void no_entries(void **state)
{
	struct fixture *f = *state;

	plan(f);
	assert_true(f->s->outcome.runtime_code_writable);
	assert_int_equal(f->s->log.count[MM_NOTE_ATTRIBUTES_BAD], 0);
	assert_int_equal(writable_code_pages(f), CODE_PAGES);
}

/* The table is refused as a whole, and with it all that was good in it. */
static void check_refused(struct fixture *f)
{
	plan(f);
	assert_int_equal(f->s->log.count[MM_NOTE_ATTRIBUTES_BAD], 1);
	assert_true(f->s->outcome.runtime_code_writable);
	assert_true(f->s->log.count[MM_NOTE_CODE_WRITABLE] > 0);
	assert_int_equal(writable_code_pages(f), CODE_PAGES);
	expect(f, CODE + 0x1000, true, true);
	expect(f, CODE + 0x5000, true, true);
	expect(f, DATA, true, false);
}

/* A good table with one entry more: that one spoils it, wherever it stands. */
static void spoiled(uint32_t type, uint64_t phys, uint64_t pages)
{
	void *state = NULL;
	struct fixture *f;

	setup(&state);
	f = state;
	add_good(f);
	add(f, type, phys, pages, XP);
	check_refused(f);
	teardown(&state);
}

static void inconsistent_tables(void **state)
{
	(void)state;
	spoiled(5, 0x100000, 1);		     /* conventional memory */
	spoiled(6, CODE + 0x9000, 1);		     /* data in a code descriptor */
	spoiled(5, 0x1eaa0000, 1);		     /* code in a data descriptor */
	spoiled(6, 0x1eaa0000 + 257 * 4096, 2);	     /* beyond a descriptor's end */
	spoiled(6, 0x1eaa0000 - 4096, 2);	     /* before its start */
	spoiled(6, 0x1eaa0800, 1);		     /* not on a page */
	spoiled(6, 0x1eaa0000, 0);		     /* no pages */
	spoiled(6, 0x1eaa0000, KEEL_U64(1) << 52);   /* 2^64 bytes */
	spoiled(6, 0x1eaa0000, ~KEEL_U64(0));	     /* past 2^64 */
	spoiled(6, KEEL_U64(0xfffffffffffff000), 1); /* nothing is there */
	spoiled(0, CODE, 1);			     /* no runtime type */
	spoiled(11, FLASH, 1);
}

/* In its right place in the table, so that only the memory map tells that it does not fit. */
static void misfit(uint32_t type, uint64_t phys, uint64_t pages, uint64_t index)
{
	const struct note_entry *note;
	void *state = NULL;
	struct fixture *f;

	setup(&state);
	f = state;
	add(f, type, phys, pages, XP);
	add_good(f);
	check_refused(f);
	note = note_log_first(&f->s->log, MM_NOTE_ATTRIBUTES_BAD);
	assert_int_equal(note->index, index);
	assert_int_equal(note->phys, index ? 0 : phys);
	teardown(&state);
}

static void tables_that_do_not_fit(void **state)
{
	(void)state;
	misfit(5, 0x1eaa0000, 1, 0);		  /* code in a data descriptor */
	misfit(6, 0x1eaa0000 - 4096, 2, 0);	  /* begins before a descriptor */
	misfit(6, 0x1eaa0000 + 257 * 4096, 2, 0); /* ends after it */
	misfit(6, 0x100000, 1, 6);		  /* in none of them: too many, whichever it is */
}

/* Data may be read-only; data that may be executed has to be read-only for that. */
static void data_by_entry(void **state)
{
	struct fixture *f = *state;

	add(f, 6, DATA, 1, XP | RO);
	add(f, 6, DATA + 0x1000, 1, RO);
	add(f, 6, DATA + 0x2000, 1, XP);
	add(f, 6, DATA + 0x3000, 1, 0);
	plan(f);
	expect(f, DATA, false, false);
	expect(f, DATA + 0x1000, false, true);
	expect(f, DATA + 0x2000, true, false);
	expect(f, DATA + 0x3000, true, false);
	expect(f, DATA + 0x4000, true, false);
}

/* A plan that is too small for what the table makes of the descriptors. */
static void no_room(void **state)
{
	struct fixture *f = *state;
	struct mm_request *r = &f->s->request;
	struct mm_plan *p = &f->s->plan;
	struct mm_result result;

	add(f, 5, CODE + 0x3000, 4, RO);
	add(f, 5, CODE + 0x9000, 4, RO);
	plan(f);
	for (p->capacity = 0;; p->capacity++) {
		p->count = 0;
		result = mm_plan_efi_region(p, r, f->s->work, &f->s->outcome);
		if (!result.error)
			break;
		check_error(result, MM_ERR_PLAN_FULL, p->capacity);
		assert_int_equal(p->count, p->capacity);
	}
	assert_true(p->capacity >= 6);
}

/* The note says which entry it was. */
static void note_names_the_entry(void **state)
{
	struct fixture *f = *state;

	add_good(f);
	add(f, 5, 0x100000, 1, RO);
	plan(f);
	assert_int_equal(note_log_first(&f->s->log, MM_NOTE_ATTRIBUTES_BAD)->index, 5);
}

/* A page with two different rights: whichever is meant, it must not end up writable code unseen. */
static void entries_that_overlap(void **state)
{
	struct fixture *f = *state;

	add(f, 5, CODE, 8, RO);
	add(f, 5, CODE + 0x4000, 8, XP);
	plan(f);
	assert_true(f->s->log.count[MM_NOTE_ATTRIBUTES_BAD] > 0);
	assert_int_equal(writable_code_pages(f), CODE_PAGES);
}

static void strides(void **state)
{
	static const uint64_t wrong[] = { 0, 32, 44 };
	struct fixture *f = *state;

	add_good(f);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		f->s->request.attributes = (struct mm_memory_attributes){ .entries = f->table.first,
									  .count = 5,
									  .stride = wrong[i] };
		note_log_reset(&f->s->log);
		check_ok(scene_plan(f->s));
		assert_int_equal(f->s->log.count[MM_NOTE_ATTRIBUTES_BAD], 1);
		assert_int_equal(writable_code_pages(f), CODE_PAGES);
	}
}

/* The table of a real firmware: 32-bit OVMF, 30 entries, all code read-only or not executable. */
static void a_real_table(void **state)
{
	struct fixture *f = *state;

	scene_free(f->s);
	f->s = scene_new(map_file_read("tests/maps/qemu-ovmf-mixed-3g.map", 48), 2);
	f->table = map_file_read("tests/maps/memattr-qemu-ovmf-mixed.map", 48);
	plan(f);
	assert_false(f->s->outcome.runtime_code_writable);
	assert_int_equal(writable_code_pages(f), 0);
	for (uint64_t i = 0; i < mm_descriptor_count(&f->table); i++) {
		const struct keel_efi_descriptor *e = mm_descriptor(&f->table, i);
		bool code = !(e->attribute & XP);

		expect(f, e->phys, !(e->attribute & RO), code);
		expect(f, e->phys + e->pages * 4096 - 1, !(e->attribute & RO), code);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(rights_by_entry),
		TEST(other_types_are_not_in_it),
		TEST(neither_ro_nor_xp),
		TEST(part_of_the_code),
		TEST(no_entries),
		TEST(inconsistent_tables),
		TEST(tables_that_do_not_fit),
		TEST(data_by_entry),
		TEST(no_room),
		TEST(note_names_the_entry),
		TEST(entries_that_overlap),
		TEST(strides),
		TEST(a_real_table),
	};

	return cmocka_run_group_tests_name("Memory Attributes Table", tests, NULL, NULL);
}
