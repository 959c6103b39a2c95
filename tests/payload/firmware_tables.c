/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel follows: docs/protocol.md, "The firmware's tables". Tables that make no sense end the
 * way, as they do there.
 */
#include "checks.h"
#include "firmware.h"
#include "firmware_tables.h"
#include "follow_tables.h"
#include "found.h"
#include "kept.h"
#include "report.h"
#include "screens.h"

#define TABLES_AT_MOST 1024
#define BYTES_AT_MOST  (KEEL_U64(64) << 20)
#define SIZE_4G	       KEEL_U64(0x100000000)

struct table {
	uint64_t phys, bytes;
	bool written;
};

static struct table tables[TABLES_AT_MOST];
static uint64_t table_count, table_bytes, looked_at;

bool is_reached(uint64_t phys, uint64_t bytes)
{
	uint64_t at = phys;

	if (phys > UINT64_MAX - bytes ||
	    phys + bytes > KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START)
		return false;
	while (at < phys + bytes) {
		const uint64_t n = found_first_run(KEEL_DIRECT_MAP(at));
		const struct found_run *run = &found_runs[n];

		if (n == found_run_count || run->virt > KEEL_DIRECT_MAP(at))
			return false;
		at = KEEL_DIRECT_MAP_PHYS(run->virt) + run->bytes;
	}
	return true;
}

bool is_followed(uint64_t phys, uint64_t bytes)
{
	const uint64_t limit = UINT64_C(1) << boot->phys_bits;
	uint64_t at = phys < SIZE_4G ? SIZE_4G : phys;

	if (phys < KEEL_PAGE_SIZE || bytes > UINT64_MAX - phys)
		return false;
	while (at < phys + bytes) {
		const struct firmware_span span =
			at < limit ? firmware_span(at) : (struct firmware_span){ 0 };

		if (!span.known)
			return false;
		at = span.end;
	}
	return true;
}

const uint8_t *reach(const char *what, uint64_t phys, uint64_t bytes)
{
	if (!expect(what, phys, true, is_reached(phys, bytes)))
		return NULL;
	return (const uint8_t *)KEEL_DIRECT_MAP(phys);
}

const uint8_t *look(const char *what, uint64_t phys, uint64_t bytes)
{
	if (!phys || looked_at == TABLES_AT_MOST)
		return NULL;
	looked_at++;
	return is_followed(phys, bytes) ? reach(what, phys, bytes) : NULL;
}

bool keep(const char *what, uint64_t phys, uint64_t bytes, bool written)
{
	if (!bytes || !is_followed(phys, bytes) || bytes > BYTES_AT_MOST - table_bytes ||
	    !reach(what, phys, bytes))
		return false;
	for (uint64_t n = 0; n < table_count; n++)
		if (tables[n].phys == phys && tables[n].bytes == bytes &&
		    tables[n].written == written)
			return true;
	tables[table_count++] = (struct table){ phys, bytes, written };
	table_bytes += bytes;
	return true;
}

static uint64_t virt_of(uint64_t phys)
{
	return phys ? KEEL_DIRECT_MAP(phys) : 0;
}

/* Returns whether the configuration table can be read. */
static bool check_addresses(void)
{
	const uint64_t phys = boot->efi_config_table_phys;
	const uint64_t bytes = array_bytes(boot->efi_config_table_count, CONFIG_ENTRY_BYTES);
	bool sound;

	point_begin("firmware's tables: boot_info has their addresses in the direct map");
	expect("rsdp_virt", boot->rsdp_phys, virt_of(boot->rsdp_phys), boot->rsdp_virt);
	expect("smbios_virt", boot->smbios_phys, virt_of(boot->smbios_phys), boot->smbios_virt);
	expect("smbios3_virt", boot->smbios3_phys, virt_of(boot->smbios3_phys), boot->smbios3_virt);
	sound = expect("efi_config_table_virt", phys, virt_of(phys), boot->efi_config_table_virt) &&
		look("the configuration table is mapped", phys, CONFIG_ENTRY_BYTES) &&
		expect("all of the configuration table is mapped", phys, true,
		       keep("the configuration table is mapped", phys, bytes, false));
	point_end();
	return sound;
}

bool table_in_page(uint64_t page_phys)
{
	for (uint64_t n = 0; n < table_count; n++)
		if (tables[n].phys < page_phys + KEEL_PAGE_SIZE &&
		    page_phys < tables[n].phys + tables[n].bytes)
			return true;
	return false;
}

bool written_table_in_page(uint64_t page_phys)
{
	for (uint64_t n = 0; n < table_count; n++)
		if (tables[n].written && tables[n].phys < page_phys + KEEL_PAGE_SIZE &&
		    page_phys < tables[n].phys + tables[n].bytes)
			return true;
	return false;
}

bool is_device(uint64_t phys)
{
	const struct firmware_span span = firmware_span(phys);

	return span.known &&
	       (span.type == KEEL_MEMORY_TYPE_MMIO || span.type == KEEL_MEMORY_TYPE_MMIO_PORT);
}

static bool in_framebuffer(uint64_t page_phys)
{
	for (uint64_t n = 0; n < framebuffer_count(); n++)
		if (page_phys + KEEL_PAGE_SIZE > framebuffer(n)->phys &&
		    page_phys < framebuffer(n)->phys + framebuffer(n)->bytes)
			return true;
	return false;
}

static void expect_own_type(const struct table *t)
{
	for (uint64_t page = t->phys / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE; page < t->phys + t->bytes;
	     page += KEEL_PAGE_SIZE) {
		const struct keel_memory_range *r = find_range(page);

		if (!firmware_span(page).memory && !in_framebuffer(page))
			expect("type of a table's page", page, KEEL_MEMORY_TYPE_FIRMWARE_TABLE,
			       r ? r->type : 0);
	}
}

static void check_ranges(void)
{
	point_begin("firmware's tables: ranges of their own hold what is no memory, and no more");
	for (uint64_t n = 0; n < table_count; n++)
		expect_own_type(&tables[n]);
	for (uint64_t n = 0; n < boot->memory_range_count; n++) {
		const struct keel_memory_range *r = &boot->memory_ranges[n];

		if (r->type != KEEL_MEMORY_TYPE_FIRMWARE_TABLE || !range_is_possible(r))
			continue;
		for (uint64_t at = 0; at < r->bytes; at += KEEL_PAGE_SIZE)
			if (!expect("a table lies in the page", r->phys + at, true,
				    table_in_page(r->phys + at)))
				break;
	}
	point_end();
}

void check_firmware_tables(void)
{
	if (check_addresses())
		check_config_tables();
	check_acpi_tables();
	check_ranges();
	comment("firmware's tables: %lu, %lu bytes", table_count, table_bytes);
}
