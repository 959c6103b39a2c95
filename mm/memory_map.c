/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's descriptors, in any order and with any stride, become a sorted, merged map
 * without overlaps. First step on the way from descriptors to page tables.
 */
#include "internal.h"
#include "sort.h"

/* One sound input; sorted by its first member. */
struct input {
	uint64_t phys;
	uint64_t end;
	uint64_t attribute;
	uint16_t type;
	uint16_t rank;	/* the larger, the more restrictive */
	uint32_t index; /* in the firmware's array; without meaning for Keel's own ranges */
};

/*
 * Which type wins where inputs overlap: what must not be touched beats what must be kept, and that
 * beats what is free. Keel's own ranges stand above all that the firmware gives away.
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

#define RANK_OWN 5

#define CACHE_BITS \
	(KEEL_EFI_MEMORY_UC | KEEL_EFI_MEMORY_WC | KEEL_EFI_MEMORY_WT | KEEL_EFI_MEMORY_WB)

bool mm_type_is_memory(uint32_t type)
{
	return mm_is_memory(type);
}

bool mm_descriptor_is_runtime(const struct keel_efi_descriptor *d)
{
	return mm_is_runtime(d);
}

bool mm_descriptor_is_sound(const struct keel_efi_descriptor *d, uint32_t phys_bits,
			    enum mm_note *why)
{
	const uint64_t pages_to_wrap = (~d->phys >> KEEL_PAGE_SHIFT) + 1;

	if (d->type >= KEEL_MEMORY_TYPE_UEFI_COUNT)
		*why = MM_NOTE_TYPE;
	else if (d->pages == 0)
		*why = MM_NOTE_ZERO_PAGES;
	else if (d->phys % KEEL_PAGE_SIZE)
		*why = MM_NOTE_UNALIGNED;
	else if (d->pages > pages_to_wrap)
		*why = MM_NOTE_WRAP;
	else if ((d->phys + (d->pages << KEEL_PAGE_SHIFT) - 1) >> phys_bits)
		*why = MM_NOTE_PHYS_BITS;
	else
		return true;
	return false;
}

enum keel_memory_type mm_memory_type(uint32_t type, uint64_t attribute, bool *no_cache_bit)
{
	/*
	 * The bits are capabilities, not settings, and boards claim write-back on ECAM windows and
	 * flash: MMIO is uncached whatever they say.
	 */
	if (!(attribute & CACHE_BITS))
		*no_cache_bit = true;
	if (type == KEEL_MEMORY_TYPE_MMIO || type == KEEL_MEMORY_TYPE_MMIO_PORT)
		return KEEL_MEMORY_UC;
	if (attribute & KEEL_EFI_MEMORY_WB)
		return KEEL_MEMORY_WB;
	if (attribute & KEEL_EFI_MEMORY_WT)
		return KEEL_MEMORY_WT;
	if (attribute & KEEL_EFI_MEMORY_WC)
		return KEEL_MEMORY_WC;
	return KEEL_MEMORY_UC;
}

static uint64_t collect(struct input *inputs, const struct mm_machine *machine,
			const struct mm_descriptors *descriptors,
			const struct keel_memory_range *own, uint64_t own_count,
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
		inputs[count++] = (struct input){
			.phys = d->phys,
			.end = d->phys + (d->pages << KEEL_PAGE_SHIFT),
			.attribute = d->attribute,
			.type = d->type,
			.rank = rank_of_type[d->type],
			.index = n,
		};
	}
	for (uint64_t n = 0; n < own_count; n++)
		inputs[count++] = (struct input){
			.phys = own[n].phys,
			.end = own[n].phys + own[n].bytes,
			.attribute = own[n].attribute,
			.type = own[n].type,
			.rank = RANK_OWN,
		};
	return count;
}

/* Appends [phys, end), merging it with the last range where that is possible. */
static inline bool emit(struct mm_memory_map *map, uint64_t phys, uint64_t end, uint32_t type,
			uint64_t attribute)
{
	struct keel_memory_range *range = map->ranges + map->count;
	const unsigned kind = map->coarse ? mm_mapping_kind(type, attribute, true) : 0;

	if (kind == MM_NOT_MAPPED)
		return true;
	if (map->count && range[-1].phys + range[-1].bytes == phys && range[-1].reserved == kind &&
	    (map->coarse || (range[-1].type == type && range[-1].attribute == attribute))) {
		range[-1].bytes += end - phys;
		return true;
	}
	if (map->count == map->capacity)
		return false;
	map->count++;
	range->phys = phys;
	range->bytes = end - phys;
	range->virt = 0;
	range->attribute = attribute;
	range->type = type;
	range->reserved = kind;
	return true;
}

/* A range of a coarse map that is still growing; in pages. */
struct growing {
	uint64_t page;
	uint64_t end; /* nothing may begin below */
	unsigned kind;
	const struct keel_efi_descriptor *first;
};

static inline bool close_range(struct mm_memory_map *map, const struct growing *g)
{
	if (g->kind == MM_NOT_MAPPED)
		return true;
	return emit(map, g->page << KEEL_PAGE_SHIFT, g->end << KEEL_PAGE_SHIFT, g->first->type,
		    g->first->attribute);
}

/*
 * The quick way to a coarse map, for descriptors that are sound, sorted and without overlaps as
 * they are. False as soon as they turn out not to be, with nothing told.
 */
