/* SPDX-License-Identifier: BSD-2-Clause */
#include "space/space.h"
#include "lib/arena.h"
#include "space/cpu_area.h"
#include "space/runtime_map.h"

/*
 * The end of what a CPU is started from. Above it is the extended BIOS data area of many boards,
 * which not every memory map has: Linux keeps off it from the same address on (ebda.c).
 */
#define REAL_MODE_LAST 0x9efff

/* Maps that are read until one is like the map that the tables were made for. */
#define MAX_REVIEWS 8

#define KEEL_BLOCKS 7 /* those that the kernel learns of; modules come to that */

/* What only the loader needs. Returns the bytes that it takes; with start 0 it only measures. */
static uint64_t lay_out_work(struct space *space, uint64_t modules, uint64_t start)
{
	struct arena arena = { .start = start };

	arena_take(&arena, plans_lay_out(&space->plans, &space->firmware_map, start));
	space->allocations =
		arena_take(&arena, (KEEL_BLOCKS + modules) * sizeof(*space->allocations));
	return arena.bytes;
}

static EFI_STATUS allocate_work(const struct firmware *fw, uint64_t modules, struct space *space)
{
	const uint64_t bytes = lay_out_work(space, modules, 0);
	const EFI_STATUS status =
		block_allocate(fw, &space->work, BYTES_TO_PAGES(bytes), "planning");

	if (!EFI_ERROR(status))
		lay_out_work(space, modules, space->work.phys);
	return status;
}

/* A processor starts in real mode (SDM vol. 3A 8.4.3). Without the page, one CPU has to do. */
static void allocate_ap_start(const struct firmware *fw, const struct kernel *kernel,
			      struct space *space)
{
	const uint64_t pages = kernel_wants_cpus(kernel) ? START_PAGES : 1;

	block_allocate_below(fw, &space->ap_start, REAL_MODE_LAST, pages);
	/* Page 0 goes back as it is: the BIOS has its vectors there, and 0 says "none". */
	if (!space->ap_start.phys)
		block_free(fw, &space->ap_start);
	if (space->ap_start.pages)
		memset(block_memory(&space->ap_start), 0, block_bytes(&space->ap_start));
	else
		note(fw, "no free page below 1 MB: other CPUs cannot be started");
}

/* Where the arrays are that others fill in. */
static void use_boot_info(struct space *space)
{
	const struct boot_info *b = &space->boot_info;

	space->firmware_map.descriptors.first = b->efi_map;
	space->firmware_map.attributes_copy = b->attributes;
	space->map.ranges = b->ranges;
	space->plans.kernel.mappings = b->mappings;
}

static EFI_STATUS allocate_space(const struct firmware *fw, const struct boot_facts *facts,
				 struct space *space)
{
	const uint64_t cpus = facts->machine->acpi.madt.cpu_count;
	const bool started = kernel_wants_cpus(facts->kernel);
	const struct boot_info_sizes sizes = {
		.map_bytes = space->firmware_map.capacity,
		.attributes_bytes = space->firmware_map.attributes_capacity,
		.ranges = space->map.capacity,
		.mappings = space->plans.kernel.capacity,
	};
	EFI_STATUS status =
		block_allocate(fw, &space->cpu_area,
			       BYTES_TO_PAGES(mm_cpu_area_layout(0, cpus, started).bytes),
			       "descriptor tables and stacks");

	if (!EFI_ERROR(status))
		status = boot_info_allocate(fw, facts, &sizes, &space->boot_info);
	if (!EFI_ERROR(status))
		status = allocate_work(fw, facts->modules->count, space);
	if (EFI_ERROR(status))
		return status;
	allocate_ap_start(fw, facts->kernel, space);
	use_boot_info(space);
	return EFI_SUCCESS;
}

EFI_STATUS space_prepare(const struct firmware *fw, const struct boot_facts *facts,
			 struct space *space)
{
	const struct madt *madt = &facts->machine->acpi.madt;
	struct firmware_map *map = &space->firmware_map;
	struct mm_cpu_area area;
	uint64_t inputs;
	EFI_STATUS status;

	memset(space, 0, sizeof(*space));
	status = firmware_map_measure(fw, map);
	if (EFI_ERROR(status))
		return status;
	inputs = map->capacity / map->descriptors.stride + KEEL_BLOCKS + facts->modules->count;
	space->map.capacity = mm_memory_map_capacity(inputs, facts->machine->listed.count);
	plans_measure(facts, map, inputs, &space->plans);
	status = allocate_space(fw, facts, space);
	if (EFI_ERROR(status))
		return status;
	area = mm_cpu_area_layout(space->cpu_area.phys, madt->cpu_count,
				  kernel_wants_cpus(facts->kernel));
	cpu_area_fill(&area, madt, space->boot_info.cpus);
	plans_prepare(facts, &area, &space->plans);
	return EFI_SUCCESS;
}

static void note_of_mm(void *context, enum mm_note what, uint64_t index, uint64_t phys,
		       uint64_t value)
{
	const struct firmware *fw = context;

	if (index == MM_NO_INDEX)
		note(fw, "%s (at %x, %u)", mm_note_text(what), phys, value);
	else
		note(fw, "%s (descriptor %u, at %x, %u)", mm_note_text(what), index, phys, value);
}

static EFI_STATUS refuse_map(const struct firmware *fw, struct mm_result result)
{
	const EFI_STATUS status =
		result.error == MM_ERR_EFI_FULL ? EFI_OUT_OF_RESOURCES : EFI_INVALID_PARAMETER;

	return fail(fw, status, "no page tables for this machine: %s: %x",
		    mm_error_text(result.error), result.address);
}

