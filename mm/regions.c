/* SPDX-License-Identifier: BSD-2-Clause */
/* The regions whose contents are Keel's own choice, and the kernel root's plan as a whole. */
#include "internal.h"

static struct mm_result add(struct mm_plan *plan, enum keel_region region, uint64_t virt,
			    uint64_t phys, uint64_t bytes, enum keel_rights rights)
{
	const struct keel_mapping m = {
		.virt = virt,
		.phys = phys,
		.bytes = bytes,
		.rights = rights,
		.memory_type = KEEL_MEMORY_WB,
		.region = region,
	};

	return mm_plan_add(plan, &m);
}

/* Nothing in [virt, last], but tables down to `level`. */
static struct mm_result add_tables(struct mm_plan *plan, enum keel_region region, uint64_t virt,
				   uint64_t last, unsigned level)
{
	const struct keel_mapping m = {
		.virt = virt,
		.bytes = last - virt + 1,
		.rights = KEEL_RIGHTS_NONE,
		.region = region,
		.level = level,
	};

	return mm_plan_add(plan, &m);
}

struct mm_result mm_plan_kernel_text(struct mm_plan *plan, const struct mm_request *request)
{
	for (uint64_t n = 0; n < request->segment_count; n++) {
		const struct keel_segment *s = request->segments + n;
		struct mm_result result;

		if (s->rights != KEEL_RIGHTS_R && s->rights != KEEL_RIGHTS_RW &&
		    s->rights != KEEL_RIGHTS_RX)
			return mm_fail(MM_ERR_BAD_MAPPING, s->virt);
		result = add(plan, KEEL_REGION_TEXT, s->virt, s->phys, s->bytes, s->rights);
		if (result.error)
			return result;
	}
	return mm_ok();
}

struct mm_result mm_plan_kernel_stacks(struct mm_plan *plan, const struct mm_request *request)
{
	const uint64_t guard_bytes = KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES;
	const uint64_t slots = (KEEL_STACKS_LAST - KEEL_STACKS_START + 1) / KEEL_STACK_SLOT_BYTES;
	uint64_t slot = KEEL_STACKS_START;

	/* One slot stays free, so that there is always a rest whose tables are put in place. */
	if (request->cpu_count >= slots)
		return mm_fail(MM_ERR_CPUS, request->cpu_count);
	for (uint64_t cpu = 0; cpu < request->cpu_count; cpu++) {
		const uint64_t phys = request->area.stacks_phys + cpu * KEEL_STACK_BYTES;
		struct mm_result result = add_tables(plan, KEEL_REGION_STACKS, slot,
						     slot + guard_bytes - 1, KEEL_LEVEL_PDPT);

		if (!result.error)
			result = add(plan, KEEL_REGION_STACKS, slot + guard_bytes, phys,
				     KEEL_STACK_BYTES, KEEL_RIGHTS_RW);
		if (result.error)
			return result;
		slot += KEEL_STACK_SLOT_BYTES;
	}
	/* Address spaces that copy the PML4 share every stack that is mapped later. */
	return add_tables(plan, KEEL_REGION_STACKS, slot, KEEL_STACKS_LAST, KEEL_LEVEL_PDPT);
}

/* What a CPU has in its entry area, as pages there and pages in its physical block. */
static const struct entry_area_part {
	uint8_t virt_page;
	uint8_t phys_page;
	uint8_t pages;
	uint8_t rights;
} entry_area_parts[] = {
#define IST_PAGE(n) (MM_CPU_BLOCK_IST_PAGE + (n)*KEEL_CEA_IST_STACK_PAGES)
	{ KEEL_CEA_GDT_PAGE, 0, 1, KEEL_RIGHTS_R },
	{ KEEL_CEA_ENTRY_STACK_PAGE, 1, 1, KEEL_RIGHTS_RW },
	{ KEEL_CEA_TSS_PAGE, 2, 1, KEEL_RIGHTS_R },
	{ KEEL_CEA_DF_STACK_PAGE, IST_PAGE(0), KEEL_CEA_IST_STACK_PAGES, KEEL_RIGHTS_RW },
	{ KEEL_CEA_NMI_STACK_PAGE, IST_PAGE(1), KEEL_CEA_IST_STACK_PAGES, KEEL_RIGHTS_RW },
	{ KEEL_CEA_DB_STACK_PAGE, IST_PAGE(2), KEEL_CEA_IST_STACK_PAGES, KEEL_RIGHTS_RW },
	{ KEEL_CEA_MCE_STACK_PAGE, IST_PAGE(3), KEEL_CEA_IST_STACK_PAGES, KEEL_RIGHTS_RW },
#undef IST_PAGE
};

#define ENTRY_AREA_PARTS (sizeof(entry_area_parts) / sizeof(entry_area_parts[0]))

