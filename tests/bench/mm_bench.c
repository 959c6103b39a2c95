/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One case a run, of mm/ as it is compiled for the loader. tests/bench/run has the instructions of
 * measured() counted; everything else, like making the input, is not.
 *
 *	mm_bench WHAT FILE                a machine's map, in the format of tests/maps
 *	mm_bench WHAT PHYS BYTES 1g|2m    one range of memory (hex)
 *	mm_bench WHAT count N             so many descriptors of alternating types, unsorted
 *
 * WHAT is one of these:
 *
 *	direct   from descriptors to finished tables for the direct map alone, by the function that
 *	         mm_plan_kernel calls for it
 *	whole    from descriptors to the tables of all three roots, as the loader does it
 *	cycles   the same many times: cycles of the fastest, and of zeroing as many pages
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>
#include "regions.h"

#define CYCLES_RUNS 2000

struct bench {
	struct mm_machine machine;
	struct mm_descriptors descriptors;
	struct mm_memory_map map;
	struct mm_request request;
	struct mm_plan plan;
	struct mm_plan transition;
	struct mm_plan landing;
	struct mm_outcome outcome;
	struct mm_pool pool;
	struct keel_mapping *plan_work;
	void *map_work;
	uint64_t root;
	bool whole;
};

static void *allocate(uint64_t bytes)
{
	void *memory = aligned_alloc(KEEL_PAGE_SIZE, (bytes | (KEEL_PAGE_SIZE - 1)) + 1);

	if (!memory) {
		fprintf(stderr, "mm_bench: no memory: %" PRIu64 " bytes\n", bytes);
		exit(2);
	}
	return memory;
}

static void add(struct bench *b, uint32_t type, uint64_t phys, uint64_t pages, uint64_t attribute)
{
	struct keel_efi_descriptor *d;

	b->descriptors.first = realloc(b->descriptors.first, b->descriptors.bytes + sizeof(*d));
	d = (void *)((char *)b->descriptors.first + b->descriptors.bytes);
	*d = (struct keel_efi_descriptor){ type, 0, phys, 0, pages, attribute };
	b->descriptors.bytes += sizeof(*d);
	b->descriptors.stride = sizeof(*d);
}

static void read_map(struct bench *b, const char *name)
{
	FILE *file = fopen(name, "r");
	char line[256];

	if (!file) {
		perror(name);
		exit(2);
	}
	while (fgets(line, sizeof(line), file)) {
		uint32_t type;
		uint64_t phys, pages, attribute;

		if (sscanf(line, "%" SCNu32 " %" SCNx64 " %" SCNu64 " %" SCNx64, &type, &phys,
			   &pages, &attribute) == 4)
			add(b, type, phys, pages, attribute);
	}
	fclose(file);
}

/* Alternating types, 1 MB each, in an order that is not sorted but the same each time. */
static void make_map(struct bench *b, uint64_t count)
{
	const uint64_t pages = 256;
	uint64_t step = count / 2 + 1;

	while (count % step == 0 || (step % 2 == 0 && count % 2 == 0))
		step++;
	for (uint64_t n = 0; n < count; n++) {
		const uint64_t place = n * step % count;

		add(b, place % 2 ? KEEL_MEMORY_TYPE_CONVENTIONAL : KEEL_MEMORY_TYPE_RESERVED,
		    (place + 16) * pages * KEEL_PAGE_SIZE, pages, 0xf);
	}
}

static struct mm_plan empty_plan(const struct bench *b)
{
	struct mm_plan plan = { .machine = &b->machine, .capacity = mm_plan_capacity(&b->request) };

	plan.mappings = allocate(plan.capacity * sizeof(*plan.mappings));
	return plan;
}

static void prepare(struct bench *b)
{
	static struct keel_segment segments[3];
	static const uint8_t rights[3] = { KEEL_RIGHTS_RX, KEEL_RIGHTS_R, KEEL_RIGHTS_RW };
	const uint64_t count = mm_descriptor_count(&b->descriptors);

	for (unsigned n = 0; n < 3; n++)
		segments[n] = (struct keel_segment){
			.virt = KEEL_TEXT_START + KEEL_SIZE_2M + n * 0x10000,
			.phys = KEEL_SIZE_2M + n * 0x10000,
			.bytes = 0x10000,
			.rights = rights[n],
		};
	b->machine.phys_bits = 52;
	b->map =
		(struct mm_memory_map){ .capacity = 2 * count, .count = 2 * count, .coarse = true };
	b->map.ranges = allocate(b->map.capacity * sizeof(*b->map.ranges));
	b->map_work = allocate(mm_memory_map_work_bytes(count));
	b->request = (struct mm_request){
		.machine = &b->machine,
		.map = &b->map,
		.descriptors = b->descriptors,
		.segments = segments,
		.segment_count = 3,
		.cpu_count = 1,
		.area = mm_cpu_area_layout(8 * KEEL_SIZE_2M, 1, false),
	};
	b->plan = empty_plan(b);
	b->transition = empty_plan(b);
	b->landing = empty_plan(b);
	b->plan_work = empty_plan(b).mappings;
}

