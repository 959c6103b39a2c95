/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CPU gets: its stack, its part of the cpu_entry_area, its %esp fixup ministack. Looked
 * at through the built tables, for few CPUs and for many.
 */
#include "regions.h"
#include "scene.h"

#define PAGE KEEL_U64(0x1000)

/* Memory enough for the area of some thousand CPUs. */
static struct scene *scene_for(uint64_t cpus)
{
	struct mm_descriptors d = { .stride = 48 };
	struct scene *s;

	descriptors_add(&d, 7, 0x1000000, 0x80000, 0xf);
	s = scene_new(d, cpus);
	check_ok(scene_plan(s));
	check_coalesced(&s->plan);
	scene_tables(s);
	return s;
}

enum expected { ABSENT, READ, WRITE };

static void expect(const struct scene *s, uint64_t virt, enum expected rights, uint64_t phys)
{
	struct model_walk w = scene_walk(s, virt);

	if (w.fault)
		fail_msg("%s at 0x%" PRIx64, w.fault, virt);
	if (w.present != (rights != ABSENT))
		fail_msg("0x%" PRIx64 " is %s", virt, w.present ? "present" : "absent");
	if (!w.present)
		return;
	if (w.phys != phys)
		fail_msg("0x%" PRIx64 " leads to 0x%" PRIx64 ", expected 0x%" PRIx64, virt, w.phys,
			 phys);
	if (w.writable != (rights == WRITE) || w.executable || w.user)
		fail_msg("0x%" PRIx64 ": rights of entry 0x%" PRIx64, virt, w.entry);
	if (!(w.entry & 0x100))
		fail_msg("0x%" PRIx64 " is not global", virt);
}

/* The area is laid out without holes and without overlap. */
static void area_layout(void **state)
{
	static const uint64_t counts[] = { 1, 2, 63, 64, 65, 1000 };

	(void)state;
	assert_int_equal(MM_CPU_BLOCK_PAGES, 11); /* GDT, entry stack, TSS, 4 times 2 */
	for (size_t i = 0; i < 6; i++) {
		uint64_t n = counts[i], base = 0x1234000;
		struct mm_cpu_area a = mm_cpu_area_layout(base, n, false);
		uint64_t starts[] = { a.idt_phys, a.blocks_phys, a.stacks_phys, a.espfix_phys,
				      a.vsyscall_phys };
		uint64_t bytes[] = { PAGE, n * 11 * PAGE, n * KEEL_STACK_BYTES,
				     (n + 63) / 64 * PAGE, PAGE };
		uint64_t sum = 0;

		for (int k = 0; k < 5; k++) {
			sum += bytes[k];
			assert_int_equal(starts[k] % PAGE, 0);
			assert_true(starts[k] >= base && starts[k] + bytes[k] <= base + a.bytes);
			for (int l = 0; l < 5; l++)
				assert_true(k == l || starts[k] + bytes[k] <= starts[l] ||
					    starts[l] + bytes[l] <= starts[k]);
		}
		assert_int_equal(a.bytes, sum);
	}
}

/* What started CPUs need comes behind all else, which stays where it is. */
static void area_layout_started(void **state)
{
	static const uint64_t counts[] = { 1, 64, 65, 255 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint64_t n = counts[i], base = 0x1234000;
		struct mm_cpu_area plain = mm_cpu_area_layout(base, n, false);
		struct mm_cpu_area a = mm_cpu_area_layout(base, n, true);

		assert_int_equal(plain.waiting_phys, 0);
		assert_int_equal(plain.mailboxes_phys, 0);
		assert_int_equal(a.waiting_phys, base + plain.bytes);
		assert_int_equal(a.mailboxes_phys, a.waiting_phys + PAGE);
		assert_int_equal(a.bytes, plain.bytes + PAGE + (n * 64 + PAGE - 1) / PAGE * PAGE);
		a.waiting_phys = a.mailboxes_phys = 0;
		a.bytes = plain.bytes;
		assert_memory_equal(&a, &plain, sizeof(a));
	}
}

