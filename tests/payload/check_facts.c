/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What boot_info says of firmware and machine, and no page table shows: compared with where it
 * came from.
 */
#include <stddef.h>
#include "apic.h"
#include "checks.h"
#include "cpu.h"
#include "efi.h"
#include "audit/efi_2.h"
#include "firmware.h"
#include "firmware_tables.h"
#include "kept.h"
#include "report.h"

/* UEFI 2.10, 4.6: an entry of the configuration table. */
struct config_entry {
	struct efi_guid vendor;
	uint64_t table_phys;
};

#define ACPI20                                                      \
	{                                                           \
		0x8868e871, 0xe4f1, 0x11d3,                         \
		{                                                   \
			0xbc, 0x22, 0, 0x80, 0xc7, 0x3c, 0x88, 0x81 \
		}                                                   \
	}
#define ACPI10                                                      \
	{                                                           \
		0xeb9d2d30, 0x2d88, 0x11d3,                         \
		{                                                   \
			0x9a, 0x16, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d \
		}                                                   \
	}
#define SMBIOS                                                      \
	{                                                           \
		0xeb9d2d31, 0x2d88, 0x11d3,                         \
		{                                                   \
			0x9a, 0x16, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d \
		}                                                   \
	}
#define SMBIOS3                                                        \
	{                                                              \
		0xf2fd1544, 0x9794, 0x4a2c,                            \
		{                                                      \
			0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 \
		}                                                      \
	}
#define PROPERTIES                                                     \
	{                                                              \
		0xeb66918a, 0x7eef, 0x402a,                            \
		{                                                      \
			0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 \
		}                                                      \
	}

enum config { RSDP2, RSDP1, SMBIOS2_ENTRY, SMBIOS3_ENTRY, RT_PROPERTIES, CONFIG_COUNT };

#define RT_PROPERTIES_SUPPORTED 4 /* offset of the bits in the table: 4.6.2 */
#define RT_ALL_SUPPORTED	0x3fff

#define EFI_MEMORY_DESCRIPTOR_VERSION 1

/* All of it lies in memory that the direct map holds; where not, the open point has failed. */
static bool is_memory(const char *what, uint64_t phys, uint64_t bytes)
{
	return expect(what, phys, true, firmware_all_memory(phys, bytes));
}

/* Where the n-th table of enum config lies, 0 if the firmware has none. */
static uint64_t find(enum config which)
{
	static const struct efi_guid guids[CONFIG_COUNT] = { ACPI20, ACPI10, SMBIOS, SMBIOS3,
							     PROPERTIES };
	const struct config_entry *e = (const void *)KEEL_DIRECT_MAP(boot->efi_config_table_phys);

	for (uint64_t n = boot->efi_config_table_count; n; n--, e++)
		if (!__builtin_memcmp(&e->vendor, &guids[which], sizeof(e->vendor)))
			return e->table_phys;
	return 0;
}

static void check_config_table(void)
{
	uint64_t properties, supported = RT_ALL_SUPPORTED;

	if (!expect("the configuration table is mapped", boot->efi_config_table_phys, true,
		    is_reached(boot->efi_config_table_phys,
			       array_bytes(boot->efi_config_table_count,
					   sizeof(struct config_entry)))))
		return;
	expect("rsdp_phys", 0, find(RSDP2) ? find(RSDP2) : find(RSDP1), boot->rsdp_phys);
	expect("smbios_phys", 0, find(SMBIOS2_ENTRY), boot->smbios_phys);
	expect("smbios3_phys", 0, find(SMBIOS3_ENTRY), boot->smbios3_phys);
	properties = find(RT_PROPERTIES);
	if (properties && is_memory("EFI_RT_PROPERTIES_TABLE is memory", properties, 8))
		supported =
			*(const uint32_t *)KEEL_DIRECT_MAP(properties + RT_PROPERTIES_SUPPORTED);
	if (!efi_2_may_be_called())
		supported &= ~(uint64_t)EFI_2_SUPPORTED;
	expect("runtime_supported", 0, supported, boot->runtime_supported);
}

