/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole request as the loader would make it for a machine: its descriptors, a kernel of three
 * segments, the CPUs' area, fixmap slots and a framebuffer. Tests take one, change what they are
 * about, and plan it.
 */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "check.h"
#include "guarded_pool.h"
#include "map_file.h"
#include "minimum.h"
#include "model.h"
#include "note_log.h"

#define SCENE_KERNEL_BYTES KEEL_U64(0x600000)
#define SCENE_TABLE_BYTES  KEEL_U64(0x400000)

struct scene {
	struct mm_descriptors descriptors;
	struct mm_machine machine;
	struct mm_memory_map map;
	struct keel_memory_range allocations[3];
	struct keel_segment segments[3];
	struct mm_fixmap_slot slots[3];
	struct note_log log;
	struct mm_request request;
	struct mm_outcome outcome;
	struct mm_plan plan;
	struct keel_mapping *work;
	struct guarded_pool tables;
	uint64_t root;
};

/* The first conventional range with room for so many bytes from a 2 MiB boundary on; 0: none. */
static inline uint64_t scene_room(const struct mm_descriptors *d, uint64_t bytes)
{
	for (uint64_t i = 0; i < mm_descriptor_count(d); i++) {
		const struct keel_efi_descriptor *e = mm_descriptor(d, i);
		uint64_t start = (e->phys + KEEL_SIZE_2M - 1) & ~(KEEL_SIZE_2M - 1);
		uint64_t end = e->phys + e->pages * KEEL_PAGE_SIZE;

		if (e->type != KEEL_MEMORY_TYPE_CONVENTIONAL || e->pages >> 40 || start == 0)
			continue;
		if (start < end && end - start >= bytes)
			return start;
	}
	return 0;
}

static inline void scene_segments(struct scene *s, uint64_t phys)
{
	static const struct {
		uint64_t offset, bytes;
		enum keel_rights rights;
	} parts[] = {
		{ 0x0, 0x203000, KEEL_RIGHTS_RX },
		{ 0x203000, 0x101000, KEEL_RIGHTS_R },
		{ 0x400000, 0x200000, KEEL_RIGHTS_RW },
	};
	/* At home where it fits, moved otherwise. */
	uint64_t home = phys + SCENE_KERNEL_BYTES <= KEEL_MODULES_START - KEEL_TEXT_START
				? phys
				: KEEL_U64(0x1000000);

	for (size_t i = 0; i < 3; i++)
		s->segments[i] = (struct keel_segment){
			.virt = KEEL_TEXT_START + home + parts[i].offset,
			.phys = phys + parts[i].offset,
			.bytes = parts[i].bytes,
			.rights = parts[i].rights,
		};
}

/* Takes over the descriptors. Kernel and CPU area go where there is room for them. */
static inline struct scene *scene_new(struct mm_descriptors descriptors, uint64_t cpus)
{
	struct scene *s = zalloc(sizeof(*s));
	uint64_t area_bytes = mm_cpu_area_layout(0, cpus, true).bytes; /* for both kinds */
	uint64_t phys =
		scene_room(&descriptors, SCENE_KERNEL_BYTES + SCENE_TABLE_BYTES + area_bytes);
	uint64_t tables = phys + SCENE_KERNEL_BYTES;
	uint64_t area = tables + SCENE_TABLE_BYTES;
	uint64_t allocation_count = phys ? 3 : 0;

	note_log_reset(&s->log);
	s->descriptors = descriptors;
	s->machine = (struct mm_machine){ .phys_bits = 46, .largest_leaf_level = KEEL_LEVEL_PDPT };
	scene_segments(s, phys);
	s->allocations[0] = (struct keel_memory_range){ .phys = phys,
							.bytes = SCENE_KERNEL_BYTES,
							.type = KEEL_MEMORY_TYPE_KERNEL,
							.attribute = KEEL_EFI_MEMORY_WB };
	s->allocations[1] = (struct keel_memory_range){ .phys = tables,
							.bytes = SCENE_TABLE_BYTES,
							.type = KEEL_MEMORY_TYPE_TABLES,
							.attribute = KEEL_EFI_MEMORY_WB };
	s->allocations[2] = (struct keel_memory_range){ .phys = area,
							.bytes = area_bytes,
							.type = KEEL_MEMORY_TYPE_CPU_AREA,
							.attribute = KEEL_EFI_MEMORY_WB };
	s->slots[0] = (struct mm_fixmap_slot){ 0xfec00000, KEEL_FIXMAP_IO_APIC_FIRST };
	s->slots[1] = (struct mm_fixmap_slot){ 0xfee00000, KEEL_FIXMAP_LOCAL_APIC };
	s->request = (struct mm_request){
		.machine = &s->machine,
		.map = &s->map,
		.descriptors = descriptors,
		.segments = s->segments,
		.segment_count = allocation_count,
		.cpu_count = cpus,
		.area = mm_cpu_area_layout(area, cpus, false),
		.slots = s->slots,
		.slot_count = 2,
		.notes = &s->log.notes,
	};
	return s;
}