static const uint64_t cpu_counts[] = { 1, 2, 4, 31, 32, 64, 65, 1000, 1024, 1025, 2049 };

static void check_stacks(const struct scene *s, uint64_t cpu)
{
	uint64_t top = KEEL_STACKS_START + (cpu + 1) * 0x10000;
	uint64_t phys = s->request.area.stacks_phys + cpu * 0x8000;

	expect(s, top - 1, WRITE, phys + 0x7fff);
	expect(s, top - 0x8000, WRITE, phys);
	for (uint64_t at = 0x9000; at <= 0x10000; at += PAGE) /* the guard */
		expect(s, top - at, ABSENT, 0);
}

static void stacks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cpu_counts) / sizeof(cpu_counts[0]); i++) {
		struct scene *s = scene_for(cpu_counts[i]);

		for (uint64_t cpu = 0; cpu < cpu_counts[i]; cpu++)
			check_stacks(s, cpu);
		/* Behind the last CPU's there is none. */
		for (uint64_t at = 0; at < 0x20000; at += PAGE)
			expect(s, KEEL_STACKS_START + cpu_counts[i] * 0x10000 + at, ABSENT, 0);
		expect(s, KEEL_STACKS_LAST, ABSENT, 0);
		expect(s, KEEL_STACKS_START - 1, ABSENT, 0);
		scene_free(s);
	}
}

/* All 36 PML4 entries of the stacks have their PDPT, so that every address space shares them. */
static void stack_tables_in_place(void **state)
{
	struct scene *s = scene_for(1);
	uint64_t slots = 0;

	(void)state;
	for (uint64_t virt = KEEL_STACKS_START; virt < KEEL_STACKS_LAST;
	     virt += KEEL_U64(1) << 39) {
		struct model_walk w = scene_walk(s, virt);

		assert_int_equal(w.level, virt == KEEL_STACKS_START ? 1 : 3);
		slots++;
	}
	assert_int_equal(slots, 36);
	assert_int_equal(scene_walk(s, KEEL_STACKS_START - 1).level, 4);
	assert_int_equal(scene_walk(s, KEEL_STACKS_LAST + 1).level, 4);
	scene_free(s);
}

/* Page by page of a CPU's block; layout.h gives the places, 0 is the guards and the end. */
static void check_entry_area(const struct scene *s, uint64_t cpu)
{
	static const struct {
		enum expected rights;
		uint64_t page; /* of the block in physical memory */
	} pages[KEEL_CEA_PAGES] = {
		[KEEL_CEA_GDT_PAGE] = { READ, 0 },
		[KEEL_CEA_ENTRY_STACK_PAGE] = { WRITE, 1 },
		[KEEL_CEA_TSS_PAGE] = { READ, 2 },
		[KEEL_CEA_DF_STACK_PAGE] = { WRITE, 3 },
		[KEEL_CEA_DF_STACK_PAGE + 1] = { WRITE, 4 },
		[KEEL_CEA_NMI_STACK_PAGE] = { WRITE, 5 },
		[KEEL_CEA_NMI_STACK_PAGE + 1] = { WRITE, 6 },
		[KEEL_CEA_DB_STACK_PAGE] = { WRITE, 7 },
		[KEEL_CEA_DB_STACK_PAGE + 1] = { WRITE, 8 },
		[KEEL_CEA_MCE_STACK_PAGE] = { WRITE, 9 },
		[KEEL_CEA_MCE_STACK_PAGE + 1] = { WRITE, 10 },
	};
	uint64_t phys = s->request.area.blocks_phys + cpu * 11 * PAGE;
	int absent = 0;

	for (uint64_t p = 0; p < KEEL_CEA_PAGES; p++) {
		expect(s, KEEL_CEA_CPU_START(cpu) + p * PAGE, pages[p].rights,
		       phys + pages[p].page * PAGE);
		absent += pages[p].rights == ABSENT;
	}
	assert_int_equal(absent, 5); /* below each IST stack, and on top */
}

