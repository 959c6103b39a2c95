/* SPDX-License-Identifier: BSD-2-Clause */
#include "space/plans.h"
#include "lib/arena.h"
#include "space/runtime_map.h"

#define LANDING_MAPPINGS 4

void plans_measure(const struct boot_facts *facts, const struct firmware_map *map,
		   uint64_t map_inputs, struct plans *plans)
{
	const struct machine *machine = facts->machine;
	const struct elf_image *elf = &facts->kernel->elf;
	struct mm_request *request = &plans->request;

	plans->map_inputs = map_inputs;
	plans->map.capacity = mm_memory_map_capacity(map_inputs, 0);
	plans->map.count = plans->map.capacity; /* the most that a plan may have to deal with */
	plans->map.coarse = true;
	*request = (struct mm_request){
		.machine = &machine->cpu.paging,
		.map = &plans->map,
		.descriptors = map->descriptors,
		.attributes = map->attributes,
		.segments = elf->segments,
		.segment_count = elf->segment_count,
		.cpu_count = machine->acpi.madt.cpu_count,
		.slot_count = KEEL_FIXMAP_SLOTS,
		.tables = machine->listed.pages,
		.table_count = machine->listed.count,
	};
	for (uint64_t n = 0; n < machine->graphics.count; n++) {
		const struct keel_framebuffer *f = &machine->graphics.screens[n].framebuffer;

		request->framebuffers[n] = (struct mm_framebuffer){ f->phys, f->bytes };
	}
	plans->kernel.capacity = mm_plan_capacity(request);
	plans->transition.capacity = plans->kernel.capacity;
	plans->landing.capacity = LANDING_MAPPINGS;
	plans->landing.machine = request->machine;
}

uint64_t plans_lay_out(struct plans *plans, const struct firmware_map *map, uint64_t start)
{
	const uint64_t plan_bytes = plans->kernel.capacity * sizeof(struct keel_mapping);
	struct arena arena = { .start = start };

	plans->landing_phys = (uintptr_t)arena_take(&arena, 2 * KEEL_PAGE_SIZE);
	plans->runtime_map.first = arena_take(&arena, map->capacity);
	plans->map.ranges = arena_take(&arena, plans->map.capacity * sizeof(*plans->map.ranges));
	plans->work = arena_take(&arena, plan_bytes);
	plans->transition.mappings = arena_take(&arena, plan_bytes);
	plans->landing.mappings =
		arena_take(&arena, LANDING_MAPPINGS * sizeof(struct keel_mapping));
	plans->slots = arena_take(&arena, KEEL_FIXMAP_SLOTS * sizeof(*plans->slots));
	plans->map_work = arena_take(&arena, mm_memory_map_work_bytes(plans->map_inputs));
	return arena.bytes;
}

static void add_slot(struct plans *plans, uint32_t slot, uint64_t phys)
{
	plans->slots[plans->request.slot_count++] = (struct mm_fixmap_slot){
		.phys = phys & ~(KEEL_PAGE_SIZE - 1),
		.slot = slot,
	};
}

void plans_prepare(const struct boot_facts *facts, const struct mm_cpu_area *area,
		   struct plans *plans)
{
	const struct acpi *acpi = &facts->machine->acpi;

	plans->request.area = *area;
	plans->request.slots = plans->slots;
	plans->request.slot_count = 0;
	if (acpi->early_console_phys)
		add_slot(plans, KEEL_FIXMAP_EARLY_CONSOLE, acpi->early_console_phys);
	if (acpi->local_apic_phys)
		add_slot(plans, KEEL_FIXMAP_LOCAL_APIC, acpi->local_apic_phys);
	for (uint64_t n = 0; n < acpi->madt.io_apic_count; n++)
		add_slot(plans, acpi->madt.io_apics[n].slot, acpi->madt.io_apics[n].phys);
}

static struct mm_result plan_landing(struct plans *plans, uint64_t entry_virt)
{
	const uint64_t virt = (entry_virt - LANDING_BYTES) & ~(KEEL_PAGE_SIZE - 1);
	const uint64_t last = (entry_virt - 1) | (KEEL_PAGE_SIZE - 1);

	return mm_plan_landing(&plans->landing, virt, last + 1 - virt, plans->landing_phys,
			       plans->work);
}

struct mm_result plans_make(struct plans *plans, const struct kernel *kernel,
			    const struct firmware_map *map, const struct mm_notes *notes)
{
	struct mm_request *request = &plans->request;
	struct mm_result result;

	request->notes = notes;
	request->descriptors = map->descriptors;
	request->attributes = map->attributes;
	result = mm_memory_map_build(&plans->map, request->machine, &map->descriptors, NULL, 0,
				     plans->map_work, notes);
	if (!result.error)
		result = mm_plan_kernel(&plans->kernel, request, plans->work, &plans->outcome);
	if (!result.error)
		result = mm_plan_transition(&plans->transition, request, plans->work);
	if (!result.error)
		result = plan_landing(plans, kernel->elf.entry_virt);
	plans->tables = plans->kernel.tables + plans->transition.tables + plans->landing.tables;
	runtime_map_collect(&map->descriptors, &plans->runtime_map);
	return result;
}

/*
 * The firmware's map changes with every allocation, that of the tables among them, but hardly ever
 * in a way that matters to the tables.
 */
struct mm_result plans_review(struct plans *plans, const struct firmware_map *map,
			      const struct mm_memory_map *final, bool *current)
{
	const struct mm_result result =
		mm_efi_assign(&map->descriptors, plans->request.machine, plans->work, NULL);

	if (result.error)
		return result;
	*current = mm_memory_map_same(final, &plans->map) && !map->attributes_changed &&
		   runtime_map_matches(&map->descriptors, &plans->runtime_map);
	if (*current)
		runtime_map_collect(&map->descriptors, &plans->runtime_map);
	return result;
}