/* Descriptors to memory map, with what the loader took for itself on top. */
static inline struct mm_result scene_map(struct scene *s)
{
	uint64_t allocation_count = s->request.segment_count ? 3 : 0;
	uint64_t inputs = mm_descriptor_count(&s->descriptors) + allocation_count;
	void *work = zalloc(mm_memory_map_work_bytes(inputs));
	struct mm_result result;

	free(s->map.ranges);
	s->map.capacity = 2 * inputs;
	s->map.ranges = zalloc(s->map.capacity * sizeof(*s->map.ranges));
	result = mm_memory_map_build(&s->map, &s->machine, &s->descriptors, s->allocations,
				     allocation_count, work, &s->log.notes);
	free(work);
	return result;
}

/* An empty plan with the capacity that mm/ says is enough. */
static inline void scene_empty_plan(struct scene *s)
{
	free(s->plan.mappings);
	free(s->work);
	s->plan = (struct mm_plan){ .capacity = mm_plan_capacity(&s->request),
				    .machine = &s->machine };
	s->plan.mappings = zalloc(s->plan.capacity * sizeof(*s->plan.mappings));
	s->work = zalloc(s->plan.capacity * sizeof(*s->work));
	memset(&s->outcome, 0, sizeof(s->outcome));
}

/* Map and the whole kernel plan. */
static inline struct mm_result scene_plan(struct scene *s)
{
	struct mm_result result = scene_map(s);

	if (result.error != MM_OK)
		return result;
	mm_memory_map_address(&s->map);
	scene_empty_plan(s);
	return mm_plan_kernel(&s->plan, &s->request, s->work, &s->outcome);
}

/* Writes the plan out: exactly as many tables as planned, and not one more than needed. */
static inline void scene_tables(struct scene *s)
{
	uint64_t pages = mm_tables_count(&s->plan);

	assert_int_equal(s->plan.tables, pages);
	guarded_pool_free(&s->tables);
	s->tables = guarded_pool_new(pages, s->allocations[1].phys);
	check_ok(mm_tables_build(&s->tables.pool, &s->plan, true, MM_NO_ROOT, &s->root));
	guarded_pool_check(&s->tables);
	assert_int_equal(s->tables.pool.used, pages);
	assert_int_equal(minimum_tables(&s->plan), pages);
}

/*
 * Was the plan refused because a frame would be writable and executable? Then that frame lies in
 * two of what may be: runtime descriptors, and segments of the kernel.
 */
static inline bool scene_shares_frames(const struct scene *s, struct mm_result result)
{
	uint64_t users = 0;
	enum mm_note why;

	if (result.error != MM_ERR_FRAME_SHARED)
		return false;
	for (uint64_t n = 0; n < mm_descriptor_count(&s->descriptors); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&s->descriptors, n);

		users += mm_descriptor_is_sound(d, s->machine.phys_bits, &why) &&
			 mm_descriptor_is_runtime(d) &&
			 result.address - d->phys < d->pages << KEEL_PAGE_SHIFT;
	}
	for (uint64_t n = 0; n < s->request.segment_count; n++)
		users +=
			result.address - s->request.segments[n].phys < s->request.segments[n].bytes;
	assert_true(users >= 2);
	return true;
}

static inline void scene_free(struct scene *s)
{
	descriptors_free(&s->descriptors);
	guarded_pool_free(&s->tables);
	free(s->map.ranges);
	free(s->plan.mappings);
	free(s->work);
	free(s);
}

/* What the built tables say about an address. */
static inline struct model_walk scene_walk(const struct scene *s, uint64_t virt)
{
	return model_walk(&s->tables.pool, s->root, virt);
}

/* The mapping of a finished plan that holds the address, or NULL. */
static inline const struct keel_mapping *scene_find(const struct scene *s, uint64_t virt)
{
	for (uint64_t i = 0; i < s->plan.count; i++)
		if (virt - s->plan.mappings[i].virt < s->plan.mappings[i].bytes)
			return &s->plan.mappings[i];
	return NULL;
}

/* The machine most tests start from. */
static inline struct scene *scene_qemu(uint64_t cpus)
{
	return scene_new(map_file_read("tests/maps/qemu-q35-512m.map", 48), cpus);
}

#endif