static void cpu_entry_area(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cpu_counts) / sizeof(cpu_counts[0]); i++) {
		uint64_t cpus = cpu_counts[i];
		struct scene *s = scene_for(cpus);

		expect(s, KEEL_CPU_ENTRY_AREA_START, READ, s->request.area.idt_phys);
		for (uint64_t cpu = 0; cpu < cpus; cpu++)
			check_entry_area(s, cpu);
		for (uint64_t p = 0; p < 2 * KEEL_CEA_PAGES; p++)
			expect(s, KEEL_CEA_CPU_START(cpus) + p * PAGE, ABSENT, 0);
		scene_free(s);
	}
}

/* One CPU's ministack, at some of the 65,536 addresses that differ in bits 31:16. */
static void check_ministack(const struct scene *s, uint64_t cpu)
{
	static const uint64_t aliases[] = { 0, 1, 2, 31, 32, 511, 512, 16383, 16384, 32768, 65535 };
	uint64_t offset = cpu / 64 % 16 * PAGE + cpu % 64 * 64;
	uint64_t virt = KEEL_ESPFIX_START + cpu / 1024 * KEEL_U64(0x100000000) + offset;
	uint64_t phys = s->request.area.espfix_phys + cpu * 64;

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		uint64_t at = virt + aliases[i] * 0x10000;

		expect(s, at, READ, phys);
		expect(s, at + 63, READ, phys + 63);
	}
}

/* All pages of all steps: those of CPUs are there, the rest of each step is not. */
static void check_windows(const struct scene *s, uint64_t cpus)
{
	uint64_t pages = (cpus + 63) / 64;

	for (uint64_t page = 0; page < pages + 40; page++)
		for (uint64_t alias = 0; alias < 65536; alias += 4093) {
			uint64_t virt = KEEL_ESPFIX_START + page / 16 * KEEL_U64(0x100000000) +
					page % 16 * PAGE + alias * 0x10000;

			expect(s, virt, page < pages ? READ : ABSENT,
			       s->request.area.espfix_phys + page * PAGE);
		}
}

static void espfix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cpu_counts) / sizeof(cpu_counts[0]); i++) {
		struct scene *s = scene_for(cpu_counts[i]);

		for (uint64_t cpu = 0; cpu < cpu_counts[i]; cpu++)
			check_ministack(s, cpu);
		check_windows(s, cpu_counts[i]);
		scene_free(s);
	}
}

/* A window is one PT and one PD, however often they are used: 65,536 pages from two tables. */
static void espfix_shares_tables(void **state)
{
	struct scene *s = scene_for(1025);
	struct mm_plan plan = { .machine = &s->machine };
	struct keel_mapping items[8], work[8];

	(void)state;
	plan.mappings = items;
	plan.capacity = 8;
	check_ok(mm_plan_espfix(&plan, &s->request));
	check_ok(mm_plan_finish(&plan, work));
	assert_int_equal(mm_tables_count(&plan), 2 + 2 * 2); /* PML4, PDPT, two windows */
	scene_free(s);
}