/* From the map that was read last. */
static EFI_STATUS build_tables(const struct firmware *fw, const struct kernel *kernel,
			       struct space *space, const struct mm_notes *notes,
			       struct stopwatch *watch)
{
	struct mm_result result = plans_make(&space->plans, kernel, &space->firmware_map, notes);
	EFI_STATUS status;

	stopwatch_end(watch, KEEL_STAGE_PLAN);
	if (result.error)
		return refuse_map(fw, result);
	status = roots_allocate(fw, &space->plans, &space->roots);
	stopwatch_end(watch, KEEL_STAGE_SETUP);
	if (EFI_ERROR(status))
		return status;
	result = roots_write(&space->plans, &space->roots);
	stopwatch_end(watch, KEEL_STAGE_TABLES);
	return result.error ? refuse_map(fw, result) : EFI_SUCCESS;
}

EFI_STATUS space_build(const struct firmware *fw, const struct boot_facts *facts,
		       struct space *space, struct stopwatch *watch)
{
	const struct mm_notes notes = { note_of_mm, (void *)fw };
	EFI_STATUS status = firmware_map_read(fw, &space->firmware_map);

	stopwatch_end(watch, KEEL_STAGE_SETUP);
	if (EFI_ERROR(status))
		return status;
	status = build_tables(fw, facts->kernel, space, &notes, watch);
	if (!EFI_ERROR(status))
		listed_tables_review(fw, &facts->machine->listed);
	return status;
}

static uint64_t list_block(struct keel_memory_range *to, const struct block *block, uint32_t type)
{
	if (!block->pages)
		return 0;
	*to = (struct keel_memory_range){
		.phys = block->phys,
		.bytes = block_bytes(block),
		.attribute = KEEL_EFI_MEMORY_WB,
		.type = type,
	};
	return 1;
}

/* What Keel hands over, as parts of the memory map with types of their own. */
static uint64_t list_allocations(const struct boot_facts *facts, const struct space *space)
{
	struct keel_memory_range *list = space->allocations;
	const struct kernel *kernel = facts->kernel;
	const struct modules *modules = facts->modules;
	uint64_t n = 0;

	n += list_block(list + n, &kernel->image, KEEL_MEMORY_TYPE_KERNEL);
	n += list_block(list + n, &kernel->symbol_block, KEEL_MEMORY_TYPE_BOOT_INFO);
	n += list_block(list + n, &facts->tpm_log->block, KEEL_MEMORY_TYPE_BOOT_INFO);
	n += list_block(list + n, &space->cpu_area, KEEL_MEMORY_TYPE_CPU_AREA);
	n += list_block(list + n, &space->boot_info.block, KEEL_MEMORY_TYPE_BOOT_INFO);
	n += list_block(list + n, &space->roots.tables, KEEL_MEMORY_TYPE_TABLES);
	n += list_block(list + n, &space->ap_start, KEEL_MEMORY_TYPE_CPU_AREA);
	for (uint64_t m = 0; m < modules->count; m++) {
		const struct block block = { modules->list[m].phys,
					     BYTES_TO_PAGES(modules->list[m].bytes) };

		n += list_block(list + n, &block, KEEL_MEMORY_TYPE_MODULE);
	}
	return n;
}

/* The kernel's memory map from the map that was read last, and whether the tables still hold. */
static struct mm_result review(const struct boot_facts *facts, struct space *space, bool *current)
{
	const struct firmware_map *map = &space->firmware_map;
	struct mm_result result =
		mm_memory_map_build(&space->map, space->plans.request.machine, &map->descriptors,
				    space->allocations, list_allocations(facts, space),
				    space->plans.map_work, NULL);

	if (!result.error)
		result = plans_review(&space->plans, map, &space->map, current);
	if (result.error || !*current)
		return result;
	result =
		mm_memory_map_add_tables(&space->map, &space->plans.request, &space->plans.outcome);
	mm_memory_map_address(&space->map);
	return result;
}

EFI_STATUS space_finish(const struct firmware *fw, const struct boot_facts *facts,
			struct space *space, struct stopwatch *watch)
{
	for (unsigned n = 0; n < MAX_REVIEWS; n++) {
		bool current = false;
		EFI_STATUS status = firmware_map_read(fw, &space->firmware_map);
		struct mm_result result;

		if (EFI_ERROR(status))
			return status;
		firmware_tables_find(fw, &space->firmware_tables);
		result = review(facts, space, &current);
		if (result.error)
			return fail(fw, EFI_INVALID_PARAMETER, "the final memory map: %s: %x",
				    mm_error_text(result.error), result.address);
		if (current)
			return EFI_SUCCESS;
		stopwatch_end(watch, KEEL_STAGE_EXIT);
		status = build_tables(fw, facts->kernel, space, NULL, watch);
		if (EFI_ERROR(status))
			return status;
	}
	return fail(fw, EFI_ABORTED, "the memory map changes each time it is read, %u times",
		    (uint64_t)MAX_REVIEWS);
}

void space_free(const struct firmware *fw, struct space *space)
{
	block_free(fw, &space->roots.tables);
	block_free(fw, &space->ap_start);
	block_free(fw, &space->work);
	boot_info_free(fw, &space->boot_info);
	block_free(fw, &space->cpu_area);
}

uint64_t space_virt_of(const struct space *space, uint64_t phys)
{
	const struct keel_efi_descriptor *d =
		runtime_map_find_phys(&space->plans.runtime_map, phys);

	return d ? d->virt + (phys - d->phys) : KEEL_DIRECT_MAP(phys);
}