/* The tables' memory is touched before, so that only instructions are counted that write them. */
static void make_pool(struct bench *b)
{
	const uint64_t most = 220000;

	b->pool.pages = most;
	b->pool.base = allocate(most * KEEL_PAGE_SIZE);
}

static struct mm_result build_map(struct bench *b)
{
	return mm_memory_map_build(&b->map, &b->machine, &b->descriptors, NULL, 0, b->map_work,
				   NULL);
}

/* Nothing is executable, so the direct map is not cut. */
static struct mm_result direct_map(struct bench *b)
{
	const struct mm_plan text = { .machine = &b->machine };
	struct mm_result result = build_map(b);

	b->plan.count = 0;
	b->outcome = (struct mm_outcome){ 0 };
	if (!result.error)
		result =
			mm_plan_direct_map(&b->plan, &b->request, &text, b->plan_work, &b->outcome);
	if (!result.error)
		result = mm_plan_finish(&b->plan, b->plan_work);
	if (!result.error)
		result = mm_tables_build(&b->pool, &b->plan, true, MM_NO_ROOT, &b->root);
	return result;
}

static struct mm_result all_roots(struct bench *b)
{
	const uint64_t landing_virt = KEEL_TEXT_START + KEEL_SIZE_2M;
	struct mm_result result = build_map(b);
	uint64_t kernel;
	uint64_t transition;

	if (!result.error)
		result = mm_plan_kernel(&b->plan, &b->request, b->plan_work, &b->outcome);
	if (!result.error)
		result = mm_plan_transition(&b->transition, &b->request, b->plan_work);
	if (!result.error)
		result = mm_plan_landing(&b->landing, landing_virt, KEEL_PAGE_SIZE, KEEL_SIZE_2M,
					 b->plan_work);
	if (!result.error)
		result = mm_tables_build(&b->pool, &b->plan, true, MM_NO_ROOT, &kernel);
	if (!result.error)
		result = mm_tables_build(&b->pool, &b->transition, false, kernel, &transition);
	if (!result.error)
		result = mm_tables_build(&b->pool, &b->landing, false, transition, &b->root);
	return result;
}

static __attribute__((noinline)) struct mm_result measured(struct bench *b)
{
	b->pool.used = 0;
	return b->whole ? all_roots(b) : direct_map(b);
}

static void zero(void *to, uint64_t bytes)
{
	uint64_t count = bytes / 8;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(0) : "memory");
}

/* The fastest of many: whatever else the machine did, it did not do it then. */
static void print_cycles(struct bench *b)
{
	uint64_t whole = UINT64_MAX;
	uint64_t zeroing = UINT64_MAX;

	for (unsigned n = 0; n < CYCLES_RUNS; n++) {
		const uint64_t start = __rdtsc();
		uint64_t middle;
		uint64_t end;

		measured(b);
		middle = __rdtsc();
		zero(b->pool.base, b->pool.used * KEEL_PAGE_SIZE);
		end = __rdtsc();
		whole = middle - start < whole ? middle - start : whole;
		zeroing = end - middle < zeroing ? end - middle : zeroing;
	}
	printf("cycles=%" PRIu64 " zeroing=%" PRIu64 " ", whole, zeroing);
}

static void read_case(struct bench *b, int argc, char **argv)
{
	if (argc == 3)
		read_map(b, argv[2]);
	else if (!strcmp(argv[2], "count"))
		make_map(b, strtoull(argv[3], NULL, 10));
	else
		add(b, KEEL_MEMORY_TYPE_CONVENTIONAL, strtoull(argv[2], NULL, 16),
		    strtoull(argv[3], NULL, 16) >> KEEL_PAGE_SHIFT, 0xf);
	if (argc > 4 && !strcmp(argv[4], "2m"))
		b->machine.largest_leaf_level = KEEL_LEVEL_PD;
}

int main(int argc, char **argv)
{
	struct bench b = { .machine = { .largest_leaf_level = KEEL_LEVEL_PDPT } };
	struct mm_result result;

	if (argc < 3)
		return 2;
	b.whole = strcmp(argv[1], "direct");
	read_case(&b, argc, argv);
	prepare(&b);
	make_pool(&b);
	result = measured(&b);
	if (result.error) {
		fprintf(stderr, "mm_bench: %s: %" PRIx64 "\n", mm_error_text(result.error),
			result.address);
		return 1;
	}
	if (!strcmp(argv[1], "cycles"))
		print_cycles(&b);
	printf("descriptors=%" PRIu64 " mappings=%" PRIu64 " tables=%" PRIu64 "\n",
	       mm_descriptor_count(&b.descriptors), b.plan.count, b.pool.used);
	return 0;
}
