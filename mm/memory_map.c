/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's descriptors, in any order and with any stride, become a sorted, merged map
 * without overlaps. First step on the way from descriptors to page tables.
 */
#include "mapped_run.h"
#include "overlap.h"
#include "sort.h"

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
		if (mm_type_is_foreign(d->type))
			mm_tell(notes, MM_NOTE_FOREIGN_TYPE, n, d->phys, d->pages);
		inputs[count++] = (struct mm_map_input){
			.phys = d->phys,
			.end = mm_descriptor_end(d),
			.attribute = d->attribute,
			.type = d->type,
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
		};
}

/* Is the piece, which is of this kind, one range with the map's last one? */
static bool can_extend(const struct mm_memory_map *map, const struct mm_map_piece *piece,
		       unsigned kind)
{
	const struct keel_memory_range *last;

	if (!map->count)
		return false;
	last = map->ranges + map->count - 1;
	if (last->phys + last->bytes != piece->phys)
		return false;
	if (map->coarse)
		return last->reserved == kind;
	return last->type == piece->input->type && last->attribute == piece->input->attribute;
}

/* Adds what comes next in address order. False when the map is full. */
static bool append_piece(struct mm_memory_map *map, const struct mm_map_piece *piece)
{
	const struct mm_map_input *input = piece->input;
	const unsigned kind =
		map->coarse ? mm_mapping_kind(input->type, input->attribute, true) : 0;

	if (kind == MM_KIND_NOT_MAPPED)
		return true;
	if (can_extend(map, piece, kind)) {
		map->ranges[map->count - 1].bytes += piece->end - piece->phys;
		return true;
	}
	if (map->count == map->capacity)
		return false;
	map->ranges[map->count++] = (struct keel_memory_range){
		.phys = piece->phys,
		.bytes = piece->end - piece->phys,
		.attribute = input->attribute,
		.type = input->type,
		.reserved = kind,
	};
	return true;
}

/* The next piece in address order; false at the end. */
static bool next_piece(struct mm_map_sweep *sweep, struct mm_map_piece *piece)
{
	const struct mm_map_input *input = sweep->inputs + sweep->next;

	if (!sweep->open_count) {
		if (sweep->next == sweep->count)
			return false;
		/* All of a sound map: nothing else begins before this one ends. */
		if (sweep->next + 1 == sweep->count || input->end <= input[1].phys) {
			*piece = (struct mm_map_piece){ input->phys, input->end, input };
			sweep->next++;
			return true;
		}
		mm_map_overlap_begin(sweep);
	}
	mm_map_overlap_piece(sweep, piece);
	return true;
}

uint64_t mm_memory_map_capacity(uint64_t inputs, uint64_t tables)
{
	const uint64_t ranges = 2 * inputs;

	/* Tables lie between and in the ranges, each of which may then begin and end at one. */
	return tables ? 2 * ranges + 2 * tables + 2 : ranges;
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
	struct mm_map_sweep sweep = { .open = (uint64_t *)(spare + most), .notes = notes };
	struct mm_map_piece piece;

	map->count = 0;
	if (!mm_stride_is_sound(descriptors->stride))
		return mm_fail(MM_ERR_STRIDE, descriptors->stride);
	sweep.count = collect_descriptors(inputs, machine, descriptors, notes);
	collect_allocations(inputs + sweep.count, allocations, allocation_count);
	sweep.count += allocation_count;
	sweep.inputs = mm_sort(inputs, spare, sweep.count, sizeof(*inputs));
	while (next_piece(&sweep, &piece))
		if (!append_piece(map, &piece))
			return mm_fail(MM_ERR_MAP_FULL, map->capacity);
	return mm_ok();
}

static bool is_in_direct_map(const struct keel_memory_range *range)
{
	if (range->type == KEEL_MEMORY_TYPE_FIRMWARE_TABLE)
		return true;
	return mm_type_is_memory(range->type) && range->phys < MM_DIRECT_MAP_BYTES;
}

void mm_memory_map_address(const struct mm_memory_map *map)
{
	for (uint64_t n = 0; n < map->count; n++)
		if (is_in_direct_map(map->ranges + n))
			map->ranges[n].virt = KEEL_DIRECT_MAP(map->ranges[n].phys);
}

uint64_t mm_memory_map_virt(const struct mm_memory_map *map, uint64_t phys, uint64_t bytes)
{
	uint64_t at = phys;

	if (!phys || phys >= MM_DIRECT_MAP_BYTES || bytes > MM_DIRECT_MAP_BYTES - phys)
		return 0;
	for (uint64_t n = 0; n < map->count && at < phys + bytes; n++) {
		const struct keel_memory_range *range = map->ranges + n;

		if (range->virt && at - range->phys < range->bytes)
			at = range->phys + range->bytes;
	}
	return at < phys + bytes ? 0 : KEEL_DIRECT_MAP(phys);
}
