/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All memory that is needed from here on, in three blocks: nothing is allocated after the first
 * ExitBootServices. Arrays are sized for the map as it is now and room to grow.
 */
#include "firmware.h"

/* Descriptors that the map may gain until the end: allocations, and drivers' exit callbacks. */
#define SPARE_DESCRIPTORS 64
#define SPARE_ATTRIBUTES  64 /* entries that the Memory Attributes Table may gain */
#define ATTRIBUTE_BYTES	  48 /* of an entry, should there be no table yet */

#define REAL_MODE_LAST 0x9ffff /* below the legacy video memory */

/* One after the other from `at` on. With at = 0 it only measures: nothing is dereferenced. */
struct carver {
	uint64_t at;
};

static void *carve(struct carver *c, uint64_t bytes)
{
	void *here = (void *)c->at;

	c->at += (bytes + 15) & ~UINT64_C(15);
	return here;
}

/* What the kernel gets. Returns the bytes that it takes. */
static uint64_t lay_out_boot_info(struct loader *l, uint64_t start)
{
	struct carver c = { start };
	const uint64_t stride = l->request.attributes.stride;
	const uint64_t attributes_spare = SPARE_ATTRIBUTES * (stride ? stride : ATTRIBUTE_BYTES);

	l->info = carve(&c, sizeof(*l->info));
	l->descriptors = carve(&c, l->map_capacity);
	l->map.ranges = carve(&c, l->map.capacity * sizeof(*l->map.ranges));
	l->kernel_plan.mappings =
		carve(&c, l->kernel_plan.capacity * sizeof(*l->kernel_plan.mappings));
	l->cpus = carve(&c, l->acpi.cpu_count * sizeof(*l->cpus));
	l->io_apics = carve(&c, l->acpi.io_apic_count * sizeof(*l->io_apics));
	l->info_segments = carve(&c, l->elf.segment_count * sizeof(*l->info_segments));
	l->info_modules = carve(&c, l->module_count * sizeof(*l->info_modules));
	c.at += texts_lay_out(l, start ? c.at : 0);
	c.at = (c.at + 15) & ~UINT64_C(15);
	l->attributes_capacity = l->attributes_bytes + attributes_spare;
	l->attributes_copy = carve(&c, l->attributes_capacity);
	return c.at - start;
}

/* What only the loader needs. Returns the bytes that it takes. */
static uint64_t lay_out_work(struct loader *l, uint64_t start)
{
	struct carver c = { start };
	const uint64_t plan_bytes = l->kernel_plan.capacity * sizeof(struct keel_mapping);

	l->landing_phys = (uintptr_t)carve(&c, 2 * KEEL_PAGE_SIZE);
	l->runtime_map = carve(&c, l->map_capacity);
	l->planned_runtime_map = carve(&c, l->map_capacity);
	l->planned_map.ranges = carve(&c, l->map.capacity * sizeof(*l->planned_map.ranges));
	l->plan_work = carve(&c, plan_bytes);
	l->transition_plan.mappings = carve(&c, plan_bytes);
	l->landing_plan.mappings =
		carve(&c, l->landing_plan.capacity * sizeof(struct keel_mapping));
	l->slots = carve(&c, KEEL_FIXMAP_SLOTS * sizeof(*l->slots));
	l->own = carve(&c, (BLOCK_COUNT + l->module_count) * sizeof(*l->own));
	l->map_work = carve(&c, mm_memory_map_work_bytes(l->map.capacity / 2));
	return c.at - start;
}

/* Sizes that follow from the firmware's map and from the machine. */
static EFI_STATUS measure(struct loader *l)
{
	UINTN bytes = 0;
	UINTN key;
	UINTN stride = 0;
	UINT32 version;
	const EFI_STATUS status = l->boot->GetMemoryMap(&bytes, NULL, &key, &stride, &version);

	if (status != EFI_BUFFER_TOO_SMALL || stride < sizeof(struct keel_efi_descriptor))
		return fail(l, EFI_DEVICE_ERROR,
			    "GetMemoryMap gives %p and a descriptor size of %u when asked for its "
			    "size; EFI_BUFFER_TOO_SMALL and at least 40 were expected",
			    (uint64_t)status, (uint64_t)stride);
	l->map_capacity = bytes + SPARE_DESCRIPTORS * stride;
	l->map.capacity = 2 * (l->map_capacity / stride + BLOCK_COUNT + l->module_count);
	l->planned_map.capacity = l->map.capacity;
	l->planned_map.count = l->map.capacity; /* the most that a plan may have to deal with */
	l->planned_map.coarse = true;
	l->request.map = &l->planned_map;
	l->request.machine = &l->machine;
	l->request.descriptors.bytes = l->map_capacity;
	l->request.descriptors.stride = stride;
	l->request.segments = l->elf.segments;
	l->request.segment_count = l->elf.segment_count;
	l->request.cpu_count = l->acpi.cpu_count;
	l->request.slot_count = KEEL_FIXMAP_SLOTS;
	l->request.attributes.count += SPARE_ATTRIBUTES;
	l->kernel_plan.capacity = mm_plan_capacity(&l->request);
	l->request.attributes.count -= SPARE_ATTRIBUTES;
	l->transition_plan.capacity = l->kernel_plan.capacity;
	l->landing_plan.capacity = 4;
	l->landing_plan.machine = &l->machine;
	return EFI_SUCCESS;
}

