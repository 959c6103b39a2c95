/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader keeps for the kernel: the memory map has to call it by its name, or a kernel
 * that takes all free memory takes its own tables.
 */
#include "checks.h"
#include "firmware.h"
#include "kept.h"
#include "report.h"

#define ELF_SYMBOL_BYTES 24
/* A start-up interrupt reaches 1 MB; the extended BIOS data area begins here, or further down. */
#define EBDA_START  KEEL_U64(0x9f000)
#define START_BYTES (2 * KEEL_PAGE_SIZE) /* what Keel needs to start CPUs itself */

bool range_is_possible(const struct keel_memory_range *r)
{
	const uint64_t limit = UINT64_C(1) << boot->phys_bits;

	return r->phys < limit && r->bytes <= limit - r->phys;
}

const struct keel_memory_range *find_range(uint64_t phys)
{
	for (uint64_t n = 0; n < boot->memory_range_count; n++) {
		const struct keel_memory_range *r = &boot->memory_ranges[n];

		if (range_is_possible(r) && phys - r->phys < r->bytes)
			return r;
	}
	return NULL;
}

bool may_be_stored_to(uint64_t phys)
{
	const struct keel_memory_range *r = find_range(phys);

	if (!r)
		return false;
	switch (r->type) {
	case KEEL_MEMORY_TYPE_CONVENTIONAL:
	case KEEL_MEMORY_TYPE_KERNEL:
	case KEEL_MEMORY_TYPE_TABLES:
	case KEEL_MEMORY_TYPE_CPU_AREA:
	case KEEL_MEMORY_TYPE_BOOT_INFO:
	case KEEL_MEMORY_TYPE_MODULE:
		return true;
	}
	return false;
}

bool expect_kept(const char *what, uint64_t phys, uint64_t bytes, uint32_t type)
{
	const struct keel_memory_range *r = find_range(phys);

	if (!bytes)
		return true;
	if (!r)
		return expect_text(what, phys, "a range of the memory map", "nothing");
	return expect(what, phys, type, r->type) &&
	       expect("its end lies in the same range", phys, true,
		      bytes <= r->bytes - (phys - r->phys));
}

/* Returns whether all of it lies in one range, whatever that is called: then it can be read. */
static bool expect_data(const char *what, const void *pointer, uint64_t count, uint64_t bytes)
{
	const uint64_t phys = KEEL_DIRECT_MAP_PHYS((uint64_t)pointer);
	const uint64_t all = array_bytes(count, bytes);
	const struct keel_memory_range *r = find_range(phys);

	expect_kept(what, phys, all, KEEL_MEMORY_TYPE_BOOT_INFO);
	return !all || (r && all <= r->bytes - (phys - r->phys));
}

/* Returns whether nothing of what screens lead to leads out of memory. */
static bool check_screens(void)
{
	bool readable =
		expect_data("screens", boot->screens, boot->screen_count, sizeof(*boot->screens));

	for (uint64_t n = 0; readable && n < boot->screen_count; n++)
		readable &=
			expect_data("edid", boot->screens[n].edid, 1, boot->screens[n].edid_bytes);
	return readable;
}

/* Returns whether nothing of it leads out of memory. */
static bool check_data(void)
{
	const struct keel_boot_info *b = boot;
	bool readable = true;

	point_begin("memory map: boot_info and what it points to are kept");
	readable &= expect_data("boot_info", b, 1, b->size);
	readable &= expect_data("memory_ranges", b->memory_ranges, b->memory_range_count,
				sizeof(*b->memory_ranges));
	readable &= expect_data("mappings", b->mappings, b->mapping_count, sizeof(*b->mappings));
	readable &= expect_data("efi_map", b->efi_map, 1, b->efi_map_bytes);
	if (b->efi_memory_attributes)
		readable &= expect_data("efi_memory_attributes", b->efi_memory_attributes, 1,
					b->efi_memory_attributes_bytes);
	readable &= expect_data("segments", b->segments, b->segment_count, sizeof(*b->segments));
	readable &= expect_data("cpus", b->cpus, b->cpu_count, sizeof(*b->cpus));
	readable &= expect_data("io_apics", b->io_apics, b->io_apic_count, sizeof(*b->io_apics));
	readable &= expect_data("modules", b->modules, b->module_count, sizeof(*b->modules));
	readable &= expect_data("symbols", b->symbols, b->symbol_count, ELF_SYMBOL_BYTES);
	readable &= expect_data("symbol_names", b->symbol_names, 1, b->symbol_names_bytes);
	readable &= check_screens();
	readable &= expect_data("tpm_log", b->tpm_log, 1, b->tpm_log_bytes);
	readable &=
		expect_data("tpm_final_events", b->tpm_final_events, 1, b->tpm_final_events_bytes);
	point_end();
	return readable;
}