static struct mm_result add_cpu_entry_area(struct mm_plan *plan, const struct mm_request *request,
					   uint64_t cpu)
{
	const uint64_t block =
		request->area.blocks_phys + cpu * MM_CPU_BLOCK_PAGES * KEEL_PAGE_SIZE;

	for (size_t n = 0; n < ENTRY_AREA_PARTS; n++) {
		const struct entry_area_part *part = entry_area_parts + n;
		const struct mm_result result =
			add(plan, KEEL_REGION_CPU_ENTRY_AREA,
			    KEEL_CEA_CPU_START(cpu) + part->virt_page * KEEL_PAGE_SIZE,
			    block + part->phys_page * KEEL_PAGE_SIZE, part->pages * KEEL_PAGE_SIZE,
			    part->rights);

		if (result.error)
			return result;
	}
	return mm_ok();
}

struct mm_result mm_plan_cpu_entry_area(struct mm_plan *plan, const struct mm_request *request)
{
	const uint64_t room = KEEL_CPU_ENTRY_AREA_LAST - KEEL_CEA_CPU_START(0) + 1;
	struct mm_result result;

	if (request->cpu_count > room / (KEEL_CEA_PAGES * KEEL_PAGE_SIZE))
		return mm_fail(MM_ERR_CPUS, request->cpu_count);
	result = add(plan, KEEL_REGION_CPU_ENTRY_AREA, KEEL_CPU_ENTRY_AREA_START,
		     request->area.idt_phys, KEEL_PAGE_SIZE, KEEL_RIGHTS_R);
	for (uint64_t cpu = 0; cpu < request->cpu_count && !result.error; cpu++)
		result = add_cpu_entry_area(plan, request, cpu);
	return result;
}

static uint64_t espfix_pages(uint64_t cpu_count)
{
	return (cpu_count + KEEL_ESPFIX_STACKS_PER_PAGE - 1) / KEEL_ESPFIX_STACKS_PER_PAGE;
}

struct mm_result mm_plan_espfix(struct mm_plan *plan, const struct mm_request *request)
{
	const uint64_t window_pages = KEEL_ESPFIX_STEP_BYTES / KEEL_PAGE_SIZE;
	const uint64_t windows =
		(KEEL_ESPFIX_LAST - KEEL_ESPFIX_START + 1) / KEEL_ESPFIX_WINDOW_BYTES;
	const uint64_t pages = espfix_pages(request->cpu_count);

	if (request->cpu_count > windows * window_pages * KEEL_ESPFIX_STACKS_PER_PAGE)
		return mm_fail(MM_ERR_CPUS, request->cpu_count);
	for (uint64_t page = 0; page < pages; page += window_pages) {
		const uint64_t left = pages - page;
		const struct keel_mapping m = {
			.virt = KEEL_ESPFIX_START + page / window_pages * KEEL_ESPFIX_WINDOW_BYTES,
			.phys = request->area.espfix_phys + page * KEEL_PAGE_SIZE,
			.bytes = KEEL_ESPFIX_WINDOW_BYTES,
			.rights = KEEL_RIGHTS_R,
			.memory_type = KEEL_MEMORY_WB,
			.region = KEEL_REGION_ESPFIX,
			.repeat_pages = left < window_pages ? left : window_pages,
		};
		const struct mm_result result = mm_plan_add(plan, &m);

		if (result.error)
			return result;
	}
	return mm_ok();
}

struct mm_result mm_plan_modules(struct mm_plan *plan)
{
	return add_tables(plan, KEEL_REGION_MODULES, KEEL_MODULES_START, KEEL_MODULES_LAST,
			  KEEL_LEVEL_PD);
}

/* The used slot with the lowest address at or above virt, or NULL. */
static const struct mm_fixmap_slot *next_slot(const struct mm_request *request, uint64_t virt)
{
	const struct mm_fixmap_slot *next = NULL;

	for (uint64_t n = 0; n < request->slot_count; n++) {
		const struct mm_fixmap_slot *slot = request->slots + n;

		if (KEEL_FIXMAP_SLOT(slot->slot) >= virt && (!next || slot->slot > next->slot))
			next = slot;
	}
	return next;
}

/* A slot that is not in the fixmap, or that stands twice in the request. */
static struct mm_result check_slots(const struct mm_request *request)
{
	const uint64_t slots = (KEEL_FIXMAP_TOP - KEEL_FIXMAP_START) / KEEL_PAGE_SIZE + 1;

	for (uint64_t n = 0; n < request->slot_count; n++) {
		if (request->slots[n].slot >= slots)
			return mm_fail(MM_ERR_SLOT, request->slots[n].slot);
		for (uint64_t other = 0; other < n; other++)
			if (request->slots[other].slot == request->slots[n].slot)
				return mm_fail(MM_ERR_SLOT, request->slots[n].slot);
	}
	return mm_ok();
}