static void add_slot(struct loader *l, uint32_t slot, uint64_t phys)
{
	l->slots[l->request.slot_count++] = (struct mm_fixmap_slot){
		.phys = phys & ~(KEEL_PAGE_SIZE - 1),
		.slot = slot,
	};
}

static void fill_slots(struct loader *l)
{
	l->request.slots = l->slots;
	l->request.slot_count = 0;
	if (l->acpi.early_console_phys)
		add_slot(l, KEEL_FIXMAP_EARLY_CONSOLE, l->acpi.early_console_phys);
	add_slot(l, KEEL_FIXMAP_LOCAL_APIC, l->acpi.local_apic_phys);
	for (uint64_t n = 0; n < l->acpi.io_apic_count; n++)
		add_slot(l, l->io_apics[n].slot, l->io_apics[n].phys);
}

static EFI_STATUS allocate(struct loader *l)
{
	const struct mm_cpu_area area = mm_cpu_area_layout(0, l->acpi.cpu_count);
	const uint64_t info_bytes = lay_out_boot_info(l, 0);
	const uint64_t work_bytes = lay_out_work(l, 0);
	EFI_STATUS status;

	l->info = NULL;
	status = block_allocate(l, BLOCK_CPU_AREA, BYTES_TO_PAGES(area.bytes),
				"descriptor tables and stacks");
	if (!EFI_ERROR(status))
		status = block_allocate(l, BLOCK_BOOT_INFO, BYTES_TO_PAGES(info_bytes),
					"boot information");
	if (!EFI_ERROR(status))
		status = block_allocate(l, BLOCK_WORK, BYTES_TO_PAGES(work_bytes), "planning");
	if (EFI_ERROR(status))
		return status;
	/* A processor starts in real mode (SDM vol. 3A 8.4.3). Without the page, one CPU has to do. */
	if (EFI_ERROR(block_allocate_below(l, BLOCK_AP_START, REAL_MODE_LAST, 1)))
		say(l, "  note      no free page below 1 MB: other CPUs cannot be started\n");
	else
		memset((void *)l->blocks[BLOCK_AP_START].phys, 0, KEEL_PAGE_SIZE);
	memset((void *)l->blocks[BLOCK_BOOT_INFO].phys, 0,
	       l->blocks[BLOCK_BOOT_INFO].pages << KEEL_PAGE_SHIFT);
	lay_out_work(l, l->blocks[BLOCK_WORK].phys);
	l->info = (struct keel_boot_info *)l->blocks[BLOCK_BOOT_INFO].phys;
	*l->info = l->facts;
	lay_out_boot_info(l, l->blocks[BLOCK_BOOT_INFO].phys);
	return EFI_SUCCESS;
}

EFI_STATUS workspace_allocate(struct loader *l)
{
	EFI_STATUS status = measure(l);

	if (!EFI_ERROR(status))
		status = allocate(l);
	if (EFI_ERROR(status))
		return status;
	l->info->ap_start_phys =
		l->blocks[BLOCK_AP_START].pages ? l->blocks[BLOCK_AP_START].phys : 0;
	l->request.area = mm_cpu_area_layout(l->blocks[BLOCK_CPU_AREA].phys, l->acpi.cpu_count);
	l->request.descriptors.first = l->descriptors;
	l->request.framebuffer_phys = l->facts.framebuffer.phys;
	l->request.framebuffer_bytes = l->facts.framebuffer.bytes;
	memcpy(l->info_segments, l->elf.segments, l->elf.segment_count * sizeof(*l->info_segments));
	acpi_fill(l, l->cpus, l->io_apics);
	fill_slots(l);
	return EFI_SUCCESS;
}
