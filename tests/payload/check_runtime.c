/* SPDX-License-Identifier: BSD-2-Clause */
/* Where runtime services are after SetVirtualAddressMap. UEFI 2.10, chapter 8. */
#include "audit/service.h"
#include "checks.h"
#include "firmware.h"
#include "found.h"
#include "report.h"

/* Whether the firmware lets it be executed is judged in audit/handed_over.c. */
static void expect_in_region(const char *what, uint64_t virt)
{
	const uint64_t n = found_first_run(virt);
	const bool mapped = n < found_run_count && found_runs[n].virt <= virt;

	expect(what, virt, KEEL_REGION_EFI, mapped ? found_runs[n].row : 0);
}

/* Whether the call has done its work, whatever boot_info says: it lies where it always was. */
static bool is_converted(void)
{
	const struct efi_system_table *system;

	if (!firmware_all_memory(boot->efi_system_table_phys, sizeof(*system)))
		return false;
	system = (const void *)KEEL_DIRECT_MAP(boot->efi_system_table_phys);
	return (uint64_t)system->runtime_services >= KEEL_EFI_START &&
	       (uint64_t)system->runtime_services <= KEEL_EFI_LAST;
}

/* That it failed is the firmware's business (audit/handed_over.c); that it did is boot_info's. */
static void check_failure(void)
{
	if (boot->runtime_status == EFI_SUCCESS && !boot->runtime_fault_rip)
		expect("the call has failed", boot->efi_system_table_phys, false, is_converted());
	point_end();
}

void check_runtime_services(void)
{
	const struct efi_system_table *system = (const void *)boot->efi_system_table_virt;
	const struct efi_runtime_services *services;

	point_begin("runtime services: tables and functions have their virtual addresses");
	if (boot->runtime_state == KEEL_RUNTIME_UNSUPPORTED) {
		point_skip("the firmware does not offer SetVirtualAddressMap");
		return;
	}
	if (boot->runtime_state == KEEL_RUNTIME_FAILED) {
		check_failure();
		return;
	}
	expect("state", 0, KEEL_RUNTIME_VIRTUAL, boot->runtime_state);
	expect("status of SetVirtualAddressMap", 0, EFI_SUCCESS, boot->runtime_status);
	expect("its exception's vector", boot->runtime_fault_rip, 0, boot->runtime_fault_vector);
	expect("its exception's address", boot->runtime_fault_cr2, 0, boot->runtime_fault_rip);
	expect("its exception's CR2", boot->runtime_fault_rip, 0, boot->runtime_fault_cr2);
	expect("its exception's error code", boot->runtime_fault_rip, 0, boot->runtime_fault_error);
	services = efi_runtime_services();
	expect_text("runtime services table", (uint64_t)system, "in the EFI region",
		    services ? "in the EFI region" : "elsewhere");
	if (services) {
		expect("system table's signature", (uint64_t)system, EFI_SYSTEM_TABLE_SIGNATURE,
		       system->header.signature);
		expect("runtime services table's signature", (uint64_t)services,
		       EFI_RUNTIME_SERVICES_SIGNATURE, services->header.signature);
		for (enum service service = 0; service < SERVICE_COUNT; service++)
			if (service != SERVICE_SET_VIRTUAL_ADDRESS_MAP && service_exists(service))
				expect_in_region("lies in the EFI region",
						 service_address(service));
		expect_in_region("ResetSystem lies in the EFI region",
				 (uint64_t)services->reset_system);
	}
	point_end();
}
