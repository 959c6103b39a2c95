/* SPDX-License-Identifier: BSD-2-Clause */
/* From the firmware's memory map, as it is at this moment, to Keel's page tables. */
#include "firmware.h"

EFI_STATUS memory_map_get(struct loader *l)
{
	UINTN bytes = l->map_capacity;
	UINTN key;
	UINTN stride;
	UINT32 version;
	const EFI_STATUS status =
		l->boot->GetMemoryMap(&bytes, l->descriptors, &key, &stride, &version);

	if (EFI_ERROR(status))
		return fail(l, status, "GetMemoryMap: the map takes %u bytes, there is room for %u",
			    (uint64_t)bytes, l->map_capacity);
	l->map_key = key;
	l->request.descriptors.bytes = bytes;
	l->request.descriptors.stride = stride;
	l->info->efi_map_version = version;
	if (!attributes_refresh(l))
		return fail(l, EFI_BUFFER_TOO_SMALL,
			    "the Memory Attributes Table grew to %u bytes, there is room for %u",
			    l->attributes_bytes, l->attributes_capacity);
	return EFI_SUCCESS;
}

static struct keel_memory_range own_range(uint64_t phys, uint64_t pages, uint32_t type)
{
	return (struct keel_memory_range){
		.phys = phys,
		.bytes = pages << KEEL_PAGE_SHIFT,
		.attribute = KEEL_EFI_MEMORY_WB,
		.type = type,
	};
}

/* Keel's blocks and the modules, as parts of the memory map with types of their own. */
static uint64_t list_own(const struct loader *l)
{
	static const uint32_t type[BLOCK_COUNT] = {
		[BLOCK_KERNEL] = KEEL_MEMORY_TYPE_KERNEL,
		[BLOCK_SYMBOLS] = KEEL_MEMORY_TYPE_BOOT_INFO,
		[BLOCK_CPU_AREA] = KEEL_MEMORY_TYPE_CPU_AREA,
		[BLOCK_BOOT_INFO] = KEEL_MEMORY_TYPE_BOOT_INFO,
		[BLOCK_TABLES] = KEEL_MEMORY_TYPE_TABLES,
		[BLOCK_AP_START] = KEEL_MEMORY_TYPE_CPU_AREA,
	};
	uint64_t count = 0;

	for (unsigned id = 0; id < BLOCK_COUNT; id++)
		if (l->blocks[id].pages && type[id])
			l->own[count++] =
				own_range(l->blocks[id].phys, l->blocks[id].pages, type[id]);
	for (uint64_t n = 0; n < l->module_count; n++)
		if (l->modules[n].bytes)
			l->own[count++] =
				own_range(l->modules[n].phys, BYTES_TO_PAGES(l->modules[n].bytes),
					  KEEL_MEMORY_TYPE_MODULE);
	return count;
}

static struct mm_result plan_landing(struct loader *l)
{
	const uint64_t virt = (l->elf.entry_virt - LANDING_BYTES) & ~(KEEL_PAGE_SIZE - 1);
	const uint64_t last = (l->elf.entry_virt - 1) | (KEEL_PAGE_SIZE - 1);

	return mm_plan_landing(&l->landing_plan, virt, last + 1 - virt, l->landing_phys,
			       l->plan_work);
}

/* From the map to three finished plans. The map is the plain one: Keel's own types do not matter. */
static struct mm_result plan(struct loader *l, const struct mm_notes *notes)
{
	struct mm_result result;

	l->request.notes = notes;
	result = mm_memory_map_build(&l->planned_map, &l->machine, &l->request.descriptors, NULL, 0,
				     l->map_work, notes);
	if (!result.error)
		result = mm_plan_kernel(&l->kernel_plan, &l->request, l->plan_work, &l->outcome);
	if (!result.error)
		result = mm_plan_transition(&l->transition_plan, &l->request, l->plan_work);
	if (!result.error)
		result = plan_landing(l);
	l->tables_planned =
		l->kernel_plan.tables + l->transition_plan.tables + l->landing_plan.tables;
	return result;
}

static struct mm_result write(struct loader *l)
{
	struct mm_result result;

