/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's descriptors, in any order and with any stride, become a sorted, merged map
 * without overlaps. First step on the way from descriptors to page tables.
 */
#include "map_input.h"
#include "mapped_run.h"
#include "sort.h"

/*
 * Which type wins where inputs overlap: what must not be touched beats what must be kept, and that
 * beats what is free. MM_RANK_ALLOCATION stands among them.
 */
static const uint8_t rank_of_type[KEEL_MEMORY_TYPE_UEFI_COUNT] = {
	[KEEL_MEMORY_TYPE_CONVENTIONAL] = 0,
	[KEEL_MEMORY_TYPE_LOADER_DATA] = 1,
	[KEEL_MEMORY_TYPE_LOADER_CODE] = 2,
	[KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA] = 3,
	[KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE] = 4,
	[KEEL_MEMORY_TYPE_PERSISTENT] = 6,
	[KEEL_MEMORY_TYPE_ACPI_RECLAIM] = 7,
	[KEEL_MEMORY_TYPE_ACPI_NVS] = 8,
	[KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA] = 9,
	[KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE] = 10,
	[KEEL_MEMORY_TYPE_UNACCEPTED] = 11,
	[KEEL_MEMORY_TYPE_RESERVED] = 12,
	[KEEL_MEMORY_TYPE_PAL_CODE] = 13,
	[KEEL_MEMORY_TYPE_MMIO_PORT] = 14,
	[KEEL_MEMORY_TYPE_MMIO] = 15,
	[KEEL_MEMORY_TYPE_UNUSABLE] = 16,
};

/* The sound ones of the descriptors. Returns their number. */
static uint64_t collect_descriptors(struct mm_map_input *inputs, const struct mm_machine *machine,
				    const struct mm_descriptors *descriptors,
				    const struct mm_notes *notes)
{
	const uint64_t descriptor_count = mm_descriptor_count(descriptors);
	uint64_t count = 0;

	for (uint64_t n = 0; n < descriptor_count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(descriptors, n);
		enum mm_note why;

		if (!mm_descriptor_is_sound(d, machine->phys_bits, &why)) {
			mm_tell(notes, why, n, d->phys, d->pages);
			continue;
		}
		inputs[count++] = (struct mm_map_input){
			.phys = d->phys,
			.end = d->phys + (d->pages << KEEL_PAGE_SHIFT),
			.attribute = d->attribute,
			.type = d->type,
			.rank = rank_of_type[d->type],
			.index = n,
		};
	}
	return count;
}

static void collect_allocations(struct mm_map_input *inputs,
				const struct keel_memory_range *allocations, uint64_t count)
{
	for (uint64_t n = 0; n < count; n++)
		inputs[n] = (struct mm_map_input){
			.phys = allocations[n].phys,
			.end = allocations[n].phys + allocations[n].bytes,
			.attribute = allocations[n].attribute,
			.type = allocations[n].type,
			.rank = MM_RANK_ALLOCATION,
		};
}

/* Does the map's last range go on at phys, as a range of the same kind? */
static bool can_extend(const struct mm_memory_map *map, uint64_t phys, unsigned kind,
		       const struct mm_map_input *input)
{
	const struct keel_memory_range *last;

	if (!map->count)
		return false;
	last = map->ranges + map->count - 1;
	if (last->phys + last->bytes != phys)
		return false;
	if (map->coarse)
		return last->reserved == kind;
	return last->type == input->type && last->attribute == input->attribute;
}

bool mm_map_append(struct mm_memory_map *map, uint64_t phys, uint64_t end,
		   const struct mm_map_input *input)
{
	const unsigned kind =
		map->coarse ? mm_mapping_kind(input->type, input->attribute, true) : 0;

	if (kind == MM_KIND_NOT_MAPPED)
		return true;
	if (can_extend(map, phys, kind, input)) {
		map->ranges[map->count - 1].bytes += end - phys;
		return true;
	}
	if (map->count == map->capacity)
		return false;
	map->ranges[map->count++] = (struct keel_memory_range){
		.phys = phys,
		.bytes = end - phys,
		.attribute = input->attribute,
		.type = input->type,
		.reserved = kind,
	};
	return true;
}

/* From sorted inputs to ranges. */
static struct mm_result append_inputs(struct mm_memory_map *map, struct mm_map_heap *heap,
				      uint64_t count, const struct mm_notes *notes)
{
	const struct mm_map_input *inputs = heap->inputs;
	uint64_t next = 0;

	while (next < count) {
		bool has_room;

		/* All of a sound map: nothing else begins before this one ends. */
		if (next + 1 == count || inputs[next].end <= inputs[next + 1].phys) {
			has_room = mm_map_append(map, inputs[next].phys, inputs[next].end,
						 inputs + next);
			next++;
		} else {
			has_room = mm_map_resolve_overlap(map, heap, &next, count, notes);
		}
		if (!has_room)
			return mm_fail(MM_ERR_MAP_FULL, map->capacity);
	}
	return mm_ok();
}

uint64_t mm_memory_map_work_bytes(uint64_t inputs)
{
	return inputs * (2 * sizeof(struct mm_map_input) + sizeof(uint64_t));
}

struct mm_result mm_memory_map_build(struct mm_memory_map *map, const struct mm_machine *machine,
				     const struct mm_descriptors *descriptors,
				     const struct keel_memory_range *allocations,
				     uint64_t allocation_count, void *work,
				     const struct mm_notes *notes)
{
	const uint64_t most = mm_descriptor_count(descriptors) + allocation_count;
	struct mm_map_input *inputs = work;
	struct mm_map_input *spare = inputs + most;
	struct mm_map_heap heap = { .open = (uint64_t *)(spare + most) };
	uint64_t count;

	map->count = 0;
	if (descriptors->stride < sizeof(struct keel_efi_descriptor) || descriptors->stride % 8)
		return mm_fail(MM_ERR_STRIDE, descriptors->stride);
	count = collect_descriptors(inputs, machine, descriptors, notes);
	collect_allocations(inputs + count, allocations, allocation_count);
	count += allocation_count;
	heap.inputs = mm_sort(inputs, spare, count, sizeof(*inputs));
	return append_inputs(map, &heap, count, notes);
}

void mm_memory_map_address(const struct mm_memory_map *map)
{
	for (uint64_t n = 0; n < map->count; n++) {
		struct keel_memory_range *range = map->ranges + n;

		if (mm_type_is_memory(range->type) && range->phys < MM_DIRECT_MAP_BYTES)
			range->virt = KEEL_DIRECT_MAP(range->phys);
	}
}
