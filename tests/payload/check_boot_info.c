/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_info itself, and the memory map in it against the firmware's own. */
#include "checks.h"
#include "cpu.h"
#include "firmware.h"
#include "kept.h"
#include "report.h"

/*
 * Of either memory map: 20,000 descriptors. The longest that was ever seen has 312, and whoever
 * asks what an address is goes through all of them.
 */
#define MAP_BYTES_AT_MOST (KEEL_U64(1) << 20)

static bool in_direct_map(uint64_t virt, uint64_t bytes)
{
	return virt >= KEEL_DIRECT_MAP_START && virt <= KEEL_DIRECT_MAP_LAST &&
	       bytes - 1 <= KEEL_DIRECT_MAP_LAST - virt;
}

static bool expect_pointer(const char *what, const void *pointer, uint64_t bytes)
{
	return !bytes ||
	       expect(what, (uint64_t)pointer, true, in_direct_map((uint64_t)pointer, bytes));
}

static bool expect_array(const char *what, const void *pointer, uint64_t count, uint64_t bytes)
{
	return expect_pointer(what, pointer, array_bytes(count, bytes));
}

/* Returns whether the memory maps and the CPUs, which are needed first of all, can be there. */
static bool check_pointers(void)
{
	const uint64_t range_bytes =
		array_bytes(boot->memory_range_count, sizeof(*boot->memory_ranges));
	bool sound;

	point_begin("boot_info: every pointer is a direct-map address");
	expect_pointer("boot_info", boot, sizeof(*boot));
	sound = expect_pointer("memory_ranges", boot->memory_ranges, range_bytes);
	sound &= expect("memory_ranges are no more than a megabyte", range_bytes, true,
			range_bytes <= MAP_BYTES_AT_MOST);
	expect_array("mappings", boot->mappings, boot->mapping_count, sizeof(*boot->mappings));
	sound &= expect_pointer("efi_map", boot->efi_map, boot->efi_map_bytes);
	sound &= expect("efi_map is no more than a megabyte", boot->efi_map_bytes, true,
			boot->efi_map_bytes <= MAP_BYTES_AT_MOST);
	expect_pointer("efi_memory_attributes", boot->efi_memory_attributes,
		       boot->efi_memory_attributes ? boot->efi_memory_attributes_bytes : 0);
	expect_array("segments", boot->segments, boot->segment_count, sizeof(*boot->segments));
	sound &= expect_array("cpus", boot->cpus, boot->cpu_count, sizeof(*boot->cpus));
	expect_array("io_apics", boot->io_apics, boot->io_apic_count, sizeof(*boot->io_apics));
	expect_array("modules", boot->modules, boot->module_count, sizeof(*boot->modules));
	expect_array("screens", boot->screens, boot->screen_count, sizeof(*boot->screens));
	expect_pointer("command_line", boot->command_line, 1);
	expect_pointer("entry_title", boot->entry_title, 1);
	expect_pointer("kernel_path", boot->kernel_path, 1);
	expect_pointer("boot_device", boot->boot_device, 1);
	expect_pointer("symbols", boot->symbols, boot->symbol_count);
	expect_pointer("symbol_names", boot->symbol_names, boot->symbol_names_bytes);
	expect_pointer("tpm_log", boot->tpm_log, boot->tpm_log_bytes);
	expect_pointer("tpm_final_events", boot->tpm_final_events, boot->tpm_final_events_bytes);
	if (boot->framebuffer.format != KEEL_PIXEL_NONE)
		expect("framebuffer.virt", boot->framebuffer.phys,
		       KEEL_DIRECT_MAP(boot->framebuffer.phys), boot->framebuffer.virt);
	point_end();
	return sound;
}

/* Returns whether addresses and descriptors have the size that they must have. */
static bool check_cpu_facts(void)
{
	bool has_1g = read_cpuid(0x80000001).edx & CPUID_80000001_EDX_1G_PAGES;
	bool sound;

	point_begin("boot_info: what it says of the CPU");
	sound = expect("phys_bits", 0, read_cpuid(0x80000008).eax & 0xff, boot->phys_bits);
	expect("largest_leaf_level", 0, has_1g ? KEEL_LEVEL_PDPT : KEEL_LEVEL_PD,
	       boot->largest_leaf_level);
	sound &= expect("there is at least one CPU", 0, true, boot->cpu_count > 0);
	expect("there is a descriptor", 0, true, firmware_count() > 0);
	sound &= expect("size of a descriptor", 0, true,
			boot->efi_map_stride >= sizeof(struct keel_efi_descriptor));
	point_end();
	return sound;
}