	l->pool = (struct mm_pool){
		.base = (uint64_t *)l->blocks[BLOCK_TABLES].phys,
		.phys = l->blocks[BLOCK_TABLES].phys,
		.pages = l->blocks[BLOCK_TABLES].pages,
	};
	result = mm_tables_build(&l->pool, &l->kernel_plan, true, MM_NO_ROOT, &l->kernel_root);
	if (!result.error)
		result = mm_tables_build(&l->pool, &l->transition_plan, false, l->kernel_root,
					 &l->transition_root);
	/* Not global: the kernel's own page at this address must take its place without a trace. */
	if (!result.error)
		result = mm_tables_build(&l->pool, &l->landing_plan, false, l->transition_root,
					 &l->landing_root);
	return result;
}

static void say_note(void *context, enum mm_note what, uint64_t index, uint64_t phys,
		     uint64_t value)
{
	if (index == MM_NO_INDEX)
		say(context, "  note      %s (at %x, %u)\n", mm_note_text(what), phys, value);
	else
		say(context, "  note      %s (descriptor %u, at %x, %u)\n", mm_note_text(what),
		    index, phys, value);
}

static EFI_STATUS refuse(const struct loader *l, struct mm_result result)
{
	const EFI_STATUS status =
		result.error == MM_ERR_EFI_FULL ? EFI_OUT_OF_RESOURCES : EFI_INVALID_PARAMETER;

	return fail(l, status, "no page tables for this machine: %s: %x",
		    mm_error_text(result.error), result.address);
}

/*
 * The block is as large as the plan says, to the page. After the exit nothing can be allocated:
 * then the tables have to fit into the block that there is.
 */
static EFI_STATUS allocate_tables(struct loader *l)
{
	const uint64_t pages = l->blocks[BLOCK_TABLES].pages;

	if (pages == l->tables_planned || (l->exiting && pages > l->tables_planned))
		return EFI_SUCCESS;
	if (l->exiting)
		return EFI_OUT_OF_RESOURCES;
	block_free(l, BLOCK_TABLES);
	return block_allocate(l, BLOCK_TABLES, l->tables_planned, "page tables");
}

EFI_STATUS tables_build(struct loader *l, const struct mm_notes *notes)
{
	EFI_STATUS status;
	struct mm_result result;

	stage_begin(l);
	result = plan(l, notes);
	stage_end(l, KEEL_STAGE_PLAN);
	if (result.error)
		return refuse(l, result);
	runtime_map_collect(l, l->planned_runtime_map, &l->planned_runtime_bytes);
	status = allocate_tables(l);
	if (EFI_ERROR(status))
		return status;
	stage_end(l, KEEL_STAGE_SETUP);
	result = write(l);
	stage_end(l, KEEL_STAGE_TABLES);
	return result.error ? refuse(l, result) : EFI_SUCCESS;
}

/*
 * The firmware's map changes with every allocation, that of the tables among them, but hardly ever
 * in a way that matters to the tables. *current tells whether the tables are still right.
 */
struct mm_result tables_review(struct loader *l, bool *current)
{
	struct mm_result result = mm_memory_map_build(&l->map, &l->machine, &l->request.descriptors,
						      l->own, list_own(l), l->map_work, NULL);

	if (!result.error)
		result = mm_efi_assign(&l->request.descriptors, &l->machine, NULL);
	if (result.error)
		return result;
	mm_memory_map_address(&l->map);
	runtime_map_collect(l, l->runtime_map, &l->runtime_map_bytes);
	*current = mm_memory_map_same(&l->map, &l->planned_map) &&
		   l->runtime_map_bytes == l->planned_runtime_bytes &&
		   !memcmp(l->runtime_map, l->planned_runtime_map, l->runtime_map_bytes) &&
		   !l->attributes_changed;
	return result;
}

/* The first pass, which also says what is odd about the map. */
EFI_STATUS tables_prepare(struct loader *l)
{
	const struct mm_notes notes = { say_note, l };
	EFI_STATUS status = memory_map_get(l);

	if (!EFI_ERROR(status))
		status = tables_build(l, &notes);
	if (EFI_ERROR(status))
		return status;
	say(l, "  memory    %u descriptors, %u ranges, %u mappings\n",
	    mm_descriptor_count(&l->request.descriptors), l->planned_map.count,
	    l->kernel_plan.count);
	say(l, "  tables    %u pages at %x\n", l->tables_planned, l->blocks[BLOCK_TABLES].phys);
	return EFI_SUCCESS;
}