/* Returns whether all of it can be read, whatever that memory is called. */
bool expect_cpu_area(const char *what, uint64_t phys, uint64_t bytes)
{
	expect_kept(what, phys, bytes, KEEL_MEMORY_TYPE_CPU_AREA);
	return firmware_all_memory(phys, bytes);
}

static bool check_cpu(const struct keel_cpu *cpu)
{
	bool readable = true;

	readable &= expect_cpu_area("GDT", cpu->gdt_phys, KEEL_PAGE_SIZE);
	readable &= expect_cpu_area("entry stack", cpu->entry_stack_phys, KEEL_PAGE_SIZE);
	readable &= expect_cpu_area("TSS", cpu->tss_phys, KEEL_PAGE_SIZE);
	readable &= expect_cpu_area("IST stacks", cpu->ist_stacks_phys, IST_STACKS_BYTES);
	readable &= expect_cpu_area("stack", cpu->stack_phys, KEEL_STACK_BYTES);
	readable &= expect_cpu_area("ministack", cpu->espfix_phys, KEEL_ESPFIX_STACK_BYTES);
	return readable;
}

/* Returns whether nothing of it leads out of memory. */
static bool check_cpu_areas(void)
{
	bool readable = true;

	point_begin("memory map: the CPUs' tables and stacks are kept");
	readable &= expect_cpu_area("IDT", boot->idt_phys, KEEL_PAGE_SIZE);
	readable &= expect_cpu_area("vsyscall page", boot->vsyscall_phys, KEEL_PAGE_SIZE);
	expect_cpu_area("waiting page", boot->waiting_page_phys, KEEL_PAGE_SIZE);
	if (boot->ap_start_phys)
		expect_cpu_area("page to start CPUs from", boot->ap_start_phys, KEEL_PAGE_SIZE);
	if (boot->mailboxes)
		readable &= expect_cpu_area("mailboxes",
					    KEEL_DIRECT_MAP_PHYS((uint64_t)boot->mailboxes),
					    array_bytes(boot->cpu_count, sizeof(*boot->mailboxes)));
	for (uint64_t n = 0; n < boot->cpu_count; n++)
		readable &= check_cpu(&boot->cpus[n]);
	point_end();
	return readable;
}

/* Of a range below the EBDA, without page 0, which is nobody's. */
static uint64_t usable_bytes(const struct keel_memory_range *r)
{
	const uint64_t start = r->phys ? r->phys : KEEL_PAGE_SIZE;
	const uint64_t end = r->phys + r->bytes < EBDA_START ? r->phys + r->bytes : EBDA_START;

	return end > start ? end - start : 0;
}

/* Keel keeps the page where a CPU is missing, which might still come to it. */
static bool is_kept_for_missing(void)
{
	for (uint64_t n = 0; n < boot->memory_range_count; n++)
		if (boot->memory_ranges[n].type == KEEL_MEMORY_TYPE_CPU_AREA &&
		    boot->memory_ranges[n].phys < EBDA_START)
			return true;
	return false;
}

/* A start-up interrupt has eight bits for the page: SDM vol. 3A 8.4.3. */
static void check_ap_start(void)
{
	const uint64_t phys = boot->ap_start_phys;

	point_begin("memory map: a page below 1 MB to start CPUs from is kept, or none is free");
	expect("a page below the EBDA", phys, phys % EBDA_START / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE,
	       phys);
	if (phys)
		expect_cpu_area("ap_start_phys", phys, KEEL_PAGE_SIZE);
	/* Otherwise there is no place. */
	for (uint64_t n = 0; !phys && !is_kept_for_missing() && n < boot->memory_range_count; n++) {
		const struct keel_memory_range *r = &boot->memory_ranges[n];

		if (r->type == KEEL_MEMORY_TYPE_CONVENTIONAL && r->phys < EBDA_START)
			expect("there is no place in what is free", r->phys, true,
			       usable_bytes(r) < START_BYTES);
	}
	point_end();
}

/* Returns whether the block of tables ends where physical addresses do. */
static bool check_tables_and_kernel(void)
{
	const struct keel_memory_range tables = {
		.phys = boot->tables_phys,
		.bytes = array_bytes(boot->tables_planned, KEEL_PAGE_SIZE),
	};

	point_begin("memory map: page tables and kernel are kept");
	expect_kept("page tables", tables.phys, tables.bytes, KEEL_MEMORY_TYPE_TABLES);
	for (unsigned n = 0; n < boot->segment_count; n++)
		expect_kept("kernel segment", boot->segments[n].phys, boot->segments[n].bytes,
			    KEEL_MEMORY_TYPE_KERNEL);
	point_end();
	return range_is_possible(&tables);
}

bool check_own_memory(void)
{
	const bool readable = check_data() && check_cpu_areas();

	if (!readable)
		return false;
	check_ap_start();
	return check_tables_and_kernel();
}