static bool take_as_it_is(struct mm_memory_map *map, const struct mm_machine *machine,
			  const struct mm_descriptors *descriptors)
{
	const char *at = descriptors->first;
	const char *end = at + mm_descriptor_count(descriptors) * descriptors->stride;
	const uint64_t pages_end = UINT64_C(1) << (machine->phys_bits - KEEL_PAGE_SHIFT);
	struct growing g = { .kind = MM_NOT_MAPPED };

	for (; at != end; at += descriptors->stride) {
		const struct keel_efi_descriptor *d = (const struct keel_efi_descriptor *)at;
		/* Rotated, an address that is not aligned is beyond any page number. */
		const uint64_t page =
			d->phys >> KEEL_PAGE_SHIFT | d->phys << (64 - KEEL_PAGE_SHIFT);
		unsigned kind;

		if (page - g.end >= pages_end - g.end || d->pages - 1 >= pages_end - page ||
		    d->type >= KEEL_MEMORY_TYPE_UEFI_COUNT)
			return false;
		kind = mm_mapping_kind(d->type, d->attribute, true);
		if (page != g.end || kind != g.kind) {
			if (!close_range(map, &g))
				return false;
			g.page = page;
			g.kind = kind;
			g.first = d;
		}
		g.end = page + d->pages;
	}
	return close_range(map, &g);
}

/*
 * The inputs that are open at the sweep's position, as a binary heap with the most restrictive one
 * on top; ties are decided by the attributes, so that the result does not depend on the order of
 * the firmware's map.
 */
struct heap {
	const struct input *inputs;
	uint64_t *open; /* indices of inputs */
	uint64_t count;
};

static bool beats(const struct heap *heap, uint64_t a, uint64_t b)
{
	const struct input *left = heap->inputs + a;
	const struct input *right = heap->inputs + b;

	if (left->rank != right->rank)
		return left->rank > right->rank;
	if (left->type != right->type)
		return left->type > right->type;
	return left->attribute > right->attribute;
}

static void heap_push(struct heap *heap, uint64_t input)
{
	uint64_t at = heap->count++;

	for (; at && beats(heap, input, heap->open[(at - 1) / 2]); at = (at - 1) / 2)
		heap->open[at] = heap->open[(at - 1) / 2];
	heap->open[at] = input;
}

static void heap_pop(struct heap *heap)
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

/* Keel's own ranges lie inside descriptors by intent; two descriptors should not overlap. */
static void note_overlap(const struct input *input, uint64_t *descriptors_end,
			 const struct mm_notes *notes)
{
	if (input->rank == RANK_OWN)
		return;
	if (input->phys < *descriptors_end)
		mm_tell(notes, MM_NOTE_OVERLAP, input->index, input->phys,
			(input->end - input->phys) >> KEEL_PAGE_SHIFT);
	if (input->end > *descriptors_end)
		*descriptors_end = input->end;
}

/*
 * Resolves the overlapping inputs from `next` on, up to the first address that none of them
 * covers. Returns the first input after them, or `count` + 1 when the output is full.
 */
static uint64_t sweep_overlap(struct mm_memory_map *map, struct heap *heap, uint64_t next,
			      uint64_t count, const struct mm_notes *notes)
{
	uint64_t position = heap->inputs[next].phys;
	uint64_t descriptors_end = 0;

	for (;;) {
		const struct input *winner;
		uint64_t until;

		for (; next < count && heap->inputs[next].phys <= position; next++) {
			heap_push(heap, next);
			note_overlap(heap->inputs + next, &descriptors_end, notes);
		}
		while (heap->count && heap->inputs[heap->open[0]].end <= position)
			heap_pop(heap);
		if (!heap->count)
			return next;
		winner = heap->inputs + heap->open[0];
		until = winner->end;
		if (next < count && heap->inputs[next].phys < until)
			until = heap->inputs[next].phys;
		if (!emit(map, position, until, winner->type, winner->attribute))
			return count + 1;
		position = until;
	}
}

void mm_memory_map_address(const struct mm_memory_map *map)
{
	for (uint64_t n = 0; n < map->count; n++) {
		struct keel_memory_range *range = map->ranges + n;

		if (mm_is_memory(range->type) && range->phys < DIRECT_MAP_BYTES)
			range->virt = KEEL_DIRECT_MAP(range->phys);
	}
}

uint64_t mm_memory_map_work_bytes(uint64_t inputs)
{
	return inputs * (2 * sizeof(struct input) + sizeof(uint64_t));
}

struct mm_result mm_memory_map_build(struct mm_memory_map *map, const struct mm_machine *machine,
				     const struct mm_descriptors *descriptors,
				     const struct keel_memory_range *own, uint64_t own_count,
				     void *work, const struct mm_notes *notes)
{
	const uint64_t most = mm_descriptor_count(descriptors) + own_count;
	struct input *inputs = work;
	struct heap heap = { .open = (uint64_t *)(inputs + 2 * most) };
	uint64_t count;
	uint64_t next = 0;

	map->count = 0;
	if (descriptors->stride < sizeof(struct keel_efi_descriptor) || descriptors->stride % 8)
		return mm_fail(MM_ERR_STRIDE, descriptors->stride);
	if (map->coarse && !own_count && take_as_it_is(map, machine, descriptors))
		return mm_ok();
	map->count = 0;
	count = collect(inputs, machine, descriptors, own, own_count, notes);
	inputs = mm_sort(inputs, inputs + most, count, sizeof(*inputs));
	heap.inputs = inputs;
	while (next < count) {
		/* All of a sound map: nothing else begins before this one ends. */
		if (next + 1 == count || inputs[next].end <= inputs[next + 1].phys) {
			if (!emit(map, inputs[next].phys, inputs[next].end, inputs[next].type,
				  inputs[next].attribute))
				break;
			next++;
			continue;
		}
		next = sweep_overlap(map, &heap, next, count, notes);
	}
	if (next != count)
		return mm_fail(MM_ERR_MAP_FULL, map->capacity);
	return mm_ok();
}
