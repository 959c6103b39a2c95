/* SPDX-License-Identifier: BSD-2-Clause */
/* Runtime services with good arguments, at their virtual addresses. UEFI 2.10, chapter 8. */
#include <stddef.h>
#include "checks.h"
#include "firmware.h"
#include "found.h"
#include "report.h"
#include "service.h"

static void expect_code(const char *what, uint64_t virt)
{
	const uint64_t n = found_first_run(virt);
	const bool mapped = n < found_run_count && found_runs[n].virt <= virt;

	expect("lies in the EFI region", virt, KEEL_REGION_EFI, mapped ? found_runs[n].row : 0);
	if (mapped)
		expect(what, virt, RIGHT_X, found_runs[n].rights & RIGHT_X);
}

static void check_place(void)
{
	const struct efi_system_table *system = (const void *)boot->efi_system_table_virt;

	point_begin("runtime services: tables and functions have their virtual addresses");
	if (boot->runtime_state == KEEL_RUNTIME_UNSUPPORTED) {
		point_skip("the firmware does not offer SetVirtualAddressMap");
		return;
	}
	expect("state", 0, KEEL_RUNTIME_VIRTUAL, boot->runtime_state);
	expect("status of SetVirtualAddressMap", 0, EFI_SUCCESS, boot->runtime_status);
	expect("its exception's vector", boot->runtime_fault_rip, 0, boot->runtime_fault_vector);
	expect("its exception's address", boot->runtime_fault_cr2, 0, boot->runtime_fault_rip);
	expect("its exception's CR2", boot->runtime_fault_rip, 0, boot->runtime_fault_cr2);
	expect("its exception's error code", boot->runtime_fault_rip, 0, boot->runtime_fault_error);
	const struct efi_runtime_services *services = efi_runtime_services();
	expect_text("runtime services table", (uint64_t)system, "in the EFI region",
		    services ? "in the EFI region" : "elsewhere");
	if (services) {
		expect("system table's signature", (uint64_t)system, EFI_SYSTEM_TABLE_SIGNATURE,
		       system->header.signature);
		expect("runtime services table's signature", (uint64_t)services,
		       EFI_RUNTIME_SERVICES_SIGNATURE, services->header.signature);
		for (enum service service = 0; service < SERVICE_COUNT; service++)
			if (service != SERVICE_SET_VIRTUAL_ADDRESS_MAP && service_exists(service))
				expect_code("is executable", service_address(service));
		expect_code("ResetSystem is executable", (uint64_t)services->reset_system);
	}
	point_end();
	if (boot->runtime_fault_rip || boot->runtime_fault_vector)
		show(SCREEN_BAD,
		     "SetVirtualAddressMap ended with exception %u, error code %x, RIP %lx, CR2 %lx",
		     boot->runtime_fault_vector, boot->runtime_fault_error, boot->runtime_fault_rip,
		     boot->runtime_fault_cr2);
}

static void expect_time(const struct efi_time *t)
{
	expect("year", t->year, true, t->year >= 1900 && t->year <= 9999);
	expect("month", t->month, true, t->month >= 1 && t->month <= 12);
	expect("day", t->day, true, t->day >= 1 && t->day <= 31);
	expect("hour, minute and second", 0, true,
	       t->hour <= 23 && t->minute <= 59 && t->second <= 59);
}

static void check_time(void)
{
	struct efi_time t = { 0 };

	if (!service_begin(SERVICE_GET_TIME, "gives a time"))
		return;
	expect_status("status", EFI_SUCCESS, CALL(GET_TIME, ADDRESS(&t), 0));
	expect_time(&t);
	point_end();
	comment("GetTime %04u-%02u-%02u %02u:%02u:%02u", t.year, t.month, t.day, t.hour, t.minute,
		t.second);
}

/* The alarm is left as it was. */
static void check_wakeup_time(void)
{
	struct efi_time t = { 0 };
	uint8_t enabled = 0, pending = 0;
	efi_status status;

	if (!service_begin(SERVICE_GET_WAKEUP_TIME, "answers"))
		return;
	status = CALL(GET_WAKEUP_TIME, ADDRESS(&enabled), ADDRESS(&pending), ADDRESS(&t));
	if (status != EFI_UNSUPPORTED)
		expect_status("status", EFI_SUCCESS, status);
	point_end();

	if (!service_begin(SERVICE_SET_WAKEUP_TIME, "sets what was read"))
		return;
	if (status == EFI_SUCCESS) {
		status = CALL(SET_WAKEUP_TIME, enabled, enabled ? ADDRESS(&t) : 0);
		if (status != EFI_UNSUPPORTED)
			expect_status("status", EFI_SUCCESS, status);
	}
	point_end();
}

static void check_monotonic_count(void)
{
	uint32_t first = 0, second = 0;
	efi_status status;

	if (!service_begin(SERVICE_GET_NEXT_HIGH_MONOTONIC_COUNT, "counts up"))
		return;
	status = CALL(GET_NEXT_HIGH_MONOTONIC_COUNT, ADDRESS(&first));
	/* Most firmware has no EFI_RT_PROPERTIES_TABLE that could say so in advance. */
	if (status != EFI_UNSUPPORTED) {
		expect_status("status", EFI_SUCCESS, status);
		expect_status("status", EFI_SUCCESS,
			      CALL(GET_NEXT_HIGH_MONOTONIC_COUNT, ADDRESS(&second)));
		expect("the second count is larger", 0, true, second > first);
	}
	point_end();
}

/*
 * The entry of SetVirtualAddressMap itself is not among those that the call converts, so it still
 * holds a physical address: its place in the EFI region is that of the descriptor around it.
 */
static uint64_t virtual_address(uint64_t address)
{
	if (address >= KEEL_EFI_START && address <= KEEL_EFI_LAST)
		return address;
	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *d = firmware_descriptor(n);

		if (d && firmware_is_runtime(d) && d->phys <= address &&
		    address - d->phys < firmware_bytes(d))
			return d->virt + (address - d->phys);
	}
	return 0;
}

static void check_second_call(void)
{
	uint64_t at = service_address(SERVICE_SET_VIRTUAL_ADDRESS_MAP), virt;
	const uint64_t arguments[SERVICE_ARGUMENTS] = { boot->efi_map_bytes, boot->efi_map_stride,
							boot->efi_map_version,
							ADDRESS(boot->efi_map) };

	if (!service_begin(SERVICE_SET_VIRTUAL_ADDRESS_MAP, "refuses a second call"))
		return;
	virt = virtual_address(at);
	if (virt)
		expect_status("status", EFI_UNSUPPORTED,
			      service_call_at(SERVICE_SET_VIRTUAL_ADDRESS_MAP, virt, arguments));
	else
		expect_text("its place", at, "a runtime descriptor", "none");
	point_end();
}

void check_runtime_services(void)
{
	efi_prepare_cpu();
	check_place();
	check_time();
	check_wakeup_time();
	check_monotonic_count();
	check_variables();
	check_runtime_limits();
	check_times();
	check_second_call();
	service_check_calls();
}
