/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inputs of the memory map that overlap: a sweep over the addresses at which one of them begins or
 * ends; in between the most restrictive one holds.
 */
#include "overlap.h"

/*
 * Which type wins where inputs overlap: what must not be touched beats what must be kept, and that
 * beats what is free. Allocations stand above all that the firmware gives away.
 */
static const uint8_t rank_of_type[KEEL_MEMORY_TYPE_UEFI_COUNT] = {
	[KEEL_MEMORY_TYPE_CONVENTIONAL] = 0,
	[KEEL_MEMORY_TYPE_LOADER_DATA] = 1,
	[KEEL_MEMORY_TYPE_LOADER_CODE] = 2,
	[KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA] = 3,
	[KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE] = 4,
	/* RANK_ALLOCATION */
	[KEEL_MEMORY_TYPE_PERSISTENT] = 6,
	[KEEL_MEMORY_TYPE_ACPI_RECLAIM] = 7,
	[KEEL_MEMORY_TYPE_ACPI_NVS] = 8,
	[KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA] = 9,
	[KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE] = 10,
	/* RANK_FOREIGN */
	[KEEL_MEMORY_TYPE_RESERVED] = 12,
	[KEEL_MEMORY_TYPE_PAL_CODE] = 13,
	[KEEL_MEMORY_TYPE_MMIO_PORT] = 14,
	[KEEL_MEMORY_TYPE_MMIO] = 15,
	[KEEL_MEMORY_TYPE_UNUSABLE] = 16,
	/* The others are mapped where they have the RUNTIME bit; this one never is. */
	[KEEL_MEMORY_TYPE_UNACCEPTED] = 17,
};

#define RANK_ALLOCATION 5
#define RANK_FOREIGN	11

static bool is_allocation(const struct mm_map_input *input)
{
	return input->type >= KEEL_MEMORY_TYPE_KERNEL && !mm_type_is_foreign(input->type);
}

static unsigned rank_of(const struct mm_map_input *input)
{
	if (mm_type_is_foreign(input->type))
		return RANK_FOREIGN;
	return is_allocation(input) ? RANK_ALLOCATION : rank_of_type[input->type];
}

/* The attributes decide ties, so that the result does not depend on the firmware's order. */
static bool beats(const struct mm_map_sweep *sweep, uint64_t a, uint64_t b)
{
	const struct mm_map_input *left = sweep->inputs + a;
	const struct mm_map_input *right = sweep->inputs + b;

	if (rank_of(left) != rank_of(right))
		return rank_of(left) > rank_of(right);
	if (left->type != right->type)
		return left->type > right->type;
	return left->attribute > right->attribute;
}

static void heap_push(struct mm_map_sweep *sweep, uint64_t input)
{
	uint64_t at = sweep->open_count++;

	for (; at && beats(sweep, input, sweep->open[(at - 1) / 2]); at = (at - 1) / 2)
		sweep->open[at] = sweep->open[(at - 1) / 2];
	sweep->open[at] = input;
}

static void heap_pop(struct mm_map_sweep *sweep)
{
	const uint64_t moved = sweep->open[--sweep->open_count];
	uint64_t at = 0;

	for (;;) {
		uint64_t child = 2 * at + 1;

		if (child >= sweep->open_count)
			break;
		if (child + 1 < sweep->open_count &&
		    beats(sweep, sweep->open[child + 1], sweep->open[child]))
			child++;
		if (!beats(sweep, sweep->open[child], moved))
			break;
		sweep->open[at] = sweep->open[child];
		at = child;
	}
	if (sweep->open_count)
		sweep->open[at] = moved;
}

/* Allocations lie inside descriptors by intent; two descriptors should not overlap. */
static void note_overlap(struct mm_map_sweep *sweep, const struct mm_map_input *input)
{
	if (is_allocation(input))
		return;
	if (input->phys < sweep->descriptors_end)
		mm_tell(sweep->notes, MM_NOTE_OVERLAP, input->index, input->phys,
			(input->end - input->phys) >> KEEL_PAGE_SHIFT);
	if (input->end > sweep->descriptors_end)
		sweep->descriptors_end = input->end;
}

void mm_map_overlap_piece(struct mm_map_sweep *sweep, struct mm_map_piece *piece)
{
	const struct mm_map_input *inputs = sweep->inputs;
	const struct mm_map_input *winner;
	uint64_t until;

	for (; sweep->next < sweep->count && inputs[sweep->next].phys <= sweep->position;
	     sweep->next++) {
		heap_push(sweep, sweep->next);
		note_overlap(sweep, inputs + sweep->next);
	}
	winner = inputs + sweep->open[0];
	until = winner->end;
	if (sweep->next < sweep->count && inputs[sweep->next].phys < until)
		until = inputs[sweep->next].phys;
	*piece = (struct mm_map_piece){ sweep->position, until, winner };
	sweep->position = until;
	while (sweep->open_count && inputs[sweep->open[0]].end <= until)
		heap_pop(sweep);
}
