/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds places in conventional memory for what Keel puts there, much as firmware would. */
#include <stdio.h>
#include <stdlib.h>
#include "keelmap.h"

/* Where there is no room at all, so that a fragment of a map can be shown: real mode's memory. */
#define NOWHERE_AREA   KEEL_U64(0x1000)
#define NOWHERE_TABLES KEEL_SIZE_2M

bool simulation_map(struct simulation *s, const struct mm_notes *notes)
{
	const struct mm_result result =
		mm_memory_map_build(&s->memory, &s->machine, &s->request.descriptors,
				    s->allocations, s->allocation_count, s->memory_work, notes);

	if (result.error)
		fprintf(stderr, "keelmap: %s: %s\n", s->map->name, mm_error_text(result.error));
	return !result.error;
}

/* RUNTIME on free memory has been seen: the firmware keeps an alias of its own there. */
static bool is_free(const struct keel_memory_range *range)
{
	return range->type == KEEL_MEMORY_TYPE_CONVENTIONAL &&
	       !(range->attribute & KEEL_EFI_MEMORY_RUNTIME) && range->phys < MM_DIRECT_MAP_BYTES &&
	       range->bytes <= MM_DIRECT_MAP_BYTES - range->phys;
}

/* Takes it away from the range, and from the memory map. */
static bool take_memory(struct simulation *s, const struct keel_memory_range *range, uint64_t phys,
			uint64_t bytes, uint32_t type)
{
	s->allocations[s->allocation_count++] = (struct keel_memory_range){
		.phys = phys, .bytes = bytes, .attribute = range->attribute, .type = type
	};
	return simulation_map(s, NULL);
}

static void no_room(struct simulation *s, const char *what, uint64_t bytes)
{
	char size[24];

	problem(s, s->map, "no conventional memory for %s (%s): Keel could not boot there", what,
		words_size(size, bytes));
	s->cannot_boot = true;
}

/* Physical page 0 is the firmware's to write to, whatever its map says: Keel never takes it. */
static uint64_t usable_phys(const struct keel_memory_range *range)
{
	return range->phys ? range->phys : KEEL_PAGE_SIZE;
}

static bool has_room(const struct keel_memory_range *range, uint64_t phys, uint64_t bytes)
{
	return is_free(range) && usable_phys(range) <= phys && phys - range->phys < range->bytes &&
	       bytes <= range->phys + range->bytes - phys;
}

/* The free range that has the kernel's home, or else the first with room at a 2 MiB boundary. */
static const struct keel_memory_range *kernel_range(const struct simulation *s, uint64_t *phys)
{
	const uint64_t bytes = s->options->kernel_bytes;

	*phys = s->options->kernel_phys;
	for (uint64_t n = 0; n < s->memory.count; n++)
		if (has_room(s->memory.ranges + n, *phys, bytes))
			return s->memory.ranges + n;
	for (uint64_t n = 0; n < s->memory.count; n++) {
		*phys = (usable_phys(s->memory.ranges + n) + KEEL_SIZE_2M - 1) & -KEEL_SIZE_2M;
		if (has_room(s->memory.ranges + n, *phys, bytes))
			return s->memory.ranges + n;
	}
	return NULL;
}

bool place_kernel(struct simulation *s)
{
	static const uint8_t rights[] = { KEEL_RIGHTS_RX, KEEL_RIGHTS_R, KEEL_RIGHTS_RW };
	const uint64_t window = KEEL_TEXT_LAST - KEEL_TEXT_START + 1;
	const uint64_t bytes = s->options->kernel_bytes;
	const uint64_t third = bytes / KEEL_PAGE_SIZE / 3 * KEEL_PAGE_SIZE;
	const struct keel_memory_range *range;
	uint64_t offset = 0;
	uint64_t phys;
	uint64_t home;

	range = kernel_range(s, &phys);
	if (!range) {
		no_room(s, "the kernel", bytes);
		return true;
	}
	/* Too far up for VA = PA + base: the kernel keeps its addresses. */
	home = phys + bytes <= window ? phys : KEEL_SIZE_2M;
	for (unsigned n = 0; n < 3; n++) {
		s->segments[n] = (struct keel_segment){
			.virt = KEEL_TEXT_START + home + offset,
			.phys = phys + offset,
			.bytes = n < 2 ? third : bytes - offset,
			.rights = rights[n],
		};
		offset += third;
	}
	s->request.segment_count = 3;
	return take_memory(s, range, phys, bytes, KEEL_MEMORY_TYPE_KERNEL);
}

/* From the top down, as firmware allocates when it may choose. False: no room. */
static const struct keel_memory_range *highest_range(const struct simulation *s, uint64_t bytes)
{
	for (uint64_t n = s->memory.count; n-- > 0;) {
		const struct keel_memory_range *range = s->memory.ranges + n;

		if (range->bytes >= bytes &&
		    has_room(range, range->phys + range->bytes - bytes, bytes))
			return range;
	}
	return NULL;
}

bool place_area(struct simulation *s)
{
	const uint64_t bytes = mm_cpu_area_layout(0, s->options->cpus, false).bytes;
	const struct keel_memory_range *range = highest_range(s, bytes);
	const uint64_t phys = range ? range->phys + range->bytes - bytes : NOWHERE_AREA;

	s->request.area = mm_cpu_area_layout(phys, s->options->cpus, false);
	if (range)
		return take_memory(s, range, phys, bytes, KEEL_MEMORY_TYPE_CPU_AREA);
	no_room(s, "the CPUs' area", bytes);
	return true;
}

bool place_tables(struct simulation *s)
{
	const uint64_t bytes = s->plan.tables * KEEL_PAGE_SIZE;
	const struct keel_memory_range *range = highest_range(s, bytes);

	s->pool.pages = s->plan.tables;
	s->pool.phys = range ? range->phys + range->bytes - bytes : NOWHERE_TABLES;
	if (range)
		return take_memory(s, range, s->pool.phys, bytes, KEEL_MEMORY_TYPE_TABLES);
	no_room(s, "the page tables", bytes);
	return true;
}