bool check_boot_info(void)
{
	bool sound;

	point_begin("boot_info: magic, version and size");
	sound = expect("its address", (uint64_t)boot, true,
		       in_direct_map((uint64_t)boot, sizeof(*boot))) &&
		expect("is no multiple of 8", (uint64_t)boot, 0,
		       (uint64_t)boot % sizeof(uint64_t)) &&
		expect("magic", (uint64_t)boot, KEEL_BOOT_INFO_MAGIC, boot->magic) &&
		expect("version", (uint64_t)boot, KEEL_BOOT_INFO_VERSION, boot->version) &&
		expect("size", (uint64_t)boot, sizeof(*boot), boot->size);
	point_end();
	return sound;
}

bool check_boot_info_contents(void)
{
	bool sound = check_pointers();

	return check_cpu_facts() && sound;
}

static bool is_one_range(const struct keel_memory_range *a, const struct keel_memory_range *b)
{
	return a->phys + a->bytes == b->phys && a->type == b->type && a->attribute == b->attribute;
}

static void check_order(void)
{
	const struct keel_memory_range *r = boot->memory_ranges;

	point_begin("memory map: ranges are sorted, whole pages, merged, and do not overlap");
	for (uint64_t n = 0; n < boot->memory_range_count; n++, r++) {
		expect("part of a page", r->phys, 0, (r->phys | r->bytes) % KEEL_PAGE_SIZE);
		expect("is empty", r->phys, false, r->bytes == 0);
		if (n == 0)
			continue;
		expect("begins behind the range before it", r->phys, true,
		       r[-1].phys + r[-1].bytes <= r->phys);
		expect("continues the range before it", r->phys, false, is_one_range(r - 1, r));
	}
	point_end();
}

/*
 * Keel's own types stand for memory that it was given: for the firmware, loader data or code; but
 * for the firmware's tables, which are no memory, or in no descriptor at all.
 */
static bool types_agree(uint32_t type, const struct firmware_span *span)
{
	if (type == KEEL_MEMORY_TYPE_FIRMWARE_TABLE)
		return !span->memory;
	if (firmware_has_type(type))
		return type == span->type;
	return type >= KEEL_MEMORY_TYPE_KERNEL && type < KEEL_MEMORY_TYPE_KEEL_END &&
	       (span->type == KEEL_MEMORY_TYPE_LOADER_DATA ||
		span->type == KEEL_MEMORY_TYPE_LOADER_CODE);
}

/* Returns how many bytes of it the firmware describes. */
static uint64_t check_range(const struct keel_memory_range *r)
{
	const bool is_table = r->type == KEEL_MEMORY_TYPE_FIRMWARE_TABLE;
	const bool possible =
		expect("ends where physical addresses do", r->phys, true, range_is_possible(r));
	const uint64_t end = possible ? r->phys + r->bytes : 0;
	uint64_t described = 0;
	bool mapped;

	for (uint64_t phys = r->phys; phys < end;) {
		struct firmware_span span = firmware_span(phys);

		if (span.end > end)
			span.end = end;
		expect("the firmware knows it", phys, true, span.known || is_table);
		if (!types_agree(r->type, &span))
			expect("type", phys, span.type, r->type);
		if (firmware_has_type(r->type) || is_table)
			expect("attribute", phys, span.attribute, r->attribute);
		described += span.known ? span.end - phys : 0;
		phys = span.end;
	}
	mapped = firmware_is_memory(r->type) || !firmware_has_type(r->type);
	expect("reserved member", r->phys, 0, r->reserved);
	expect("virt", r->phys, mapped ? KEEL_DIRECT_MAP(r->phys) : 0, r->virt);
	return described;
}

void check_memory_ranges(void)
{
	uint64_t bytes = 0, firmware_bytes = 0;
	const uint64_t limit = UINT64_C(1) << boot->phys_bits;

	check_order();
	point_begin("memory map: says what the firmware's descriptors say");
	for (uint64_t n = 0; n < boot->memory_range_count; n++)
		bytes += check_range(&boot->memory_ranges[n]);
	for (uint64_t phys = 0; phys < limit;) {
		struct firmware_span span = firmware_span(phys);

		firmware_bytes += span.known ? span.end - phys : 0;
		phys = span.end;
	}
	expect("bytes that are described", 0, firmware_bytes, bytes);
	point_end();
}
