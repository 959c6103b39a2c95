/* SPDX-License-Identifier: BSD-2-Clause */
/* What each CPU gets: a stack, a part of the entry area, a %esp fixup ministack; and its memory. */
#include "regions.h"

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
		struct mm_result result = mm_region_add_tables(
			plan, KEEL_REGION_STACKS, slot, slot + guard_bytes - 1, KEEL_LEVEL_PDPT);

		if (!result.error)
			result = mm_region_add(plan, KEEL_REGION_STACKS, slot + guard_bytes, phys,
					       KEEL_STACK_BYTES, KEEL_RIGHTS_RW);
		if (result.error)
			return result;
		slot += KEEL_STACK_SLOT_BYTES;
	}
	/* Address spaces that copy the PML4 share every stack that is mapped later. */
	return mm_region_add_tables(plan, KEEL_REGION_STACKS, slot, KEEL_STACKS_LAST,
				    KEEL_LEVEL_PDPT);
}

/* What a CPU has in its entry area, as pages there and pages in its physical block. */
static const struct entry_area_part {
	uint8_t virt_page;
	uint8_t phys_page;
	uint8_t pages;
	uint8_t rights;
} entry_area_parts[MM_ENTRY_AREA_PARTS] = {
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

static struct mm_result add_cpu_entry_area(struct mm_plan *plan, const struct mm_request *request,
					   uint64_t cpu)
{
	const uint64_t block =
		request->area.blocks_phys + cpu * MM_CPU_BLOCK_PAGES * KEEL_PAGE_SIZE;

	for (size_t n = 0; n < MM_ENTRY_AREA_PARTS; n++) {
		const struct entry_area_part *part = entry_area_parts + n;
		const struct mm_result result =
			mm_region_add(plan, KEEL_REGION_CPU_ENTRY_AREA,
				      KEEL_CEA_CPU_START(cpu) + part->virt_page * KEEL_PAGE_SIZE,
				      block + part->phys_page * KEEL_PAGE_SIZE,
				      part->pages * KEEL_PAGE_SIZE, part->rights);

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
	result = mm_region_add(plan, KEEL_REGION_CPU_ENTRY_AREA, KEEL_CPU_ENTRY_AREA_START,
			       request->area.idt_phys, KEEL_PAGE_SIZE, KEEL_RIGHTS_R);
	for (uint64_t cpu = 0; cpu < request->cpu_count && !result.error; cpu++)
		result = add_cpu_entry_area(plan, request, cpu);
	return result;
}

struct mm_result mm_plan_waiting_page(struct mm_plan *plan, const struct mm_request *request)
{
	if (!request->area.waiting_phys)
		return mm_ok();
	return mm_region_add(plan, KEEL_REGION_CPU_ENTRY_AREA, KEEL_CEA_WAITING_PAGE,
			     request->area.waiting_phys, KEEL_PAGE_SIZE, KEEL_RIGHTS_RX);
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

static uint64_t mailbox_pages(uint64_t cpu_count)
{
	const uint64_t in_page = KEEL_PAGE_SIZE / sizeof(struct keel_mailbox);

	return (cpu_count + in_page - 1) / in_page;
}

struct mm_cpu_area mm_cpu_area_layout(uint64_t base_phys, uint64_t cpu_count, bool started)
{
	struct mm_cpu_area area = { .idt_phys = base_phys };

	area.vsyscall_phys = area.idt_phys + KEEL_PAGE_SIZE;
	area.espfix_phys = area.vsyscall_phys + KEEL_PAGE_SIZE;
	area.blocks_phys = area.espfix_phys + espfix_pages(cpu_count) * KEEL_PAGE_SIZE;
	area.stacks_phys = area.blocks_phys + cpu_count * MM_CPU_BLOCK_PAGES * KEEL_PAGE_SIZE;
	area.bytes = area.stacks_phys + cpu_count * KEEL_STACK_BYTES - base_phys;
	if (!started)
		return area;
	area.waiting_phys = base_phys + area.bytes;
	area.mailboxes_phys = area.waiting_phys + KEEL_PAGE_SIZE;
	area.bytes += KEEL_PAGE_SIZE + mailbox_pages(cpu_count) * KEEL_PAGE_SIZE;
	return area;
}
