/* SPDX-License-Identifier: BSD-2-Clause */
/* Regions of Keel's root in a root of the kernel's own. */
#include "scene.h"
#include "share.h"

#define ENTRIES 512

/* The scene's tables, and two more: a kernel's own PML4, and the PDPT behind its last entry. */
struct share_scene {
	struct scene *scene;
	uint64_t own_pml4[ENTRIES] __attribute__((aligned(4096)));
	uint64_t own_pdpt[ENTRIES] __attribute__((aligned(4096)));
};

#define OWN_PML4 KEEL_U64(0x7000000000)
#define OWN_PDPT KEEL_U64(0x7000001000)

static uint64_t *table_at(void *context, uint64_t phys)
{
	struct share_scene *s = context;
	const struct mm_pool *pool = &s->scene->tables.pool;

	if (phys == OWN_PML4)
		return s->own_pml4;
	if (phys == OWN_PDPT)
		return s->own_pdpt;
	assert_true(phys >= pool->phys && phys < pool->phys + pool->used * KEEL_PAGE_SIZE);
	return mm_pool_table(pool, (phys - pool->phys) >> KEEL_PAGE_SHIFT);
}

static struct share_scene *share_scene(void)
{
	struct mm_descriptors d = { .stride = 48 };
	struct share_scene *s = aligned_alloc(4096, sizeof(*s));

	assert_non_null(s);
	memset(s, 0, sizeof(*s));
	descriptors_add(&d, 7, 0x1000000, 0x80000, 0xf);
	descriptors_add(&d, 6, 0x90000000, 0x10, KEEL_EFI_MEMORY_RUNTIME | 0xf);
	s->scene = scene_new(d, 2);
	check_ok(scene_plan(s->scene));
	scene_tables(s->scene);
	s->own_pml4[ENTRIES - 1] = OWN_PDPT | KEEL_PTE_P | KEEL_PTE_RW;
	s->own_pdpt[510] = 0x123000 | KEEL_PTE_P; /* the kernel's text */
	return s;
}

static void share_free(struct share_scene *s)
{
	scene_free(s->scene);
	free(s);
}

static struct mm_result share(struct share_scene *s, uint32_t regions)
{
	const struct mm_table_access access = { table_at, s };
	const uint64_t root_phys = mm_pool_phys(&s->scene->tables.pool, s->scene->root);

	return mm_share_regions(OWN_PML4, root_phys, regions, &access);
}

/* Each entry of both tables is Keel's if a region has it, else what it was. */
static void all_but_text(void **state)
{
	struct share_scene *s = share_scene();
	const uint64_t *keel = mm_pool_table(&s->scene->tables.pool, s->scene->root);
	const uint64_t *keel_pdpt = table_at(s, keel[511] & KEEL_PTE_ADDRESS);

	(void)state;
	for (unsigned twice = 0; twice < 2; twice++) {
		check_ok(share(s, MM_SHARE_ALL_BUT_TEXT));
		for (unsigned n = 0; n < ENTRIES - 1; n++) {
			const bool shared = (n >= 256 && n < 466) || (n >= 468 && n < 504) ||
					    n == 508 || n == 510;

			assert_int_equal(s->own_pml4[n], shared ? keel[n] : 0);
		}
		for (unsigned n = 0; n < ENTRIES; n++)
			assert_int_equal(s->own_pdpt[n], n >= 444 && n < 508 ? keel_pdpt[n]
							 : n == 510	     ? 0x123001
									     : 0);
	}
	assert_int_not_equal(keel_pdpt[507], 0);
	assert_int_not_equal(keel[508], 0);
	assert_int_equal(s->own_pml4[511], OWN_PDPT | 3);
	share_free(s);
}

static void one_region(void **state)
{
	struct share_scene *s = share_scene();

	(void)state;
	check_ok(share(s, MM_SHARE(KEEL_REGION_CPU_ENTRY_AREA)));
	for (unsigned n = 0; n < ENTRIES - 1; n++)
		assert_int_equal(!!s->own_pml4[n], n == 508);
	assert_int_equal(s->own_pdpt[507], 0);
	share_free(s);
}

/* Whatever is refused, nothing is written. */
static void refused(struct share_scene *s, uint32_t regions, enum mm_error error, uint64_t address)
{
	uint64_t pml4[ENTRIES], pdpt[ENTRIES];

	memcpy(pml4, s->own_pml4, sizeof(pml4));
	memcpy(pdpt, s->own_pdpt, sizeof(pdpt));
	check_error(share(s, regions), error, address);
	assert_memory_equal(pml4, s->own_pml4, sizeof(pml4));
	assert_memory_equal(pdpt, s->own_pdpt, sizeof(pdpt));
	share_free(s);
}

static void refusals(void **state)
{
	struct share_scene *s = share_scene();

	(void)state;
	s->own_pml4[511] = 0;
	refused(s, MM_SHARE_ALL_BUT_TEXT, MM_ERR_ROOT, KEEL_EFI_START);
	s = share_scene();
	s->own_pml4[511] |= KEEL_PTE_PS;
	refused(s, MM_SHARE_ALL_BUT_TEXT, MM_ERR_ROOT, KEEL_EFI_START);
	s = share_scene();
	s->own_pml4[509] = 1; /* in a hole: nobody's business */
	s->own_pml4[508] = 1;
	refused(s, MM_SHARE_ALL_BUT_TEXT, MM_ERR_OVERLAP, KEEL_CPU_ENTRY_AREA_START);
	s = share_scene();
	s->own_pdpt[507] = 1;
	refused(s, MM_SHARE_ALL_BUT_TEXT, MM_ERR_OVERLAP, KEEL_EFI_LAST + 1 - KEEL_SIZE_1G);
	s = share_scene();
	refused(s, MM_SHARE(KEEL_REGION_TEXT), MM_ERR_UNALIGNED, KEEL_TEXT_START);
	s = share_scene();
	refused(s, MM_SHARE(KEEL_REGION_FIXMAP), MM_ERR_UNALIGNED, KEEL_FIXMAP_START);
	s = share_scene();
	refused(s, MM_SHARE(KEEL_REGION_VSYSCALL), MM_ERR_UNALIGNED, KEEL_VSYSCALL_START);
	s = share_scene();
	refused(s, MM_SHARE(KEEL_REGION_MODULES), MM_ERR_UNALIGNED, KEEL_MODULES_START);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_but_text),
		cmocka_unit_test(one_region),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
