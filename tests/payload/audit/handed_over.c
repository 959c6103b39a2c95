/* SPDX-License-Identifier: BSD-2-Clause */
/* What is handed over; see handed_over.h. */
#include "audit/converted.h"
#include "audit/finding.h"
#include "audit/handed_over.h"
#include "audit/map_rules.h"
#include "audit/service.h"
#include "audit/set_virtual.h"
#include "efi.h"
#include "firmware.h"
#include "found.h"

static void add(void *context, enum keel_finding id, const struct keel_efi_descriptor *d)
{
	(void)context;
	finding(id, "at %lx, %lu pages, type %u, attribute %lx", d->phys, d->pages, d->type,
		d->attribute);
}

static const struct map_remarks remarks = { add, NULL };

static struct map_view memory_map(void)
{
	return (struct map_view){ boot->efi_map, firmware_count(), boot->efi_map_stride };
}

static void judge_memory_map(void)
{
	const struct map_view map = memory_map();

	point_begin_firmware("the memory map is as UEFI has it");
	map_rules(&map, &remarks);
	point_end();
}

static void judge_attributes(void)
{
	const struct efi_memory_attributes *table = boot->efi_memory_attributes;
	const struct map_view map = memory_map();

	point_begin_firmware("the Memory Attributes Table is as UEFI has it");
	if (!table) {
		finding(KEEL_FINDING_MAT_ABSENT, "there is none, or none that can be read");
	} else if (!firmware_attributes_are_there()) {
		finding(KEEL_FINDING_MAT_SIZE, "%u entries of %u bytes", table->count,
			table->entry_bytes);
	} else {
		const struct map_view entries = { table + 1, table->count, table->entry_bytes };

		attribute_rules(&entries, &map, &remarks);
	}
	point_end();
}

/* By its Memory Attributes Table, which the map follows. */
static void judge_code(void)
{
	point_begin_firmware("services lie in what it lets be executed");
	if (!efi_runtime_services()) {
		point_skip("runtime services cannot be used");
		return;
	}
	for (enum service service = 0; service < SERVICE_COUNT; service++) {
		const uint64_t virt = service_address(service), n = found_first_run(virt);

		if (service != SERVICE_SET_VIRTUAL_ADDRESS_MAP && virt && n < found_run_count)
			judge_true(KEEL_FINDING_MAT_FORBIDS_CODE, found_runs[n].rights & RIGHT_X,
				   service_name(service), virt);
	}
	point_end();
}

static void judge_pointer(const char *name, uint64_t phys, uint64_t pointer)
{
	if (pointer != firmware_runtime_virt(phys))
		finding(KEEL_FINDING_SVAM_POINTERS, "%s: was %lx, is %lx", name, phys, pointer);
}

/* What the loader has not looked at when it believed in success: UEFI 2.10, 4.3. */
static void judge_system_table(void)
{
	const struct efi_system_table *system = (const void *)boot->efi_system_table_virt;

	if (!efi_runtime_services())
		return;
	judge_pointer("FirmwareVendor", boot->efi_vendor_phys, system->vendor);
	judge_pointer("ConfigurationTable", boot->efi_config_table_phys, system->config_table);
}

static void judge_set_virtual_address_map(void)
{
	point_begin_firmware("SetVirtualAddressMap did its work");
	if (boot->runtime_state == KEEL_RUNTIME_UNSUPPORTED) {
		point_skip("the firmware does not offer SetVirtualAddressMap");
		return;
	}
	if (boot->runtime_fault_rip || boot->runtime_fault_vector)
		finding(KEEL_FINDING_SVAM_FAULTS, "exception %u, error code %lx, RIP %lx, CR2 %lx",
			boot->runtime_fault_vector, (uint64_t)boot->runtime_fault_error,
			boot->runtime_fault_rip, boot->runtime_fault_cr2);
	else if (boot->runtime_state != KEEL_RUNTIME_VIRTUAL)
		finding(KEEL_FINDING_SVAM_FAILS, "EFI status 0x%lx", boot->runtime_status);
	if (boot->flags & KEEL_FLAG_STALE_SYSTEM_TABLE_CRC)
		finding(KEEL_FINDING_CRC_STALE, "system table or runtime services");
	judge_system_table();
	point_end();
	point_begin_firmware("SetVirtualAddressMap uses runtime memory only");
	judge_what_it_used();
	point_end();
	point_begin_firmware("SetVirtualAddressMap leaves the new addresses alone");
	judge_new_addresses();
	point_end();
}

void audit_handed_over(void)
{
	judge_memory_map();
	judge_attributes();
	judge_set_virtual_address_map();
	audit_converted();
	judge_code();
	audit_tables();
}
