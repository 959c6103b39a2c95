/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inputs of the memory map that overlap: a sweep over the addresses at which one of them begins or
 * ends; in between the most restrictive one holds.
 */
#include "map_input.h"

/* The attributes decide ties, so that the result does not depend on the firmware's order. */
static bool beats(const struct mm_map_heap *heap, uint64_t a, uint64_t b)
{
	const struct mm_map_input *left = heap->inputs + a;
	const struct mm_map_input *right = heap->inputs + b;

	if (left->rank != right->rank)
		return left->rank > right->rank;
	if (left->type != right->type)
		return left->type > right->type;
	return left->attribute > right->attribute;
}

static void heap_push(struct mm_map_heap *heap, uint64_t input)
{
	uint64_t at = heap->count++;

	for (; at && beats(heap, input, heap->open[(at - 1) / 2]); at = (at - 1) / 2)
		heap->open[at] = heap->open[(at - 1) / 2];
	heap->open[at] = input;
}

static void heap_pop(struct mm_map_heap *heap)
{
	const uint64_t moved = heap->open[--heap->count];
	uint64_t at = 0;

	for (;;) {
		uint64_t child = 2 * at + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    beats(heap, heap->open[child + 1], heap->open[child]))
			child++;
		if (!beats(heap, heap->open[child], moved))
			break;
		heap->open[at] = heap->open[child];
		at = child;
	}
	if (heap->count)
		heap->open[at] = moved;
}

/* Allocations lie inside descriptors by intent; two descriptors should not overlap. */
static void note_overlap(const struct mm_map_input *input, uint64_t *descriptors_end,
			 const struct mm_notes *notes)
{
	if (input->rank == MM_RANK_ALLOCATION)
		return;
	if (input->phys < *descriptors_end)
		mm_tell(notes, MM_NOTE_OVERLAP, input->index, input->phys,
			(input->end - input->phys) >> KEEL_PAGE_SHIFT);
	if (input->end > *descriptors_end)
		*descriptors_end = input->end;
}

bool mm_map_resolve_overlap(struct mm_memory_map *map, struct mm_map_heap *heap, uint64_t *next,
			    uint64_t count, const struct mm_notes *notes)
{
	const struct mm_map_input *inputs = heap->inputs;
	uint64_t position = inputs[*next].phys;
	uint64_t descriptors_end = 0;

	for (;;) {
		const struct mm_map_input *winner;
		uint64_t until;

		for (; *next < count && inputs[*next].phys <= position; ++*next) {
			heap_push(heap, *next);
			note_overlap(inputs + *next, &descriptors_end, notes);
		}
		while (heap->count && inputs[heap->open[0]].end <= position)
			heap_pop(heap);
		if (!heap->count)
			return true;
		winner = inputs + heap->open[0];
		until = winner->end;
		if (*next < count && inputs[*next].phys < until)
			until = inputs[*next].phys;
		if (!mm_map_append(map, position, until, winner))
			return false;
		position = until;
	}
}