struct mm_result mm_plan_fixmap(struct mm_plan *plan, const struct mm_request *request)
{
	struct mm_result result = check_slots(request);
	uint64_t virt = KEEL_FIXMAP_START;

	while (!result.error && virt <= KEEL_FIXMAP_LAST) {
		const struct mm_fixmap_slot *slot = next_slot(request, virt);
		const uint64_t slot_virt =
			slot ? KEEL_FIXMAP_SLOT(slot->slot) : KEEL_FIXMAP_LAST + 1;
		struct keel_mapping m = {
			.virt = slot_virt,
			.bytes = KEEL_PAGE_SIZE,
			.rights = KEEL_RIGHTS_RW,
			.memory_type = KEEL_MEMORY_UC,
			.region = KEEL_REGION_FIXMAP,
		};

		if (slot_virt > virt)
			result = add_tables(plan, KEEL_REGION_FIXMAP, virt, slot_virt - 1,
					    KEEL_LEVEL_PT);
		if (slot && !result.error) {
			m.phys = slot->phys;
			result = mm_plan_add(plan, &m);
		}
		virt = slot_virt + KEEL_PAGE_SIZE;
	}
	return result;
}

struct mm_result mm_plan_vsyscall(struct mm_plan *plan, const struct mm_request *request)
{
	return add(plan, KEEL_REGION_VSYSCALL, KEEL_VSYSCALL_START, request->area.vsyscall_phys,
		   KEEL_PAGE_SIZE, KEEL_RIGHTS_USER_R);
}

struct mm_cpu_area mm_cpu_area_layout(uint64_t base_phys, uint64_t cpu_count)
{
	struct mm_cpu_area area = { .idt_phys = base_phys };

	area.vsyscall_phys = area.idt_phys + KEEL_PAGE_SIZE;
	area.espfix_phys = area.vsyscall_phys + KEEL_PAGE_SIZE;
	area.blocks_phys = area.espfix_phys + espfix_pages(cpu_count) * KEEL_PAGE_SIZE;
	area.stacks_phys = area.blocks_phys + cpu_count * MM_CPU_BLOCK_PAGES * KEEL_PAGE_SIZE;
	area.bytes = area.stacks_phys + cpu_count * KEEL_STACK_BYTES - base_phys;
	return area;
}

uint64_t mm_plan_capacity(const struct mm_request *request)
{
	const uint64_t descriptors = mm_descriptor_count(&request->descriptors);
	/* Each entry of the Memory Attributes Table makes two pieces of a descriptor at most. */
	const uint64_t pieces = descriptors + 2 * request->attributes.count;
	/* Executable pieces cut the direct map, each in two more; boundaries cut everything. */
	const uint64_t places =
		3 * (descriptors + request->map->count + pieces + request->segment_count + 2);

	return places + 4 * (request->machine->boundary_count + 1) +
	       request->cpu_count * (2 + ENTRY_AREA_PARTS + 1) + 2 * request->slot_count + 16;
}

static struct mm_result append(struct mm_plan *plan, const struct mm_plan *more)
{
	if (more->count > plan->capacity - plan->count)
		return mm_fail(MM_ERR_PLAN_FULL, plan->capacity);
	for (uint64_t n = 0; n < more->count; n++)
		plan->mappings[plan->count++] = more->mappings[n];
	return mm_ok();
}

/*
 * In ascending order, so that there is nothing left to sort. Only the EFI region and the kernel
 * text have to be known before their turn: the direct map asks which frames are executable.
 */
struct mm_result mm_plan_kernel(struct mm_plan *plan, const struct mm_request *request,
				struct keel_mapping *work, struct mm_outcome *outcome)
{
	struct mm_plan text = { work, plan->capacity / 3, 0, 0, request->machine };
	struct mm_result result;

	plan->count = 0;
	plan->machine = request->machine;
	if ((result = mm_plan_efi_region(&text, request, outcome)).error ||
	    (result = mm_plan_kernel_text(&text, request)).error ||
	    (result = mm_plan_check_frames(&text, work + text.count)).error ||
	    (result = mm_plan_memory(plan, request, &text, work + text.count, outcome)).error ||
	    (result = mm_plan_kernel_stacks(plan, request)).error ||
	    (result = mm_plan_cpu_entry_area(plan, request)).error ||
	    (result = mm_plan_espfix(plan, request)).error ||
	    (result = append(plan, &text)).error || (result = mm_plan_modules(plan)).error ||
	    (result = mm_plan_fixmap(plan, request)).error ||
	    (result = mm_plan_vsyscall(plan, request)).error) {
		/* It is the one plan that is too small, not a part of the memory to work with. */
		if (result.error == MM_ERR_PLAN_FULL)
			result.address = plan->capacity;
		return result;
	}
	return mm_plan_finish(plan, work);
}