/* Whether the CRC32 in the header, which counts as zero itself, is not that of the table. */
static bool crc_is_stale(const struct efi_table_header *header)
{
	const uint64_t field = offsetof(struct efi_table_header, crc32);
	uint32_t crc = ~0u;

	if (header->header_bytes > KEEL_PAGE_SIZE)
		return true;
	for (uint64_t n = 0; n < header->header_bytes; n++) {
		crc ^= n - field < sizeof(header->crc32) ? 0 : ((const uint8_t *)header)[n];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc != header->crc32;
}

/*
 * SetVirtualAddressMap converts three pointers of the system table; it lies where it always was. A
 * pointer that stayed as it was is the firmware's business (audit/handed_over.c).
 */
static void check_system_table(void)
{
	const struct efi_system_table *system;
	uint64_t services = 0;
	bool stale;

	if (boot->runtime_state != KEEL_RUNTIME_VIRTUAL ||
	    !is_memory("the system table is memory", boot->efi_system_table_phys, sizeof(*system)))
		return;
	system = (const void *)KEEL_DIRECT_MAP(boot->efi_system_table_phys);
	if (!expect("system table's signature", boot->efi_system_table_phys,
		    EFI_SYSTEM_TABLE_SIGNATURE, system->header.signature))
		return;
	expect("efi_system_table_virt", 0, firmware_runtime_virt(boot->efi_system_table_phys),
	       boot->efi_system_table_virt);
	expect("efi_vendor_phys", 0, firmware_runtime_phys(system->vendor), boot->efi_vendor_phys);
	expect("efi_config_table_phys", 0, firmware_runtime_phys(system->config_table),
	       boot->efi_config_table_phys);
	expect("efi_config_table_count", 0, system->config_table_count,
	       boot->efi_config_table_count);

	services = firmware_runtime_phys((uint64_t)system->runtime_services);
	if (!is_memory("the runtime services table is memory", services,
		       sizeof(struct efi_runtime_services)))
		return;
	stale = crc_is_stale(&system->header) ||
		crc_is_stale((const void *)KEEL_DIRECT_MAP(services));
	expect("KEEL_FLAG_STALE_SYSTEM_TABLE_CRC", 0, stale,
	       (boot->flags & KEEL_FLAG_STALE_SYSTEM_TABLE_CRC) != 0);
}

static void check_firmware(void)
{
	point_begin("boot_info: the firmware's tables");
	check_config_table();
	check_system_table();
	expect("SetVirtualAddressMap was left out", 0,
	       !(boot->runtime_supported & EFI_RT_SUPPORTED_SET_VIRTUAL_ADDRESS_MAP),
	       boot->runtime_state == KEEL_RUNTIME_UNSUPPORTED);
	expect("efi_map_version", 0, EFI_MEMORY_DESCRIPTOR_VERSION, boot->efi_map_version);
	expect("ExitBootServices was called", 0, true, boot->exit_tries > 0);
	point_end();
}

/* Memory that the CPU reaches and the direct map does not hold. */
static uint64_t left_out_bytes(void)
{
	const uint64_t limit = KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1;
	uint64_t bytes = 0;

	for (uint64_t phys = limit; phys < UINT64_C(1) << boot->phys_bits;) {
		struct firmware_span span = firmware_span(phys);

		bytes += span.memory ? span.end - phys : 0;
		phys = span.end;
	}
	return bytes;
}

static void check_machine(void)
{
	const uint64_t base = apic_base();
	const uint32_t own_id = apic_why_not() ? read_cpuid(1).ebx >> 24 : apic_id();
	const uint64_t known = KEEL_FLAG_RUNTIME_CODE_WRITABLE | KEEL_FLAG_STALE_SYSTEM_TABLE_CRC |
			       KEEL_FLAG_X2APIC;

	point_begin("boot_info: CPUs, and memory that is left out");
	expect("flags without a meaning", 0, 0, boot->flags & ~known);
	expect("KEEL_FLAG_X2APIC", 0, (base & APIC_BASE_X2APIC) != 0,
	       (boot->flags & KEEL_FLAG_X2APIC) != 0);
	expect("local_apic_phys", 0, base & KEEL_PTE_ADDRESS, boot->local_apic_phys);
	/* What CPUID says of the ID is wrong in some virtual machines, so the APIC says it. */
	for (uint64_t n = 0; n < boot->cpu_count; n++)
		expect("apic_id is CPU 0's", n, n == 0, boot->cpus[n].apic_id == own_id);
	expect("direct_map_left_out_bytes", 0, left_out_bytes(), boot->direct_map_left_out_bytes);
	point_end();
}

static void expect_possible(const struct keel_framebuffer *f)
{
	const uint32_t outer = 0xff, inner = 0xff0000;

	expect("format", 0, true, f->format <= KEEL_PIXEL_MASKS);
	expect("there is one", f->phys, f->format != KEEL_PIXEL_NONE, f->bytes != 0);
	if (f->format != KEEL_PIXEL_NONE) {
		expect("a line holds its pixels", f->phys, true, f->width && f->width <= f->stride);
		expect("bytes of a pixel", f->phys, true,
		       f->bytes_per_pixel - 1 < sizeof(uint32_t));
		expect("it holds its lines", f->phys, true,
		       f->height &&
			       (uint64_t)f->stride * f->bytes_per_pixel <= f->bytes / f->height);
		expect("masks", f->phys, true, f->red_mask && f->green_mask && f->blue_mask);
	}
	if (f->format == KEEL_PIXEL_RGBX32 || f->format == KEEL_PIXEL_BGRX32) {
		const bool red_first = f->format == KEEL_PIXEL_RGBX32;

		expect("red_mask", f->phys, red_first ? outer : inner, f->red_mask);
		expect("green_mask", f->phys, 0xff00, f->green_mask);
		expect("blue_mask", f->phys, red_first ? inner : outer, f->blue_mask);
	}
}

/* All screens in their array, that of the person first. */
static void check_screens(void)
{
	const struct keel_screen *screens = boot->screens;

	point_begin("boot_info: the framebuffer's size and format");
	expect_possible(&boot->framebuffer);
	expect("screen_count", 0, boot->framebuffer.format != KEEL_PIXEL_NONE,
	       boot->screen_count != 0);
	for (uint64_t n = 0; n < boot->screen_count; n++) {
		const struct keel_framebuffer *f = &screens[n].framebuffer;

		expect_possible(f);
		expect("virt", f->phys, KEEL_DIRECT_MAP(f->phys), f->virt);
		expect("there is an EDID", f->phys, screens[n].edid != NULL,
		       screens[n].edid_bytes != 0);
		for (uint64_t before = 0; before < n; before++)
			expect("another one", n, false,
			       f->phys == screens[before].framebuffer.phys);
	}
	if (boot->screen_count)
		expect("screens[0] is not boot_info's", 0, 0,
		       (uint64_t)__builtin_memcmp(&screens[0].framebuffer, &boot->framebuffer,
						  sizeof(boot->framebuffer)));
	point_end();
}

static void check_time_stamps(void)
{
	uint64_t left = boot->jump_tsc - boot->entry_tsc;

	point_begin("boot_info: time stamps");
	expect("the entry was before the jump", 0, true, boot->entry_tsc < boot->jump_tsc);
	expect("the jump was before now", 0, true, boot->jump_tsc < read_tsc());
	for (unsigned n = 0; n < KEEL_STAGE_COUNT; n++) {
		if (!expect("ticks of a stage fit into what is left", n, true,
			    boot->stage_ticks[n] <= left))
			break;
		left -= boot->stage_ticks[n];
	}
	point_end();
}

void check_facts(void)
{
	check_firmware();
	check_machine();
	check_screens();
	check_time_stamps();
}