/* Each region function says how many CPUs are too many, before it writes anything. */
static void too_many_cpus(void **state)
{
	struct mm_machine machine = { .phys_bits = 52, .largest_leaf_level = 3 };
	struct mm_request request = { .machine = &machine };
	struct keel_mapping items[256];
	struct mm_plan plan = { .mappings = items, .capacity = 256, .machine = &machine };

	(void)state;
	request.cpu_count = 131072; /* 128 windows of 1024 */
	request.area = mm_cpu_area_layout(0x1000000, 1, false);
	check_ok(mm_plan_espfix(&plan, &request));
	plan.count = 0;
	request.cpu_count = 131073;
	check_error(mm_plan_espfix(&plan, &request), MM_ERR_CPUS, 131073);
	request.cpu_count = 8388608; /* 0.5 TiB less the IDT's page is one block less */
	check_error(mm_plan_cpu_entry_area(&plan, &request), MM_ERR_CPUS, 8388608);
	request.cpu_count = 301989889; /* 18 TiB of 64 KiB slots, and one more */
	check_error(mm_plan_kernel_stacks(&plan, &request), MM_ERR_CPUS, 301989889);
	request.cpu_count = ~KEEL_U64(0);
	assert_int_equal(mm_plan_espfix(&plan, &request).error, MM_ERR_CPUS);
	assert_int_equal(mm_plan_cpu_entry_area(&plan, &request).error, MM_ERR_CPUS);
	assert_int_equal(mm_plan_kernel_stacks(&plan, &request).error, MM_ERR_CPUS);
	request.cpu_count = 8388607; /* as many as fit: the small array is the only problem */
	assert_int_equal(mm_plan_cpu_entry_area(&plan, &request).error, MM_ERR_PLAN_FULL);
	request.cpu_count = 301989887; /* one slot less: the rest of the region keeps its tables */
	assert_int_equal(mm_plan_kernel_stacks(&plan, &request).error, MM_ERR_PLAN_FULL);
}

static void expect_rights(const struct scene *s, uint64_t virt, bool writable, bool executable,
			  uint64_t phys)
{
	struct model_walk w = scene_walk(s, virt);

	assert_true(w.present && !w.user);
	assert_int_equal(w.phys, phys);
	assert_int_equal(w.writable, writable);
	assert_int_equal(w.executable, executable);
}

/*
 * The waiting page takes two tables, and one where it cuts a leaf of the direct map, as here: its
 * frame is writable nowhere. Its neighbours are what they were. Without a request nothing is there.
 */
static void waiting_page(void **state)
{
	struct scene *s = scene_for(3);
	const uint64_t tables = s->plan.tables;
	const struct mm_cpu_area plain = s->request.area;
	struct model_walk w = scene_walk(s, KEEL_CEA_WAITING_PAGE);
	uint64_t phys;

	(void)state;
	assert_false(w.present);
	s->request.area = mm_cpu_area_layout(plain.idt_phys, 3, true);
	phys = s->request.area.waiting_phys;
	check_ok(scene_plan(s));
	check_coalesced(&s->plan);
	assert_int_equal(s->plan.tables, tables + 2 + 1);
	scene_tables(s);
	expect_rights(s, KEEL_CEA_WAITING_PAGE, false, true, phys);
	expect_rights(s, KEEL_CEA_WAITING_PAGE + PAGE - 1, false, true, phys + PAGE - 1);
	w = scene_walk(s, KEEL_CEA_WAITING_PAGE - 1);
	assert_false(w.present);
	expect_rights(s, KEEL_DIRECT_MAP(phys), false, false, phys);
	expect_rights(s, KEEL_DIRECT_MAP(phys) - 1, true, false, phys - 1);
	expect_rights(s, KEEL_DIRECT_MAP(phys) + PAGE, true, false, phys + PAGE);
	assert_int_equal(s->request.area.mailboxes_phys, phys + PAGE);
	expect(s, KEEL_CPU_ENTRY_AREA_START, READ, plain.idt_phys);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(area_layout),
		cmocka_unit_test(area_layout_started),
		cmocka_unit_test(stacks),
		cmocka_unit_test(stack_tables_in_place),
		cmocka_unit_test(cpu_entry_area),
		cmocka_unit_test(espfix),
		cmocka_unit_test(espfix_shares_tables),
		cmocka_unit_test(too_many_cpus),
		cmocka_unit_test(waiting_page),
	};

	return cmocka_run_group_tests_name("CPU regions", tests, NULL, NULL);
}
